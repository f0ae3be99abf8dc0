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
from generator.matching.excerpts import excerpt
from generator.matching.facts import Facts
from generator.matching.folders import Found, find_builds, log_files, shown
from generator.matching.inventory import InventoryFacts, read_facts, with_results
from generator.matching.reading import Limits, open_log
from generator.matching.results import Match, Scan
from generator.matching.tags import FileList, log_name
from generator.sources.likely import failure_lines
from generator.sources.rows import Origin, Row, Rows, build_row, odd_results, skipped_row
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


@dataclass
class _Hits:
    """The hits of a build while its files are scanned, by signature."""

    uuid: str
    hashes: Mapping[str, str]
    rows: dict[str, Row] = field(default_factory=dict)

    def add(self, name: str, matches: Mapping[str, Match]) -> None:
        for signature, match in matches.items():
            row = self.rows.get(signature)
            if row is None:
                self.rows[signature] = self._row(signature, name, match)
            else:
                row["lines"] += match.lines
                row["assumed"] = row["assumed"] and match.assumed

    def _row(self, signature: str, name: str, match: Match) -> Row:
        return {
            "build_uuid": self.uuid,
            "signature": signature,
            "query_hash": self.hashes[signature],
            "lines": match.lines,
            "file": shown(log_name(name)),
            "line": match.first_line,
            "excerpt": excerpt(match.context),
            "excerpt_line": match.context_start,
            "assumed": match.assumed,
        }


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
    return _Examination(folder, path, uuid, facts, setup, engine).run()


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


@dataclass
class _Examination:
    folder: Path
    path: str
    uuid: str
    facts: InventoryFacts
    setup: Setup
    engine: Engine
    rows: Rows = field(default_factory=Rows)

    def run(self) -> Examined:
        files = log_files(self.folder)
        for problem in (*self.facts.problems, *files.problems):
            self._skip(problem.path, problem.reason, problem.detail)
        if not self.facts.known:
            self._skip("", "no metadata", "neither an inventory nor a build record names the build")
        hits = _Hits(self.uuid, {s.id: s.query_hash for s in self.engine.signatures})
        read = [name for name in files.names if self._scan(name, hits)]
        row = build_row(self.setup.origin, self.facts.build, self.uuid, bool(read), self.facts.known)
        self.rows.builds.append(row)
        self.rows.hits += hits.rows.values()
        self.rows.skipped += odd_results(self.setup.origin, row, self.path)
        if row["outcome"] == "failure" and not hits.rows:
            lines = failure_lines(self.folder, read, self.setup.files, self.setup.limits)
            self.rows.failure_lines += [{"build_uuid": self.uuid, **line} for line in lines]
        return Examined(self.uuid, self.path, self.rows, files.no_logs)

    def _scan(self, name: str, hits: _Hits) -> bool:
        """Search one file; tells whether anything of it could be read."""
        stream = open_log(self.folder / name, self.setup.limits)
        fields = self.facts.of_file(name, self.setup.files.tags(name))
        scan = self.engine.scan(stream, Facts(fields, unknown=not self.facts.known))
        hits.add(name, scan.matches)
        if stream.problem is not None:
            self._skip(name, stream.problem.reason, f"{stream.problem.detail}; {_read(scan)}")
        if scan.long_lines:
            self._skip(name, "long line", f"lines searched only up to 1 MiB: {scan.long_lines:,}")
        return stream.problem is None or scan.bytes > 0

    def _skip(self, name: str, reason: str, detail: str) -> None:
        path = os.path.normpath(f"{self.path}/{shown(name)}")
        self.rows.skipped.append(skipped_row(self.setup.origin, path, reason, detail, self.uuid))


def _read(scan: Scan) -> str:
    return f"searched up to there: {scan.bytes:,} bytes" if scan.bytes else "nothing could be searched"
