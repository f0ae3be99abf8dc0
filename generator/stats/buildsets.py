"""How often the sets of builds of a pipeline pass, at all and at the first try of their patch set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from generator.stats.base import EARLIEST, Base, Coded, microseconds
from generator.stats.cells import cluster_moments
from generator.stats.columns import ALL
from generator.stats.gaps import Gaps
from generator.stats.intervals import Bools, Ints, Moments
from generator.stats.rates import Rate, days_with_data, judged, rate, repeated, stacked, trend
from generator.stats.settings import WINDOWS, StatsSettings
from generator.tables import Tables

#: What Zuul says of a set that it reported on; all else is no verdict: replaced, dequeued, not to be merged.
PASSED, FAILED = "SUCCESS", "FAILURE"
_DAY = 24 * 3_600_000_000


@dataclass(frozen=True)
class Tries:
    """The sets that passed or failed and ended at or before `until`; one element a set."""

    #: Positions in the table `buildsets`.
    rows: Ints
    #: Positions among `Base.dims`; −1: none there.
    ci: Ints
    pipeline: Ints
    slot: Ints
    passed: Bools
    #: It is of a change, and no try of that patch set in that pipeline came before it.
    of_change: Bools
    first: Bools
    #: Sets of one change share a number.
    cluster: Ints


def tries(base: Base, tables: Tables) -> Tries:
    """The tries of these tables, in the order in which they began."""
    sets = tables.buildsets
    end = microseconds(sets["end_time"])
    began = microseconds(sets["event_time"].fillna(sets["start_time"]).fillna(sets["end_time"]))
    told = sets["result"].isin([PASSED, FAILED]).to_numpy(dtype=np.bool_)
    rows = np.flatnonzero(told & (end >= EARLIEST) & (end <= base.until))
    rows = rows[np.argsort(began[rows], kind="stable")]
    used = sets.take(rows).reset_index(drop=True)
    change = used[["ci", "project", "change"]].astype(object)
    numbers = change.groupby(["ci", "project", "change"], dropna=False, sort=False).ngroup()
    of_change = used["change"].notna().to_numpy(dtype=np.bool_)
    again = used.astype(object).duplicated(["ci", "pipeline", "project", "change", "patchset"])
    return Tries(
        rows=rows, ci=_place(base.dims["ci"], used["ci"]),
        pipeline=_place(base.dims["pipeline"], used["pipeline"]),
        slot=(base.until - end[rows]) // _DAY,
        passed=used["result"].eq(PASSED).to_numpy(dtype=np.bool_),
        of_change=of_change, first=of_change & ~again.to_numpy(dtype=np.bool_),
        cluster=np.where(of_change, numbers, len(used) + np.arange(len(used))).astype(np.int64),
    )  # fmt: skip


def buildsets(base: Base, found: Tries, gaps: Gaps, settings: StatsSettings) -> pd.DataFrame:
    """The table `buildsets`: of all CIs together and of each, by pipeline; none without a try."""
    parts = [
        _window(base, found, gaps, cis, window, figure)
        for cis in (False, True)
        for window in WINDOWS
        for figure in ("passed", "first_pass")
    ]
    frame = pd.concat(parts, ignore_index=True)
    return stacked("buildsets", [judged(frame, settings.alpha, np.ones(len(frame), dtype=np.bool_))])


def group_of(base: Base, ci: Ints, pipeline: Ints, cis: bool) -> Ints:
    """The group of each set or build: its pipeline among those with rows of their own, by CI if `cis`."""
    place = np.full(len(base.dims["pipeline"].values) + 1, -1, dtype=np.int64)
    place[base.pipelines] = np.arange(len(base.pipelines))
    own = place[pipeline]
    return np.where((own >= 0) & (ci >= 0), ci * len(base.pipelines) + own, -1) if cis else own


def _window(base: Base, found: Tries, gaps: Gaps, cis: bool, window: str, figure: str) -> pd.DataFrame:
    names = list(base.dims["ci"].values[:-1]) if cis else [ALL]
    pipelines = base.dims["pipeline"].values[base.pipelines]
    size, length = len(names) * len(pipelines), WINDOWS[window]
    group = group_of(base, found.ci, found.pipeline, cis)
    builds = group_of(base, base.dims["ci"].codes, base.dims["pipeline"].codes, cis)
    reach = gaps.reach(base, np.where(builds < size, builds, -1), size)
    now, before = (
        _rate(found, np.where((found.slot >= start) & (found.slot < start + length), group, -1), size, figure)
        for start in (0, length)
    )
    frame = pd.DataFrame({
        "ci": repeated(names, len(pipelines)), "pipeline": np.tile(pipelines, len(names)),
        "window": window, "figure": figure, "partial": gaps.set_windows(reach, window),
        **now.columns(), **trend(now, before, *days_with_data(found.slot)[window]),
    })  # fmt: skip
    return frame[(now.moments.n > 0) | (before.moments.n > 0)]


def first_pass(found: Tries, group: Ints, groups: int, spared: Bools | None = None) -> Moments:
    """Moments of what passed at the first try, or would have if it is `spared`; one cell a group."""
    passed = found.passed if spared is None else found.passed | spared
    of_change = np.where(found.of_change, group, -1)
    return cluster_moments(found.cluster, passed & found.first, of_change, groups)


def _rate(found: Tries, group: Ints, groups: int, figure: str) -> Rate:
    if figure == "first_pass":
        return rate(first_pass(found, group, groups))
    return rate(cluster_moments(found.cluster, found.passed, group, groups))


def _place(dimension: Coded, names: pd.Series[str]) -> Ints:
    return pd.Index(dimension.values[:-1]).get_indexer(pd.Index(names.astype(object))).astype(np.int64)
