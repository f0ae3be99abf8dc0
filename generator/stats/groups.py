"""Failure rates by CI, job, pipeline, project, branch and provider, with their trend."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.base import DIMENSIONS, FAILURE, INFRA, NEUTRAL, SUCCESS, Base
from generator.stats.cells import cluster_counts
from generator.stats.exposure import VOTING, Voting
from generator.stats.gaps import Gaps
from generator.stats.intervals import Bools, Floats, Ints
from generator.stats.rates import Columns, Rate, days_with_data, judged, rate, stacked, trend
from generator.stats.settings import WINDOWS, StatsSettings


def shares(k: Ints, n: Ints) -> Floats:
    """k ÷ n; NaN for n = 0."""
    share: Floats = np.divide(k, n, out=np.full(len(n), np.nan), where=n > 0)
    return share


def outcome_counts(base: Base, group: Ints, groups: int) -> Columns:
    """Builds of each group by what became of them, and their coverage; one in group −1 is not counted."""
    use = np.flatnonzero(group >= 0)
    where, outcome, examined = group[use], base.outcome[use], base.examined[use]
    classified, rated = base.classified[use], base.rated[use]

    def number(chosen: Bools) -> Ints:
        return np.bincount(where[chosen], minlength=groups).astype(np.int64)

    failed = outcome == FAILURE
    return {
        "run": number(np.ones(len(use), dtype=np.bool_)), "examined": number(examined),
        "succeeded": number(outcome == SUCCESS), "failed": number(failed),
        "infra": number(outcome == INFRA), "neutral": number(outcome == NEUTRAL),
        "failed_examined": number(failed & examined), "classified": number(classified),
        "unclassified": number(failed & examined & ~classified),
        "coverage": shares(number(examined & rated), number(rated)),
    }  # fmt: skip


def in_scope(base: Base, scope: Voting) -> Bools:
    """Builds of a voting scope."""
    return base.voting | (scope == "all")


def failure_rate(base: Base, group: Ints, groups: int) -> Rate:
    """Failed out of failed and succeeded builds of each group, of CIs that show both."""
    failed = base.outcome == FAILURE
    completed = (failed | (base.outcome == SUCCESS)) & base.rated
    return rate(cluster_counts(base, failed, np.where(completed, group, -1), groups))


def groups(base: Base, gaps: Gaps, settings: StatsSettings) -> pd.DataFrame:
    """The table `groups`: every value with a build in the window or in the one before."""
    parts = []
    reaches = {name: gaps.reach(base, c.codes, len(c.values)) for name, c in base.dims.items()}
    for scope in VOTING:
        inside = in_scope(base, scope)
        days = days_with_data(base.slot[inside])
        for name in DIMENSIONS:
            for window in WINDOWS:
                frame = _window(base, name, scope, window, inside, days[window])
                partial = gaps.windows(reaches[name], window)
                parts.append(frame.assign(partial=partial[frame.index]))
    frame = pd.concat(parts, ignore_index=True)
    return stacked("groups", [judged(frame, settings.alpha)])


def _window(
    base: Base, dimension: str, scope: Voting, window: str, inside: Bools, days: tuple[int, int]
) -> pd.DataFrame:
    coded, length = base.dims[dimension], WINDOWS[window]
    now = np.where(inside & base.within(0, length), coded.codes, -1)
    before = np.where(inside & base.within(length, 2 * length), coded.codes, -1)
    size = len(coded.values)
    current, previous = failure_rate(base, now, size), failure_rate(base, before, size)
    numbers = outcome_counts(base, now, size)
    frame = pd.DataFrame({
        "dimension": dimension, "value": coded.values, "voting": scope, "window": window,
        **current.columns(), **numbers, **trend(current, previous, *days),
    })  # fmt: skip
    return frame[(numbers["run"] > 0) | (previous.moments.n > 0)]
