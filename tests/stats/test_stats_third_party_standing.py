"""Votes that stand although the CI recovered; and rules, streaks and flips from tables of reviews."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from reviewskit import SERVER, UNTIL, Reviews, ci
from statskit import pick

from generator.roster import Contact, Pause, ThirdPartyCI
from generator.stats.third_party import base, compliance, flips, report, standing


def against(reviews: Reviews, account: str, change: int, age: float, **values: Any) -> None:
    """A comment with a failure and its vote, also as the table of votes has it."""
    reviews.comment(account, change, age, "failure", vote=-1, label="Verified")
    vote = {"server": SERVER, "change": change, "patchset": 1, "account": account, "label": "Verified",
            "value": -1, "time": UNTIL - timedelta(days=age)}  # fmt: skip
    reviews.add("votes", **{**vote, **values})


def stands(reviews: Reviews) -> list[tuple[str, int]]:
    frame = standing.standing(reviews.base())
    return list(zip(frame["ci"], frame["change"], strict=True))


def recovered(**change: Any) -> tuple[Reviews, int]:
    """A CI that voted against a change while it failed on all, and passed another one later."""
    reviews = Reviews(ci("a"), ci("b"), broken={"failures": 3, "owners": 2})
    reviews.record("a", 5)
    voted = reviews.change(5, **change)
    for i in range(2):
        reviews.comment("a", reviews.change(5, owner=f"o{i}"), 4.5 - i / 10, "failure")
    against(reviews, "a", voted, 4)
    reviews.comment("a", reviews.change(4), 3, "success", vote=1, label="Verified")
    return reviews, voted


def test_a_vote_of_a_broken_ci_stands_when_it_has_recovered_since() -> None:
    reviews, voted = recovered()
    frame = standing.standing(reviews.base())
    assert len(frame) == 1
    row = frame.iloc[0]
    assert (row["ci"], row["change"], row["patchset"], row["value"]) == ("a", voted, 1, -1)
    assert (row["project"], row["subject"], row["label"]) == ("openstack/cinder", "Say more", "Verified")
    assert row["time"] == UNTIL - timedelta(days=4)
    assert row["recovered"] == UNTIL - timedelta(days=3)
    assert list(standing.counts(reviews.base(), frame)) == [1, 0]


def test_a_vote_of_a_ci_that_was_not_broken_is_about_the_patch() -> None:
    reviews = Reviews(ci("a"), broken={"failures": 3, "owners": 2})
    against(reviews, "a", reviews.change(5), 4)
    reviews.comment("a", reviews.change(4), 3)
    assert stands(reviews) == []


@pytest.mark.parametrize(
    "change", [{"status": "MERGED"}, {"status": "ABANDONED"}, {"status": None}, {"current": 2}]
)
def test_only_current_patch_sets_of_open_changes_count(change: dict[str, Any]) -> None:
    assert stands(recovered(**change)[0]) == []


def test_a_success_of_another_ci_is_no_recovery() -> None:
    reviews, _ = recovered()
    reviews.rows["comments"][-1]["account"] = "b"
    assert stands(reviews) == []


def test_a_vote_that_was_taken_back_does_not_stand() -> None:
    reviews, voted = recovered()
    reviews.rows["votes"] = [{**row, "value": 0} for row in reviews.rows["votes"]]
    assert stands(reviews) == []
    reviews.rows.pop("votes")  # the change was read as a whole, and there is none
    assert stands(reviews) == []
    assert voted


@pytest.mark.parametrize(("vote", "lifted"), [(0, True), (1, True), (-2, False), (None, False)])
def test_of_single_events_the_newest_comment_with_a_vote_tells(vote: int | None, lifted: bool) -> None:
    reviews, voted = recovered(whole=False)
    reviews.comment("a", voted, 3.5, "failure", vote=vote, label="Verified")
    assert stands(reviews) == ([] if lifted else [("a", voted)])


def test_a_vote_without_a_time_is_dated_by_its_comment() -> None:
    reviews, voted = recovered()
    reviews.rows["votes"][0]["time"] = None
    assert stands(reviews) == [("a", voted)]
    assert standing.standing(reviews.base())["time"].tolist() == [UNTIL - timedelta(days=4)]


def broken(then: str) -> Reviews:
    """A CI that fails on changes of several owners, passes one, and then does `then` on six others."""
    reviews = Reviews(ci("a"), broken={"failures": 3, "owners": 2})
    reviews.record("a", 9)
    for i in range(4):
        against(reviews, "a", reviews.change(9, owner=f"o{i}"), 8 - i / 10)
    reviews.comment("a", reviews.change(7), 6)
    for i in range(6):
        reviews.comment("a", reviews.change(5, owner=f"o{i}", status="MERGED"), 4 - i / 10, then)
    return reviews


def test_votes_given_while_broken_tell_nothing_even_if_the_gate_failed() -> None:
    reviews = broken("success")
    reviews.comment("zuul", 1000, 8, "failure")
    assert [change for _, change in stands(reviews)] == [1000, 1001, 1002, 1003]


def test_a_ci_that_broke_again_has_votes_to_lift_only_of_the_time_that_is_over() -> None:
    reviews = broken("failure")
    against(reviews, "a", reviews.change(4, owner="o9"), 2)
    frame = standing.standing(reviews.base())
    assert frame["change"].tolist() == [1000, 1001, 1002, 1003]
    assert set(frame["recovered"]) == {UNTIL - timedelta(days=6)}


def test_a_ci_that_is_broken_still_has_none_to_lift() -> None:
    reviews = Reviews(ci("a"), broken={"failures": 3, "owners": 2})
    reviews.record("a", 9)
    for i in range(4):
        against(reviews, "a", reviews.change(9, owner=f"o{i}"), 8 - i / 10)
    assert stands(reviews) == []


def judged(one: ThirdPartyCI, reviews: Reviews, rule: str) -> pd.Series[Any]:
    tables = reviews.tables()
    found = report.compute(tables, reviews.settings, base.reviewed(tables, None))
    return pick(found["third_party_rules"], ci=one.id, rule=rule)


@pytest.mark.parametrize(
    ("confirmed_days", "counted"), [(None, 3), (90, 1), (400, 2)], ids=["any", "a quarter", "a year"]
)
def test_contacts_count_if_confirmed_as_the_community_asks(confirmed_days: int | None, counted: int) -> None:
    days = (date(2026, 11, 1), date(2026, 3, 1), None)
    one = ci("a", contacts=tuple(Contact(f"Person {i}", confirmed=day) for i, day in enumerate(days)))
    reviews = Reviews(one, rules={"confirmed_days": confirmed_days})
    reviews.comment("a", reviews.change(2), 0)
    assert judged(one, reviews, "contacts")["value"] == counted


def test_the_record_begins_with_the_first_result() -> None:
    one = ci("a")
    reviews = Reviews(one)
    for age in (40, 30):
        reviews.comment("zuul", reviews.change(age + 1), age)
    reviews.comment("a", reviews.change(20.5), 20, None, kind="unread")
    reviews.comment("a", reviews.change(10.5), 10)
    reviews.comment("zuul", reviews.change(1), 0)
    row = judged(one, reviews, "record")
    assert (row["state"], row["value"]) == ("not met", 10)


def test_a_short_record_is_not_judged_where_the_data_are_younger_still() -> None:
    one = ci("a")
    reviews = Reviews(one)
    for age in (10, 0):
        reviews.comment("a", reviews.change(age + 1), age)
    assert judged(one, reviews, "record")["state"] == "not judged"


def test_a_silence_counts_in_full_while_it_reaches_into_the_28_days() -> None:
    one = ci("a")
    reviews = Reviews(one)
    for age in range(90, -1, -1):
        change = reviews.change(age)
        if age > 60 or age < 20:
            reviews.comment("a", change, age - 0.02 if age else 0)
    row = judged(one, reviews, "silence")
    assert row["state"] == "not met"
    assert row["value"] == pytest.approx(61 - 19, abs=0.01)


def test_an_announced_pause_is_no_part_of_a_silence() -> None:
    # the lab was closed a day before its pause, which was announced twice
    pauses = (Pause(date(2026, 11, 1), date(2026, 11, 15)), Pause(date(2026, 11, 1), date(2026, 11, 10)))
    one = ci("a", pauses=pauses)
    reviews = Reviews(one)
    for age in (*(26 - i / 2 for i in range(16)), *(3 - i / 2 for i in range(5))):
        change = reviews.change(age)
        if not 3 < age <= 21:
            reviews.comment("a", change, age - 0.1)
    row = judged(one, reviews, "silence")
    # from 21.4 d to 2.9 d ago, less 15 d
    assert (row["state"], row["value"]) == ("met", pytest.approx(3.5))


def test_one_missed_at_a_quiet_time_is_no_silence() -> None:
    one = ci("a")
    reviews = Reviews(one)
    for age in (*(27 - i / 8 for i in range(20)), 22, 2, 1.5):
        change = reviews.change(age)
        if age != 22:
            reviews.comment("a", change, age - 0.1)
    row = judged(one, reviews, "silence")
    assert (row["state"], row["value"]) == ("met", 0)


def test_flips_and_excess_are_of_the_patch_sets_of_the_28_days() -> None:
    reviews = Reviews(ci("a"))
    old, new = reviews.change(29), reviews.change(27)
    for change in (old, new):
        for age, outcome in ((20, "failure"), (19, "infra"), (18, "success")):
            reviews.comment("a", change, age, outcome)
        reviews.comment(None, change, 19.5, None, kind="recheck")
    reviews.comment("zuul", new, 0)
    made = reviews.base()
    assert (flips.flips(made).k.tolist(), flips.flips(made).n.tolist()) == ([1], [1])
    assert [counts.tolist() for counts in compliance.excess(made)] == [[1], [3]]
    assert compliance.compliant(made).n.tolist() == [6]
