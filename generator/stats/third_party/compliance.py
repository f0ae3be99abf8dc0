"""How CIs comment: in the form that Gerrit's Zuul summary shows, and not more often than asked."""

from __future__ import annotations

import numpy as np

from generator.stats.cells import cluster_moments
from generator.stats.intervals import Bools, Ints, Moments
from generator.stats.third_party.base import Base
from generator.stats.third_party.said import RESULT


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


def compliant(base: Base) -> Moments:
    """Compliant comments out of all with a result, of each CI, written in the 28 d."""
    said = base.comments
    rows = np.flatnonzero((said.kind == RESULT) & base.recent(said.time))
    change = np.append(base.patches.change_index, -1)[said.patch[rows]]
    return compliant_moments(said.ci[rows], change, said.compliant[rows], len(base.cis))


def excess(base: Base) -> tuple[Ints, Ints]:
    """Comments of each CI beyond 1 + rechecks, and all, on the patch sets created in the 28 d."""
    said = base.comments
    rows = np.flatnonzero((said.kind == RESULT) & (said.patch >= 0))
    rows = rows[base.recent(base.patches.created[said.patch[rows]])]
    return excess_counts(said.ci[rows], said.patch[rows], base.rechecks, len(base.cis))
