"""One build's folder: its row, its hits, the likely failure lines of one that no signature knows."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from generator.errors import GatepostError
from generator.matching.engine import Engine
from generator.matching.folders import Found, find_builds, log_files, shown
from generator.matching.inventory import InventoryFacts, read_facts, with_results
from generator.matching.reading import Limits, open_log
from generator.matching.tags import FileList
from generator.sources.rows import Origin, Rows, build_row, odd_results
from generator.sources.search import Search, searched
from generator.sources.settings import LogsSettings

_UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Setup:
    """What the examination of every build of a source needs."""

    root: Path
    origin: Origin
    files: FileList
    limits: Limits
    known: Mapping[str, str]
    log_url: str | None = None
    before: datetime | None = None


@dataclass
class Examined:
    """One build: its identity, and its rows unless it was examined with these queries before."""

    uuid: str
    path: str
    rows: Rows = field(default_factory=Rows)
    no_logs: Counter[str] = field(default_factory=Counter)


def build_folders(settings: LogsSettings) -> Found:
    """The builds of a source; raises GatepostError if there is no such tree."""
    path = settings.path
    hint = f"set `path` of the source {settings.name!r} to the folder that holds the builds' folders"
    if not path.is_dir():
        raise GatepostError(f"{path}: no such folder", hint)
    try:
        return find_builds(path)
    except OSError as error:
        raise GatepostError(f"{path}: cannot be read: {error.strerror}", hint) from None


def examine(setup: Setup, folder: Path, engine: Engine) -> Examined:
    """Read one build's folder; whatever is wrong with it becomes rows of `skipped`."""
    path = shown(os.path.relpath(folder, setup.root))
    facts = read_facts(folder, results=False)
    uuid = identity(folder, path, facts, setup.origin.source)
    if setup.known.get(uuid) == setup.origin.query_set:
        return Examined(uuid, path)
    facts = located(with_results(folder, facts), path, setup.log_url)
    end = facts.build.get("end_time")
    if setup.before and isinstance(end, datetime) and end < setup.before:
        row = build_row(setup.origin, facts.build, uuid, examined=False, known=facts.known)
        return Examined(uuid, path, Rows(builds=[row]))
    search = Search(setup.origin, uuid, path, facts, setup.files, engine)
    return _searched(folder, search, setup)


def identity(folder: Path, path: str, facts: InventoryFacts, source: str) -> str:
    """The build's uuid; without metadata the folder's name if it is one, else where the folder lies."""
    uuid = facts.build.get("build_uuid")
    if uuid:
        return str(uuid)
    return folder.name if _UUID.fullmatch(folder.name) else f"{source}:{path}"


def located(facts: InventoryFacts, path: str, base: str | None) -> InventoryFacts:
    """The same with the URL of the build's logs, if the configuration tells where the tree is published."""
    if base is None or "log_url" in facts.build:
        return facts
    url = f"{base.rstrip('/')}/{quote(path)}/" if path != "." else base
    fields = {**facts.fields, "log_url": (url,)}
    return replace(facts, fields=fields, build={**facts.build, "log_url": url})


def _searched(folder: Path, search: Search, setup: Setup) -> Examined:
    """The rows of a build whose files are all there."""
    files = log_files(folder)
    for problem in (*search.facts.problems, *files.problems):
        search.skip(problem.path, problem.reason, problem.detail)
    if not search.facts.known:
        search.skip("", "no metadata", "neither an inventory nor a build record names the build")
    search.judge(files.names)
    read = [name for name in files.names if _read(folder, name, search, setup.limits)]
    row = build_row(setup.origin, search.facts.build, search.uuid, bool(read), search.facts.known)
    search.finish(row["outcome"])
    search.rows.builds.append(row)
    search.rows.skipped += odd_results(setup.origin, row, search.path)
    return Examined(search.uuid, search.path, search.rows, files.no_logs)


def _read(folder: Path, name: str, search: Search, limits: Limits) -> bool:
    """Search one file; tells whether anything of it could be read."""
    stream = open_log(folder / name, limits)
    scan = search.scan(name, stream)
    search.take(name, scan)
    if stream.problem is not None:
        search.skip(name, stream.problem.reason, f"{stream.problem.detail}; {searched(scan)}")
    return stream.problem is None or scan.bytes > 0
