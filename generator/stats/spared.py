"""What the first-pass rate would have been without one signature."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.base import FAILURE, INFRA, Base
from generator.stats.buildsets import Tries, first_pass, group_of
from generator.stats.intervals import Ints
from generator.stats.rates import rate, stacked, table
from generator.stats.settings import WINDOWS
from generator.tables import Tables

_WINDOWS = ("7d", "28d")


def first_pass_without(base: Base, found: Tries, tables: Tables) -> pd.DataFrame:
    """The table `first_pass_without`: signatures that alone made a first try fail, all CIs together."""
    tries, signatures = _alone(base, found, tables)
    group = group_of(base, found.ci, found.pipeline, False)
    size, parts = len(base.pipelines), []
    for window in _WINDOWS:
        inside = np.where(found.slot < WINDOWS[window], group, -1)
        for signature in np.unique(signatures):
            spared = np.zeros(len(group), dtype=np.bool_)
            spared[tries[signatures == signature]] = True
            rates = rate(first_pass(found, inside, size, spared))
            gained = np.bincount(inside[spared & (inside >= 0)], minlength=size)
            frame = table("first_pass_without", {
                "signature": [base.signatures[signature]] * size, "window": [window] * size,
                "pipeline": base.dims["pipeline"].values[base.pipelines],
                "gained": gained, **rates.columns(),
            })  # fmt: skip
            parts.append(frame[gained > 0])
    return stacked("first_pass_without", parts)


def _alone(base: Base, found: Tries, tables: Tables) -> tuple[Ints, Ints]:
    """First tries that failed, each with the signatures that hit every build that made it fail."""
    failed = np.flatnonzero(found.first & ~found.passed)
    names = tables.buildsets["buildset"].iloc[found.rows[failed]]
    sets = base.builds["buildset"].iloc[base.rows]
    place = pd.Index(names.astype(object)).get_indexer(pd.Index(sets.astype(object)))
    guilty = (place >= 0) & base.voting & ((base.outcome == FAILURE) | (base.outcome == INFRA))
    needed = np.bincount(place[guilty], minlength=len(failed))
    hits = guilty[base.hit_build]
    width = max(len(base.signatures), 1)
    pairs, hit = np.unique(place[base.hit_build[hits]] * width + base.hit_signature[hits], return_counts=True)
    whole = hit == needed[pairs // width]
    return failed[pairs[whole] // width], (pairs[whole] % width).astype(np.int64)
