"""Rates of each signature by day and by hour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from generator.stats.base import DAY, HOUR, Base
from generator.stats.cells import counts, hit_counts, scopes, signature_moments
from generator.stats.exposure import VOTING, Lens, Looked, lens
from generator.stats.gaps import Gaps
from generator.stats.intervals import Bools, Ints
from generator.stats.rates import rate, repeated, stacked, table, timestamps
from generator.stats.series import DAYS, HOURS, LONG_DAYS, period
from generator.stats.settings import StatsSettings


def enough(through: Lens, group: Ints, groups: int, settings: StatsSettings) -> Bools:
    """Cells (group × signature) in which enough failed builds of the jobs were examined for a rate."""
    seen, run = counts(through, (through.failed_seen, through.failed_run), group, groups)
    covered: Bools = seen >= settings.coverage_threshold * run
    return covered


def signature_days(base: Base, seen: Looked, gaps: Gaps, settings: StatsSettings) -> pd.DataFrame:
    """The table `signature_days`: the last 28 days by pipeline, the last 70 of all together.

    A day that was not answered completely has no rate.
    """
    parts, reach = [], gaps.of_pipelines(base)
    for scope in VOTING:
        through = lens(base, seen, scope)
        for days, which in ((LONG_DAYS, 0), (DAYS, 1)):
            number, starts = period(base, DAY, days)
            names, group = scopes(base, number >= 0)[which]
            cell = np.where(group >= 0, group * days + number, -1)
            partial = gaps.signature_periods(reach[1:] if which else reach[:1], starts)
            labels = {
                "pipeline": repeated(names, days * len(base.signatures)), "voting": scope,
                "day": timestamps(np.tile(np.repeat(starts, len(base.signatures)), len(names))),
                "partial": partial,
            }  # fmt: skip
            parts.append(_rows(base, through, cell, len(names) * days, labels, settings))
    return stacked("signature_days", parts)


def _rows(
    base: Base, through: Lens, cell: Ints, cells: int, labels: dict[str, Any], settings: StatsSettings
) -> pd.DataFrame:
    moments = signature_moments(base, through, through.completed, through.rated_hits, cell, cells)
    rates = rate(moments, enough(through, cell, cells, settings) & ~labels["partial"])
    return table("signature_days", {
        **{name: np.broadcast_to(values, len(moments.n)) for name, values in labels.items()},
        "signature": np.tile(base.signatures, cells),
        **rates.columns(), "has_data": np.isfinite(rates.rate),
        "hits": hit_counts(base, through.failed_hits, cell, cells).ravel(),
        "failed": counts(through, (through.failed_any,), cell, cells)[0],
    })  # fmt: skip


def signature_hours(base: Base, seen: Looked, gaps: Gaps, settings: StatsSettings) -> pd.DataFrame:
    """The table `signature_hours`: all pipelines together, voting builds, the last 7 × 24 hours."""
    through, width = lens(base, seen, "voting"), len(base.signatures)
    number, starts = period(base, HOUR, HOURS)
    k = hit_counts(base, through.rated_hits, number, HOURS).ravel()
    (n,) = counts(through, (through.completed,), number, HOURS)
    whole = ~gaps.signature_periods(gaps.of_pipelines(base)[:1], starts)
    has_data = (n > 0) & enough(through, number, HOURS, settings) & whole
    return table("signature_hours", {
        "signature": np.tile(base.signatures, HOURS), "hour": timestamps(np.repeat(starts, width)),
        "k": k, "n": n, "rate": np.divide(k, n, out=np.full(len(k), np.nan), where=has_data),
        "has_data": has_data,
    })  # fmt: skip
