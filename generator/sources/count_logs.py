"""How many lines and builds of a tree of build folders a query finds, each line decided exactly."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from generator import words
from generator.matching.counting import Matched, count_lines
from generator.matching.engine import Engine
from generator.matching.facts import Facts
from generator.matching.folders import log_files, shown
from generator.matching.inputs import Skipped
from generator.matching.inventory import InventoryFacts, read_facts, with_results
from generator.matching.mapping import Value
from generator.matching.reading import Limits, open_log
from generator.matching.tags import FileList, log_name
from generator.progress import Task
from generator.sources import Context
from generator.sources.examine import build_folders, identity, located
from generator.sources.settings import LogsSettings
from generator.sources.tally import Counted, Question, Quote, Tally
from generator.sources.workers import each_build

#: A line may be a little younger than the end that its build's record tells.
_LATER = timedelta(days=1)


@dataclass(frozen=True)
class _Setup:
    settings: LogsSettings
    question: Question
    files: FileList
    limits: Limits


@dataclass
class _Folder:
    """One build: its identity, and of each file with lines that match its name, fields and what matched."""

    uuid: str
    path: str
    found: list[tuple[str, Mapping[str, tuple[Value, ...]], Matched]] = field(default_factory=list)
    lines: int = 0
    untimed: int = 0
    skipped: list[Skipped] = field(default_factory=list)


def count(settings: LogsSettings, question: Question, context: Context) -> Counted:
    """What the context's only signature finds in the tree; raises GatepostError if there is none."""
    found = build_folders(settings)
    setup = _Setup(settings, question, context.files, context.limits or Limits())
    skipped = [Skipped(p.path, p.reason, p.detail) for p in found.problems]
    tally, seen = Tally(question), dict[str, str]()
    lines = untimed = assumed = 0
    with context.progress.task(f"Searching the builds of {settings.name}", len(found.builds)) as task:
        work = partial(_search, setup)
        folders = each_build(found.builds, work, context.signatures, None, context.workers)
        for folder in _once(_counted(folders, task), seen, skipped):
            lines += folder.lines
            untimed += folder.untimed
            assumed += any(matched.assumed for _, _, matched in folder.found)
            skipped += folder.skipped
            _add(folder, tally)
    searched = f"{words.plural(len(seen), 'build')}, {words.plural(lines, 'line')}"
    return tally.counted(context.outcomes, searched, skipped, assumed, untimed)


def _counted(folders: Iterable[_Folder], task: Task) -> Iterator[_Folder]:
    for folder in folders:
        task.advance()
        yield folder


def _once(folders: Iterable[_Folder], seen: dict[str, str], skipped: list[Skipped]) -> Iterator[_Folder]:
    """Of a build that comes twice only the first."""
    for folder in folders:
        first = seen.setdefault(folder.uuid, folder.path)
        if first == folder.path:
            yield folder
        else:
            skipped.append(Skipped(folder.path, "duplicate build", f"the same build is in {first}"))


def _add(folder: _Folder, tally: Tally) -> None:
    for name, fields, matched in folder.found:
        tally.add(folder.uuid, matched.lines, matched.first, matched.last)
        tally.add_values(fields, folder.uuid, matched.lines)
        text = matched.text.decode("utf-8", "backslashreplace")
        tally.quote(Quote(folder.uuid, matched.first, name, text))


def _search(setup: _Setup, folder: Path, engine: Engine) -> _Folder:
    """Search one build's folder."""
    path = shown(os.path.relpath(folder, setup.settings.path))
    facts = with_results(folder, read_facts(folder, results=False))
    result = _Folder(identity(folder, path, facts, setup.settings.name), path)
    result.skipped += [Skipped(f"{path}/{p.path}", p.reason, p.detail) for p in facts.problems]
    start, end = (_moment(facts, name) for name in ("start_time", "end_time"))
    if setup.question.since and end and end + _LATER < setup.question.since:
        return result
    files = log_files(folder)
    result.skipped += [Skipped(f"{path}/{p.path}", p.reason, p.detail) for p in files.problems]
    facts = located(facts, path, setup.settings.log_url)
    for name in files.names:
        _search_file(setup, folder, name, facts, start or end, engine, result)
    return result


def _moment(facts: InventoryFacts, name: str) -> datetime | None:
    at = facts.build.get(name)
    return at if isinstance(at, datetime) else None


def _search_file(
    setup: _Setup,
    folder: Path,
    name: str,
    facts: InventoryFacts,
    near: datetime | None,
    engine: Engine,
    result: _Folder,
) -> None:
    stream = open_log(folder / name, setup.limits)
    fields = facts.of_file(name, setup.files.tags(name))
    known = Facts(fields, unknown=not facts.known)
    matched = count_lines(engine, stream, known, near, setup.question.since)
    result.lines += matched.searched
    result.untimed += matched.untimed
    if matched.lines:
        result.found.append((shown(log_name(name)), fields, matched))
    if stream.problem:
        result.skipped.append(
            Skipped(f"{result.path}/{shown(name)}", stream.problem.reason, stream.problem.detail)
        )
