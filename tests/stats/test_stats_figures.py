"""Each figure by numbers counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from statskit import NOW, UNTIL, Community, pick, signature

from generator.stats import RESULTS, StatsSettings, compute
from generator.tables import Tables

S = {"s": {}}


def total(results: object, figure: str, window: str = "7d", **values: str) -> pd.Series:
    scope = {"pipeline": "*", "voting": "voting", **values}
    return pick(results.totals, figure=figure, window=window, **scope)  # type: ignore[attr-defined]


def typed_as_documented(results: object) -> None:
    kinds = {"int64": "int64", "float64": "float64", "bool": "bool", "timestamp": "datetime64[us, UTC]"}
    for name, schema in RESULTS.items():
        frame = getattr(results, name)
        assert list(frame.columns) == [column.name for column in schema], name
        for column in schema:
            dtype = str(frame[column.name].dtype)
            assert dtype == kinds.get(column.type, "str") or dtype == "Int64", (name, column.name, dtype)


def test_empty_tables_give_empty_results() -> None:
    results = compute(Tables.of(), StatsSettings(), NOW)
    typed_as_documented(results)
    assert results.facts.until is None
    assert results.facts.main_pipeline is None
    assert (results.totals["state"] == "no data").all()
    assert not results.days["has_data"].any()
    assert len(results.days) == 2 * 70


def test_results_have_the_documented_columns() -> None:
    c = Community(**S)
    c.many(5, 1.0, "failure", "s")
    c.many(5, 1.0)
    c.build(2.0, "failure")
    c.skipped = [{"source": "logs", "path": "a", "reason": "truncated", "detail": "x"}]
    typed_as_documented(c.results())


def test_failed_builds_out_of_failed_and_succeeded_ones() -> None:
    c = Community(**S)
    c.many(3, 1.0, "failure", "s")
    c.many(2, 1.0, "failure")
    c.many(15, 1.0)
    c.many(4, 1.0, "infra")
    c.many(7, 1.0, "neutral")
    r = c.results()
    failed = total(r, "failed")
    assert (failed.k, failed.n, failed.rate) == (5, 20, 0.25)
    # builds of their own: plain Wilson on 5 of 20
    assert (failed.low, failed.high) == pytest.approx((0.111862, 0.468701), abs=1e-6)
    assert failed.n_effective == 20
    infra, classified = total(r, "infra"), total(r, "classified")
    assert (infra.k, infra.n) == (4, 24)
    assert (classified.k, classified.n, classified.rate) == (3, 5, 0.6)
    ci = pick(r.groups, dimension="ci", voting="voting", window="7d")
    assert (ci.value, ci.k, ci.n, ci.infra, ci.neutral, ci.run) == ("zuul", 5, 20, 4, 7, 31)
    assert (ci.classified, ci.unclassified) == (3, 2)


def test_windows_end_at_the_newest_build_and_include_only_their_end() -> None:
    c = Community()
    for age in (0, 0.999, 1, 6.99, 7, 9.99, 10, 27.99, 28, 55.9):
        c.build(age, "failure")
    r = c.results()
    assert [int(total(r, "failed", w).k) for w in ("24h", "7d", "10d", "28d")] == [2, 4, 6, 8]
    assert [int(total(r, "failed", w).prev_k) for w in ("24h", "7d", "10d", "28d")] == [1, 3, 1, 2]
    assert r.facts.until == UNTIL
    assert r.facts.windows["7d"] == UNTIL - pd.Timedelta(days=7)


def test_an_end_after_its_collection_does_not_move_the_windows() -> None:
    c = Community()
    c.build(0.5, "failure")
    c.build(0)
    wrong = c.build(-30, "failure", collected=UNTIL)
    r = c.results()
    assert r.facts.until == UNTIL
    assert total(r, "failed", "28d").k == 1
    late = pick(r.odd, kind="ends after its collection")
    assert (late["count"], late.example) == (1, wrong)
    assert pick(r.freshness, ci="zuul").newest == UNTIL


def test_a_build_without_an_end_is_kept_and_counted_but_in_no_window() -> None:
    c = Community()
    c.build(0)
    c.build(0, "failure", end_time=None)
    r = c.results()
    assert total(r, "failed", "28d").k == 0
    assert r.facts.builds == 2
    assert r.facts.builds_without_end == 1
    assert pick(r.odd, kind="no end time: in no window")["count"] == 1


def test_a_clock_that_was_never_set_is_in_no_window_and_proves_no_earlier_examination() -> None:
    c = Community(**S)
    c.build(1, "failure", "s")
    for year in (1, 1970):
        c.build(0, "failure", end_time=pd.Timestamp(f"{year:04}-01-01T00:00", tz="UTC").as_unit("us"))
    r = c.results()
    assert r.facts.first_day == (UNTIL - pd.Timedelta(days=1)).floor("D")
    assert signature(r, "s").state == "no data" and not signature(r, "s").examined_before
    assert pick(r.odd, kind="ends before the year 2000: in no window")["count"] == 2


def test_voting_unknown_counts_and_voting_false_only_among_all() -> None:
    c = Community(s={}, loose={"allow_nonvoting": True})
    c.build(1, "failure", "s loose", voting=None)
    c.build(1, "failure", "s loose", voting=False)
    c.build(1, "failure", "s loose", voting=True)
    c.many(7, 1)
    c.many(2, 1, voting=False)
    r = c.results()
    assert (total(r, "failed").k, total(r, "failed").n) == (2, 9)
    assert (total(r, "failed", voting="all").k, total(r, "failed", voting="all").n) == (3, 12)
    strict, loose = signature(r, "s"), signature(r, "loose")
    assert (strict.hits, strict.n, strict.failed) == (2, 9, 2)
    # a signature that allows non-voting builds has them in its counts and in what they are out of
    assert (loose.hits, loose.n, loose.failed, loose.share) == (3, 12, 3, 1.0)
    assert signature(r, "s", voting="all").hits == 3


def test_hits_of_a_job_are_out_of_the_builds_that_count_for_their_signature() -> None:
    c = Community(s={}, loose={"allow_nonvoting": True})
    c.build(1, "failure", "s loose", voting=False)
    c.build(1, "failure", "loose", voting=False)
    r = c.results()
    row = pick(r.group_signatures, dimension="job", value="tempest", window="7d")
    assert (row.signature, row.hits, row.failed) == ("loose", 2, 2)


def test_retried_builds_do_not_count() -> None:
    c = Community(**S)
    c.build(1, "failure", "s")
    c.many(4, 1, "failure", "s", final=False)
    c.many(3, 1)
    r = c.results()
    assert (total(r, "failed").k, total(r, "failed").n) == (1, 4)
    assert signature(r, "s").hits == 1
    assert r.facts.builds_retried == 4
    assert len(r.recent_hits) == 1
    assert pick(r.coverage, outcome="failure", window="7d").run == 1


def test_rate_of_a_signature_is_out_of_the_jobs_it_was_ever_seen_in() -> None:
    c = Community(s={}, t={})
    c.build(20, "failure", "s", job="grenade")
    c.many(2, 1, "failure", "s", job="tempest")
    c.many(5, 1, job="tempest")
    c.many(4, 1, job="grenade")
    c.many(9, 1, job="pep8")
    c.many(3, 1, "failure", "t", job="pep8")
    r = c.results()
    row = signature(r, "s")
    assert (row.k, row.n, row.rate) == (2, 11, pytest.approx(2 / 11))
    assert (row.failed, row.share) == (5, 0.4)
    assert row.last_seen == UNTIL - pd.Timedelta(days=1) + pd.Timedelta(0)
    assert row.first_seen == UNTIL - pd.Timedelta(days=20)


def test_a_build_with_several_lines_or_signatures_counts_once_each() -> None:
    c = Community(s={}, t={}, u={})
    c.build(0, "failure", "s t")
    c.build(1, "failure", "s t u")
    c.build(1, "failure", "s")
    c.hits += c.hits[:2]
    r = c.results()
    assert signature(r, "s").hits == 3
    assert signature(r, "s")["unique"] == 1
    assert total(r, "classified").k == 3
    pair = pick(r.overlaps, signature="s", other="t")
    assert (pair.both, pair.hits, pair.share, pair["unique"]) == (2, 3, pytest.approx(2 / 3), 1)
    back = pick(r.overlaps, signature="t", other="s")
    assert (back.both, back.hits, back.share, back["unique"]) == (2, 2, 1.0, 0)
    assert len(r.overlaps) == 6


def test_hits_of_builds_that_did_not_fail_are_not_hits_of_the_signature() -> None:
    c = Community(**S)
    c.many(18, 1, "failure", "s")
    c.many(3, 1, "success", "s")
    c.many(5, 1, "infra", "s")
    r = c.results()
    row = signature(r, "s")
    assert (row.hits, row.k, row.n) == (18, 18, 21)
    assert (row.success_k, row.success_n, row.success_rate) == (3, 21, pytest.approx(3 / 21))
    assert row.success_bad


def test_success_hits_are_weighted_by_the_sampling_rate() -> None:
    c = Community(**S)
    c.many(20, 1, "failure", "s")
    c.many(1, 1, "success", "s")
    c.many(9, 1, "success")
    c.many(90, 1, "success", examined=False, query_set=None)
    r = c.results()
    row = signature(r, "s")
    # one of ten examined, one in ten was examined: ten of a hundred; 10 of 30 matching builds
    assert (row.success_k, row.success_n) == (1, 21)
    assert row.success_rate == pytest.approx(10 / 30)
    assert row.success_low < row.success_rate < row.success_high
    assert row.success_bad
    # the passed builds that nobody looked at did not fail with it
    assert (row.n, row.rate) == (120, pytest.approx(20 / 120))


def test_failed_builds_that_nobody_looked_at_are_not_counted_as_free_of_it() -> None:
    c = Community(**S)
    c.many(6, 1, "failure", "s")
    c.many(2, 1, "failure")
    c.many(2, 1, "failure", examined=False, query_set=None)
    c.many(10, 1)
    r = c.results()
    row = signature(r, "s")
    assert (row.k, row.n, row.failed, row.share) == (6, 18, 8, 0.75)
    assert row.coverage == pytest.approx(0.8)
    assert row.has_data
    assert (total(r, "coverage_failed").k, total(r, "coverage_failed").n) == (8, 10)
    assert (total(r, "coverage").k, total(r, "coverage").n) == (18, 20)
    assert (total(r, "classified").k, total(r, "classified").n) == (6, 8)
    day = pick(r.days, pipeline="*", voting="voting", day=(UNTIL - pd.Timedelta(days=1)).floor("D"))
    assert (day.run, day.examined, day.failed, day.classified, day.unclassified) == (20, 18, 10, 6, 2)
    assert (day.coverage, day.coverage_failed) == pytest.approx((0.9, 0.8))


@pytest.mark.parametrize(("unseen", "shown"), [(4, True), (5, False)])
def test_no_rate_where_too_few_failed_builds_were_examined(unseen: int, shown: bool) -> None:
    c = Community(**S)
    c.many(10, 1, "failure", "s")
    c.many(unseen, 1, "failure", examined=False, query_set=None)
    c.many(10, 1)
    r = c.results()
    row = signature(r, "s")
    assert bool(row.has_data) is shown
    assert pd.isna(row.rate) is not shown
    assert pd.isna(total(r, "classified").rate) is not shown
    # the failure rate itself needs no logs
    assert total(r, "failed").rate == pytest.approx((10 + unseen) / (20 + unseen))
    day = (UNTIL - pd.Timedelta(days=1)).floor("D")
    of_day = pick(r.signature_days, pipeline="*", voting="voting", signature="s", day=day)
    assert bool(of_day.has_data) is shown


def test_builds_examined_without_the_signature_are_not_counted_as_free_of_it() -> None:
    c = Community(s={}, other={})
    c.queries["old"] = {"other": "hash-other"}
    c.many(10, 5, "failure", query_set="old")
    c.many(30, 5, query_set="old")
    c.many(4, 2, "failure", "s")
    c.many(36, 2)
    r = c.results(coverage_threshold=0.2)
    row = signature(r, "s")
    assert (row.k, row.n, row.failed) == (4, 40, 4)
    assert row.coverage == pytest.approx(4 / 14)
    assert signature(r, "other").failed == 14
    assert not signature(c.results(), "s").has_data


def test_a_day_without_builds_says_so() -> None:
    c = Community(**S)
    c.many(3, 0, "failure", "s")
    c.many(3, 3)
    r = c.results()
    days = r.days[(r.days["pipeline"] == "*") & (r.days["voting"] == "voting")].set_index("day")
    assert len(days) == 70
    seen = days.index[days["has_data"]]
    assert list(seen) == [(UNTIL - pd.Timedelta(days=3)).floor("D"), UNTIL.floor("D")]
    gap = days.loc[UNTIL.floor("D") - pd.Timedelta(days=1)]
    assert gap.run == 0
    assert pd.isna(gap.rate)
    assert pd.isna(gap.coverage)
    own = pick(r.signature_days, pipeline="*", voting="voting", signature="s",
               day=UNTIL.floor("D") - pd.Timedelta(days=1))  # fmt: skip
    assert not own.has_data
    assert pd.isna(own.rate)
    assert len(r.hours[r.hours["pipeline"] == "*"]) == 2 * 168
    assert pick(r.hours, pipeline="*", voting="voting", hour=UNTIL.floor("h")).failed == 3


def test_breakdown_tells_where_a_signature_does_not_hit() -> None:
    c = Community(**S)
    c.many(4, 1, "failure", "s", provider="north")
    c.many(6, 1, provider="north")
    c.many(10, 1, provider="south")
    c.many(10, 1, provider=None)
    r = c.results()
    north = pick(r.breakdowns, signature="s", dimension="provider", value="north", window="7d")
    south = pick(r.breakdowns, signature="s", dimension="provider", value="south", window="7d")
    unknown = pick(r.breakdowns, signature="s", dimension="provider", value="(unknown)", window="7d")
    assert [(x.k, x.n, x.rate) for x in (north, south, unknown)] == [(4, 10, 0.4), (0, 10, 0), (0, 10, 0)]
    day = pick(r.breakdown_days, signature="s", dimension="provider")
    assert (day["value"], day["day"], day["hits"]) == ("north", pd.Timestamp("2026-11-19", tz="UTC"), 4)
    hit = pick(r.group_signatures, dimension="job", window="7d")
    assert (hit["value"], hit["signature"], hit["hits"], hit["failed"]) == ("tempest", "s", 4, 4)


def test_pipelines_most_builds_first_and_the_main_one_always() -> None:
    c = Community()
    for i, name in enumerate(["check", "gate", "post", "periodic"]):
        c.many(10 - i, 1, pipeline=name)
    r = c.results(max_pipelines=2, main_pipeline="periodic")
    assert r.facts.pipelines == ("check", "periodic")
    assert r.facts.main_pipeline == "periodic"
    assert c.results().facts.main_pipeline == "check"
    assert total(r, "failed", pipeline="periodic").n == 7
    assert total(r, "failed").n == 34


def test_recent_builds_are_the_newest() -> None:
    c = Community(**S)
    names = [c.build(age, "failure", "s", change=5) for age in range(5)]
    names.append(c.build(0.5, "success", "s", voting=False))
    c.build(1, "failure")
    c.lines = [
        {"build_uuid": "b00006", "file": "f", "line": 1, "text": "less", "score": 1.0},
        {"build_uuid": "b00006", "file": "f", "line": 2, "text": "likelier", "score": 2.0},
    ]
    r = c.results(recent_hits=3, recent_failures=4)
    assert r.recent_hits["build_uuid"].tolist() == [names[0], names[5], names[1]]
    assert r.recent_hits["voting"].tolist() == [True, False, True]
    assert r.recent_hits["change"].tolist() == [5, pd.NA, 5]
    assert r.recent_failures["build_uuid"].tolist() == ["b00000", "b00001", "b00006", "b00002"]
    assert r.recent_failures["signatures"].tolist() == ["s", "s", "", "s"]
    open_one = pick(r.unclassified, build_uuid="b00006")
    assert (open_one.line, open_one.text) == (2, "likelier")
    assert len(r.unclassified) == 1


def test_what_was_skipped_is_counted_by_reason() -> None:
    c = Community()
    c.skipped = [
        {"source": "logs", "path": path, "reason": reason, "detail": "at byte 7"}
        for path, reason in (("b", "truncated"), ("a", "truncated"), ("c", "unreadable"))
    ]
    r = c.results()
    assert r.skipped[["reason", "count", "path"]].to_numpy().tolist() == [
        ["truncated", 2, "a"], ["unreadable", 1, "c"]
    ]  # fmt: skip


def test_a_build_twice_counts_once_as_collected_last() -> None:
    c = Community()
    c.build(1, "success", build_uuid="x", collected=UNTIL)
    c.build(1, "failure", build_uuid="x", collected=NOW)
    r = c.results()
    assert (total(r, "failed").k, total(r, "failed").n) == (1, 1)
    assert pick(r.odd, kind="build twice, the newest kept")["count"] == 1


def test_odd_builds_are_counted() -> None:
    c = Community(**S)
    c.build(1, has_metadata=False)
    c.build(1, result=None, voting=None)
    c.hits.append({"build_uuid": "nowhere", "signature": "s", "lines": 1})
    odd = c.results().odd.set_index("kind")["count"].to_dict()
    assert odd == {
        "no metadata": 1, "result unknown": 1, "voting unknown, taken as voting": 1,
        "hit without its build": 1,
    }  # fmt: skip
    assert c.results().facts.builds_without_metadata == 1


def test_builds_of_one_change_widen_the_interval() -> None:
    together, apart = Community(), Community()
    for i in range(80):
        outcome = "failure" if i % 40 < 10 else "success"
        together.build(1, outcome, change=i // 10, buildset=f"s{i // 10}")
        apart.build(1, outcome, change=i)
    one, other = total(together.results(), "failed"), total(apart.results(), "failed")
    assert (one.k, one.n) == (other.k, other.n) == (20, 80)
    assert other.n_effective == 80
    assert one.n_effective < 20
    assert one.high - one.low > 1.5 * (other.high - other.low)
    by_buildset = Community()
    for build in together.builds:
        by_buildset.builds.append({**build, "change": None})
    assert total(by_buildset.results(), "failed").n_effective == pytest.approx(one.n_effective)


@pytest.mark.parametrize("outcome", ["success", "infra", "neutral"])
def test_without_a_failed_build_there_is_still_a_report(outcome: str) -> None:
    c = Community(**S)
    c.many(12, 1, outcome)
    r = c.results()
    typed_as_documented(r)
    assert total(r, "failed").n == (12 if outcome == "success" else 0)
    assert signature(r, "s").hits == 0
    assert pd.isna(total(r, "classified").rate)
