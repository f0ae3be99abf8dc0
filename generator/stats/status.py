"""Whether a signature is new, gone or back: from when it was hit, and when builds were examined for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from generator.stats.base import DAY, FAILURE, NO_TIME, Base, Texts, microseconds
from generator.stats.exposure import Lens, Looked
from generator.stats.intervals import Bools, Ints
from generator.stats.settings import StatsSettings

#: Without a hit for so many days, though builds were examined, a signature is gone.
QUIET_DAYS = 28
#: Larger than the age of anything.
NEVER = 1 << 40


@dataclass(frozen=True)
class History:
    """What the store tells of each signature in some groups of builds; arrays are groups × signatures."""

    #: end_time of the first and the last hit, microseconds; `NO_TIME` if there is none.
    first: Ints
    last: Ints
    #: Age in 24-hour slots of the last hit that came after a quiet time or after the bug was closed.
    back: Ints
    #: No hit for 28 days in which builds were examined, though there had been some.
    gone: Bools


def examined_slots(base: Base, looked: Bools) -> Bools:
    """Signatures × 24-hour slots (the newest is 0): builds were examined with the signature then."""
    slots = int(base.slot.max(initial=0)) + 1
    sets = np.zeros((len(looked), slots), dtype=np.bool_)
    use = base.examined
    sets[base.query_set[use] % len(looked), base.slot[use]] = True
    return np.asarray(looked.T.astype(np.float32) @ sets.astype(np.float32) > 0)


def examined_before(base: Base, seen: Looked, lens: Lens) -> Ints:
    """Age in slots of the oldest failed build examined with the very query that is loaded; −1: none."""
    oldest = np.full(len(seen.exact), -1, dtype=np.int64)
    use = base.examined & (base.outcome == FAILURE) & (lens.kind >= 0)
    np.maximum.at(oldest, base.query_set[use] % len(seen.exact), base.slot[use])
    ages: Ints = np.where(seen.exact, oldest[:, None], -1).max(axis=0, initial=-1)
    return ages


def resolved(tables_signatures: pd.DataFrame, signatures: Texts) -> Ints:
    """The end of the day on which each signature's bug was closed, microseconds; `NO_TIME` if it is open."""
    files = tables_signatures.drop_duplicates("signature").set_index("signature")["resolved_at"]
    closed: pd.Series[Any] = files.reindex(pd.Index(signatures, dtype=files.index.dtype))
    at = microseconds(closed)
    return np.where(at == NO_TIME, NO_TIME, (at // DAY + 1) * DAY)


@dataclass(frozen=True)
class Hits:
    """Hits of failed builds; one element a hit: its group × signature, end_time, 24-hour slot, signature."""

    cell: Ints
    end: Ints
    slot: Ints
    signature: Ints


def kept(base: Base, lens: Lens, group: Ints) -> Hits:
    """The hits whose builds are kept, in groups of builds."""
    build, signature = base.hit_build[lens.failed_hits], base.hit_signature[lens.failed_hits]
    inside = group[build] >= 0
    build, signature = build[inside], signature[inside]
    cell = group[build] * len(base.signatures) + signature
    return Hits(cell, base.end[build], base.slot[build], signature)


def forgotten(base: Base, hits: pd.DataFrame) -> Hits:
    """The first and the last hit of each signature before the first build that is kept, all in group 0.

    `hits` as of `history.failed_hits`.
    """
    oldest = int(base.end.min(initial=base.until)) // DAY * DAY
    day = microseconds(hits["day"])
    signature = pd.Index(base.signatures).get_indexer(pd.Index(hits["signature"].astype(object)))
    early = (day < oldest) & (signature >= 0)
    days = pd.Series(day[early]).groupby(signature[early])
    ends = pd.concat([days.min(), days.max()])
    of, end = ends.index.to_numpy(dtype=np.int64), ends.to_numpy(dtype=np.int64)
    return Hits(of, end, (base.until - end) // DAY, of)


def history(
    base: Base, hits: Sequence[Hits], groups: int, closed: Ints, slots: Bools, settings: StatsSettings
) -> History:
    """The history of each signature in each group of builds, from its hits of failed builds.

    `closed` as of `resolved`, `slots` as of `examined_slots`.
    """
    width = len(base.signatures)
    cell, end, slot, signature = (np.concatenate([getattr(h, f.name) for h in hits]) for f in fields(Hits))
    order = np.lexsort((end, cell))
    cell, end, slot, signature = cell[order], end[order], slot[order], signature[order]
    first, last = np.full(groups * width, NO_TIME), np.full(groups * width, NO_TIME)
    last[cell] = end
    first[cell[::-1]] = end[::-1]
    after_quiet = np.zeros(len(cell), dtype=np.bool_)
    after_quiet[1:] = (np.diff(cell) == 0) & _quiet(slots, signature[1:], slot[1:], slot[:-1], settings)
    after_quiet[1:] &= np.diff(end) >= QUIET_DAYS * DAY
    after_closing = (closed[signature] != NO_TIME) & (end >= closed[signature])
    back = np.full(groups * width, NEVER)
    returned = after_quiet | after_closing
    np.minimum.at(back, cell[returned], slot[returned])
    every = np.tile(np.arange(width), groups)
    silent = (last != NO_TIME) & (base.until - last >= QUIET_DAYS * DAY)
    newest = np.full(groups * width, -1)
    gone = silent & _quiet(slots, every, newest, np.full(groups * width, QUIET_DAYS), settings)
    return History(*(a.reshape(groups, width) for a in (first, last, back, gone)))


def _quiet(slots: Bools, signature: Ints, newer: Ints, older: Ints, settings: StatsSettings) -> Bools:
    """Whether builds were examined in enough of the slots between two: days without data are no silence."""
    sums = np.zeros((len(slots), slots.shape[1] + 1), dtype=np.int64)
    np.cumsum(slots, axis=1, out=sums[:, 1:])
    end = slots.shape[1]
    between = sums[signature, np.clip(older, 0, end)] - sums[signature, np.clip(newer + 1, 0, end)]
    # of days before the first build that is kept nobody knows whether builds were examined
    possible = np.maximum(np.minimum(older, end) - newer - 1, 0)
    enough: Bools = (between > 0) & (between >= settings.coverage_threshold * possible)
    return enough


def lifecycle(
    past: History, everywhere: History, hits: Ints, examined_at: Ints, until: int, days: int
) -> Texts:
    """`returned`, `new`, `gone` or an empty text for each group and signature: the window's last `days`.

    `hits` are those in the window, `everywhere` the history in all pipelines together, `examined_at` as of
    `examined_before`.
    """
    start = until - days * DAY
    first_here = (everywhere.first != NO_TIME) & (everywhere.first > start)
    new = first_here & (examined_at >= days)[None, :]
    state = np.full(hits.shape, "", dtype=object)
    state[past.gone & (hits == 0)] = "gone"
    state[new & (hits > 0)] = "new"
    state[(past.back < days) & (hits > 0)] = "returned"
    return state
