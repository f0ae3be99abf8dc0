"""Counts of each signature in groups of builds, by cluster: what its rates and their intervals need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from generator.stats.base import Base
from generator.stats.columns import ALL
from generator.stats.exposure import Lens, Weights
from generator.stats.intervals import Bools, Floats, Ints, Moments, by_cluster

#: Elements of a dense block of clusters × signatures: bounds memory.
_BLOCK = 8_000_000


def scopes(base: Base, inside: Bools) -> list[tuple[list[str], Ints]]:
    """All pipelines together, then each of its own: names of the groups, and each build's group or −1."""
    place = np.full(len(base.dims["pipeline"].values), -1, dtype=np.int64)
    place[base.pipelines] = np.arange(len(base.pipelines))
    own = place[base.dims["pipeline"].codes]
    names = list(base.dims["pipeline"].values[base.pipelines])
    return [([ALL], np.where(inside, 0, -1)), (names, np.where(inside, own, -1))]


def counts(lens: Lens, weights: Sequence[Weights], group: Ints, groups: int) -> list[Ints]:
    """Builds of each group that count for each signature, by weights: groups × signatures, flattened."""
    use = np.flatnonzero((group >= 0) & (lens.kind >= 0))
    ones = np.ones(len(use), dtype=np.float64)
    sums = csr_array((ones, (group[use], lens.kind[use])), shape=(groups, len(weights[0])))
    return [np.rint(np.asarray(sums @ w)).astype(np.int64).ravel() for w in weights]


def scoped_counts(lens: Lens, weights: Sequence[Weights], scoped: list[tuple[list[str], Ints]]) -> list[Ints]:
    """The same for the groups of `scopes`, one after the other."""
    parts = [counts(lens, weights, group, len(names)) for names, group in scoped]
    return [np.concatenate(same) for same in zip(*parts, strict=True)]


def hit_counts(base: Base, hits: Ints, group: Ints, groups: int) -> Ints:
    """Hits of each group and signature: groups × signatures."""
    owner = group[base.hit_build[hits]]
    width = len(base.signatures)
    cell = (owner * width + base.hit_signature[hits])[owner >= 0]
    return np.bincount(cell, minlength=groups * width).reshape(groups, width).astype(np.int64)


def cluster_counts(base: Base, counted: Bools, group: Ints, groups: int) -> Moments:
    """Moments of `counted` out of the builds with a group: one cell a group."""
    return cluster_moments(base.cluster, counted, group, groups)


def cluster_moments(cluster: Ints, counted: Bools, group: Ints, groups: int) -> Moments:
    """The same of whatever has a cluster and a group."""
    use = np.flatnonzero(group >= 0)
    span = int(cluster.max(initial=0)) + 1
    codes, keys = pd.factorize(group[use] * span + cluster[use])
    k = np.bincount(codes, weights=counted[use], minlength=len(keys)).astype(np.int64)
    n = np.bincount(codes, minlength=len(keys)).astype(np.int64)
    return by_cluster(keys // span, k, n, groups)


def signature_moments(
    base: Base, lens: Lens, weights: Weights, hits: Ints, group: Ints, groups: int
) -> Moments:
    """Moments of `hits` out of the builds that count by weights, by group × signature, flattened."""
    width, span = len(base.signatures), int(base.cluster.max(initial=0)) + 1
    counts_at_all: Bools = weights.max(axis=1, initial=0) > 0
    use = np.flatnonzero((group >= 0) & (lens.kind >= 0))
    use = use[counts_at_all[lens.kind[use]]]
    codes, keys = pd.factorize(group[use] * span + base.cluster[use], sort=True)
    owner = keys // span
    table = csr_array(
        (np.ones(len(use), dtype=np.float32), (codes, lens.kind[use])), shape=(len(keys), len(weights))
    )
    hit_row, hit_column, k = _hit_clusters(base, hits, group, keys, span)
    n, nn, nk = np.zeros((groups, width)), np.zeros((groups, width)), np.zeros(len(k))
    step = max(_BLOCK // max(width, 1), 1)
    for start in range(0, len(keys), step):
        block = np.asarray(table[start : start + step] @ weights)
        _add_by_group(owner[start : start + step], block, n, nn)
        here = (hit_row >= start) & (hit_row < start + step)
        nk[here] = block[hit_row[here] - start, hit_column[here]]
    return _moments(owner[hit_row] * width + hit_column, k, np.rint(nk).astype(np.int64), n, nn)


def _hit_clusters(base: Base, hits: Ints, group: Ints, keys: Ints, span: int) -> tuple[Ints, Ints, Ints]:
    """Clusters and signatures with a hit: the cluster's row among `keys`, the signature, how many hits."""
    build = base.hit_build[hits]
    inside = group[build] >= 0
    build, signature = build[inside], base.hit_signature[hits][inside]
    width = max(len(base.signatures), 1)
    row = np.searchsorted(keys, group[build] * span + base.cluster[build])
    pairs, k = np.unique(row * width + signature, return_counts=True)
    return pairs // width, pairs % width, k.astype(np.int64)


def _add_by_group(owner: Ints, block: NDArray[np.float32], n: Floats, nn: Floats) -> None:
    """Sum the rows of a block, and their squares, into the groups that own them; owners are sorted."""
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    n[owner[starts]] += np.add.reduceat(block, starts, axis=0)
    nn[owner[starts]] += np.add.reduceat(block * block, starts, axis=0)


def _moments(cell: Ints, k: Ints, nk: Ints, n: Floats, nn: Floats) -> Moments:
    """Moments of all cells from those clusters that have a hit and the sums over all clusters."""
    flat, squares = np.rint(n.ravel()).astype(np.int64), nn.ravel()
    size = len(flat)

    def total(values: Ints) -> Floats:
        return np.bincount(cell, weights=values, minlength=size).astype(np.float64)

    # clusters without a hit are clean; as many as the others would be if all were of one size
    square = flat.astype(np.float64) ** 2
    clusters = np.rint(np.divide(square, squares, out=np.zeros(size), where=squares > 0))
    full = total((k >= nk).astype(np.int64)).astype(np.int64)
    return Moments(
        k=np.rint(total(k)).astype(np.int64), n=flat,
        hit=np.bincount(cell, minlength=size).astype(np.int64),
        clean=np.maximum(clusters.astype(np.int64) - full, 0),
        kk=total(k * k), kn=total(k * nk), nn=squares,
    )  # fmt: skip
