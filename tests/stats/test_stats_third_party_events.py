"""Events of third-party CIs: what is told, when, and that it stays so."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewskit import UNTIL, Reviews, ci

from generator.roster import Pause
from generator.stats.base import DAY, NO_TIME
from generator.stats.third_party import base as bases
from generator.stats.third_party.alarms import alarms
from generator.stats.third_party.chance import surprising
from generator.stats.third_party.events import events

Told = list[tuple[str, float, int]]
#: From an upload to its deadline, where a test does without tables.
DUE = 2 * DAY // 24


def told(reviews: Reviews, until: pd.Timestamp | None = None) -> Told:
    """Kind, age in days before `UNTIL`, count."""
    frame = table(reviews, until)
    ages = (UNTIL - frame["time"]) / pd.Timedelta(days=1)
    return list(zip(frame["kind"], ages.round(3), frame["count"], strict=True))


def table(reviews: Reviews, until: pd.Timestamp | None = None) -> pd.DataFrame:
    tables = reviews.tables()
    bound = bases.reviewed(tables, until)
    assert bound is not None
    return events(bases.make(tables, reviews.settings, bound))


def daily(reviews: Reviews, first: int, last: int, outcome: str | None, **comment: Any) -> None:
    """A change a day from `first` to `last` days ago, each of another owner; with a result an hour later."""
    for age in range(first, last - 1, -1):
        change = reviews.change(age, owner=f"o{age}")
        if outcome:
            reviews.comment("a", change, age - 1 / 24, outcome, **comment)


def silent_for_a_while() -> Reviews:
    reviews = Reviews(ci("a"))
    daily(reviews, 100, 41, "success")
    daily(reviews, 40, 31, None)
    daily(reviews, 30, 0, "success")
    reviews.comment("zuul", 1000, 0)
    return reviews


def test_a_silence_is_told_when_it_is_longer_than_chance_explains_and_its_end() -> None:
    # 28 of 28 before: the lower bound is 0.88, and 28 times 0.12 ** 4 is under 1 %
    assert told(silent_for_a_while()) == [("silent", 36.0, 4), ("results", 29.958, 10)]


def test_a_silence_is_told_to_have_begun_with_the_last_result() -> None:
    row = table(silent_for_a_while()).iloc[0]
    assert row["start"] == UNTIL - timedelta(days=41) + timedelta(hours=1)
    assert row["end"] == UNTIL - timedelta(days=30) + timedelta(hours=1)
    assert row["event"] == f"a:silent:{row['start'].isoformat()}"


def test_results_that_come_late_do_not_undo_what_was_told() -> None:
    reviews = silent_for_a_while()
    before = table(reviews)
    for row in list(reviews.rows["patchsets"]):
        if 31 <= (UNTIL - row["created"]).days <= 40:
            reviews.comment("a", row["change"], 29)
    assert reviews.base().expected.reported.all()
    pd.testing.assert_frame_equal(table(reviews), before)


def test_two_missed_are_no_silence() -> None:
    reviews = Reviews(ci("a"))
    daily(reviews, 100, 41, "success")
    daily(reviews, 40, 39, None)
    daily(reviews, 38, 0, "success")
    assert told(reviews) == []


def test_a_ci_that_answers_half_the_time_may_miss_more() -> None:
    reviews = Reviews(ci("a"))
    for age in range(100, 40, -1):
        change = reviews.change(age)
        if age % 2:
            reviews.comment("a", change, age - 0.1)
    daily(reviews, 40, 35, None)
    daily(reviews, 34, 0, "success")
    assert told(reviews) == []


def test_an_open_silence_has_no_end() -> None:
    reviews = Reviews(ci("a"))
    daily(reviews, 60, 6, "success")
    daily(reviews, 5, 0, None)
    frame = table(reviews)
    assert list(frame["kind"]) == ["silent"]
    assert frame["end"].isna().all()


def broken_for_a_while() -> Reviews:
    reviews = Reviews(ci("a"), ci("b"))
    daily(reviews, 60, 21, "success")
    daily(reviews, 20, 11, "failure", vote=-1, label="Verified")
    daily(reviews, 10, 0, "success", vote=1, label="Verified")
    return reviews


def test_a_breakage_is_told_at_the_failure_that_makes_it_clear() -> None:
    kinds = [(kind, age, count) for kind, age, count in told(broken_for_a_while()) if kind != "votes"]
    assert kinds == [("broken", 15.958, 5), ("recovered", 9.958, 10)]


def test_a_breakage_says_how_much_is_broken() -> None:
    frame = table(broken_for_a_while()).set_index("kind")
    assert frame[["count", "changes", "owners"]].loc["broken"].tolist() == [5, 5, 5]
    assert frame[["count", "changes", "owners"]].loc["recovered"].tolist() == [10, 10, 10]
    assert set(frame["start"]) == {UNTIL - timedelta(days=20) + timedelta(hours=1)}


def test_a_breakage_whose_days_before_are_gone_is_not_dated_anew() -> None:
    reviews = broken_for_a_while()
    reviews.comment("zuul", 1000, -145)
    for row in (row for rows in reviews.rows.values() for row in rows):
        row["collected"] = UNTIL + timedelta(days=146)
    assert "broken" in [kind for kind, _, _ in told(reviews, UNTIL + timedelta(days=120))]
    kept = [row for row in reviews.rows["comments"] if (UNTIL - row["time"]).days < 23]
    reviews.rows["comments"] = kept
    assert [kind for kind, _, _ in told(reviews)] == ["recovered", "votes"]


def test_votes_of_the_time_between_are_told_once_it_has_recovered() -> None:
    reviews = broken_for_a_while()
    assert ("votes", 9.958, 10) in told(reviews)
    changes = {row["change"]: (UNTIL - row["created"]).days for row in reviews.rows["patchsets"]}
    lifted, replaced, later = (next(c for c, age in changes.items() if age == a) for a in (12, 13, 14))
    reviews.comment("a", lifted, 11.5, "failure", vote=0, label="Verified")
    reviews.add("patchsets", server="review.example.org", change=replaced, patchset=2,
                created=UNTIL - timedelta(days=12.5))  # fmt: skip
    reviews.comment("a", later, 5, "success", vote=1, label="Verified")
    assert ("votes", 9.958, 8) in told(reviews)


def test_a_ci_that_recovers_without_votes_has_none_to_lift() -> None:
    reviews = Reviews(ci("a"))
    daily(reviews, 60, 21, "success")
    daily(reviews, 20, 11, "failure")
    daily(reviews, 10, 0, "success")
    assert [kind for kind, _, _ in told(reviews)] == ["broken", "recovered"]


def test_a_pause_is_told_from_its_first_day_on() -> None:
    pauses = (
        Pause(date(2026, 11, 2), date(2026, 11, 6), "a conference"),
        Pause(date(2026, 12, 21), date(2027, 1, 3)),
    )
    reviews = Reviews(ci("a", pauses=pauses))
    daily(reviews, 60, 0, "success")
    frame = table(reviews)
    assert frame[["kind", "reason"]].to_numpy().tolist() == [["pause", "a conference"]]
    assert frame["time"].tolist() == [pd.Timestamp("2026-11-02", tz="UTC")]
    assert frame["end"].tolist() == [pd.Timestamp("2026-11-06", tz="UTC")]


@pytest.mark.parametrize("make", [silent_for_a_while, broken_for_a_while])
def test_a_later_run_tells_the_same_of_what_an_earlier_one_told(make: Any) -> None:
    reviews = make()
    last = table(reviews)
    for days in range(0, 50, 6):
        until = UNTIL - timedelta(days=days)
        early = table(reviews, until)
        shared = ["event", "kind", "time", "start", "count", "changes", "owners"]
        expected = last.loc[last["time"] <= early_end(reviews, until), shared]
        pd.testing.assert_frame_equal(early[shared], expected.reset_index(drop=True))


def early_end(reviews: Reviews, until: pd.Timestamp) -> pd.Timestamp:
    bound = bases.reviewed(reviews.tables(), until)
    return pd.Timestamp(bound, unit="us", tz="UTC")


@pytest.mark.parametrize("make", [silent_for_a_while, broken_for_a_while])
def test_an_event_leaves_with_the_half_year_and_is_never_dated_anew(make: Any) -> None:
    reviews = make()
    known = {(row.event, row.time) for row in table(reviews).itertuples()}
    for days in (60, 120, 150, 170, 193):
        reviews.comment("zuul", 1000, -days)
        for rows in reviews.rows.values():
            for row in rows:
                row["collected"] = UNTIL + timedelta(days=300)
        now = {(row.event, row.time) for row in table(reviews).itertuples()}
        assert now <= known
        assert all(time > UNTIL + timedelta(days=days - 182) for _, time in now)
    assert not now


def slow(due: list[int], first: list[int | None], results: list[int]) -> list[tuple[int, int, int]]:
    """Start, time and count of each silence, deadline by deadline."""
    found: dict[int, tuple[int, int, int]] = {}
    for now in due:
        heard = [r for r in results if r <= now]
        if not heard:
            continue
        last = heard[-1]
        missed = [
            d for d, f in zip(due, first, strict=True)
            if last < d <= now and last < d - DUE and (f is None or f > d)
        ]  # fmt: skip
        was = [(d, f) for d, f in zip(due, first, strict=True) if last - 28 * DAY < d <= last]
        reported = sum(f is not None and f <= last for _, f in was)
        counts = (np.array([n]) for n in (reported, len(was), len(missed), len(was)))
        if was and surprising(*counts)[0] and last not in found:
            found[last] = (last, now, len(missed))
    return sorted(found.values())


steps = st.lists(st.tuples(st.integers(1, 30), st.sampled_from([-4, -2, -1, 3, 40, None])), max_size=60)


@settings(max_examples=100, deadline=None)
@given(steps)
def test_silences_are_those_of_a_slow_count(rows: list[tuple[int, int | None]]) -> None:
    hour = DAY // 24
    due = np.cumsum([step for step, _ in rows]).astype(np.int64) * hour if rows else np.zeros(0, np.int64)
    first = [None if late is None else int(d) + late * hour for d, (_, late) in zip(due, rows, strict=True)]
    results = sorted(f for f in first if f is not None)
    found = alarms(
        due - DUE, due, np.array([NO_TIME if f is None else f for f in first], dtype=np.int64),
        np.array(results, dtype=np.int64), -100 * DAY,
    )  # fmt: skip
    got = list(zip(found.start.tolist(), found.time.tolist(), found.count.tolist(), strict=True))
    assert got == slow(due.tolist(), first, results)


def test_a_slow_ci_is_late_and_not_silent() -> None:
    # ten uploads a day, each answered after some 30 h, with a deadline of 24 h
    random = np.random.default_rng(1)
    created = np.arange(1000, dtype=np.int64) * DAY // 10
    first = created + (random.lognormal(np.log(1.25), 0.3, 1000) * DAY).astype(np.int64)
    assert len(alarms(created, created + DAY, first, np.sort(first), -100 * DAY).start) == 0
    stopped = np.where(first > 70 * DAY, NO_TIME, first)
    told = alarms(created, created + DAY, stopped, np.sort(stopped[stopped != NO_TIME]), -100 * DAY)
    assert ((told.time - 70 * DAY) / DAY).round(1).tolist() == [1.2]


def test_where_the_rate_before_is_cut_off_nothing_is_told() -> None:
    due = np.arange(60, dtype=np.int64) * DAY
    first = np.where(np.arange(60) < 40, due - 1, NO_TIME)
    heard = first[first != NO_TIME]
    assert len(alarms(due - DUE, due, first, heard, 0).start) == 1
    assert len(alarms(due - DUE, due, first, heard, 12 * DAY).start) == 0


@pytest.mark.parametrize(
    ("reported", "expected", "missed", "looks", "found"),
    [
        (100, 100, 3, 1, True),
        (100, 100, 2, 1, False),
        (80, 100, 3, 1, False),
        (80, 100, 4, 1, True),
        (80, 100, 4, 100, False),
        (80, 100, 8, 100, True),
        (0, 100, 99, 1, False),
        (0, 0, 99, 1, False),
        (0, 0, 99, 0, False),
    ],
)
def test_a_silence_must_be_longer_than_chance_explains(
    reported: int, expected: int, missed: int, looks: int, found: bool
) -> None:
    numbers = (np.array([n]) for n in (reported, expected, missed, looks))
    assert surprising(*numbers).tolist() == [found]
