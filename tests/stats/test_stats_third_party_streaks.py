"""Failures in a row, against a slow and obvious count of the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.stats.base import NO_TIME
from generator.stats.third_party.streaks import Runs, Verdicts, open_runs, runs
from generator.third_party_settings import Broken

Row = tuple[int, int, int, int, bool]  # ci, patch, change, owner, failed


def verdicts(rows: list[Row]) -> Verdicts:
    """Comments in this order, an hour apart, then by CI."""
    ordered = sorted(((*row, time) for time, row in enumerate(rows)), key=lambda row: (row[0], row[5]))
    columns = [np.array([row[i] for row in ordered], dtype=np.int64) for i in range(6)]
    return Verdicts(*columns[:4], columns[5], columns[4].astype(np.bool_))


def slow(rows: list[Row], broken: Broken) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for ci in sorted({row[0] for row in rows}):
        now: dict[str, Any] | None = None
        before = False
        for time, (_, patch, change, owner, failed) in enumerate(rows):
            if rows[time][0] != ci or (failed and patch < 0):
                continue
            if not failed:
                if now:
                    found.append({**now, "ended": time})
                now, before = None, True
                continue
            now = now or {"ci": ci, "start": time, "ended": NO_TIME, "before": before, "known": NO_TIME,
                          "sets": (set(), set(), set())}  # fmt: skip
            for values, value in zip(now["sets"], (patch, change, owner), strict=True):
                if value >= 0:
                    values.add(value)
            p, c, o = (len(values) for values in now["sets"])
            if now["known"] == NO_TIME and p >= broken.failures and c >= 2 and o >= broken.owners:
                now["known"] = time
        if now:
            found.append(now)
    return found


def listed(found: Runs) -> list[dict[str, Any]]:
    return [
        {"ci": found.ci[i], "start": found.start[i], "ended": found.ended[i], "before": found.before[i],
         "known": found.known[i], "counts": (found.failures[i], found.changes[i], found.owners[i])}
        for i in range(len(found.ci))
    ]  # fmt: skip


row = st.tuples(st.integers(0, 2), st.integers(-1, 7), st.integers(0, 3), st.integers(-1, 2), st.booleans())


@settings(max_examples=120, deadline=None)
@given(st.lists(row, max_size=40), st.integers(2, 4), st.integers(1, 3))
def test_rows_of_failures_are_those_of_a_slow_count(rows: list[Row], failures: int, owners: int) -> None:
    broken = Broken(failures=failures, owners=owners)
    expected = [
        {k: v for k, v in {**run, "counts": tuple(len(s) for s in run["sets"])}.items() if k != "sets"}
        for run in slow(rows, broken)
    ]
    assert listed(runs(verdicts(rows), broken)) == expected


def failures(*patches: int, change: int | None = None, owner: int | None = None) -> list[Row]:
    return [(0, p, p if change is None else change, p if owner is None else owner, True) for p in patches]


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        (failures(1, 2, 3), True),
        (failures(1, 2), False),
        (failures(1, 2, 2, 1), False),
        (failures(1, 2, 3, owner=7), False),
        (failures(1, 2, 3, owner=-1), False),
        (failures(1, 2, 3, change=7), False),
        ([*failures(1, 2), (0, 9, 9, 9, False), *failures(3)], False),
        ([*failures(1, 2), (1, 9, 9, 9, False), *failures(3)], True),
        ([*failures(1, 2, 3), (0, -1, -1, -1, False)], False),
    ],
    ids=["enough", "few", "again", "one owner", "owners unknown", "one change", "success", "other", "ended"],
)
def test_it_is_the_ci_when_enough_patch_sets_of_several_owners_fail(rows: list[Row], broken: bool) -> None:
    columns = open_runs(runs(verdicts(rows), Broken(failures=3, owners=2)), 2)
    assert columns["broken"].tolist() == [broken, False]


def test_the_open_row_says_since_when_and_how_many() -> None:
    rows = [*failures(1), (0, 2, 2, 2, False), *failures(3, 4, 4, 5)]
    columns = open_runs(runs(verdicts(rows), Broken(failures=3, owners=2)), 2)
    assert {name: values[0] for name, values in columns.items()} == {
        "streak": 3, "streak_changes": 3, "streak_owners": 3, "streak_since": 2, "broken": True,
    }  # fmt: skip
    assert {name: values[1] for name, values in columns.items()} == {
        "streak": 0, "streak_changes": 0, "streak_owners": 0, "streak_since": NO_TIME, "broken": False,
    }  # fmt: skip


def test_when_it_was_known_does_not_move_with_what_came_after() -> None:
    broken = Broken(failures=3, owners=2)
    early, late = (runs(verdicts(failures(*range(n))), broken) for n in (3, 9))
    assert (early.known, early.known_failures) == (late.known, late.known_failures) == ([2], [3])
