"""Failures in a row: over several changes of several owners they are the CI's, not the patches'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generator.stats.base import DAY, FAILURE, NO_TIME
from generator.stats.intervals import Bools, Ints
from generator.stats.rates import Columns
from generator.stats.third_party.alarms import BEFORE
from generator.stats.third_party.base import Base
from generator.stats.third_party.chance import lasting
from generator.stats.third_party.expected import HALF_YEAR
from generator.third_party_settings import Broken

#: Failures on the patch sets of one change are, whatever their number, that change's.
CHANGES = 2


@dataclass(frozen=True)
class Verdicts:
    """Comments of CIs that tell success or failure, by CI and time; arrays of one element a comment.

    `patch`, `change` and `owner` are codes; −1 is unknown. Times are microseconds.
    """

    ci: Ints
    patch: Ints
    change: Ints
    owner: Ints
    time: Ints
    failed: Bools


@dataclass(frozen=True)
class Runs:
    """Rows of failures without a success between, by CI and time; arrays of one element a row.

    `failures` are distinct patch sets. `known` is when it was clear that the CI is broken (`NO_TIME`: never):
    they are as many as was asked, and on more changes than chance explains. `known_…` are the counts of that
    moment. `ended` is the time of the success after it (`NO_TIME`: open); `before`: a success came before it,
    so that its start is known.
    """

    ci: Ints
    start: Ints
    ended: Ints
    before: Bools
    failures: Ints
    changes: Ints
    owners: Ints
    known: Ints
    known_failures: Ints
    known_changes: Ints
    known_owners: Ints

    @property
    def broken(self) -> Bools:
        """Rows of failures that are the CI's."""
        told: Bools = self.known != NO_TIME
        return told


def runs(verdicts: Verdicts, broken: Broken) -> Runs:
    """The rows of failures; a success ends one even if the same patch set failed again later.

    A failure on an unknown patch set tells nothing; of unknown owners nobody knows how many they are.
    """
    kept = ~verdicts.failed | (verdicts.patch >= 0)
    ci, time, failed = verdicts.ci[kept], verdicts.time[kept], verdicts.failed[kept]
    first_of_ci = np.diff(ci, prepend=-1) != 0
    run = np.cumsum(first_of_ci | ~failed)
    at = np.flatnonzero(failed)
    code, starts = np.unique(run[at], return_index=True)
    place, last = np.searchsorted(code, run[at]), np.append(starts, len(at))[1:] - 1
    counts = [
        _distinct(place, values[kept][at], starts)
        for values in (verdicts.patch, verdicts.change, verdicts.owner)
    ]
    over = (counts[0] >= broken.failures) & (counts[1] >= CHANGES) & (counts[2] >= broken.owners)
    clear = _clear(ci, time, failed, np.split(at, starts[1:])[: len(code)], np.where(over, counts[1], 0))
    begun, follows = at[starts], at[last] + 1
    after = np.minimum(follows, max(len(ci) - 1, 0))
    ended = (follows < len(ci)) & (ci[after] == ci[begun])
    told = clear >= 0
    return Runs(
        ci=ci[begun], start=time[begun], ended=np.where(ended, time[after], NO_TIME),
        before=~first_of_ci[begun],
        failures=counts[0][last], changes=counts[1][last], owners=counts[2][last],
        known=np.where(told, time[at[clear]], NO_TIME),
        known_failures=np.where(told, counts[0][clear], 0),
        known_changes=np.where(told, counts[1][clear], 0),
        known_owners=np.where(told, counts[2][clear], 0),
    )  # fmt: skip


def _clear(ci: Ints, time: Ints, failed: Bools, found: list[Ints], changes: Ints) -> Ints:
    """Of each row of failures the element that made it the CI's; −1: none.

    `found` has the verdicts of each row, `changes` how many there were at each of these, 0 where they are not
    enough of themselves. What failed while the CI was broken says nothing of how it works.
    """
    clear, whole = np.full(len(found), -1, dtype=np.int64), np.ones(len(ci), dtype=np.bool_)
    stops = np.cumsum([0, *map(len, found)])
    some = np.add.reduceat(changes, stops[:-1]) > 0 if len(found) else np.zeros(0, dtype=np.bool_)
    for row in np.flatnonzero(some):
        begun = found[row][0]
        first = np.searchsorted(ci, ci[begun])
        before = slice(first + np.searchsorted(time[first:begun], time[begun] - BEFORE), begun)
        worked = whole[before]
        own = changes[stops[row] : stops[row + 1]]
        lasts = lasting(int((failed[before] & worked).sum()), int(worked.sum()), own) & (own > 0)
        if lasts.any():
            clear[row] = stops[row] + int(lasts.argmax())
            whole[found[row]] = False
    return clear


def _distinct(run: Ints, value: Ints, starts: Ints) -> Ints:
    """How many different known values each run has had so far, at each of its elements."""
    again = pd.DataFrame({"run": run, "value": value}).duplicated().to_numpy()
    new = np.cumsum(~again & (value >= 0))
    before = np.append(0, new)[starts]
    counted: Ints = new - before[run]
    return counted


def open_runs(found: Runs, cis: int) -> Columns:
    """The columns `streak…` and `broken` of each of `cis` CIs, from the row that no success has ended."""
    rows = np.flatnonzero(found.ended == NO_TIME)
    where = found.ci[rows]

    def placed(values: NDArray[Any], otherwise: int) -> NDArray[Any]:
        column = np.full(cis, otherwise, dtype=values.dtype)
        column[where] = values[rows]
        return column

    return {
        "streak": placed(found.failures, 0), "streak_changes": placed(found.changes, 0),
        "streak_owners": placed(found.owners, 0), "streak_since": placed(found.start, NO_TIME),
        "broken": placed(found.broken, 0),
    }  # fmt: skip


def verdicts(base: Base, since: int = NO_TIME) -> Verdicts:
    """The comments after `since`, microseconds, that tell success or failure."""
    said, patches = base.comments, base.patches
    rows = np.flatnonzero((said.outcome >= 0) & (said.outcome <= FAILURE) & (said.time > since))
    rows = rows[np.argsort(said.ci[rows], kind="stable")]
    patch = said.patch[rows]
    return Verdicts(
        ci=said.ci[rows], patch=patch, change=np.append(patches.change_index, -1)[patch],
        owner=np.append(patches.owner, -1)[patch], time=said.time[rows],
        failed=said.outcome[rows] == FAILURE,
    )  # fmt: skip


def columns(base: Base) -> Columns:
    """The columns `streak…` and `broken` of the CIs, from the comments of half a year; times as numbers."""
    told = verdicts(base, base.until - HALF_YEAR * DAY)
    return open_runs(runs(told, base.settings.settings.broken), len(base.cis))
