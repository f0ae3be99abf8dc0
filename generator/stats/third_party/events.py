"""What feeds tell of a CI: it fell silent, broke, is back, has votes to lift, rests.

Each event has the time at which a run could first have known it, and is made of what was known then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from generator.stats.base import DAY, NO_TIME
from generator.stats.intervals import Bools, Ints
from generator.stats.rates import table, timestamps
from generator.stats.third_party import streaks
from generator.stats.third_party.alarms import alarms
from generator.stats.third_party.base import Base
from generator.stats.third_party.expected import HALF_YEAR, midnight
from generator.stats.third_party.said import RESULT

#: Counts that some kinds of events do not have.
_NONE = {"count": 0, "changes": 0, "owners": 0, "reason": None}


def events(base: Base) -> pd.DataFrame:
    """The table `third_party_events` of half a year, by CI, then by time."""
    whole = pd.concat([*_silences(base), *_breakages(base), _pauses(base)], ignore_index=True)
    inside = (whole["time"] > _begin(base)) & (whole["time"] <= base.until)
    found = whole[inside].sort_values(["ci", "time", "kind"], kind="stable").reset_index(drop=True)
    ci = np.array([ci.id for ci in base.cis], dtype=object)[found["ci"].to_numpy(dtype=np.int64)]
    time, start, end = (timestamps(found[name].to_numpy(dtype=np.int64)) for name in ("time", "start", "end"))
    event = [f"{c}:{kind}:{at.isoformat()}" for c, kind, at in zip(ci, found["kind"], start, strict=True)]
    return table("third_party_events", found.assign(ci=ci, event=event, time=time, start=start, end=end))


def _begin(base: Base) -> int:
    return base.until - HALF_YEAR * DAY


def _part(ci: object, kind: str, time: Ints, start: Ints, end: Ints, **more: Any) -> pd.DataFrame:
    columns = {"time": time, "start": start, "end": end, "kind": kind, "ci": ci, **_NONE, **more}
    return pd.DataFrame(columns, index=range(len(time)))


def _silences(base: Base) -> Iterator[pd.DataFrame]:
    """That a CI fell silent, and that results are seen again."""
    results = np.flatnonzero(base.comments.kind == RESULT)
    due_after = [base.settings.deadline(ci) // timedelta(microseconds=1) for ci in base.cis]
    for ci, deadline in enumerate(due_after):
        mine = base.expected.ci == ci
        due, first = base.expected.created[mine] + deadline, base.expected.first[mine]
        heard = base.comments.time[results[base.comments.ci[results] == ci]]
        # E begins with the half year: how much was due before is known a while after
        found = alarms(due, first, heard, _begin(base) + deadline)
        yield _part(ci, "silent", found.time, found.start, found.again, count=found.count)
        back = found.again != NO_TIME
        again, start = found.again[back], found.start[back]
        yield _part(ci, "results", again, start, again, count=found.missed[back])


def _breakages(base: Base) -> Iterator[pd.DataFrame]:
    """That a CI broke, that it recovered, and that votes of the time between may be lifted."""
    runs = streaks.runs(streaks.verdicts(base), base.settings.settings.broken)
    # of the oldest rows that are kept nobody knows since when
    told = runs.broken & (runs.before | (runs.start > _begin(base)))
    yield _part(
        runs.ci[told], "broken", runs.known[told], runs.start[told], runs.ended[told],
        count=runs.known_failures[told], changes=runs.known_changes[told], owners=runs.known_owners[told],
    )  # fmt: skip
    over = told & (runs.ended != NO_TIME)
    ci, start, ended = runs.ci[over], runs.start[over], runs.ended[over]
    yield _part(
        ci, "recovered", ended, start, ended,
        count=runs.failures[over], changes=runs.changes[over], owners=runs.owners[over],
    )  # fmt: skip
    votes, changes = _votes(base, ci, start, ended)
    some: Bools = votes > 0
    yield _part(
        ci[some], "votes", ended[some], start[some], ended[some], count=votes[some], changes=changes[some]
    )


def _votes(base: Base, ci: Ints, start: Ints, ended: Ints) -> tuple[Ints, Ints]:
    """Patch sets that had, when it ended, a negative vote of the time between; and their changes.

    Not those with a newer vote, nor those that were replaced by then.
    """
    said, patches = base.comments, base.patches
    voted = base.tables.comments["vote"].notna().to_numpy(dtype=np.bool_)[said.row] & (said.patch >= 0)
    found = []
    for one, begin, end in zip(ci, start, ended, strict=True):
        rows = np.flatnonzero(voted & (said.ci == one) & (said.time >= begin) & (said.time <= end))
        newest = pd.Series(said.vote[rows]).groupby(said.patch[rows]).last()
        patch = newest.index[newest < 0].to_numpy(dtype=np.int64)
        patch = patch[patches.replaced[patch] > end]
        found.append((len(patch), len(np.unique(patches.change_index[patch]))))
    counts = np.array(found, dtype=np.int64).reshape(-1, 2)
    return counts[:, 0], counts[:, 1]


def _pauses(base: Base) -> pd.DataFrame:
    """The pauses that the roster tells of, from their first day on."""
    rows = sorted(
        {(ci, midnight(p.start), midnight(p.end), p.reason or "") for ci, one in enumerate(base.cis)
         for p in one.pauses}
    )  # fmt: skip
    ci, start, end = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    return _part(ci, "pause", start, start, end, reason=[row[3] or None for row in rows])
