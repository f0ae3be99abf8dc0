"""What CIs of the roster said of patch sets, and their verdicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from generator.model import OUTCOMES
from generator.reviews_model import COMMENT_KINDS
from generator.stats.base import EARLIEST, FAILURE, flags, microseconds
from generator.stats.intervals import Bools, Ints
from generator.tables import Tables

RESULT, UNREAD, RECHECK = (COMMENT_KINDS.index(kind) for kind in ("result", "unread", "recheck"))


@dataclass(frozen=True)
class Comments:
    """One element a comment of a CI of the roster, sorted by time (microseconds since 1970)."""

    ci: Ints
    #: Index of the patch set; −1: unknown.
    patch: Ints
    time: Ints
    #: Index in `COMMENT_KINDS`.
    kind: Ints
    #: Index in `OUTCOMES`; −1: none.
    outcome: Ints
    #: 0: none.
    vote: Ints
    compliant: Bools
    #: Position in the table `comments`.
    row: Ints


@dataclass(frozen=True)
class Verdicts:
    """One element a CI and patch set with a result that is success or failure: the last; sorted by time."""

    ci: Ints
    patch: Ints
    outcome: Ints
    time: Ints
    #: Index among the `Comments`.
    comment: Ints


def comments(tables: Tables, ci: Ints, patch: Ints, until: int) -> Comments:
    """The comments up to `until` of which a CI is known; `ci` and `patch` are those of each row."""
    told = tables.comments
    time = microseconds(told["time"])
    rows = np.flatnonzero((ci >= 0) & (time >= EARLIEST) & (time <= until))
    rows = rows[np.argsort(time[rows], kind="stable")]
    used = told.take(rows)
    kind, outcome = _place(used["kind"], COMMENT_KINDS), _place(used["outcome"], OUTCOMES)
    return Comments(
        ci=ci[rows], patch=patch[rows], time=time[rows], kind=kind,
        outcome=np.where(kind == RESULT, outcome, -1),
        vote=used["vote"].fillna(0).to_numpy(dtype=np.int64),
        compliant=flags(used["compliant"], False), row=rows,
    )  # fmt: skip


def _place(column: pd.Series[str], words: tuple[str, ...]) -> Ints:
    """Where each value stands among the words; −1: it is none of them."""
    codes, found = pd.factorize(column)
    places = [words.index(word) if word in words else -1 for word in found]
    return np.array([*places, -1], dtype=np.int64)[codes]


def verdicts(said: Comments) -> Verdicts:
    """The last success or failure of each CI on each patch set."""
    use = np.flatnonzero((said.patch >= 0) & (said.outcome >= 0) & (said.outcome <= FAILURE))[::-1]
    span = int(said.patch.max(initial=0)) + 1
    _, last = np.unique(said.ci[use] * span + said.patch[use], return_index=True)
    chosen = np.sort(use[last])
    return Verdicts(
        said.ci[chosen], said.patch[chosen], said.outcome[chosen], said.time[chosen], chosen
    )  # fmt: skip


def rechecks(tables: Tables, patch: Ints, until: int, size: int) -> Ints:
    """How many rechecks of people each of `size` patch sets has."""
    told = tables.comments
    asked = told["kind"].eq(COMMENT_KINDS[RECHECK]).to_numpy(dtype=np.bool_)
    use = asked & (patch >= 0) & (microseconds(told["time"]) <= until)
    return np.bincount(patch[use], minlength=size).astype(np.int64)
