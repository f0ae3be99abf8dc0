"""Figures of third-party CIs, each as defined, against cases made by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reviewskit import UNTIL, Reviews, ci

from generator.roster import Contact, Pause
from generator.stats.third_party import (
    describe,
    disagreement,
    grid,
    mix,
    reporting,
    response,
    silences,
    strangers,
)
from generator.stats.third_party.base import Base


def one(columns: Any, which: int = 0) -> dict[str, Any]:
    """The values of one CI."""
    return {name: values[which] for name, values in columns.items()}


def reporting_reviews(missed: str, step: float = 0.5, oldest: float = 20, **values: Any) -> Reviews:
    """Patch sets, one each `step` days from `oldest` on; `.` missed, `r` reported an hour later."""
    reviews = Reviews(ci("a", **values))
    for i, letter in enumerate(missed):
        age = oldest - i * step
        change = reviews.change(age)
        if letter != ".":
            reviews.comment("a", change, age - 1 / 24)
    reviews.comment("zuul", reviews.change(0), 0)
    return reviews


def test_reporting_rate() -> None:
    made = one(reporting.columns(reporting_reviews("rrr.rrrrrrrr").base()))
    assert (made["expected"], made["reported"], made["late"]) == (12, 11, 0)
    assert made["rate"] == pytest.approx(11 / 12)
    assert made["low"] < 11 / 12 < made["high"] < 1


def test_patch_sets_of_one_change_weigh_less_than_those_of_many() -> None:
    many, one_change = Reviews(ci("a")), Reviews(ci("a"))
    for i in range(5):
        for k in range(4):
            change = many.change(20 - 0.1 * (4 * i + k))
            if i % 2:
                many.comment("a", change, 15)
        change = one_change.change(*(20 - 3 * k for k in range(4)))
        for k in range(4):
            if i % 2:
                one_change.comment("a", change, 20 - 3 * k - 1, patchset=k + 1)
    for reviews in (many, one_change):
        reviews.comment("zuul", reviews.change(0), 0)
    alone, together = (one(reporting.columns(r.base())) for r in (many, one_change))
    assert (alone["reported"], alone["expected"]) == (together["reported"], together["expected"]) == (8, 20)
    assert together["low"] < alone["low"]
    assert together["high"] > alone["high"]


def test_weeks_say_what_was_seen() -> None:
    reviews = reporting_reviews(
        "r" * 10 + ".", 1, 13.5, pauses=(Pause(date(2026, 10, 1), date(2026, 10, 31)),)
    )
    weeks = reporting.weeks(reviews.base())
    assert len(weeks) == 26
    assert list(weeks["start"]) == sorted(weeks["start"])
    last, before = weeks.iloc[-1], weeks.iloc[-2]
    assert (before["expected"], before["reported"], before["state"]) == (7, 7, "good")
    assert (last["expected"], last["reported"], last["state"]) == (4, 3, "partial")
    states = list(weeks["state"])
    assert states[:18] == ["no data"] * 18
    assert states[18:24] == ["paused"] * 6
    assert weeks["rate"].isna().sum() == 24


def test_a_week_in_which_only_others_had_something_to_do_is_one_of_nothing_expected() -> None:
    reviews = Reviews(ci("a", projects=("openstack/nova",)), ci("b"))
    reviews.comment("b", reviews.change(3), 0)
    states = reporting.weeks(reviews.base()).groupby("ci")["state"].agg(list)
    assert (states["a"][-2:], states["b"][-2:]) == (["no data", "nothing"], ["no data", "good"])


def test_a_week_without_any_result_is_silent_and_one_with_few_is_low() -> None:
    weeks = reporting.weeks(reporting_reviews("." * 20 + "...r....", 0.5, 16).base())
    assert list(weeks["state"])[-3:] == ["silent", "silent", "low"]


def test_days_count_comments_by_their_own_day_and_patch_sets_by_theirs() -> None:
    reviews = Reviews(ci("a"))
    change = reviews.change(3)  # 17 November, 22:00
    reviews.comment("a", change, 2.5, "failure")
    reviews.comment("a", change, 2.4, "success")
    reviews.comment("a", change, 2.3, None, kind="unread")
    reviews.comment("zuul", change, 0)
    days = reporting.days(reviews.base()).set_index("day")
    assert [f"{day:%d}" for day in days.index] == ["17", "18"]
    assert list(days["expected"]) == [1, 0]
    assert list(days["failure"]) == [0, 1]
    assert (days.iloc[1]["success"], days.iloc[1]["unread"]) == (1, 1)
    assert days.iloc[0]["response_median_s"] == 12 * 3600
    assert np.isnan(days.iloc[1]["response_median_s"])


def test_response_counts_the_unanswered_as_waiting() -> None:
    columns, curve = response.response(reporting_reviews("rrrr......", 1).base())
    made = one(columns)
    assert (made["response_n"], made["response_censored"]) == (10, 6)
    assert np.isnan(made["response_median_s"])
    assert made["response_over_s"] == 16 * 86400
    assert list(curve["share"]) == [pytest.approx(0.4)]


def test_response_of_one_that_answers_all_is_the_plain_quantile() -> None:
    reviews = Reviews(ci("a"))
    for hours in range(1, 12):
        reviews.comment("a", reviews.change(5), 5 - hours / 24)
    reviews.comment("zuul", reviews.change(0), 0)
    columns, curve = response.response(reviews.base())
    made = one(columns)
    assert made["response_median_s"] == 6 * 3600
    assert made["response_p90_s"] == 10 * 3600
    assert made["response_median_low_s"] < made["response_median_s"] < made["response_median_high_s"]
    assert list(curve["share"]) == pytest.approx([k / 11 for k in range(1, 12)])
    assert ((curve["low"] <= curve["share"]) & (curve["share"] <= curve["high"])).all()


def test_of_several_results_the_first_is_the_answer_and_the_last_the_verdict() -> None:
    reviews = Reviews(ci("a"))
    change = reviews.change(5)
    reviews.comment("a", change, 4.75, "failure")
    reviews.comment(None, change, 4, None, kind="recheck")
    reviews.comment("a", change, 3, "success")
    reviews.comment("a", change, 2.9, "infra")
    reviews.comment("zuul", change, 2, "success")
    base = reviews.base()
    assert one(response.response(base)[0])["response_median_s"] == 6 * 3600
    assert one(disagreement.columns(base))["disagree_k"] == 0
    seen = {name: list(values) for name, values in describe.columns(base).items()}
    assert seen["last_success"] == [UNTIL - pd.Timedelta(days=3)]
    assert list(base.rechecks) == [1]


def test_a_silence_of_one_account_is_not_ended_by_another_ci_or_by_a_start() -> None:
    reviews = reporting_reviews("r" * 20 + "." * 10)
    for row in [row for row in reviews.rows["changes"] if row["change"] > 1022]:
        reviews.comment("b", row["change"], 0.1)
        reviews.comment("a", row["change"], 0.1, None, kind="start")
        reviews.comment("a", row["change"], 0.1, None, kind="unread")
    made, _, base = quiet(reviews)
    assert (made["silent"], made["missed"]) == (True, 10)
    assert made["silent_since"] < base.comments.time.max()


def test_what_was_replaced_waited_until_then_only() -> None:
    reviews = Reviews(ci("a"))
    reviews.change(10, 7)
    reviews.comment("zuul", reviews.change(0), 0)
    made = one(response.response(reviews.base())[0])
    assert (made["response_n"], made["response_censored"]) == (2, 2)
    assert made["response_over_s"] == 7 * 86400


def test_a_later_result_is_no_answer_of_the_patch_set_before() -> None:
    reviews = Reviews(ci("a"))
    change = reviews.change(10, 7)
    reviews.comment("a", change, 6.5, patchset=2)
    reviews.comment("zuul", reviews.change(0), 0)
    made = one(reporting.columns(reviews.base()))
    assert (made["reported"], made["expected"]) == (1, 2)


def quiet(reviews: Reviews) -> tuple[dict[str, Any], pd.DataFrame, Base]:
    base = reviews.base()
    found = silences.runs(base)
    return one(silences.columns(base, found)), silences.silences(base, found), base


def test_an_open_silence_lasts_from_the_last_result_to_the_end() -> None:
    made, listed, base = quiet(reporting_reviews("r" * 20 + "." * 15))
    assert (made["missed"], made["silent"], made["silence_open"]) == (15, True, True)
    last = base.comments.time.max()
    assert made["silent_since"] == made["silence_start"] == last
    assert made["silence_s"] == (base.until - last) / 1e6
    assert len(listed) == 1
    assert listed.iloc[0]["open"]
    assert pd.isna(listed.iloc[0]["end"])


def test_a_closed_silence_lasts_from_result_to_result_and_is_silent_no_more() -> None:
    made, listed, _ = quiet(reporting_reviews("r" * 15 + "." * 8 + "r" * 10))
    assert (made["missed"], made["silent"], made["silence_open"]) == (0, False, False)
    assert made["silence_missed"] == 8
    assert made["silence_s"] == pytest.approx(9 * 43200)
    assert list(listed["missed"]) == [8]


def test_a_few_missed_ones_of_one_that_often_misses_are_no_silence() -> None:
    made, _, _ = quiet(reporting_reviews("r.r..r.r.rr..r.r..r.r.r...", 0.7))
    assert (made["missed"], made["silent"]) == (3, False)
    assert made["least_s"] > 4 * 0.7 * 86400


def test_two_missed_in_a_row_are_no_silence_however_reliable_the_ci_was() -> None:
    made, _, _ = quiet(reporting_reviews("r" * 30 + ".."))
    assert (made["missed"], made["silent"]) == (2, False)


def test_one_that_was_never_seen_is_silent_from_ten_patch_sets_on() -> None:
    few, _, _ = quiet(reporting_reviews("." * 9))
    many, listed, _ = quiet(reporting_reviews("." * 10))
    assert (few["silent"], many["silent"]) == (False, True)
    assert many["silent_since"] == np.iinfo(np.int64).min
    assert listed.iloc[0]["start"] == UNTIL - pd.Timedelta(days=20)


def test_of_silences_in_which_late_results_came_the_longest_part_counts() -> None:
    reviews = Reviews(ci("a"))
    reviews.comment("a", reviews.change(21), 20.9)
    slow = reviews.change(20)
    for age in (19.5, 19, 15, 10):
        reviews.change(age)
    reviews.comment("a", slow, 18)
    reviews.comment("a", reviews.change(8), 7.9)
    reviews.comment("zuul", reviews.change(0), 0)
    made, _, _ = quiet(reviews)
    assert made["silence_missed"] == 4
    assert made["silence_s"] == pytest.approx((18 - 7.9) * 86400)


def test_what_is_retired_is_not_silent() -> None:
    made, listed, _ = quiet(reporting_reviews("r" * 20 + "." * 10, retired=date(2026, 11, 19)))
    assert (made["silent"], made["missed"], made["silence_missed"]) == (False, 0, 10)
    assert listed.iloc[0]["end"] == pd.Timestamp("2026-11-19", tz="UTC")


def test_the_least_silence_that_is_noticed_is_that_of_three_patch_sets_of_a_reliable_ci() -> None:
    made, _, _ = quiet(reporting_reviews("r" * 35))
    assert made["least_s"] == pytest.approx(3 * 43200)
    few, _, _ = quiet(reporting_reviews("r" * 8))
    assert np.isnan(few["least_s"])


def test_the_mix_counts_comments_with_words_of_all_kinds() -> None:
    reviews = Reviews(ci("a"))
    change = reviews.change(3)
    for outcome in ("success", "failure", "infra", "infra", "neutral"):
        reviews.comment("a", change, 2, outcome)
    reviews.comment("a", change, 2, None, kind="unread")
    reviews.comment("a", change, 2, None, kind="start")
    reviews.comment("a", change, 29)
    reviews.comment("zuul", change, 0)
    made = one(mix.columns(reviews.base()))
    assert made == {"success": 1, "failure": 1, "infra": 2, "neutral": 1, "unread": 1, "comments": 7}


def test_jobs_by_outcome() -> None:
    reviews = Reviews(ci("a"), ci("b"))
    change = reviews.change(3)
    for account in ("a", "b", "zuul"):
        comment = reviews.comment(account, change, 2, "failure")
        reviews.job(comment, "x", "SUCCESS", "success")
        reviews.job(comment, "x", "TIMED_OUT", "infra")
        reviews.job(comment, "y", "FAILURE", "failure")
    old = reviews.comment("a", change, 29)
    reviews.job(old, "z", "SUCCESS", "success")
    reviews.comment("zuul", change, 0)
    jobs = mix.jobs(reviews.base())
    assert jobs[["ci", "job", "success", "infra", "failure"]].to_numpy().tolist() == [
        ["a", "x", 1, 1, 0], ["a", "y", 0, 0, 1], ["b", "x", 1, 1, 0], ["b", "y", 0, 0, 1],
    ]  # fmt: skip


def test_disagreement_is_of_the_same_patch_set_only() -> None:
    reviews = Reviews(ci("a"))
    for _ in range(3):
        change = reviews.change(6, 4)
        reviews.comment("zuul", change, 5, "success", patchset=1)
        reviews.comment("a", change, 3, "failure", patchset=2)
    both = reviews.change(5)
    reviews.comment("zuul", both, 4, "success")
    failed = reviews.comment("a", both, 4, "failure")
    reviews.job(failed, "fc-multipath", "FAILURE", "failure")
    reviews.job(failed, "smoke", "SUCCESS", "success")
    other = reviews.change(5)
    reviews.comment("zuul", other, 4, "failure")
    reviews.comment("a", other, 4, "success")
    infra = reviews.change(5)
    reviews.comment("zuul", infra, 4, "success")
    reviews.comment("a", infra, 4, "infra")
    reviews.comment("zuul", reviews.change(0), 0)
    base = reviews.base()
    made = one(disagreement.columns(base))
    assert (made["disagree_k"], made["disagree_n"]) == (1, 1)
    assert (made["converse_k"], made["converse_n"]) == (1, 1)
    listed = disagreement.disagreements(base)
    assert list(zip(listed["kind"], listed["change"], strict=True)) == [("failed", both), ("passed", other)]
    assert listed.iloc[0]["jobs"] == "fc-multipath"
    assert pd.isna(listed.iloc[1]["jobs"])
    assert listed.iloc[0]["subject"] == "Say more"


def test_the_grid_has_the_newest_patch_sets_and_every_result() -> None:
    reviews = Reviews(ci("a"), ci("b"))
    for i in range(52):
        reviews.change(60 - i)
    change = reviews.change(3, 2)
    infra = reviews.comment("b", change, 1.8, "failure", patchset=2, vote=-1)
    reviews.job(infra, "smoke", "SUCCESS", "success", url="https://logs.example.org/1")
    reviews.job(infra, "lib", "MISMATCH", "failure", url="https://logs.example.org/2")
    reviews.comment("b", change, 1.7, None, patchset=2, kind="unread")
    reviews.comment("b", change, 1.6, patchset=2, vote=1)
    reviews.comment("b", change, 1.6, None, patchset=2, kind="start")
    reviews.comment("a", change, 1.5, "infra", patchset=1)
    reviews.comment("a", reviews.change(0.5, project="openstack/nova"), 0)
    for account in ("new-ci", "zuul"):
        reviews.comment(account, change, 1.4, patchset=1)
    base = reviews.base()
    shown = grid.newest(base)
    patchsets, results = grid.patchsets(base, shown), grid.results(base, shown)
    assert len(patchsets) == 50
    assert list(patchsets["patchset"])[:2] == [2, 1]
    assert results["account"].dropna().tolist() == ["new-ci"]
    told = results[["ci", "patchset", "number", "outcome", "result", "vote", "url"]].astype(object)
    assert told.where(told.notna(), None).to_numpy().tolist() == [
        ["a", 1, 1, "infra", None, 0, None],
        ["b", 2, 1, "failure", "MISMATCH", -1, "https://logs.example.org/2"],
        ["b", 2, 2, "unread", None, 0, None],
        ["b", 2, 3, "success", None, 1, None],
        [None, 1, 1, "success", None, 0, None],
    ]


def test_accounts_in_no_entry_and_comments_that_nobody_read() -> None:
    reviews = Reviews(ci("a"))
    change = reviews.change(3)
    reviews.add("accounts", server="review.example.org", account="new-ci", name="New CI", tagged=True)
    reviews.comment("new-ci", change, 2)
    reviews.comment("new-ci", change, 2, None, kind="unread", text="<b>what</b>")
    reviews.comment("a", change, 1.5, None, kind="unread", text="old words")
    reviews.comment("a", change, 1, None, kind="unread", text="new words")
    reviews.comment("zuul", change, 1)
    reviews.comment(None, change, 0, None, kind="recheck")
    base = reviews.base()
    unknown = strangers.unknown(base)
    assert unknown[["account", "name", "comments", "results", "projects"]].to_numpy().tolist() == [
        ["new-ci", "New CI", 2, 1, "openstack/cinder"]
    ]
    unread = strangers.unread(base)
    told = unread[["ci", "account", "count", "text", "change"]].astype(object)
    assert told.where(told.notna(), None).to_numpy().tolist() == [
        ["a", "a", 2, "new words", change], [None, "new-ci", 1, "<b>what</b>", change],
    ]  # fmt: skip


def test_what_a_ci_is_comes_from_the_roster() -> None:
    contacts = (Contact("Ada", None, date(2026, 8, 1)), Contact("Bo", None, date(2026, 9, 1)))
    pause = Pause(date(2026, 11, 20), date(2026, 11, 30), "moving")
    reviews = Reviews(
        ci("a", contacts=contacts, pauses=(pause,), voting=True), ci("b", contacts=(Contact("C"),))
    )
    reviews.comment("a", reviews.change(3), 1)
    reviews.comment("a", reviews.change(3), 0, "failure")
    columns = describe.columns(reviews.base())
    made = {name: list(values) for name, values in columns.items()}
    assert made["contacts"] == [2, 1]
    assert made["confirmed"][0] == pd.Timestamp("2026-08-01", tz="UTC")
    assert pd.isna(made["confirmed"][1])
    assert made["paused"] == [True, False]
    assert made["pause_end"][0] == pd.Timestamp("2026-11-30", tz="UTC")
    assert made["last_result"][0] == UNTIL
    assert made["last_success"][0] == UNTIL - pd.Timedelta(days=1)
    assert pd.isna(made["last_seen"][1])
