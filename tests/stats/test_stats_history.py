"""What rollups still know when the builds are gone: rates by week and month, the life of signatures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from statskit import NOW, Community, pick, signature

from generator.stats import Results, StatsSettings, compute
from generator.store.files import Store

#: UNTIL of the kit is 22:00 on Friday 20 Nov 2026.
THURSDAY = pd.Timestamp("2026-11-19", tz="UTC")


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def kept(community: Community, folder: Path, before: str | None = None) -> Results:
    """The report of a store into which all was collected, and which then forgot the builds before a day."""
    store = Store(folder)
    tables = community.tables()
    store.add(tables, NOW.to_pydatetime())
    if before is not None:
        store.prune(day(before).to_pydatetime())
    return compute(store.read(), StatsSettings(), NOW)


def test_months_are_counted_though_their_builds_are_gone(tmp_path: Path) -> None:
    community = Community()
    community.many(6, 60, "failure")  # 21 Sep
    community.many(14, 60)
    community.many(3, 20, "failure", ci="other")  # 31 Oct
    community.many(7, 20, ci="other")
    community.many(2, 20, "infra")
    community.many(5, 20, "failure", voting=False)
    community.many(4, 20, "failure", final=False)
    community.many(1, 0)
    whole, pruned = kept(community, tmp_path / "a"), kept(community, tmp_path / "b", "2026-11-01")
    assert len(whole.history) and pruned.facts.builds == 1
    pd.testing.assert_frame_equal(
        whole.history.drop(columns=["low", "high"]), pruned.history.drop(columns=["low", "high"])
    )
    months = pruned.history[(pruned.history["unit"] == "month") & (pruned.history["ci"] == "*")]
    assert months["start"].tolist() == [day("2026-09-01"), day("2026-10-01"), day("2026-11-01")]
    september, october, november = (row for _, row in months.iterrows())
    assert (september["k"], september["n"], september["rate"]) == (6, 20, 0.3)
    assert september["low"] < 0.3 < september["high"]
    assert (september["first"], september["days"], september["length"]) == (day("2026-09-21"), 1, 10)
    assert (october["run"], october["infra"], october["k"], october["n"]) == (12, 2, 3, 10)
    assert [september["complete"], october["complete"], november["complete"]] == [False, True, False]
    assert (november["length"], november["days"], november["rate"]) == (20, 1, 0.0)


def test_a_period_without_builds_has_no_rate(tmp_path: Path) -> None:
    community = Community()
    community.many(10, 30, "failure")
    community.many(10, 0)
    weeks = kept(community, tmp_path).history
    weeks = weeks[(weeks["unit"] == "week") & (weeks["ci"] == "*")]
    assert weeks["start"].dt.day_of_week.eq(0).all() and len(weeks) == 5
    assert weeks["has_data"].tolist() == [True, False, False, False, True]
    assert weeks["rate"].isna().tolist() == [False, True, True, True, False]
    assert weeks["first"].isna().tolist() == [False, True, True, True, False]


def test_a_ci_begins_with_its_first_build_and_ends_with_the_report(tmp_path: Path) -> None:
    community = Community()
    community.many(10, 70)
    community.many(4, 40, "failure", ci="late")  # 11 Oct
    community.many(1, 0)
    found = kept(community, tmp_path).history
    late = found[(found["ci"] == "late") & (found["unit"] == "month")]
    assert late["start"].tolist() == [day("2026-10-01"), day("2026-11-01")]
    assert late["length"].tolist() == [21, 20] and late["run"].tolist() == [4, 0]


def test_a_ci_that_shows_no_passed_builds_has_counts_but_no_rate() -> None:
    community = Community()
    community.many(3, 1, "failure")
    tables = community.tables()
    rollup = pd.DataFrame({
        "day": [THURSDAY] * 3, "ci": ["index", "zuul", "zuul"], "outcome": ["failure", "failure", "success"],
        "voting": True, "final": True, "examined": True, "classified": False, "builds": [50, 1, 4],
    })  # fmt: skip
    sources = pd.DataFrame({"source": ["i"], "ci": ["index"], "kind": ["elastic"], "passed": [False]})
    frames = {f: getattr(tables, f) for f in tables.__dataclass_fields__}
    made = type(tables).of(**{**frames, "history_builds": rollup, "sources": sources})
    found = compute(made, StatsSettings(), NOW).history
    every, index = pick(found, ci="*", unit="week"), pick(found, ci="index", unit="week")
    assert (every["failed"], every["k"], every["n"], every["coverage"]) == (51, 1, 5, 1.0)
    assert (index["failed"], index["n"]) == (50, 0) and pd.isna(index["rate"])


def test_what_came_after_the_end_of_an_edition_is_not_in_it(tmp_path: Path) -> None:
    community = Community(**{"1": {}})
    community.many(2, 10, "failure", "1")
    community.many(2, 1, "failure", "1")
    store = Store(tmp_path)
    store.add(community.tables(), NOW.to_pydatetime())
    found = compute(store.read(), StatsSettings(), NOW, (NOW - pd.Timedelta(days=5)).to_pydatetime())
    assert int(found.history["run"].max()) == 2
    assert found.signature_history["last"].tolist() == [day("2026-11-10")]


def test_the_life_of_a_signature_goes_back_to_its_first_hit(tmp_path: Path) -> None:
    community = Community(**{"1": {}, "2": {"allow_nonvoting": True}, "3": {}, "4": {}})
    community.many(3, 80, "failure", "1")  # 1 Sep
    community.many(1, 79, "failure", "1 2", voting=False)
    community.many(1, 79, "success", "3")
    community.many(2, 1, "failure", "1")
    found = kept(community, tmp_path, "2026-11-01").signature_history
    assert found["signature"].tolist() == ["1", "2"]
    one, two = pick(found, signature="1"), pick(found, signature="2")
    assert (one["first"], one["last"], one["hits"], one["days"]) == (day("2026-09-01"), THURSDAY, 5, 2)
    assert (two["first"], two["last"], two["hits"]) == (day("2026-09-02"), day("2026-09-02"), 1)


def test_what_was_hit_long_ago_is_back_and_not_new(tmp_path: Path) -> None:
    row = signature(kept(quiet_between(), tmp_path, "2026-10-10"), "1")
    assert (row["state"], row["first_seen"].floor("D")) == ("returned", day("2026-08-12"))
    assert row["last_seen"].floor("D") == day("2026-11-20")


def test_what_was_never_hit_before_is_still_new(tmp_path: Path) -> None:
    community = quiet_between()
    community.hits = [hit for hit in community.hits if hit["build_uuid"] == community.hits[-1]["build_uuid"]]
    row = signature(kept(community, tmp_path, "2026-10-10"), "1")
    assert row["state"] == "new" and row["first_seen"].floor("D") == day("2026-11-20")


def test_what_was_only_hit_long_ago_is_gone(tmp_path: Path) -> None:
    community = quiet_between()
    community.hits = community.hits[:1]
    row = signature(kept(community, tmp_path, "2026-10-10"), "1")
    assert row["state"] == "gone" and row["last_seen"].floor("D") == day("2026-08-12")


def quiet_between() -> Community:
    """A failed build a hundred days ago, then one each day; the first and the last are hit."""
    community = Community(**{"1": {}})
    for age in (100, *range(43, -1, -1)):
        build: dict[str, Any] = {"hits": "1" if age in (100, 0) else ""}
        community.build(age, "failure", **build)
    return community
