"""`gatepost check`: what each part of a configuration answers, and what of it cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from generator import words
from generator.config import Settings
from generator.errors import GatepostError
from generator.gathering import signatures, third_party
from generator.matching.tags import FileList
from generator.roster.model import Roster
from generator.signatures.load import Loaded
from generator.sources import source
from generator.sources.queries import refused


def check(settings: Settings) -> tuple[list[str], bool]:
    """A line on each thing that is configured; whether a report could be made of them."""
    lines, fine = [], True
    for what, answer in _answers(settings):
        try:
            lines.append(f"{what}: {answer()}")
        except GatepostError as error:
            lines.append(f"{what}: {error.message}\n  hint: {error.hint}")
            fine = False
    return lines, fine


def value_of(settings: Settings, key: str) -> str:
    """One value of the configuration, for scripts; GatepostError for an unknown key."""
    if key not in Settings.model_fields:
        raise GatepostError(f"--print {key}: no such key", f"known keys: {', '.join(Settings.model_fields)}")
    value = getattr(settings, key)
    return "" if value is None else str(value)


def refused_inputs(loaded: Loaded, roster: Roster | None) -> Iterator[tuple[str, str, str, str]]:
    """Source, file, reason and detail, as in `skipped`, of signatures and roster entries of no use."""
    for path, why in _refused(loaded):
        yield "signatures", Path(path).name, "signature refused", why
    for problem in roster.errors if roster else ():
        why = f"line {problem.line}, column {problem.column}: {problem.construct}: {problem.message}"
        yield "roster", Path(problem.path).name, "roster entry refused", why


def _answers(settings: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    """What is checked, and how to ask it."""
    yield "signatures", lambda: _signatures_answer(signatures(settings), settings.signatures)
    yield "file list", lambda: _files_answer(settings.files)
    if settings.third_party is not None:
        yield "roster", partial(_roster_answer, settings)
    for one in settings.sources:
        yield f"source {one.name} ({one.type})", partial(source(one.type).check, one)


def _signatures_answer(loaded: Loaded, loaded_from: Path) -> str:
    broken = len(_refused(loaded))
    count = words.plural(len(loaded.signatures) + len(loaded.errors) - broken, "signature")
    if not broken:
        return count
    return f"{count}, {words.plural(broken, 'file')} refused: `gatepost lint {loaded_from}` says why"


def _refused(loaded: Loaded) -> list[tuple[str, str]]:
    """File and reason of each signature that cannot be used: a broken file, a query not supported."""
    broken = [(p.path, f"line {p.line}, column {p.column}: {p.message}") for p in loaded.errors]
    by_id = {signature.id: signature.path for signature in loaded.signatures}
    return broken + [(by_id[id], error.message) for id, error in refused(loaded.signatures).items()]


def _files_answer(path: Path | None) -> str:
    FileList.load(path)
    return f"{path} is usable" if path else "none given, Gatepost's own is used"


def _roster_answer(settings: Settings) -> str:
    asked = third_party(settings)
    assert asked is not None, "asked only where there is one"
    where, roster = asked.settings.roster, asked.roster
    answer = words.plural(len(roster.cis), "third-party CI")
    if roster.errors:
        answer += (
            f", {words.plural(len(roster.errors), 'error')}: `gatepost lint --roster {where}` says which"
        )
    if not any(one.type == "gerrit" for one in settings.sources):
        answer += "; no source of type gerrit tells what they report"
    return answer
