"""Success hits: which share of a signature's matching builds succeeded all the same."""

from __future__ import annotations

import numpy as np

from generator.stats.base import SUCCESS, Base
from generator.stats.cells import scoped_counts, scopes
from generator.stats.exposure import Lens
from generator.stats.intervals import Bools, Floats, Ints, Moments, by_cluster, joined
from generator.stats.rates import Columns, rate
from generator.stats.settings import StatsSettings


def success_columns(base: Base, lens: Lens, inside: Bools, settings: StatsSettings) -> Columns:
    """The success columns of `signatures`, by group and signature.

    A succeeded build with a hit stands for those beside it that were not examined too, and so does a failed
    one; the interval is that of the plain share, moved by the same weights.
    """
    grouped = scopes(base, inside)
    hits = np.sort(np.concatenate([lens.rated_hits, lens.success_hits]))
    share = rate(joined([_matching(base, hits, group, len(names)) for names, group in grouped]))

    def coverage(seen: Ints, run: Ints) -> Floats:
        return np.divide(seen, run, out=np.ones(len(run)), where=(run > 0) & (seen > 0))

    seen_of_run = (lens.failed_seen, lens.failed_run, lens.success_seen, lens.success_run)
    weights = [weight * lens.rated for weight in seen_of_run]
    failed_seen, failed_run, success_seen, success_run = scoped_counts(lens, weights, grouped)
    odds = coverage(failed_seen, failed_run) / coverage(success_seen, success_run)
    value, low, high = (x * odds / (x * odds + 1 - x) for x in (share.rate, share.low, share.high))
    m = share.moments
    bad = (m.n >= settings.few) & (np.nan_to_num(value) > settings.bad_success_rate)
    return {
        "success_k": m.k, "success_n": m.n, "success_rate": value,
        "success_low": low, "success_high": high, "success_bad": bad,
    }  # fmt: skip


def _matching(base: Base, hits: Ints, group: Ints, groups: int) -> Moments:
    """Moments of succeeded out of matching builds: a cell is group × signature."""
    build = base.hit_build[hits]
    use = group[build] >= 0
    build, width, span = build[use], len(base.signatures), int(base.cluster.max(initial=0)) + 1
    cell = group[build] * width + base.hit_signature[hits][use]
    keys, codes = np.unique(cell * span + base.cluster[build], return_inverse=True)
    success = base.outcome[build] == SUCCESS
    k = np.bincount(codes, weights=success, minlength=len(keys)).astype(np.int64)
    n = np.bincount(codes, minlength=len(keys)).astype(np.int64)
    return by_cluster(keys // span, k, n, groups * width)
