"""How CIs comment: in the form that Gerrit's Zuul summary shows, and not more often than asked."""

from __future__ import annotations

import numpy as np

from generator.stats.cells import cluster_moments
from generator.stats.intervals import Bools, Ints, Moments


def compliant_moments(ci: Ints, change: Ints, compliant: Bools, cis: int) -> Moments:
    """Compliant comments out of all, one cell a CI, clustered by change; −1: unknown, a cluster of its own.

    One element a comment with a result.
    """
    alone = int(change.max(initial=0)) + 1 + np.arange(len(change))
    return cluster_moments(np.where(change >= 0, change, alone), compliant, ci, cis)


def excess_counts(ci: Ints, patch: Ints, rechecks: Ints, cis: int) -> tuple[Ints, Ints]:
    """Comments of each CI beyond 1 + rechecks of their patch set, and all of them.

    One element of `ci` and `patch` a comment with a result; `rechecks` of one a patch set.
    """
    span = max(len(rechecks), 1)
    pairs, count = np.unique(ci * span + patch, return_counts=True)
    beyond = np.maximum(count - 1 - rechecks[pairs % span], 0)
    of = pairs // span
    excess, total = (np.bincount(of, weights=v, minlength=cis).astype(np.int64) for v in (beyond, count))
    return excess, total
