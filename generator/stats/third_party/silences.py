"""Silences: patch sets of E that a CI missed in a row, and the least that could be told from chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generator.stats.base import DAY, NO_TIME
from generator.stats.intervals import Bools, Floats, Ints
from generator.stats.rates import Columns, table, timestamps
from generator.stats.third_party.base import Base
from generator.stats.third_party.chance import LEAST, surprising
from generator.stats.third_party.expected import midnight
from generator.stats.third_party.said import RESULT

#: Silences that are listed of a CI, most patch sets first.
LISTED = 20
#: Of a CI that was never seen, so many patch sets without a result are a silence; and below so many spans
#: nothing is said of the least silence that would be noticed.
FEW = 10
#: What a CI does from day to day is judged by so long before a silence.
_RECORD = 28 * DAY


@dataclass(frozen=True)
class Runs:
    """One element a run of missed patch sets, by CI and time; times are microseconds since 1970."""

    ci: Ints
    #: Upload of the first patch set missed, and of the last.
    first: Ints
    last: Ints
    #: The result before the silence (`NO_TIME`: there is none), and the one after it (`NO_TIME`: open).
    start: Ints
    end: Ints
    missed: Ints
    #: Patch sets of E in the 28 d up to the last reported one before, and those of them that were reported.
    before: Ints
    before_reported: Ints

    @property
    def open(self) -> Bools:
        """It lasts to the end of the windows."""
        lasts: Bools = self.end == NO_TIME
        return lasts

    @property
    def began(self) -> Ints:
        """When the silence began: at the result before it, else when the first missed one was uploaded."""
        return np.where(self.start == NO_TIME, self.first, self.start)

    @property
    def clear(self) -> Bools:
        """More patch sets than chance explains."""
        never = (self.before_reported == 0) & (self.missed >= FEW)
        too_many: Bools = surprising(self.before_reported, self.before, self.missed) | never
        return too_many

    def seconds(self, until: int) -> Floats:
        """How long the silences are."""
        return (np.where(self.open, until, self.end) - self.began) / 1e6

    def take(self, rows: Ints) -> Runs:
        """Some of the runs."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def runs(base: Base) -> Runs:
    """All runs of missed patch sets of E, half a year."""
    e = base.expected
    change = np.diff(e.ci, prepend=-1, append=-1) != 0
    missed = np.concatenate([[False], ~e.reported, [False]])
    at = np.flatnonzero(missed[1:-1] & (~missed[:-2] | change[:-1]))
    to = np.flatnonzero(missed[1:-1] & (~missed[2:] | change[1:]))
    ci, first, last = e.ci[at], e.created[at], e.created[to]
    start, end = _bounds(base, ci, first, last)
    before, reported = _before(base, at)
    return Runs(ci, first, last, start, _retired(base, ci, end), to - at + 1, before, reported)


