"""The figures of the whole: failed, classified, infra, coverage, each with its trend."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.base import FAILURE, INFRA, NEUTRAL, Base
from generator.stats.cells import cluster_counts, scopes
from generator.stats.exposure import VOTING, Voting
from generator.stats.gaps import Gaps
from generator.stats.groups import in_scope
from generator.stats.intervals import Bools, joined
from generator.stats.rates import Rate, days_with_data, judged, rate, stacked, trend
from generator.stats.settings import WINDOWS, StatsSettings

#: Of these more is better.
_UP = ("classified", "coverage", "coverage_failed")


def figures(base: Base) -> dict[str, tuple[Bools, Bools]]:
    """What each figure counts, and out of which builds."""
    failed, infra = base.outcome == FAILURE, base.outcome == INFRA
    return {
        "failed": (failed, (base.outcome <= FAILURE) & base.rated),
        "classified": (base.classified, failed & base.examined),
        "infra": (infra, (base.outcome < NEUTRAL) & base.rated),
        "coverage": (base.examined, base.rated),
        "coverage_failed": (base.examined, failed),
    }


def totals(base: Base, gaps: Gaps, settings: StatsSettings) -> pd.DataFrame:
    """The table `totals`: one row for each pipeline, scope, window and figure."""
    parts = [_window(base, gaps, settings, scope, window) for scope in VOTING for window in WINDOWS]
    frame = pd.concat(parts, ignore_index=True)
    up = frame["figure"].isin(_UP).to_numpy(dtype=np.bool_)
    return stacked("totals", [judged(frame, settings.alpha, up)])


def _window(base: Base, gaps: Gaps, settings: StatsSettings, scope: Voting, window: str) -> pd.DataFrame:
    inside, length = in_scope(base, scope), WINDOWS[window]
    names = [name for names, _ in scopes(base, inside) for name in names]
    days = days_with_data(base.slot[inside])[window]
    now = _rates(base, settings, inside & base.within(0, length))
    before = _rates(base, settings, inside & base.within(length, 2 * length))
    reach = gaps.of_pipelines(base)
    unclear = gaps.windows(reach, window)
    unknown = gaps.windows(reach & gaps.builds, window)
    parts = [
        pd.DataFrame({
            "pipeline": names, "voting": scope, "window": window, "figure": figure,
            "partial": unclear if figure == "classified" else unknown,
            **now[figure].columns(), **trend(now[figure], before[figure], *days),
        })
        for figure in now
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _rates(base: Base, settings: StatsSettings, inside: Bools) -> dict[str, Rate]:
    """Each figure's rates by pipeline; none of the classified where too few failed builds were examined."""
    moments = {
        figure: joined(
            [
                cluster_counts(base, counted, np.where(out_of, group, -1), len(names))
                for names, group in scopes(base, inside)
            ]
        )
        for figure, (counted, out_of) in figures(base).items()
    }
    seen = moments["coverage_failed"]
    enough = seen.k >= settings.coverage_threshold * seen.n
    return {figure: rate(m, enough if figure == "classified" else None) for figure, m in moments.items()}
