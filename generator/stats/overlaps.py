"""Which signatures hit the same failed builds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array

from generator.stats.base import Base
from generator.stats.exposure import Looked, lens
from generator.stats.rates import table


def overlaps(base: Base, seen: Looked) -> pd.DataFrame:
    """The table `overlaps`: every ordered pair that shares a failed build of the last 28 d, voting builds."""
    through = lens(base, seen, "voting")
    recent = through.failed_hits[base.within(0, 28)[base.hit_build[through.failed_hits]]]
    build, signature = base.hit_build[recent], base.hit_signature[recent]
    width = len(base.signatures)
    grid = csr_array((np.ones(len(build), dtype=np.int64), (build, signature)), shape=(len(base.end), width))
    both = coo_array(grid.T @ grid)
    pair = (both.row != both.col) & (both.data > 0)
    a, b, shared = both.row[pair], both.col[pair], both.data[pair]
    order = np.lexsort((b, a))
    a, b, shared = a[order], b[order], shared[order]
    hits = np.bincount(signature, minlength=width)
    alone = np.bincount(build, minlength=len(base.end))[build] == 1
    unique = np.bincount(signature[alone], minlength=width)
    return table("overlaps", {
        "signature": base.signatures[a], "other": base.signatures[b], "both": shared, "hits": hits[a],
        "share": shared / np.maximum(hits[a], 1), "unique": unique[a],
    })  # fmt: skip
