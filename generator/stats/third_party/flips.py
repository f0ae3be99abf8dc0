"""How often a failure was followed by a success on the same patch set."""

from __future__ import annotations

import numpy as np

from generator.stats.base import FAILURE
from generator.stats.cells import cluster_moments
from generator.stats.intervals import Bools, Ints, Moments
from generator.stats.third_party.base import Base


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


def flips(base: Base) -> Moments:
    """Flipped out of retried patch sets of each CI, of those created in the 28 d."""
    said = base.comments
    told = (said.patch >= 0) & (said.outcome >= 0) & (said.outcome <= FAILURE)
    rows = np.flatnonzero(told)
    patch = said.patch[rows]
    recent = base.recent(base.patches.created[patch])
    rows, patch = rows[recent], patch[recent]
    failed = said.outcome[rows] == FAILURE
    return flip_moments(said.ci[rows], patch, base.patches.change_index[patch], failed, len(base.cis))
