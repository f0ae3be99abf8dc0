"""Failures in a row, against a slow and obvious count of the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.stats.base import DAY, NO_TIME
from generator.stats.intervals import wilson
from generator.stats.third_party.chance import lasting
from generator.stats.third_party.streaks import Runs, Verdicts, open_runs, runs
from generator.third_party_settings import Broken

Row = tuple[int, int, int, int, bool]  # ci, patch, change, owner, failed
#: Microseconds between comments.
STEP = DAY // 3


def verdicts(rows: list[Row]) -> Verdicts:
    """Comments in this order, then by CI."""
    ordered = sorted(((*row, time) for time, row in enumerate(rows)), key=lambda row: (row[0], row[5]))
    columns = [np.array([row[i] for row in ordered], dtype=np.int64) for i in range(6)]
    return Verdicts(*columns[:4], columns[5] * STEP, columns[4].astype(np.bool_))


def likely(failed: int, n: int, changes: int) -> bool:
    """Whether chance explains failures in a row on so many changes."""
    if n < 10 and changes >= 10:
        return False
    return not n or bool(wilson(np.array([failed / n]), np.array([n]))[1][0] ** changes * n >= 0.01)


def slow(rows: list[Row], broken: Broken) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for ci in sorted({row[0] for row in rows}):
        # which verdicts failed of those given while the CI was not broken; and of the row that runs
        worked: list[tuple[int, bool]] = []
        running: list[tuple[int, bool]] = []
        now: dict[str, Any] | None = None
        before = False
        for time, (_, patch, change, owner, failed) in enumerate(rows):
            if rows[time][0] != ci or (failed and patch < 0):
                continue
            if not failed:
                if now:
                    found.append({**now, "ended": time})
                    worked += running if now["known"] == NO_TIME else []
                now, before = None, True
                worked.append((time * STEP, False))
                continue
            running = [*running, (time * STEP, True)] if now else [(time * STEP, True)]
            now = now or {"ci": ci, "start": time, "ended": NO_TIME, "before": before, "known": NO_TIME,
                          "sets": (set(), set(), set())}  # fmt: skip
            for values, value in zip(now["sets"], (patch, change, owner), strict=True):
                if value >= 0:
                    values.add(value)
            p, c, o = (len(values) for values in now["sets"])
            rate = [f for at, f in worked if at >= now["start"] * STEP - 28 * DAY]
            many = p >= broken.failures and c >= 2 and o >= broken.owners
            if now["known"] == NO_TIME and many and not likely(sum(rate), len(rate), c):
                now["known"] = time
        if now:
            found.append(now)
    return found


def listed(found: Runs) -> list[dict[str, Any]]:
    return [
        {"ci": found.ci[i], "before": found.before[i],
         **{name: at if at == NO_TIME else at // STEP for name in ("start", "ended", "known")
            for at in [int(getattr(found, name)[i])]},
         "counts": (found.failures[i], found.changes[i], found.owners[i])}
        for i in range(len(found.ci))
    ]  # fmt: skip


row = st.tuples(
    st.integers(0, 2), st.integers(-1, 12), st.integers(0, 12), st.integers(-1, 2), st.booleans()
)  # fmt: skip
part = st.lists(row, max_size=20) | st.tuples(row, st.integers(2, 30)).map(
    # many in a row of one CI, each of another change
    lambda drawn: [(drawn[0][0], i, i, i % 3, drawn[0][4]) for i in range(drawn[1])]
)
parts = st.lists(part, max_size=6).map(lambda found: [one for some in found for one in some])


@settings(max_examples=200, deadline=None)
@given(parts, st.integers(2, 4), st.integers(1, 3))
def test_rows_of_failures_are_those_of_a_slow_count(rows: list[Row], failures: int, owners: int) -> None:
    broken = Broken(failures=failures, owners=owners)
    expected = [
        {k: v for k, v in {**run, "counts": tuple(len(s) for s in run["sets"])}.items() if k != "sets"}
        for run in slow(rows, broken)
    ]
    assert listed(runs(verdicts(rows), broken)) == expected


def failures(*patches: int, change: int | None = None, owner: int | None = None) -> list[Row]:
    return [(0, p, p if change is None else change, p if owner is None else owner, True) for p in patches]


def passed(n: int) -> list[Row]:
    """A record of two CIs."""
    return [(which, 100 + i, 100 + i, 100 + i, False) for i in range(n) for which in (0, 1)]


def told(rows: list[Row], record: int = 40) -> Runs:
    return runs(verdicts([*passed(record), *rows]), Broken(failures=3, owners=2))


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        (failures(1, 2, 3, 4), True),
        (failures(1, 2, 3), False),
        (failures(1, 2), False),
        (failures(1, 2, 2, 1), False),
        (failures(1, 2, 3, 4, owner=7), False),
        (failures(1, 2, 3, 4, owner=-1), False),
        (failures(1, 2, 3, 4, change=7), False),
        ([*failures(1, 2, 3, 4, change=7), *failures(5)], False),
        ([*failures(1, 2), (0, 9, 9, 9, False), *failures(3)], False),
        ([*failures(1, 2), (1, 9, 9, 9, False), *failures(3, 4)], True),
        ([*failures(1, 2, 3, 4), (0, -1, -1, -1, False)], False),
    ],
    ids=[
        "enough",
        "by chance",
        "few",
        "again",
        "one owner",
        "owners unknown",
        "one change",
        "and another",
        "success",
        "other",
        "ended",
    ],
)
def test_it_is_the_ci_when_enough_patch_sets_of_several_owners_fail(rows: list[Row], broken: bool) -> None:
    columns = open_runs(told(rows), 2)
    assert columns["broken"].tolist() == [broken, False]


def test_the_open_row_says_since_when_and_how_many() -> None:
    rows = [*failures(1), (0, 2, 2, 2, False), *failures(3, 4, 4, 5, 6)]
    columns = open_runs(told(rows), 2)
    assert {name: values[0] for name, values in columns.items()} == {
        "streak": 4, "streak_changes": 4, "streak_owners": 4, "streak_since": 82 * STEP, "broken": True,
    }  # fmt: skip
    assert {name: values[1] for name, values in columns.items()} == {
        "streak": 0, "streak_changes": 0, "streak_owners": 0, "streak_since": NO_TIME, "broken": False,
    }  # fmt: skip


def test_when_it_was_known_does_not_move_with_what_came_after() -> None:
    early, late = (told(failures(*range(n))) for n in (4, 9))
    assert (early.known, early.known_failures) == (late.known, late.known_failures) == ([83 * STEP], [4])


def test_a_ci_that_fails_at_random_is_not_told_to_be_broken() -> None:
    random = np.random.default_rng(1)
    rows = [(0, i, i, i % 20, bool(failed)) for i, failed in enumerate(random.random(4000) < 0.3)]
    found = runs(verdicts(rows), Broken(failures=5, owners=2))
    assert (found.failures >= 5).any()
    assert not found.broken.any()


def test_a_ci_that_breaks_again_is_judged_by_what_it_was_while_it_worked() -> None:
    rows = [*failures(*range(30)), (0, 90, 90, 90, False), *failures(*range(30, 40))]
    found = told(rows)
    assert found.known_failures.tolist() == [4, 4]


@pytest.mark.parametrize(("n", "known"), [(0, 10), (9, 6), (10, 6), (40, 4)])
def test_without_a_record_ten_changes_are_enough(n: int, known: int) -> None:
    assert told(failures(*range(12)), n).known_changes.tolist() == [known]


@pytest.mark.parametrize(
    ("failed", "n", "changes", "found"),
    [(0, 100, 3, True), (0, 100, 2, False), (16, 100, 6, False), (16, 100, 8, True), (5, 9, 10, True),
     (5, 9, 9, False), (100, 100, 99, False), (0, 0, 9, False)],
)  # fmt: skip
def test_a_row_of_failures_must_be_longer_than_chance_explains(
    failed: int, n: int, changes: int, found: bool
) -> None:
    assert lasting(failed, n, np.array([changes])).tolist() == [found]
