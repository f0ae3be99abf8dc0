"""Trend and life cycle of signatures, and trends of groups."""

from __future__ import annotations

import pandas as pd
import pytest
from statskit import UNTIL, Community, pick, signature


def steady(c: Community, days: range, passed: int = 20, failed: int = 5, **values: object) -> None:
    """Builds of no signature on each of these days."""
    for day in days:
        c.many(passed, day, **values)
        c.many(failed, day, "failure", **values)


def test_a_rate_that_rose_is_worse_and_one_that_fell_better() -> None:
    c = Community(up={}, down={}, same={})
    for day in range(14):
        late = day < 7
        c.many(9 if late else 1, day + 0.5, "failure", "up")
        c.many(1 if late else 9, day + 0.5, "failure", "down")
        c.many(4, day + 0.5, "failure", "same")
        c.many(30, day + 0.5)
    r = c.results()
    up, down, same = (signature(r, name) for name in ("up", "down", "same"))
    assert [x.state for x in (up, down, same)] == ["worse", "better", "no clear change"]
    assert (up.k, up.n, up.prev_k, up.prev_n) == (63, 308, 7, 308)
    assert up.change == pytest.approx(56 / 308)
    assert up.change_low > 0
    assert down.change_high < 0
    assert same.change_low < 0 < same.change_high
    assert up.q_value >= up.p_value
    assert up.regressed
    assert not down.regressed
    job = pick(r.groups, dimension="job", voting="voting", window="7d")
    assert (job.k, job.prev_k, job.state) == (98, 98, "no clear change")


def test_more_classified_is_better_not_worse() -> None:
    c = Community(s={})
    for day in range(14):
        c.many(10, day + 0.5, "failure", "s" if day < 7 else "")
    r = c.results()
    row = pick(r.totals, pipeline="*", voting="voting", window="7d", figure="classified")
    assert (row.k, row.n, row.prev_k, row.prev_n, row.state) == (70, 70, 0, 70, "better")


def test_a_window_before_without_data_is_no_data() -> None:
    c = Community(s={})
    steady(c, range(7))
    c.many(5, 1, "failure", "s")
    r = c.results()
    row = pick(r.totals, pipeline="*", voting="voting", window="7d", figure="failed")
    assert (row.state, row.prev_n, row.prev_days, row.prev_days_with_data) == ("no data", 0, 7, 0)
    assert pd.isna(row.change)
    assert signature(r, "s").state == "no data"


def test_a_window_before_that_is_only_partly_covered_is_told() -> None:
    c = Community(s={})
    steady(c, range(9))
    steady(c, range(11, 14))
    r = c.results()
    row = pick(r.totals, pipeline="*", voting="voting", window="7d", figure="failed")
    assert (row.prev_days, row.prev_days_with_data) == (7, 5)
    assert signature(r, "s").prev_days_with_data == 5


def test_new_needs_earlier_builds_examined_with_this_very_query() -> None:
    c = Community(new={}, unproven={}, rewritten={}, old={})
    c.queries["before"] = {"new": "hash-new", "rewritten": "another", "old": "hash-old"}
    steady(c, range(7, 28), query_set="before")
    steady(c, range(7))
    c.many(6, 2, "failure", "new unproven rewritten old")
    c.build(9, "failure", "old", query_set="before")
    r = c.results()
    states = {name: signature(r, name).state for name in c.signatures}
    assert states["new"] == "new"
    assert states["unproven"] != "new"
    assert states["rewritten"] != "new"
    assert states["old"] != "new"
    assert signature(r, "new").examined_before
    assert not signature(r, "unproven").examined_before
    assert not signature(r, "rewritten").examined_before
    assert signature(r, "new", "24h").state != "new"
    assert signature(r, "new").first_seen == UNTIL - pd.Timedelta(days=2)


