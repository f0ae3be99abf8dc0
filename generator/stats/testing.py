"""Did a rate change? A test on effective counts, exact for the smallest, and false-discovery control."""

from __future__ import annotations

import numpy as np
from scipy.stats import false_discovery_control, hypergeom, norm

from generator.stats.intervals import Bools, Floats, Ints

#: Where an expected count is below this, the exact test decides (Cochran's rule).
EXACT_BELOW = 5.0
#: Rows of the exact test that are decided at once.
_CHUNK = 4096


def change_p(k: Ints, n: Ints, effective: Floats, k0: Ints, n0: Ints, effective0: Floats) -> Floats:
    """Two-sided p-values that two rates are the same; NaN where a margin of the table is empty.

    The rates' difference by its standard error under equality, on effective numbers of builds; Fisher's
    exact test on the effective counts, rounded, where an expected effective count is under `EXACT_BELOW`.
    """
    testable = (n > 0) & (n0 > 0) & (k + k0 > 0) & (k + k0 < n + n0)
    p = np.full(len(k), np.nan)
    if not testable.any():
        return p
    a, b = effective[testable], effective0[testable]
    rate: Floats
    rate, rate0 = k[testable] / n[testable], k0[testable] / n0[testable]
    together = (rate * a + rate0 * b) / (a + b)
    z = (rate - rate0) / np.sqrt(together * (1 - together) * (1 / a + 1 / b))
    result = np.asarray(2 * norm.sf(np.abs(z)))
    smallest = np.minimum(together, 1 - together) * np.minimum(a, b)
    exact = smallest < EXACT_BELOW
    result[exact] = fisher_p(*(np.rint(x[exact]).astype(np.int64) for x in (rate * a, a, rate0 * b, b)))
    p[testable] = result
    return p


def fisher_p(k: Ints, n: Ints, k0: Ints, n0: Ints) -> Floats:
    """Fisher's exact two-sided p-values of many tables: k of n, k0 of n0; 1 where a margin is empty."""
    # the rarer outcome in the smaller group is counted, so that few values are possible
    k, n, k0, n0 = (np.where(n <= n0, a, b) for a, b in ((k, k0), (n, n0), (k0, k), (n0, n)))
    swap = 2 * (k + k0) > n + n0
    k, k0 = np.where(swap, n - k, k), np.where(swap, n0 - k0, k0)
    most = np.minimum(k + k0, n)
    order = np.argsort(most, kind="stable")
    p = np.ones(len(k))
    for start in range(0, len(order), _CHUNK):
        rows = order[start : start + _CHUNK]
        p[rows] = _fisher_chunk(k[rows], n[rows], k0[rows], n0[rows], int(most[rows].max()))
    return p


def _fisher_chunk(k: Ints, n: Ints, k0: Ints, n0: Ints, most: int) -> Floats:
    events, total = k + k0, n + n0
    mass = hypergeom.pmf(np.arange(most + 1)[None, :], total[:, None], events[:, None], n[:, None])
    seen = np.asarray(hypergeom.pmf(k, total, events, n))[:, None]
    # tables as likely as the one seen count as extreme too, whatever the rounding
    summed: Floats = np.where(mass <= seen * (1 + 1e-7), mass, 0.0).sum(axis=1)
    return np.where((events > 0) & (n > 0), np.minimum(summed, 1.0), 1.0)


def discoveries(p: Floats) -> Floats:
    """q-values (Benjamini-Hochberg) over all p-values that are not NaN; NaN elsewhere."""
    q = np.full(len(p), np.nan)
    tested: Bools = np.isfinite(p)
    if tested.any():
        q[tested] = false_discovery_control(p[tested])
    return q
