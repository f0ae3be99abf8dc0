"""E, verdicts and the gate of third-party CIs, against what the definitions say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from reviewskit import UNTIL, Reviews, ci

from generator.model import NOT_USABLE, PARTLY
from generator.roster import Pause
from generator.stats.third_party import base, gate


def expected(reviews: Reviews, which: int = 0) -> list[tuple[int, int, bool, bool]]:
    """Change, patch set, reported, late of what is expected of a CI."""
    made = reviews.base()
    e = made.expected
    return [
        (int(made.patches.change[p]), int(made.patches.patchset[p]), bool(r), bool(late))
        for c, p, r, late in zip(e.ci, e.patch, e.reported, e.late, strict=True)
        if c == which
    ]


def test_a_patch_set_is_expected_once_its_deadline_is_over() -> None:
    reviews = Reviews(ci("a"))
    reviews.comment("zuul", reviews.change(3), 0)
    young = reviews.change(0.5)
    reviews.comment("a", young, 0.25)
    assert expected(reviews) == [(1000, 1, False, False)]


def test_what_is_replaced_within_the_deadline_is_not_expected_even_if_reported() -> None:
    reviews = Reviews(ci("a"))
    change = reviews.change(5, 4.5, 3)
    reviews.comment("a", change, 4.9)
    reviews.comment("a", change, 1, patchset=2)
    reviews.comment("zuul", change, 0)
    assert expected(reviews) == [(change, 2, True, True), (change, 3, False, False)]


@pytest.mark.parametrize(
    ("values", "change", "counts"),
    [
        ({"branches": ("master",)}, {"branch": "stable/2026.1"}, False),
        ({"branches": ("stable/*",)}, {"branch": "stable/2026.1"}, True),
        ({"projects": ("openstack/nova",)}, {}, False),
        ({"since": date(2026, 11, 18)}, {}, False),
        ({"since": date(2026, 11, 17)}, {}, True),
        ({"retired": date(2026, 11, 17)}, {}, False),
        ({"retired": date(2026, 11, 18)}, {}, True),
        ({"pauses": (Pause(date(2026, 11, 10), date(2026, 11, 17)),)}, {}, False),
        ({"pauses": (Pause(date(2026, 11, 10), date(2026, 11, 16)),)}, {}, True),
        ({"paths": ("drivers/a/**",)}, {"paths": "drivers/b/x.py", "files": 1}, False),
        ({"paths": ("drivers/a/**",)}, {"paths": "doc/x\ndrivers/a/x.py", "files": 2}, True),
        ({"paths": ("drivers/a/**",)}, {"paths": "drivers/b/x.py", "files": 200}, True),
        ({"paths": ("drivers/a/**",)}, {}, True),
        ({}, {"paths": "doc/a.rst", "files": 1}, False),
        ({}, {"paths": "/COMMIT_MSG\ndoc/a.rst", "files": 2}, False),
        ({}, {"paths": "doc/a.rst\nx.py", "files": 2}, True),
        ({}, {"paths": "doc/a.rst", "files": 101}, True),
        ({}, {"kind": "NO_CODE_CHANGE"}, False),
        ({"deadline_hours": 96}, {}, False),
    ],
)
def test_what_is_expected(values: dict[str, Any], change: dict[str, Any], counts: bool) -> None:
    reviews = Reviews(ci("a", **values), exempt=("doc/**",), exempt_kinds=("NO_CODE_CHANGE",))
    reviews.change(3.5, **change)  # 17 November, 10:00
    reviews.comment("zuul", reviews.change(0), 0)
    assert bool(expected(reviews)) is counts


def test_a_patch_set_known_by_comments_only_is_not_expected_but_has_a_verdict() -> None:
    reviews = Reviews(ci("a"))
    reviews.comment("zuul", 77, 0)
    reviews.comment("a", 77, 3, "failure")
    reviews.comment("a", 77, 2, "failure", time=None)
    made = reviews.base()
    assert len(made.expected.ci) == 0
    assert list(made.verdicts.outcome) == [1]
    assert list(made.patches.created) == [(UNTIL - pd.Timedelta(days=3)).value // 1000]


def test_the_last_success_or_failure_is_the_verdict() -> None:
    reviews = Reviews(ci("a"))
    change = reviews.change(3)
    for age, outcome in ((2.9, "failure"), (2.5, "success"), (2, "infra"), (1.9, "neutral")):
        reviews.comment("a", change, age, outcome)
    made = reviews.base()
    assert list(made.verdicts.outcome) == [0]
    assert list(made.comments.row[made.verdicts.comment]) == [1]


def test_the_gate_passed_if_it_ever_did() -> None:
    reviews = Reviews(ci("a"))
    one, two, three, four, five = (reviews.change(3) for _ in range(5))
    for change, outcome, pipeline in (
        (one, "success", "check"), (one, "failure", "gate"), (two, "failure", None),
        (three, "success", "other"), (four, "infra", "check"),
    ):  # fmt: skip
        reviews.comment("zuul", change, 2, outcome, pipeline=pipeline)
    reviews.comment("a", five, 2)
    reviews.add(
        "buildsets", buildset="s", tenant="t", ci="t", pipeline="gate", project="openstack/cinder",
        change=two, patchset="1", result="SUCCESS", end_time=UNTIL - pd.Timedelta(days=2.5),
    )  # fmt: skip
    assert list(reviews.base().gate) == [gate.PASSED, gate.PASSED, gate.NONE, gate.NONE, gate.NONE]


def test_accounts_are_told_by_username_and_by_name_and_are_apart_by_server() -> None:
    reviews = Reviews(ci("a", account=("Acme *",)), ci("b"))
    change = reviews.change(3)
    reviews.add("accounts", server="review.example.org", account="#7", name="Acme CI", tagged=False)
    reviews.comment("#7", change, 2)
    reviews.comment("B", change, 2)
    reviews.comment("#7", change, 2, server="other.example.org")
    reviews.comment(None, change, 2, None, kind="recheck", text="recheck")
    made = reviews.base()
    assert list(made.comments.ci) == [0, 1]
    assert sorted(made.rechecks) == [0, 1]


def test_later_patch_sets_and_comments_are_not_known_at_the_end_of_an_edition() -> None:
    reviews = Reviews(ci("a"))
    change = reviews.change(20, 19.5)
    reviews.comment("a", change, 1)
    reviews.comment("zuul", change, 18.5)
    tables = reviews.tables()
    bound = (UNTIL - pd.Timedelta(days=18.6)).to_pydatetime()
    until = base.reviewed(tables, bound)
    assert until == (UNTIL - pd.Timedelta(days=19.5)).value // 1000
    made = base.make(tables, reviews.settings, until)
    assert len(made.comments.ci) == 0


@pytest.mark.parametrize("reason", [PARTLY, NOT_USABLE])
def test_where_a_collection_was_not_whole_the_windows_end_with_the_last_that_was(reason: str) -> None:
    reviews = Reviews(ci("a"))
    reviews.comment("a", reviews.change(3), 0)
    whole = UNTIL - timedelta(days=2)
    reviews.add("cursors", source="gerrit", kind="changes", reached=whole)
    assert made_until(reviews) == UNTIL
    reviews.add("skipped", source="other", path="changes", reason=reason)
    reviews.add("skipped", source="gerrit", path="some/file.json", reason=reason)
    assert made_until(reviews) == UNTIL
    reviews.add("skipped", source="gerrit", path="changes", reason=reason)
    assert made_until(reviews) == whole - timedelta(days=1)  # the newest that was said before


def made_until(reviews: Reviews) -> pd.Timestamp:
    return pd.Timestamp(reviews.base().until, unit="us", tz="UTC")


def test_the_accounts_that_count_as_a_ci_are_told() -> None:
    reviews = Reviews(ci("a", account=("a", "A *")), ci("b"))
    for account, name in (("a", "Somebody"), ("a-second", "A Storage CI"), ("zuul", "Zuul")):
        reviews.add("accounts", server="review.example.org", account=account, name=name, tagged=False)
    reviews.comment("a", reviews.change(3), 0)
    assert list(reviews.results().third_party["accounts"]) == ["a, a-second", ""]


def test_who_is_only_shown_as_the_gate_is_not_the_gate() -> None:
    reviews = Reviews(ci("a"))
    reviews.add("accounts", server="review.example.org", account="jo", name="Zuul", tagged=False)
    for account in ("jo", "zuul"):
        change = reviews.change(3)
        reviews.comment(account, change, 2)
    assert reviews.base().gate.tolist() == [gate.NONE, gate.PASSED]