def test_gone_is_none_for_28_days_although_builds_were_examined() -> None:
    c = Community(gone={}, rare={}, never={})
    steady(c, range(60))
    c.many(5, 28.2, "failure", "gone")
    c.many(5, 27.5, "failure", "rare")
    r = c.results()
    assert signature(r, "gone").state == "gone"
    assert signature(r, "gone", "28d").state == "gone"
    assert signature(r, "rare").state == "no clear change"
    assert signature(r, "never").state == "no clear change"
    assert pd.isna(signature(r, "never").first_seen)


def test_silence_without_data_is_not_gone() -> None:
    c = Community(s={}, t={})
    c.queries["without"] = {"t": "hash-t"}
    steady(c, range(40, 60))
    c.many(5, 41, "failure", "s t")
    steady(c, range(25), query_set="without")
    r = c.results()
    assert signature(r, "s").state == "no data"
    assert signature(r, "t").state == "gone"


def test_returned_is_a_hit_after_being_gone() -> None:
    c = Community(back={}, steady={}, gap={})
    steady(c, range(70))
    for name, ages in (("back", (60, 2)), ("steady", (60, 40, 20, 2)), ("gap", (25, 2))):
        for age in ages:
            c.many(3, age, "failure", name)
    r = c.results()
    assert signature(r, "back").state == "returned"
    assert signature(r, "back", "24h").state != "returned"
    assert signature(r, "steady").state == "no clear change"
    assert signature(r, "gap").state == "no clear change"


def test_a_gap_without_data_does_not_make_it_return() -> None:
    c = Community(s={})
    steady(c, range(5))
    steady(c, range(50, 60))
    c.many(3, 55, "failure", "s")
    c.many(3, 2, "failure", "s")
    assert signature(c.results(), "s").state != "returned"


def test_returned_is_a_hit_after_its_bug_was_closed() -> None:
    closed = pd.Timestamp("2026-11-17", tz="UTC")
    c = Community(after={"resolved_at": closed}, before={"resolved_at": closed})
    steady(c, range(28))
    for age in (3.0, 10.0, 20.0):
        c.many(2, age, "failure", "before")
    # the day on which it was closed, until midnight, is still before
    c.build(0, end_time=UNTIL)
    c.build(0, "failure", "before", end_time=pd.Timestamp("2026-11-17T23:59", tz="UTC"))
    c.many(2, 20.0, "failure", "after")
    c.build(0, "failure", "after", end_time=pd.Timestamp("2026-11-18T00:00", tz="UTC"))
    r = c.results()
    assert signature(r, "after").state == "returned"
    assert signature(r, "before").state == "no clear change"


def test_regressed_compares_with_28_days_not_with_the_week_before() -> None:
    c = Community(s={})
    for day in range(35):
        c.many(5 if day < 14 else 0, day + 0.5, "failure", "s")
        c.many(40, day + 0.5)
    row = signature(c.results(), "s")
    assert row.state == "no clear change"
    assert (row.base_k, row.base_n) == (35, 35 + 28 * 40)
    assert row.base_p < 0.05
    assert row.regressed


def test_hidden_and_removed_signatures_still_classify() -> None:
    c = Community(quiet={"suppress_graph": True}, retired={"removed": UNTIL})
    c.build(1, "failure", "quiet")
    c.build(1, "failure", "retired")
    r = c.results()
    assert signature(r, "quiet").hidden
    assert signature(r, "retired").removed
    assert not signature(r, "quiet").removed
    assert signature(r, "retired").hits == 1
    assert pick(r.totals, pipeline="*", voting="voting", window="7d", figure="classified").k == 2


def test_projects_hit_are_named_most_hits_first() -> None:
    c = Community(s={})
    for number, project in enumerate(["nova", "neutron", "glance", "cinder"], start=1):
        c.many(number, 1, "failure", "s", project=project)
    row = signature(c.results(), "s")
    assert row.projects == 4
    assert row.project_names == "cinder, glance, neutron"
