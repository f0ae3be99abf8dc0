"""Where a signature hits: by job, project, branch, provider and pipeline; and what hits a CI or job."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.base import DAY, Base
from generator.stats.cells import counts, hit_counts, signature_moments
from generator.stats.exposure import Looked, lens
from generator.stats.rates import rate, repeated, stacked, table, timestamps
from generator.stats.series import DAYS, period
from generator.stats.settings import WINDOWS, StatsSettings
from generator.stats.signature_series import enough

DIMENSIONS = ("job", "project", "branch", "provider", "pipeline")
#: Few values, and one without a hit says as much as one with: all are given.
WHOLE = ("branch", "provider", "pipeline")
_WINDOWS = ("7d", "28d")


def breakdowns(base: Base, seen: Looked, settings: StatsSettings) -> pd.DataFrame:
    """The table `breakdowns`, voting builds; a job or project without a hit in 28 d is left out."""
    through, width, parts = lens(base, seen, "voting"), len(base.signatures), []
    for dimension in DIMENSIONS:
        coded = base.dims[dimension]
        size = len(coded.values)
        recent = hit_counts(base, through.failed_hits, np.where(base.within(0, 28), coded.codes, -1), size)
        for window in _WINDOWS:
            group = np.where(base.within(0, WINDOWS[window]), coded.codes, -1)
            rates = rate(
                signature_moments(base, through, through.completed, through.rated_hits, group, size),
                enough(through, group, size, settings),
            )
            frame = table("breakdowns", {
                "signature": np.tile(base.signatures, size),
                "dimension": repeated([dimension], size * width), "value": repeated(coded.values, width),
                "window": repeated([window], size * width),
                **rates.columns(), "has_data": np.isfinite(rates.rate),
                "hits": hit_counts(base, through.failed_hits, group, size).ravel(),
            })  # fmt: skip
            hit = recent.ravel() > 0
            worth_a_row = hit | (rates.moments.n > 0) & (dimension in WHOLE)
            parts.append(frame[worth_a_row])
    return stacked("breakdowns", parts)


def breakdown_days(base: Base, seen: Looked) -> pd.DataFrame:
    """The table `breakdown_days`: hits of the last 28 days; a day without is left out."""
    through, width, parts = lens(base, seen, "voting"), len(base.signatures), []
    number, starts = period(base, DAY, DAYS)
    build, signature = base.hit_build[through.failed_hits], base.hit_signature[through.failed_hits]
    inside = number[build] >= 0
    build, signature = build[inside], signature[inside]
    for dimension in DIMENSIONS:
        coded = base.dims[dimension]
        shape = (max(width, 1), len(coded.values), DAYS)
        key = np.ravel_multi_index((signature, coded.codes[build], number[build]), shape)
        keys, hits = np.unique(key, return_counts=True)
        of, value, day = np.unravel_index(keys, shape)
        parts.append(table("breakdown_days", {
            "signature": base.signatures[of], "dimension": repeated([dimension], len(keys)),
            "value": coded.values[value], "day": timestamps(starts[day]), "hits": hits,
        }))  # fmt: skip
    return stacked("breakdown_days", parts)


def group_signatures(base: Base, seen: Looked) -> pd.DataFrame:
    """The table `group_signatures`: which signatures hit a CI or job, voting builds."""
    through, parts = lens(base, seen, "voting"), []
    for dimension in ("ci", "job"):
        coded = base.dims[dimension]
        size = len(coded.values)
        for window in _WINDOWS:
            group = np.where(base.within(0, WINDOWS[window]), coded.codes, -1)
            hits = hit_counts(base, through.failed_hits, group, size)
            value, signature = np.nonzero(hits)
            (out_of,) = counts(through, (through.failed_any,), group, size)
            parts.append(table("group_signatures", {
                "dimension": repeated([dimension], len(value)), "value": coded.values[value],
                "window": repeated([window], len(value)), "signature": base.signatures[signature],
                "hits": hits[value, signature], "failed": out_of.reshape(hits.shape)[value, signature],
            }))  # fmt: skip
    return stacked("group_signatures", parts)
