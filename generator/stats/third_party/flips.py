"""How often a failure was followed by a success on the same patch set."""

from __future__ import annotations

import numpy as np

from generator.stats.cells import cluster_moments
from generator.stats.intervals import Bools, Ints, Moments


def followed(pair: Ints, failed: Bools) -> tuple[Ints, Bools]:
    """Pairs of CI and patch set that failed and were tried again, and whether a success came after.

    One element of `pair` and `failed` a comment that tells success or failure, in the order of time.
    """
    if not len(pair):
        return pair, failed
    size, place = int(pair.max()) + 1, np.arange(len(pair))
    first = np.full(size, len(pair))
    np.minimum.at(first, pair[failed], place[failed])
    last, success = np.full(size, -1), np.full(size, -1)
    np.maximum.at(last, pair, place)
    np.maximum.at(success, pair[~failed], place[~failed])
    again = np.flatnonzero(last > first)
    flipped: Bools = success[again] > first[again]
    return again, flipped


def flip_moments(ci: Ints, patch: Ints, change: Ints, failed: Bools, cis: int) -> Moments:
    """Flipped out of retried patch sets, one cell a CI, clustered by change.

    One element a comment that tells success or failure, in the order of time.
    """
    span = int(patch.max(initial=0)) + 1
    pairs, first, pair = np.unique(ci * span + patch, return_index=True, return_inverse=True)
    again, flipped = followed(pair, failed)
    return cluster_moments(change[first[again]], flipped, pairs[again] // span, cis)
