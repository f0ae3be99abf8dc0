"""What must hold of any community, and all counts against a slow and obvious count of the same."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from statskit import NOW, UNTIL, Community, signature

from generator.stats import RESULTS, WINDOWS, Results, StatsSettings, compute
from generator.tables import Tables

SIGNATURES: dict[str, dict[str, Any]] = {"a": {}, "b": {"allow_nonvoting": True}, "c": {}}
QUERY_SETS = {"q": "abc", "old": "a"}

build = st.fixed_dictionaries({
    "age": st.integers(0, 80).map(lambda half: half / 2),
    "outcome": st.sampled_from(["success", "failure", "failure", "infra", "neutral"]),
    "job": st.sampled_from(["one", "two", "three"]),
    "pipeline": st.sampled_from(["check", "gate", None]),
    "voting": st.sampled_from([True, True, False, None]),
    "final": st.sampled_from([True, True, True, False]),
    "query_set": st.sampled_from(["q", "q", "old", None]),
    "change": st.sampled_from([1, 2, 3, None]),
    "buildset": st.sampled_from(["x", "y", None]),
    "hits": st.sets(st.sampled_from("abc")),
})  # fmt: skip
communities = st.lists(build, min_size=1, max_size=60)
# each example costs half a second, so failures are not shrunk for long
few = settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def community(rows: list[dict[str, Any]]) -> Community:
    c = Community(**SIGNATURES)
    c.queries = {q: {s: f"hash-{s}" for s in names} for q, names in QUERY_SETS.items()}
    c.build(0, "neutral")
    for row in rows:
        found = sorted(row["hits"] & set(QUERY_SETS.get(row["query_set"], "")))
        c.build(**{**row, "hits": " ".join(found), "examined": row["query_set"] is not None})
    return c


def same(one: Results, other: Results) -> None:
    for name in RESULTS:
        assert_frame_equal(getattr(one, name), getattr(other, name), obj=name)


def shuffled(tables: Tables, seed: int) -> Tables:
    mixed = {
        name: getattr(tables, name).sample(frac=1, random_state=seed).reset_index(drop=True)
        for name in ("builds", "hits", "queries", "signatures")
    }
    return replace(tables, **mixed)


@few
@given(communities, st.integers(0, 1000))
def test_order_of_rows_and_doubled_hits_do_not_matter(rows: list[dict[str, Any]], seed: int) -> None:
    tables = community(rows).tables()
    expected = compute(tables, StatsSettings(), NOW)
    mixed = shuffled(tables, seed)
    doubled = replace(mixed, hits=pd.concat([mixed.hits, mixed.hits], ignore_index=True))
    same(expected, compute(doubled, StatsSettings(), NOW))


def slow(tables: Tables, signature: str, scope: str, start: int, stop: int) -> dict[str, int]:
    """The counts of a signature, build by build."""
    builds = tables.builds.to_dict("records")
    hits = set(zip(tables.hits["build_uuid"], tables.hits["signature"], strict=True))
    counting = [
        b for b in builds if b["final"] and (scope == "all" or b["voting"] is not False or signature == "b")
    ]
    jobs = {b["job"] for b in builds if b["final"] and (b["build_uuid"], signature) in hits}
    looked = {q for q, names in QUERY_SETS.items() if signature in names}
    times = [b["end_time"] for b in builds if b["final"] and b["query_set"] in looked]
    out = dict.fromkeys(("k", "n", "failed", "success_k"), 0)
    for b in counting:
        if not start <= (UNTIL - b["end_time"]).total_seconds() / 86400 < stop:
            continue
        failed, read = b["outcome"] == "failure", b["query_set"] in looked
        hit = (b["build_uuid"], signature) in hits
        out["failed"] += failed and read
        out["k"] += failed and hit
        out["success_k"] += hit and b["outcome"] == "success"
        if b["job"] in jobs:
            out["n"] += (failed and read) or (
                b["outcome"] == "success" and bool(times) and b["end_time"] >= min(times)
            )
    return out


def check_counts(c: Community) -> None:
    tables = c.tables()
    r = compute(tables, StatsSettings(), NOW)
    everywhere = r.signatures[r.signatures["pipeline"] == "*"]
    for row in everywhere.to_dict("records"):
        days = WINDOWS[row["window"]]
        now = slow(tables, row["signature"], row["voting"], 0, days)
        before = slow(tables, row["signature"], row["voting"], days, 2 * days)
        assert {name: row[name] for name in now} == now
        assert (row["prev_k"], row["prev_n"]) == (before["k"], before["n"])
        assert row["success_n"] == now["k"] + now["success_k"]


@few
@given(communities)
def test_counts_are_those_of_counting_builds(rows: list[dict[str, Any]]) -> None:
    check_counts(community(rows))


@few
@given(communities)
def test_parts_add_up_and_rates_are_in_their_intervals(rows: list[dict[str, Any]]) -> None:
    r = community(rows).results()
    for frame in (r.totals, r.signatures, r.signature_days, r.breakdowns, r.groups):
        has = frame[frame["rate"].notna()]
        assert (has["n"] > 0).all()
        assert (has["k"] <= has["n"]).all()
        assert ((has["low"] <= has["rate"]) & (has["rate"] <= has["high"])).all()
        assert has[["low", "high"]].to_numpy().min(initial=0) >= 0
        assert has[["low", "high"]].to_numpy().max(initial=1) <= 1
        assert (frame.loc[frame["n"] == 0, "rate"].isna()).all()
    for frame in (r.days, r.hours, r.groups, r.group_days):
        assert (frame["run"] == frame[["succeeded", "failed", "infra", "neutral"]].sum(axis=1)).all()
        assert (frame["failed_examined"] == frame["classified"] + frame["unclassified"]).all()
        assert (frame["examined"] <= frame["run"]).all()
    tested = r.signatures[r.signatures["change"].notna()]
    assert ((tested["change_low"] <= tested["change"]) & (tested["change"] <= tested["change_high"])).all()
    parts = r.groups[r.groups["window"] == "28d"].groupby(["dimension", "voting"])["run"].sum()
    whole = r.totals[(r.totals["window"] == "28d") & (r.totals["figure"] == "coverage")]
    expected = whole[whole["pipeline"] == "*"].set_index("voting")["n"]
    for (_, voting), run in parts.items():
        assert run == expected[voting]
    sizes = r.signatures.set_index(["pipeline", "voting", "signature", "window"])["hits"].unstack("window")
    for short, long in pairwise(WINDOWS):
        assert (sizes[short] <= sizes[long]).all()


@few
@given(communities)
def test_days_sum_to_windows_that_end_with_a_day(rows: list[dict[str, Any]]) -> None:
    c = community(rows)
    midnight = pd.Timestamp("2026-11-20T23:59:59.999999", tz="UTC")
    c.build(0, "neutral", end_time=midnight, collected=midnight)
    r = c.results()
    days = r.days[(r.days["voting"] == "voting") & (r.days["day"] > midnight - pd.Timedelta(days=28))]
    failed = r.totals[(r.totals["figure"] == "failed") & (r.totals["voting"] == "voting")]
    for pipeline, row in failed[failed["window"] == "28d"].set_index("pipeline").iterrows():
        assert days.loc[days["pipeline"] == pipeline, "failed"].sum() == row["k"]
    own = r.signature_days[r.signature_days["day"] > midnight - pd.Timedelta(days=28)]
    by_day = own.groupby(["pipeline", "voting", "signature"])[["k", "n"]].sum()
    window = r.signatures[r.signatures["window"] == "28d"].set_index(["pipeline", "voting", "signature"])
    assert_frame_equal(by_day, window[["k", "n"]].loc[by_day.index])
    hours = r.hours[r.hours["pipeline"] == "*"].groupby("voting")["run"].sum()
    week = r.totals[(r.totals["figure"] == "coverage") & (r.totals["window"] == "7d")]
    assert hours.to_dict() == week[week["pipeline"] == "*"].set_index("voting")["n"].to_dict()


def test_counts_of_a_larger_community() -> None:
    rng = np.random.default_rng(5)

    def of(*values: Any) -> Any:
        return values[rng.integers(len(values))]

    rows = [
        {
            "age": float(rng.integers(0, 500)) / 8, "outcome": of("success", "failure", "infra"),
            "job": of("one", "two", "three", "four"), "pipeline": of("check", "gate"),
            "voting": of(True, False, None), "final": of(True, True, False),
            "query_set": of("q", "old", None),
            "change": of(None, *range(40)), "buildset": of(None, *"xyz"),
            "hits": {of("a", "b", "c"), of("a", "b")},
        }
        for _ in range(800)
    ]  # fmt: skip
    check_counts(community(rows))


@pytest.mark.parametrize("more", [1, 5])
def test_more_hits_never_lower_a_rate(more: int) -> None:
    rates = []
    for hits in (3, 3 + more):
        c = Community(**SIGNATURES)
        c.many(hits, 1, "failure", "a")
        c.many(20 - hits, 1, "failure")
        c.many(40, 1)
        row = signature(c.results(), "a")
        rates.append((row["rate"], row["low"], row["high"], row["share"]))
    assert all(a < b for a, b in zip(*rates, strict=True))