def _keys(base: Base, ci: Ints, time: Ints) -> Ints:
    """CI and time in one number that sorts as they do."""
    span = 2 * 400 * DAY
    return ci * span + np.clip(time - base.until + span // 2, 0, span - 1)


def _bounds(base: Base, ci: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """The results around each run; where others came in between, those around the longest time without."""
    said = base.comments
    rows = np.flatnonzero(said.kind == RESULT)
    rows = rows[np.argsort(said.ci[rows], kind="stable")]
    time, keys = said.time[rows], _keys(base, said.ci[rows], said.time[rows])
    begin, stop = (np.searchsorted(said.ci[rows], ci, side=side) for side in ("left", "right"))
    after_first = np.searchsorted(keys, _keys(base, ci, first), side="right")
    after_last = np.searchsorted(keys, _keys(base, ci, last), side="right")
    padded = np.append(time, NO_TIME)
    start = np.where(after_first > begin, padded[after_first - 1], NO_TIME)
    end = np.where(after_last < stop, padded[np.minimum(after_last, len(time))], NO_TIME)
    start = np.where((end == NO_TIME) & (after_last > begin), padded[after_last - 1], start)
    for run in np.flatnonzero((after_last > after_first) & (end != NO_TIME)):
        inner = time[after_first[run] : after_last[run]]
        edge = first[run] if start[run] == NO_TIME else start[run]
        edges = np.concatenate([[edge], inner, [end[run]]])
        longest = int(np.argmax(np.diff(edges)))
        start[run] = start[run] if longest == 0 else edges[longest]
        end[run] = edges[longest + 1]
    return start, end


def _before(base: Base, at: Ints) -> tuple[Ints, Ints]:
    """E in the 28 d up to the patch set before each of these rows: how many, and how many reported."""
    e = base.expected
    own = (at > 0) & (e.ci[at - 1] == e.ci[at])
    keys = _keys(base, e.ci, e.created)
    begin = np.searchsorted(keys, _keys(base, e.ci[at], e.created[at - 1] - _RECORD), side="right")
    reported = np.concatenate([[0], np.cumsum(e.reported)])
    return np.where(own, at - begin, 0), np.where(own, reported[at] - reported[np.minimum(begin, at)], 0)


def _retired(base: Base, ci: Ints, end: Ints) -> Ints:
    """The ends of runs, where what never ended did so when the CI was retired."""
    retired = np.array([NO_TIME if c.retired is None else midnight(c.retired) for c in base.cis], np.int64)
    own = np.append(retired, NO_TIME)[ci]
    return np.where((end == NO_TIME) & (own <= base.until), own, end)


def silences(base: Base, found: Runs) -> pd.DataFrame:
    """The table `third_party_silences`: of 3 patch sets or more, clear or open; and the longest."""
    worst = _worst(base, found)
    listed = ((found.missed >= LEAST) & (found.clear | found.open)) | np.isin(np.arange(len(found.ci)), worst)
    rows = np.flatnonzero(listed)
    rows = rows[np.lexsort((-found.first[rows], -found.missed[rows], found.ci[rows]))]
    rank = np.arange(len(rows)) - np.searchsorted(found.ci[rows], found.ci[rows])
    kept = found.take(np.sort(rows[rank < LISTED]))
    ids = np.array([ci.id for ci in base.cis], dtype=object)
    return table("third_party_silences", {
        "ci": ids[kept.ci], "start": timestamps(kept.began), "end": timestamps(kept.end),
        "missed": kept.missed, "open": kept.open,
    })  # fmt: skip


def columns(base: Base, found: Runs) -> Columns:
    """The columns of the scoreboard on silence, one element a CI."""
    size = len(base.cis)
    worst, lasting = np.full(size, -1), np.full(size, -1)
    longest = _worst(base, found)
    worst[found.ci[longest]] = longest
    ending = np.flatnonzero(found.open)
    lasting[found.ci[ending]] = ending
    silent = _at(found.clear, lasting, False)
    return {
        "missed": _at(found.missed, lasting, 0), "silent": silent,
        "silent_since": np.where(silent, _at(found.start, lasting, NO_TIME), NO_TIME),
        "silence_missed": _at(found.missed, worst, 0),
        "silence_s": _at(found.seconds(base.until), worst, np.nan),
        "silence_start": _at(found.began, worst, NO_TIME),
        "silence_open": _at(found.open, worst, False), "least_s": least(base, found),
    }  # fmt: skip


def _worst(base: Base, found: Runs) -> Ints:
    """The run of each CI with the most patch sets, of those the longest."""
    order = np.lexsort((found.seconds(base.until), found.missed, found.ci))
    last = np.flatnonzero(np.diff(found.ci[order], append=-1) != 0)
    return order[last].astype(np.int64)


def least(base: Base, found: Runs) -> Floats:
    """Seconds in which, in 9 of 10 cases, so many patch sets arrive that missing them all is clear.

    By the CI's rate in half a year, but for an open silence; NaN where E is too small.
    """
    e, answer = base.expected, np.full(len(base.cis), np.nan)
    quiet = np.zeros(len(base.cis), dtype=np.int64)
    quiet[found.ci[found.open & found.clear]] = found.missed[found.open & found.clear]
    begin, stop = (np.searchsorted(e.ci, np.arange(len(base.cis)), side=side) for side in ("left", "right"))
    for ci, (at, to) in enumerate(zip(begin, stop, strict=True)):
        reported, n = int(e.reported[at:to].sum()), int(to - at - quiet[ci])
        tries = np.arange(LEAST, max(n, LEAST))
        enough = np.flatnonzero(surprising(np.full(len(tries), reported), np.full(len(tries), n), tries))
        if len(enough):
            k = int(tries[enough[0]])
            spans = e.created[at + k : to] - e.created[at : to - k]
            if len(spans) >= FEW:
                answer[ci] = np.quantile(spans, 0.9, method="higher") / 1e6
    return answer


def _at(values: NDArray[Any], rows: Ints, absent: Any) -> NDArray[Any]:
    """The values at these rows; `absent` for row −1."""
    taken = np.full(len(rows), absent)
    taken[rows >= 0] = values[rows[rows >= 0]]
    return taken
