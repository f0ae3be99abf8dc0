"""What a build's folder says about the build, in both layouts: as Zuul publishes it, as logscraper leaves it.

Identity comes from the inventory, the rest from the logs (`zuul_result`, `console`); a build record
(`buildinfo`, `build.json`) is the CI's own word and goes before both. Without a record, the times are
those of the first and the last line of job-output.txt, which ends a little before the build does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from generator.matching import records
from generator.matching.console import Console, read_console
from generator.matching.reading import Limits, open_log
from generator.matching.small_files import UnusableError, load_plain, read_small
from generator.matching.tags import log_name
from generator.matching.zuul_result import Report, completed, derive, read_report

INVENTORIES = ("zuul-info/inventory.yaml", "inventory.yaml")
RECORDS = ("buildinfo", "build.json", "buildinfo.yaml", "buildinfo.json")
CONSOLE, REPORT = "job-output.txt", "job-output.json"
MANIFEST = "zuul-manifest.json"
MAX_INVENTORY, MAX_REPORT, MAX_CONSOLE = 4 << 20, 16 << 20, 4 << 30

Value = str | int
_T = TypeVar("_T")


class InventoryProblem(NamedTuple):
    """A metadata file that could not be used: its path in the folder, a reason in fixed words, details."""

    path: str
    reason: str
    detail: str


@dataclass(frozen=True)
class InventoryFacts:
    """A build by its metadata.

    `build` has keys of `model.BUILDS`, only those that are known (times are aware datetimes, UTC). `fields`
    are the same as a query names them, with a tuple of values each. `known` says whether an inventory or a
    record told which build this is; if not, a field that is not in `fields` is unknown, otherwise missing.
    """

    fields: dict[str, tuple[Value, ...]]
    build: dict[str, object]
    known: bool
    problems: tuple[InventoryProblem, ...] = ()
    last_attempt: bool = False

    def of_file(self, relative_path: str, tags: tuple[str, ...]) -> dict[str, tuple[Value, ...]]:
        """The fields of every line of one file of the build."""
        name = log_name(relative_path)
        fields = {**self.fields, "filename": (name,), "tags": tags}
        if "log_url" in fields:
            fields["log_url"] = (f"{str(fields['log_url'][0]).rstrip('/')}/{name}",)
        return fields


@dataclass
class _Reading:
    """A folder while it is read."""

    folder: Path
    problems: list[InventoryProblem] = field(default_factory=list)

    def read(self, name: str, limit: int, parse: Callable[[str], _T]) -> _T | None:
        """What `parse` makes of a file, or of its .gz; None if there is none or it cannot be used."""
        path = find(self.folder, name)
        if path is None:
            return None
        try:
            return parse(read_small(path, limit))
        except UnusableError as error:
            self.problems.append(InventoryProblem(name, f"{error.reason} metadata", error.detail))
            return None


def find(folder: Path, name: str) -> Path | None:
    """The regular file `name` or `name`.gz in a build's folder; a link that leads out of it is none."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file() and (not _through_link(path, folder) or _stays(path, folder)):
            return path
    return None


def _through_link(path: Path, folder: Path) -> bool:
    return path.is_symlink() or (path.parent != folder and path.parent.is_symlink())


def _stays(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def read_facts(folder: Path, results: bool = True) -> InventoryFacts:
    """Read the metadata of a build's folder; what cannot be used is in `problems`, nothing is raised.

    Without a record, result and times are read from the logs themselves; `results=False` saves that, and
    `with_results` does it later.
    """
    reading = _Reading(folder)
    inventory = _first(reading, INVENTORIES, _inventory) or records.Record({}, {})
    record = _first(reading, RECORDS, _record) or records.Record({}, {})
    build = {**inventory.build, **record.build}
    fields = {**query_fields(build), **record.places, **inventory.places}
    facts = InventoryFacts(fields, build, bool(build), tuple(reading.problems), inventory.last_attempt)
    return with_results(folder, facts) if results else facts


def with_results(folder: Path, facts: InventoryFacts) -> InventoryFacts:
    """The same with the result and the times that the logs tell, where the metadata does not."""
    if {"result", "start_time", "end_time"} <= facts.build.keys():
        return facts
    reading = _Reading(folder)
    build = {**_from_logs(reading, facts.last_attempt), **facts.build}
    if build.get("result") == "RETRY":
        build.setdefault("final", False)
    fields = {**query_fields(build), **facts.fields}
    return replace(facts, fields=fields, build=build, problems=(*facts.problems, *reading.problems))


def _first(
    reading: _Reading, names: tuple[str, ...], parse: Callable[[str], records.Record]
) -> records.Record | None:
    for name in names:
        record = reading.read(name, MAX_INVENTORY, parse)
        if record is not None:
            return record
    return None


def _inventory(text: str) -> records.Record:
    return records.from_inventory(load_plain(text))


def _record(text: str) -> records.Record:
    return records.from_build(load_plain(text))


def _from_logs(reading: _Reading, last_attempt: bool) -> dict[str, object]:
    """Result and times by job-output.txt and, for what that does not tell, job-output.json."""
    console = _console(reading)
    playbooks, start, end = console.playbooks, console.start, console.end
    if derive(playbooks, last_attempt) is None or end is None:
        report = reading.read(REPORT, MAX_REPORT, read_report) or Report((), None, None)
        playbooks = completed(playbooks, report)
        start, end = start or records.moment(report.start), end or records.moment(report.end)
    found = {"result": derive(playbooks, last_attempt), "start_time": start, "end_time": end}
    return {key: value for key, value in found.items() if value is not None}


def _console(reading: _Reading) -> Console:
    path = find(reading.folder, CONSOLE)
    # What is wrong with this file is reported where it is searched for signatures.
    return read_console(open_log(path, Limits(max_bytes=MAX_CONSOLE))) if path else Console()


def query_fields(build: Mapping[str, object]) -> dict[str, tuple[Value, ...]]:
    """The build as a query sees it: OpenStack's index has `voting` as 0, 1 and, for unknown, 2."""
    fields: dict[str, tuple[Value, ...]] = {}
    for key, name in records.FIELDS.items():
        value = build.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            fields[name] = (value,)
    voting = build.get("voting")
    if build.get("build_uuid") or build.get("job"):
        fields["voting"] = (int(voting) if isinstance(voting, bool) else 2,)
    return fields
