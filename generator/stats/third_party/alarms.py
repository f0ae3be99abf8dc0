"""When a run could first have known that a CI had fallen silent, by what was known then.

What comes later, a result on an old patch set or a window that moves, changes none of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.stats.base import DAY, NO_TIME
from generator.stats.intervals import Ints
from generator.stats.third_party.chance import surprising

#: A CI's own rate is that of the days before its silence: so far back the data must reach.
BEFORE = 28 * DAY


@dataclass(frozen=True)
class Alarms:
    """Silences of one CI that were longer than chance explains, by time; one element a silence.

    `start` is the last result before, `time` when the last of the first `count` missed patch sets was due,
    `again` the first result after (`NO_TIME`: open), `missed` all patch sets that were due until then;
    all of them were uploaded after `start`.
    """

    start: Ints
    time: Ints
    count: Ints
    again: Ints
    missed: Ints


def alarms(created: Ints, due: Ints, first: Ints, results: Ints, oldest: int) -> Alarms:
    """The silences of a CI; times in microseconds, sorted but for `first`.

    `created`, `due` and `first` are upload, deadline and first result (`NO_TIME`: none) of each expected
    patch set, `results` all its results, on whatever patch set. Data on patch sets begin at `oldest`.
    """
    late = (first == NO_TIME) | (first > due)
    uploaded, missed = created[late], due[late]
    silence = np.searchsorted(results, missed, side="right") - 1
    last = np.append(results, NO_TIME)[silence]
    # before the first result, and where the rate before is not known, nothing is said; and a slow CI has
    # many patch sets in work that it will answer late: who spoke after an upload was not silent yet
    judged = (last >= oldest + BEFORE) & (uploaded > last)
    missed, silence = missed[judged], silence[judged]
    which, begin, place, total = np.unique(
        silence, return_index=True, return_inverse=True, return_counts=True
    )
    count = np.arange(len(missed)) - begin[place] + 1
    reported, expected = _before(due, first, results[which])
    # a page is one look; a feed looks at every patch set of every day
    told = np.flatnonzero(surprising(reported[place], expected[place], count, expected[place]))
    _, earliest = np.unique(place[told], return_index=True)
    told = told[earliest]
    return Alarms(
        start=results[silence[told]], time=missed[told], count=count[told],
        again=np.append(results, NO_TIME)[silence[told] + 1], missed=total[place[told]],
    )  # fmt: skip


def _before(due: Ints, first: Ints, since: Ints) -> tuple[Ints, Ints]:
    """Reported and expected patch sets that were due in the days up to each time, as it was known then."""
    low, high = (np.searchsorted(due, since - back, side="right") for back in (BEFORE, 0))
    answered = np.where(first == NO_TIME, np.iinfo(np.int64).max, first)
    reported = [int((answered[a:b] <= t).sum()) for a, b, t in zip(low, high, since, strict=True)]
    return np.array(reported, dtype=np.int64), (high - low).astype(np.int64)
