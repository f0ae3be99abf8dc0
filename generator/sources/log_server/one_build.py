"""One build on a log server: its files searched while they arrive, and what of that is certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlsplit

from generator.matching.engine import Engine
from generator.matching.excerpts import redact
from generator.matching.folders import console_first, no_log
from generator.matching.inventory import CONSOLE, INVENTORIES, InventoryFacts, query_fields
from generator.matching.reading import Limits, LogStream, Problem
from generator.matching.records import Record
from generator.matching.results import Scan
from generator.matching.small_files import UnusableError
from generator.matching.tags import FileList, log_name
from generator.model import BUILDS
from generator.sources.log_server.budget import Allowance
from generator.sources.log_server.client import Body, Client
from generator.sources.log_server.faults import GONE, TOO_LARGE, AbsentError, FetchError, SpentError
from generator.sources.log_server.fetching import Folder
from generator.sources.log_server.manifest import Listed
from generator.sources.log_server.streaming import opened
from generator.sources.rows import Origin, Row, Rows, build_row, skipped_row
from generator.sources.search import Search, searched

_COLUMNS = tuple(column.name for column in BUILDS)
#: Times `timeout_s`: so long all the files of a build may be waited for.
_PATIENCE = 15


@dataclass(frozen=True)
class Setup:
    """What the examination of every build needs; `limits` are for all files of one together."""

    origin: Origin
    files: FileList
    limits: Limits
    timeout_s: float


class Job(NamedTuple):
    """A build to examine, and the bytes it may cost; `all_left`: the run may fetch no more than these."""

    build: Row
    limit: int
    all_left: bool = False


class Done(NamedTuple):
    """What came of it: rows, the bytes it cost. `transient`: another time it may be possible. `waits`: so it
    is, because the run may fetch no more; then there are no rows."""

    uuid: str
    rows: Rows
    spent: int
    transient: bool = False
    waits: bool = False


def examine_build(job: Job, setup: Setup, client: Client, engine: Engine) -> Done:
    """Fetch and search what one build left; whatever goes wrong becomes rows of `skipped`."""
    uuid = str(job.build["build_uuid"])
    allowance = Allowance(job.limit, _PATIENCE * setup.timeout_s)
    try:
        rows = _Build(job.build, setup, client, engine, allowance).examined()
    except FetchError as error:
        if job.all_left and isinstance(error, SpentError):
            return Done(uuid, Rows(), allowance.spent, waits=True)
        row = skipped_row(setup.origin, _path(job.build), error.reason, error.detail, uuid)
        return Done(uuid, Rows(skipped=[row]), allowance.spent, error.transient)
    if job.all_left and allowance.spent > allowance.limit:
        return Done(uuid, Rows(), allowance.spent, waits=True)
    return Done(uuid, rows, allowance.spent)


class _Build:
    def __init__(
        self, build: Row, setup: Setup, client: Client, engine: Engine, allowance: Allowance
    ) -> None:
        self._row, self._setup, self._allowance = build, setup, allowance
        base = client.guard.place(str(build["log_url"]))
        self._folder = Folder(client, base, allowance, setup.timeout_s)
        facts = InventoryFacts({}, {}, known=True)
        uuid = str(build["build_uuid"])
        self._search = Search(setup.origin, uuid, _path(build), facts, setup.files, engine)
        self._unpacked = 0

    def examined(self) -> Rows:
        """The rows of the build; raises FetchError if its logs could not be searched."""
        listed = self._folder.manifest(self._row.get("manifest_url"))
        for reason, detail in listed.problems:
            self._search.skip("", reason, detail)
        self._learn(listed)
        names = console_first(name for name in listed.names if no_log(name) is None)
        read = self._search_listed(names) if listed.names else self._search_guessed()
        search = self._search
        row = build_row(self._setup.origin, search.facts.build, search.uuid, read, known=True)
        search.finish(row["outcome"])
        search.rows.builds.append(row)
        return search.rows

    def _learn(self, listed: Listed) -> None:
        """Complete what is known of the build by its inventory; Zuul's own record goes before."""
        named = [name for name in listed.names if log_name(name) in INVENTORIES]
        record = Record({}, {})
        try:
            if named or not listed.names:
                record = self._folder.inventory(*named[:1])
        except UnusableError as error:
            self._search.skip(named[0] if named else INVENTORIES[0], f"{error.reason} metadata", error.detail)
        told = {name: self._row[name] for name in _COLUMNS if self._row.get(name) is not None}
        build = {**record.build, **told}
        self._search.facts = InventoryFacts({**query_fields(build), **record.places}, build, known=True)

    def _search_listed(self, names: Sequence[str]) -> bool:
        """Search the files in which a signature could match; tells whether any could be read."""
        if not names:
            raise FetchError(GONE, "the manifest names no log")
        search = self._search
        judged = search.judge(names) if self._row["outcome"] == "failure" else ()
        wanted = [n for n in names if n in judged or search.engine.looks_for(search.facts_of(n))]
        absent = read = 0
        for number, name in enumerate(wanted):
            try:
                read += self._scan(name)
            except AbsentError as error:
                absent += 1
                search.skip(name, "vanished", error.detail)
            if self._full:
                left = len(wanted) - number - 1
                search.skip("", TOO_LARGE, f"files that were not searched for it: {left:,}")
                break
        if wanted and absent == len(wanted):
            raise FetchError(GONE, "none of the files in the manifest is there")
        return bool(read) or not wanted

    def _search_guessed(self) -> bool:
        """Without a manifest only the console can be looked for."""
        for name in (CONSOLE, f"{CONSOLE}.gz"):
            self._search.judge([name])
            try:
                return self._scan(name, guessed=True)
            except AbsentError:
                continue
        raise FetchError(GONE, f"neither a manifest nor {CONSOLE} is there")

    @property
    def _full(self) -> bool:
        """Whether no more of this build may be fetched or unpacked."""
        spent = self._allowance.spent > self._allowance.limit
        return spent or self._unpacked >= self._setup.limits.max_bytes

    def _scan(self, name: str, guessed: bool = False) -> bool:
        """Search one file; tells whether anything of it could be read. Raises FetchError."""
        limits = replace(self._setup.limits, max_bytes=self._setup.limits.max_bytes - self._unpacked)

        def use(body: Body) -> tuple[Scan, LogStream]:
            if guessed and "html" in body.kind:  # a page that says so, instead of a status
                raise AbsentError(200)
            stream = opened(body, limits)
            return self._search.scan(name, stream), stream

        scan, stream = self._folder.read(self._folder.url(name), use)
        self._unpacked += stream.bytes
        self._search.take(name, scan)
        problem = Problem(TOO_LARGE, "") if self._full else stream.problem
        if problem is not None:
            self._search.skip(name, problem.reason, f"{problem.detail or TOO_LARGE}; {searched(scan)}")
        return stream.problem is None or scan.bytes > 0


def _path(build: Row) -> str:
    """Where the build lies, below the server."""
    try:
        return redact(urlsplit(str(build["log_url"])).path.strip("/")) or "."
    except ValueError:
        return "."
