"""Loads signature files: elastic-recheck's format, and the keys that Gatepost adds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from generator.errors import GatepostError
from generator.signatures.model import Signature
from generator.signatures.parse import parse
from generator.signatures.problem import Problem as Problem
from generator.signatures.problem import QueryError
from generator.signatures.problem import SignatureError as SignatureError
from generator.signatures.yaml_file import Scalar, Sequence, Value, YamlFile

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._\-]{0,99}")
_TRUE = {"true", "yes", "on"}
_FALSE = {"false", "no", "off"}
_URL = re.compile(r"https?://[^\s\"<>]+")


class Place(NamedTuple):
    """Where a signature's query stands."""

    file: YamlFile
    query: Scalar

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column (1-based) in the file of a 0-based offset in the query."""
        return self.file.line_column(self.file.offset_in(self.query, offset))


class Loaded(NamedTuple):
    """Signatures sorted by id, what was wrong with files, and by id where each query stands."""

    signatures: tuple[Signature, ...]
    problems: tuple[Problem, ...]
    places: Mapping[str, Place]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Only what kept a file from being used."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def load_folder(path: Path) -> Loaded:
    """All signatures of a folder's *.yaml and *.yml; GatepostError if there is none."""
    hint = "name a folder of signature files, e.g. queries/"
    try:
        names = sorted(entry for entry in path.iterdir() if _is_signature_file(entry))
    except OSError as error:
        raise GatepostError(f"{path}: {error.strerror or error}", hint) from None
    if not names:
        raise GatepostError(f"{path}: there is no signature file (*.yaml) in it", hint)
    found: dict[str, Signature] = {}
    places: dict[str, Place] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            signature, place, warnings = _load(name)
        except SignatureError as error:
            problems.append(error.problem)
            continue
        if signature.id in found:
            problems.append(_repeated(name, found[signature.id]))
            continue
        found[signature.id], places[signature.id] = signature, place
        problems.extend(warnings)
    return Loaded(tuple(found[key] for key in sorted(found)), tuple(problems), places)


def load_signature(path: Path) -> Signature:
    """The signature of one file; SignatureError if it cannot be used."""
    return _load(path)[0]


def _is_signature_file(path: Path) -> bool:
    return path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith(".")


def _repeated(path: Path, first: Signature) -> Problem:
    message = f"{first.path} is signature {first.id} already"
    return Problem(str(path), 0, 0, "duplicate id", message, "rename or remove one of the files")


def _load(path: Path) -> tuple[Signature, Place, list[Problem]]:
    name = path.stem
    if not _ID.fullmatch(name):
        message = "a signature's id is made of letters, digits, dots, hyphens and underscores"
        shown = str(path).encode("utf-8", "backslashreplace").decode()
        raise SignatureError(Problem(shown, 0, 0, "file name", message, "rename the file, e.g. 2091874.yaml"))
    reader = _Reader(YamlFile(path))
    place = Place(reader.file, reader.query())
    try:
        parse(place.query.text)
    except QueryError as error:
        line, column = place.line_column(error.position)
        raise SignatureError(
            Problem(str(path), line, column, error.construct, error.message, error.hint)
        ) from None
    signature = Signature(id=name, query=place.query.text, path=str(path), **reader.options())
    return signature, place, reader.warnings


class _Reader:
    """Takes the keys of one file; what does not keep it from being used is a warning."""

    def __init__(self, file: YamlFile) -> None:
        self.file = file
        self.warnings: list[Problem] = []

    def query(self) -> Scalar:
        entry = self.file.entries.get("query")
        if entry is None:
            hint = 'add one, e.g. query: message:"Connection timed out"'
            raise SignatureError(Problem(self.file.path, 1, 1, "no query", "the file has no key query", hint))
        if not isinstance(entry.value, Scalar) or entry.value.is_null:
            hint = 'write for example: query: message:"Connection timed out"'
            raise self.file.problem(entry.key.start, "no query", "the query must be a text", hint)
        return entry.value

    def options(self) -> dict[str, Any]:
        """The keys beside the query, as arguments of Signature."""
        options: dict[str, Any] = {}
        for key, entry in self.file.entries.items():
            read = _KEYS.get(key)
            if read is not None:
                options[key.replace("-", "_")] = read(self, key, entry.value)
            elif key != "query":
                self._warn(entry.key.start, "unknown key", f"{key} means nothing to Gatepost", _meant(key))
        return options

    def flag(self, key: str, value: Value) -> bool:
        word = value.text.lower() if isinstance(value, Scalar) else ""
        if word not in _TRUE | _FALSE:
            raise self.file.problem(value.start, key, "must be true or false", f"write {key}: true")
        return word in _TRUE

    def text(self, key: str, value: Value) -> str | None:
        if not isinstance(value, Scalar):
            raise self.file.problem(value.start, key, "must be a text", f"put the text in one line: {key}: …")
        return None if value.is_null else value.text.strip() or None

    def url(self, key: str, value: Value) -> str | None:
        text = self.text(key, value)
        if text is not None and not _URL.fullmatch(text):
            hint = "write the whole link, e.g. https://bugs.launchpad.net/bugs/2091874"
            self._warn(value.start, key, "is no web link and is left out", hint)
            return None
        return text

    def texts(self, key: str, value: Value) -> tuple[str, ...]:
        items = (
            (value,) if isinstance(value, Scalar) else value.items if isinstance(value, Sequence) else None
        )
        if items is None:
            raise self.file.problem(
                value.start, key, "must be a list of texts", "write each after a hyphen: - …"
            )
        return tuple(item.text.removesuffix("\n") for item in items if not item.is_null)

    def day(self, key: str, value: Value) -> date | None:
        text = self.text(key, value)
        if text is None:
            return None
        day = _day(text)
        if day is None:
            self._warn(
                value.start, key, f"{text} is no date and is left out", f"write it like {key}: 2026-11-17"
            )
        return day

    def _warn(self, start: int, construct: str, message: str, hint: str) -> None:
        line, column = self.file.line_column(start)
        self.warnings.append(Problem(self.file.path, line, column, construct, message, hint, "warning"))


_KEYS: dict[str, Callable[[_Reader, str, Value], Any]] = {
    "title": _Reader.text,
    "bug": _Reader.url,
    "owner": _Reader.text,
    "suppress-graph": _Reader.flag,
    "suppress-notification": _Reader.flag,
    "allow-nonvoting": _Reader.flag,
    "test_ids": _Reader.texts,
    "resolved_at": _Reader.day,
    "examples": _Reader.texts,
    "counterexamples": _Reader.texts,
}


def _meant(key: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key, [*_KEYS, "query"], 1)
    return f"did you mean {close[0]}?" if close else f"known keys: {', '.join(['query', *_KEYS])}"


def _day(text: str) -> date | None:
    """The day in UTC of `2026-11-17`, `2026-11-17T08:00Z` or `Tue Dec 10 12:08:42 EST 2013`."""
    try:
        at = datetime.fromisoformat(text)
        return at.date() if at.tzinfo is None else at.astimezone(UTC).date()
    except (ValueError, OverflowError):
        pass
    from email.utils import parsedate_tz

    parts = parsedate_tz(text)
    if parts is None:
        return None
    try:
        return (datetime(*parts[:6]) - timedelta(seconds=parts[9] or 0)).date()
    except (ValueError, OverflowError):
        return None
