"""Reads a file that holds one YAML mapping, safely, and remembers where everything stands.

Anchors, aliases, tags, repeated keys and several documents are refused: they make a file mean
something else than what a reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from generator.signatures.problem import Problem, SignatureError

#: A longer file is refused.
LARGEST = 2**20
#: A deeper file is refused.
DEEPEST = 32

_NULL = {"", "~", "null", "Null", "NULL"}
_BLANK = " \t\n\r\x85\u2028\u2029"
_UNITS = {
    '"': re.compile(r"\\(?:x(?P<x>..)|u(?P<u>.{4})|U(?P<U>.{8})|\r?\n|.)|[^\\]", re.DOTALL),
    "'": re.compile(r"''|."),
}
_BLANK_ESCAPES = {r"\n", r"\t", r"\r", "\\ ", "\\\t", r"\N", r"\L", r"\P", "\\\n", "\\\r\n"}


class Scalar(NamedTuple):
    """A value: its text, YAML's style of it and where it stands in the file (offsets in characters)."""

    text: str
    style: str | None
    start: int
    end: int

    @property
    def is_null(self) -> bool:
        """Nothing was written, or YAML's null."""
        return not self.style and self.text in _NULL


class Sequence(NamedTuple):
    """A list; `items` is None if it holds anything but scalars."""

    items: tuple[Scalar, ...] | None
    start: int


class Other(NamedTuple):
    """A mapping where none is expected."""

    start: int


Value = Scalar | Sequence | Other


class Entry(NamedTuple):
    """A key with its value."""

    key: Scalar
    value: Value


class YamlFile:
    """The text of a file and the entries of its mapping."""

    def __init__(self, path: Path) -> None:
        """Read the file; SignatureError if it is no plain mapping in UTF-8."""
        self.path = str(path)
        self.text = ""
        self.text = self._decoded(_read(path))
        self.entries = self._mapping()

    def problem(self, start: int, construct: str, message: str, hint: str = "") -> SignatureError:
        """An error at an offset of the text."""
        line, column = self.line_column(start)
        return SignatureError(Problem(self.path, line, column, construct, message, hint))

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column, 1-based, of an offset in the text."""
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)

    def offset_in(self, scalar: Scalar, offset: int) -> int:
        """Where in the file's text the character of a scalar's value stands; its start if unknown.

        Folding changes white space only: the nth other character of the value is the nth of the source.
        """
        ahead = sum(char not in _BLANK for char in scalar.text[:offset])
        places = list(self._marks(scalar))
        if len(places) != sum(char not in _BLANK for char in scalar.text):
            return scalar.start
        if ahead < len(places):
            return places[ahead]
        return places[-1] + 1 if places else scalar.start

    def _marks(self, scalar: Scalar) -> Iterator[int]:
        """Offsets of what gives the value's characters that are not white space."""
        start, end = scalar.start, scalar.end
        if scalar.style in ("|", ">"):
            start = self.text.find("\n", start, end) + 1 or end
        elif scalar.style:
            start, end = start + 1, end - 1
        for unit in _UNITS.get(scalar.style or "", re.compile(".")).finditer(self.text, start, end):
            code = next((unit[name] for name in ("x", "u", "U") if unit.re.groups and unit[name]), None)
            text = chr(int(code, 16)) if code else unit[0]
            if text not in _BLANK and text not in _BLANK_ESCAPES:
                yield unit.start()

    def _decoded(self, data: bytes) -> str:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.text = data[: error.start].decode("utf-8")
            message = f"byte 0x{data[error.start]:02x} is not UTF-8"
            raise self.problem(len(self.text), "invalid UTF-8", message, "save the file as UTF-8") from None
        return text

    def _mapping(self) -> dict[str, Entry]:
        if "\0" in self.text:
            raise self.problem(
                self.text.index("\0"), "NUL byte", "a text file holds no NUL bytes", "remove it"
            )
        events = self._events()
        root = next(events, None)
        if root is None:
            raise SignatureError(
                Problem(self.path, 0, 0, "empty file", "there is no mapping in it", _EXAMPLE)
            )
        if type(root).__name__ != "MappingStartEvent":
            raise self.problem(
                root.start_mark.index, "not a mapping", "the file must hold keys and values", _EXAMPLE
            )
        entries: dict[str, Entry] = {}
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            key = self._value(event, events)
            if not isinstance(key, Scalar):
                raise self.problem(key.start, "key", "a key must be a word", _EXAMPLE)
            if key.text in entries:
                raise self.problem(
                    key.start, "duplicate key", f"{key.text} stands twice", "remove one of them"
                )
            entries[key.text] = Entry(key, self._value(next(events), events))
        for event in events:
            raise self.problem(
                event.start_mark.index, "second document", "one file holds one signature", "split it"
            )
        return entries

    def _value(self, event: Any, events: Iterator[Any]) -> Value:
        start = event.start_mark.index
        kind = type(event).__name__
        if kind == "ScalarEvent":
            return Scalar(event.value, event.style, start, event.end_mark.index)
        scalars: list[Scalar] = []
        plain, depth = kind == "SequenceStartEvent", 1
        while depth:
            event = next(events)
            name = type(event).__name__
            if name == "ScalarEvent":
                scalars.append(Scalar(event.value, event.style, event.start_mark.index, event.end_mark.index))
            else:
                depth += 1 if name.endswith("StartEvent") else -1
                plain = plain and not (name.endswith("StartEvent"))
            if depth > DEEPEST:  # beyond, the parser takes ever longer
                raise self.problem(start, "deep nesting", f"nested deeper than {DEEPEST}", _EXAMPLE)
        if kind != "SequenceStartEvent":
            return Other(start)
        return Sequence(tuple(scalars) if plain else None, start)

    def _events(self) -> Iterator[Any]:
        """YAML's events without those of the stream and the documents; SignatureError for what is refused."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            for event in yaml.parse(self.text, Loader=loader):
                if type(event).__name__ in (
                    "StreamStartEvent",
                    "StreamEndEvent",
                    "DocumentStartEvent",
                    "DocumentEndEvent",
                ):
                    continue
                self._refuse(event)
                yield event
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            hint = "indent with spaces, and put text with special characters in quotes"
            raise self.problem(mark.index if mark else 0, "YAML", error.problem or str(error), hint) from None
        except yaml.reader.ReaderError as error:
            message = (
                f"{error.reason}: U+{error.character:04X}"
                if isinstance(error.character, int)
                else error.reason
            )
            raise self.problem(error.position, "control character", message, "remove it") from None

    def _refuse(self, event: Any) -> None:
        start = event.start_mark.index
        if type(event).__name__ == "AliasEvent":
            raise self.problem(start, "alias", "YAML aliases are not allowed", "write the text out")
        if getattr(event, "anchor", None) is not None:
            raise self.problem(start, "anchor", "YAML anchors are not allowed", f"remove &{event.anchor}")
        if getattr(event, "tag", None) is not None:
            raise self.problem(start, "tag", "YAML tags are not allowed", f"remove {event.tag}")


_EXAMPLE = 'write for example: query: message:"Connection timed out"'


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            what = "a folder" if path.is_dir() else "not a readable file"
            raise SignatureError(
                Problem(str(path), 0, 0, "unreadable file", f"it is {what}", "remove or repair it")
            )
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        what = error.strerror or str(error)
        raise SignatureError(
            Problem(str(path), 0, 0, "unreadable file", what, "check its permissions")
        ) from None
    if len(data) > LARGEST:
        message = "it is larger than 1 MiB"
        raise SignatureError(Problem(str(path), 0, 0, "large file", message, "a signature takes a few lines"))
    return data
