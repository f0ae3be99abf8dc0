"""The lines of one file that a single signature matches: how many, and when they were written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from generator.matching.chunks import Lines
from generator.matching.clock import CLOCK_BYTES, line_time
from generator.matching.engine import Engine
from generator.matching.facts import Facts
from generator.matching.passing import MAX_TEXT, Pass
from generator.matching.plan import Plan, Wanted


@dataclass
class Matched:
    """Of the lines of a file from `since` on: how many match, the first and the last time (UTC), and `text`,
    the bytes of the first by time.

    `searched` is how many lines the file has, `untimed` how many matched but have no time to tell
    whether they are from `since` on: these are not in `lines`. `assumed` as in Match.
    """

    lines: int = 0
    first: datetime | None = None
    last: datetime | None = None
    text: bytes = b""
    assumed: bool = False
    searched: int = 0
    untimed: int = 0

    def add(self, at: datetime | None, text: bytes) -> None:
        """Count one line."""
        if not self.lines or (at is not None and (self.first is None or at < self.first)):
            self.first, self.text = at, text
        if at is not None:
            self.last = at if self.last is None else max(self.last, at)
        self.lines += 1


def count_lines(
    engine: Engine,
    chunks: Iterable[bytes],
    facts: Facts,
    near: datetime | None = None,
    since: datetime | None = None,
) -> Matched:
    """Count in unpacked bytes, cut anywhere, what the engine's only signature matches.

    A line without a clock has the time of the line before it; in front of the first clock that is `near`,
    e.g. the start of the build.
    """
    lines, state = Lines(chunks), _Timed(_line_by_line(engine.planner.plan(facts)), near=near, since=since)
    for chunk in lines:
        state.take(chunk)
    state.matched.searched = state.lines
    return state.matched


def _line_by_line(plan: Plan) -> Plan:
    """Lines that match whatever they say are not counted by the chunk, as each has its own time."""
    return replace(plan, each=(*plan.each, *plan.all), all=())


@dataclass
class _Timed(Pass):
    """A pass that looks at the clock of each line that matches."""

    near: datetime | None = None
    since: datetime | None = None
    matched: Matched = field(default_factory=Matched)
    _clock: datetime | None = None  # of the last line looked at
    _looked: int = 0  # so far in the chunk

    def __post_init__(self) -> None:
        self._clock = self.near

    def take(self, chunk: bytes) -> None:
        self._looked = 0
        super().take(chunk)
        self._wind(chunk, len(chunk))

    def _matched(self, wanted: Wanted, chunk: bytes, start: int, end: int) -> None:
        self._wind(chunk, end + 1)
        self.matched.assumed = self.matched.assumed or wanted.assumed
        at = self._clock
        if self.since is None or (at is not None and at >= self.since):
            self.matched.add(at, chunk[start : min(end, start + MAX_TEXT)])
        elif at is None:
            self.matched.untimed += 1

    def _wind(self, chunk: bytes, end: int) -> None:
        """Set the clock to that of the last line before `end`, where a line ends, that has one."""
        line_end, looked = end, self._looked
        self._looked = end
        while line_end > looked:
            start = chunk.rfind(b"\n", 0, line_end - 1) + 1
            at = line_time(chunk[start : min(line_end, start + CLOCK_BYTES)], self._clock)
            if at is not None:
                self._clock = at
                return
            line_end = start
