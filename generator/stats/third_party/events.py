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
from generator.stats.third_party.alarms import BEFORE, alarms
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
    said, e = base.comments, base.expected
    results = np.flatnonzero(said.kind == RESULT)
    results = results[np.argsort(said.ci[results], kind="stable")]
    places = np.arange(len(base.cis) + 1)
    of_results, of_expected = np.searchsorted(said.ci[results], places), np.searchsorted(e.ci, places)
    for ci, one in enumerate(base.cis):
        deadline = base.settings.deadline(one) // timedelta(microseconds=1)
        mine = slice(of_expected[ci], of_expected[ci + 1])
        created, first = e.created[mine], e.first[mine]
        heard = said.time[results[of_results[ci] : of_results[ci + 1]]]
        # E begins with the half year: how much was due before is known a while after
        found = alarms(created, created + deadline, first, heard, _begin(base) + deadline)
        yield _part(ci, "silent", found.time, found.start, found.again, count=found.count)
        back = found.again != NO_TIME
        again, start = found.again[back], found.start[back]
        yield _part(ci, "results", again, start, again, count=found.missed[back])


def _breakages(base: Base) -> Iterator[pd.DataFrame]:
    """That a CI broke, that it recovered, and that votes of the time between may be lifted."""
    runs = streaks.runs(streaks.verdicts(base), base.settings.settings.broken)
    # of the oldest rows that are kept nobody knows since when
    told = runs.broken & (runs.before | (runs.start > _begin(base)))
    # nor, where the days before are not kept any more, when it was clear
    first = told & (runs.start - BEFORE > _begin(base))
    yield _part(
        runs.ci[first], "broken", runs.known[first], runs.start[first], runs.ended[first],
        count=runs.known_failures[first], changes=runs.known_changes[first], owners=runs.known_owners[first],
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
    rows = np.flatnonzero(voted)
    run = _inside(said.ci[rows], said.time[rows], ci, start, ended)
    rows, run = rows[run >= 0], run[run >= 0]
    votes = pd.DataFrame({"run": run, "patch": said.patch[rows], "vote": said.vote[rows]})
    votes = votes.drop_duplicates(["run", "patch"], keep="last")
    patch, of = votes["patch"].to_numpy(), votes["run"].to_numpy()
    stands = (votes["vote"].to_numpy() < 0) & (patches.replaced[patch] > np.append(ended, 0)[of])
    left = pd.DataFrame({"run": of[stands], "change": patches.change_index[patch[stands]]})
    counted, changes = (
        np.bincount(frame["run"], minlength=len(ci)).astype(np.int64)
        for frame in (left, left.drop_duplicates())
    )
    return counted, changes


def _inside(ci: Ints, time: Ints, runs_ci: Ints, start: Ints, ended: Ints) -> Ints:
    """In which of the runs, sorted by CI and time, a time of a CI is; −1: in none."""
    span = max(time.max(initial=0), start.max(initial=0)) + 1
    run = np.searchsorted(runs_ci * span + start, ci * span + time, side="right") - 1
    within = (run >= 0) & (np.append(runs_ci, -1)[run] == ci) & (time <= np.append(ended, 0)[run])
    return np.where(within, run, -1)


def _pauses(base: Base) -> pd.DataFrame:
    """The pauses that the roster tells of, from their first day on."""
    rows = sorted(
        {(ci, midnight(p.start), midnight(p.end), p.reason or "") for ci, one in enumerate(base.cis)
         for p in one.pauses}
    )  # fmt: skip
    ci, start, end = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    return _part(ci, "pause", start, start, end, reason=[row[3] or None for row in rows])
