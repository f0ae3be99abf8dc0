"""All builds whose logs are wanted: fetched and searched, as many at once as connections are allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from generator import __version__, words
from generator.matching.reading import Limits
from generator.model import NOT_FETCHED
from generator.sources import Context
from generator.sources.examine import Examined
from generator.sources.log_server.budget import Purse
from generator.sources.log_server.crew import Crew, Task
from generator.sources.log_server.faults import BUDGET
from generator.sources.log_server.one_build import Done, Job, Setup
from generator.sources.log_server.settings import LogServerSettings, Wanted
from generator.sources.queries import usable
from generator.sources.rows import Origin, Row, Rows, skipped_row

_FEW = 4  # builds for which starting processes takes longer than the work
#: Times the connections: after so many failures in a row a server is left in peace for this run.
_PATIENCE = 3


def examine(
    wanted: Sequence[Wanted],
    settings: LogServerSettings,
    context: Context,
    origin: Origin,
    agent: str = f"gatepost/{__version__}",
) -> Iterator[Examined]:
    """The rows of each build that was tried, as they are done; at last those about builds that have to wait.

    A build that could not be examined has rows of `skipped` only. `agent` is told to the servers. Raises
    GatepostError if a process is killed.
    """
    if not wanted:
        return
    setup = Setup(origin, context.files, context.limits or Limits(), settings.timeout_s)
    task = Task(
        setup,
        usable(context.signatures),
        context.cache,
        settings.hosts,
        settings.networks,
        agent,
    )
    alone = context.workers <= 1 or len(wanted) <= _FEW
    connections = min(settings.connections, len(wanted))
    processes = 0 if alone else min(context.workers, connections)
    run = _Run(wanted, settings)
    with Crew(task, processes, connections) as crew:
        for done in run.through(crew):
            yield Examined(done.uuid, "", done.rows)
    yield Examined("", "", Rows(skipped=run.left(origin)))


class _Run:
    """Hands out builds in their order while the bytes last and their servers answer."""

    def __init__(self, wanted: Sequence[Wanted], settings: LogServerSettings) -> None:
        self._wanted, self._settings = wanted, settings
        self._purse = Purse(settings.max_bytes, settings.max_build_bytes)
        self._grants: dict[str, tuple[str, int]] = {}
        self._failures: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()

    def through(self, crew: Crew) -> Iterator[Done]:
        """All of them through the connections of the crew."""
        rest = iter(self._wanted)
        one = next(rest, None)
        while one is not None or crew.working:
            while one is not None and crew.idle and self._handed(one.build, crew):
                one = next(rest, None)
            if crew.working:
                for done in crew.done():
                    if self._settled(done):
                        yield done

    def _handed(self, build: Row, crew: Crew) -> bool:
        """Give a build to the crew or leave it for another run; False if it must wait for others."""
        host = _host(build)
        if self._failures[host] >= _PATIENCE * self._settings.connections:
            self._waiting[host] += 1
            return True
        limit = self._purse.take()
        if limit:
            self._grants[build["build_uuid"]] = host, limit
            crew.give(Job(build, limit, limit < self._settings.max_build_bytes))
        elif limit == 0:
            self._waiting[BUDGET] += 1
        return limit is not None

    def _settled(self, done: Done) -> bool:
        """Note what a build cost; tells whether it is done with for this run."""
        host, limit = self._grants.pop(done.uuid)
        self._purse.back(limit, done.spent)
        self._failures[host] = self._failures[host] + 1 if done.transient else 0
        self._waiting[BUDGET] += done.waits
        return not done.waits

    def left(self, origin: Origin) -> list[Row]:
        """Rows of `skipped` about the builds that wait for another run."""
        return [
            skipped_row(
                origin,
                "." if why == BUDGET else why,
                NOT_FETCHED,
                f"{words.plural(count, 'build')}: "
                + (f"max_bytes of {self._settings.max_bytes:,} reached" if why == BUDGET else "no answers"),
            )
            for why, count in sorted(self._waiting.items())
            if count
        ]


def _host(build: Row) -> str:
    try:
        return urlsplit(str(build["log_url"])).hostname or "."
    except ValueError:
        return "."
