"""Wilson intervals of rates whose builds fail together: effective n, differences, moments by cluster.

A cell is one rate, k of n builds, that fall into clusters (builds of one change or buildset). Sources:
Wilson 1927; Korn and Graubard 1998 (interval on the effective n with the degrees of freedom of its estimate);
Smyth 2004 (estimates of many cells moderate each other); Newcombe 1998, method 10 (difference).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

Z = float(norm.ppf(0.975))

#: What is assumed of a cell until data say more: the correlation within a cluster, and how many clusters'
#: worth of evidence that is, alone and at most (when other cells show the same). Chosen in simulation: see
#: tests/stats/test_stats_coverage.py.
PRIOR_CORRELATION = 0.15
PRIOR_WEIGHT = 4.0
POOL_WEIGHT = 8.0


@dataclass(frozen=True)
class Moments:
    """Sums over the clusters of each cell, all of one shape; kc and nc are counts in a cluster."""

    k: Ints
    n: Ints
    #: Clusters with kc > 0, and those with kc < nc.
    hit: Ints
    clean: Ints
    #: Sums of kc², kc·nc and nc².
    kk: Floats
    kn: Floats
    nn: Floats


def by_cluster(cell: Ints, k: Ints, n: Ints, cells: int) -> Moments:
    """Moments of `cells` cells from rows that are one cluster of one cell each: its cell, kc and nc."""
    kept = n > 0
    cell, k, n = cell[kept], k[kept], n[kept]

    def total(values: NDArray[np.generic]) -> Floats:
        return np.bincount(cell, weights=values.astype(np.float64), minlength=cells).astype(np.float64)

    def whole(values: NDArray[np.generic]) -> Ints:
        return np.rint(total(values)).astype(np.int64)

    return Moments(
        k=whole(k), n=whole(n), hit=whole(k > 0), clean=whole(k < n),
        kk=total(k * k), kn=total(k * n), nn=total(n * n),
    )  # fmt: skip


def joined(parts: Sequence[Moments]) -> Moments:
    """The cells of all parts, one after the other."""
    return Moments(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Moments)})


def _own_effect(m: Moments, n: Floats) -> tuple[Floats, Floats]:
    """Each cell's design effect by the variance of a ratio of totals, and the clusters it rests on."""
    rate = m.k / n
    squares = m.kk - 2 * rate * m.kn + rate**2 * m.nn
    # as many clusters of one size would weigh the same
    clusters = n**2 / np.maximum(m.nn, 1)
    small_sample = np.minimum(clusters / np.maximum(clusters - 1, 0.5), 2)
    inner = (m.k > 0) & (m.k < m.n)
    binomial = np.where(inner, rate * (1 - rate) * n, 1.0)
    # of a rare event only the clusters that have it tell whether it comes in bunches
    evidence = np.where(inner, np.minimum(m.hit, m.clean), 0).astype(np.float64)
    return np.where(inner, squares * small_sample / binomial, 1.0), evidence


def _expected_effect(own: Floats, evidence: Floats, size: Floats) -> tuple[Floats, Floats]:
    """The design effect that other cells lead to expect, and how many clusters' evidence that is worth."""
    grouped = np.where(size > 1, evidence, 0.0)
    excess, possible = grouped * (own - 1), grouped * (size - 1)
    prior = PRIOR_WEIGHT
    others = np.maximum(grouped.sum() - grouped, 0)
    spread = np.maximum((possible.sum() - possible), 1e-12)
    seen = np.clip((excess.sum() - excess) / spread, 0, 1)
    correlation = (prior * PRIOR_CORRELATION + others * seen) / (prior + others)
    weight = prior + (POOL_WEIGHT - prior) * others / (others + 5 * prior)
    return 1 + (size - 1) * correlation, weight


def effective(m: Moments) -> Floats:
    """How many independent builds each cell's n is worth; at most n, 0 where n is 0.

    Few clusters make the design effect uncertain, which lowers it further; but a cell is never worth less
    than if every cluster failed or passed as one, unless its own data say so.
    """
    n = np.maximum(m.n, 1).astype(np.float64)
    size = np.maximum(m.nn / n, 1.0)
    own, evidence = _own_effect(m, n)
    expected, weight = _expected_effect(own, evidence, size)
    effect = np.maximum((evidence * own + weight * expected) / (evidence + weight), 1.0)
    inflated = effect * (student.ppf(0.975, evidence + weight) / Z) ** 2
    bounded = np.minimum(inflated, np.where(size > 1, np.maximum(size, effect), 1.0))
    return np.where(m.n > 0, n / bounded, 0.0)


def wilson(rate: Floats, n: Floats) -> tuple[Floats, Floats]:
    """95 % bounds of a rate on n independent cases; NaN where n is 0 or the rate unknown."""
    known = (n > 0) & np.isfinite(rate)
    safe, p = np.where(known, n, 1.0), np.where(known, rate, 0.0)
    scale = 1 + Z**2 / safe
    centre = (p + Z**2 / (2 * safe)) / scale
    half = Z / scale * np.sqrt(p * (1 - p) / safe + Z**2 / (4 * safe**2))
    low, high = np.clip(centre - half, 0, p), np.clip(centre + half, p, 1)
    # rounding must not put the bound of 0 of n beside 0, nor that of n of n beside 1
    low, high = np.where(p <= 0, 0.0, low), np.where(p >= 1, 1.0, high)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def difference(
    rate: Floats, low: Floats, high: Floats, before: Floats, before_low: Floats, before_high: Floats
) -> tuple[Floats, Floats, Floats]:
    """rate − before with its 95 % interval, from the two rates' own intervals; NaN where one is unknown."""
    change = rate - before
    down = np.hypot(rate - low, before_high - before)
    up = np.hypot(high - rate, before - before_low)
    return change, np.maximum(change - down, -1), np.minimum(change + up, 1)
