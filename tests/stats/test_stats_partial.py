from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from statskit import NOW, UNTIL, Community, pick, signature

from generator.model import ASKED, BUILDSETS, SKIPPED, SOURCES
from generator.stats import Results, StatsSettings, compute
from generator.tables import from_rows
from generator.text.missing import missing

TODAY = UNTIL.floor("D")


def asked(age: int, query: str, reason: str | None = None, **fields: Any) -> dict[str, Any]:
    day = TODAY - pd.Timedelta(days=age)
    row = {"source": "index", "day": day, "query_hash": query, "complete": reason is None, "reason": reason}
    return row | {"asked": NOW} | fields


def community() -> Community:
    """Two CIs, four days, a signature that hits in both and one that never does."""
    made = Community(a={}, b={})
    for age in range(4):
        for ci, pipeline in (("zuul", "gate"), ("other", "check")):
            made.many(12, age + 0.5, ci=ci, pipeline=pipeline)
            made.many(3, age + 0.5, "failure", "a", ci=ci, pipeline=pipeline)
            made.many(2, age + 0.5, "failure", ci=ci, pipeline=pipeline)
    return made


def results(
    questions: list[dict[str, Any]],
    sources: list[dict[str, Any]] | None = None,
    skipped: list[dict[str, Any]] | None = None,
    sets: list[dict[str, Any]] | None = None,
) -> Results:
    tables = replace(
        community().tables(),
        asked=from_rows(questions, ASKED),
        sources=from_rows(sources or [], SOURCES),
        skipped=from_rows(skipped or [], SKIPPED),
        buildsets=from_rows(sets or [], BUILDSETS),
    )
    return compute(tables, StatsSettings(), NOW)


def of(ci: str, passed: bool = True) -> dict[str, Any]:
    return {"source": "index", "ci": ci, "kind": "elastic", "passed": passed}


WHOLE = [asked(age, query) for age in range(4) for query in ("builds-1", "hash-a", "hash-b")]


def test_what_was_answered_is_not_partial() -> None:
    found = results(WHOLE)
    assert found.partial.empty
    for name in ("totals", "days", "hours", "signatures", "signature_days", "groups", "group_days"):
        assert not getattr(found, name)["partial"].any()


def test_an_unanswered_day_marks_the_windows_and_the_day_that_hold_it() -> None:
    found = results([*WHOLE, asked(2, "builds-1", "timed out")], [of("zuul"), of("other")])
    totals = found.totals[(found.totals["pipeline"] == "*") & (found.totals["voting"] == "voting")]
    assert not totals.loc[totals["window"] == "24h", "partial"].any()
    assert totals.loc[totals["window"] != "24h", "partial"].all()
    days = found.days[(found.days["pipeline"] == "*") & (found.days["voting"] == "voting")]
    assert days.loc[days["partial"], "day"].tolist() == [TODAY - pd.Timedelta(days=2)]
    row = found.partial.iloc[0]
    assert (row["source"], row["reason"], bool(row["builds"])) == ("index", "timed out", True)


def test_only_cis_and_pipelines_of_the_source_are_marked() -> None:
    found = results([*WHOLE, asked(1, "builds-1", "timed out")], [of("other")])
    groups = found.groups[(found.groups["window"] == "7d") & (found.groups["voting"] == "voting")]
    by_ci = groups[groups["dimension"] == "ci"].set_index("value")["partial"]
    assert by_ci.to_dict() == {"other": True, "zuul": False}
    totals = {"figure": "failed", "window": "7d", "voting": "voting"}
    marked = {p: bool(pick(found.totals, pipeline=p, **totals)["partial"]) for p in ("*", "gate", "check")}
    assert marked == {"*": True, "gate": False, "check": True}


def test_unanswered_buildsets_mark_their_figures_alone() -> None:
    """Builds came wholly, then Zuul broke off: the first-pass rate lacks tries, and nothing else does."""
    ended = UNTIL - pd.Timedelta(days=1)
    sets = [
        {"buildset": str(n), "ci": "zuul", "pipeline": "gate", "change": n, "result": "SUCCESS"}
        | {"end_time": ended, "source": "index", "collected": NOW}
        for n in range(3)
    ]
    found = results([*WHOLE, asked(1, "buildsets-1", "answers 500"), asked(3, "buildsets-1")], sets=sets)
    assert found.buildsets.loc[found.buildsets["window"] == "7d", "partial"].all()
    for name in ("totals", "days", "signatures", "groups"):
        assert not getattr(found, name)["partial"].any()
    (row,) = found.partial.to_dict("records")
    assert (row["builds"], row["buildsets"], row["signatures"], row["names"]) == (False, True, 0, "")
    assert "did not answer completely for buildsets of 19 Nov (answers 500)" in missing(found)


def test_an_unanswered_signature_is_no_zero_and_leaves_the_failure_rate() -> None:
    found = results([*WHOLE, asked(1, "hash-b", "timed out")])
    assert signature(found, "b")["partial"]
    assert not signature(found, "a")["partial"]
    days = found.signature_days[(found.signature_days["pipeline"] == "*")]
    day = {"day": TODAY - pd.Timedelta(days=1), "voting": "voting"}
    unknown, known = (pick(days, signature=name, **day) for name in ("b", "a"))
    assert unknown["partial"]
    assert pd.isna(unknown["rate"])
    assert not unknown["has_data"]
    assert known["has_data"]
    totals = {"pipeline": "*", "window": "7d", "voting": "voting"}
    assert not pick(found.totals, figure="failed", **totals)["partial"]
    assert pick(found.totals, figure="classified", **totals)["partial"]
    row = found.partial.iloc[0]
    assert (bool(row["builds"]), int(row["signatures"]), row["names"]) == (False, 1, "b")


def test_a_signature_that_is_always_refused_marks_only_itself() -> None:
    questions = [q for q in WHOLE if q["query_hash"] != "hash-b"]
    found = results([*questions, *(asked(age, "hash-b", "refused") for age in range(4))])
    assert signature(found, "b")["partial"]
    assert not found.totals["partial"].any()
    assert not found.days["partial"].any()


@pytest.mark.parametrize("query", ["builds-0", "hash-of-nothing"])
def test_questions_that_nobody_asks_any_more_do_not_count(query: str) -> None:
    before = NOW - pd.Timedelta(days=9)
    assert results([*WHOLE, asked(1, query, "timed out", asked=before)]).partial.empty


LOST = {"source": "index", "path": ".", "reason": "source not usable", "collected": NOW}


def test_a_source_that_cannot_be_used_is_partial_since_its_last_whole_day() -> None:
    until_then = [question for question in WHOLE if question["day"] < TODAY - pd.Timedelta(days=1)]
    found = results([*until_then, asked(1, "builds-1", complete=False)], skipped=[LOST])
    assert found.partial["day"].tolist() == [TODAY, TODAY - pd.Timedelta(days=1)]
    assert found.partial["builds"].all()
    assert pick(found.totals, pipeline="*", window="24h", voting="voting", figure="failed")["partial"]


def test_a_source_of_reviews_that_cannot_be_used_says_nothing_of_builds() -> None:
    assert results(WHOLE, skipped=[{**LOST, "path": "changes"}]).partial.empty


def test_a_gap_long_ago_does_not_make_what_came_after_it_partial() -> None:
    gap = asked(3, "builds-1", "no documents")
    found = results([gap, *(question for question in WHOLE if question["day"] > gap["day"])], skipped=[LOST])
    assert found.partial[["day", "reason"]].to_numpy().tolist() == [
        [NOW.floor("D"), "source not usable"],
        [TODAY - pd.Timedelta(days=3), "no documents"],
    ]


def test_a_ci_without_passed_builds_has_no_failure_rate() -> None:
    found = results(WHOLE, [of("zuul"), of("other", passed=False)])
    assert found.facts.unrated == ("other",)
    scope = {"window": "7d", "voting": "voting"}
    failed = pick(found.totals, pipeline="*", figure="failed", **scope)
    assert (failed["k"], failed["n"]) == (20, 68)
    assert pick(found.totals, pipeline="check", figure="failed", **scope)["n"] == 0
    assert pd.isna(pick(found.totals, pipeline="check", figure="failed", **scope)["rate"])
    row = pick(found.groups, dimension="ci", value="other", **scope)
    assert (row["k"], row["n"], row["failed"]) == (0, 0, 20)
    days = found.days[(found.days["pipeline"] == "check") & (found.days["failed"] > 0)]
    assert days["rate"].isna().all()


def test_hits_shares_and_classification_need_no_passed_builds() -> None:
    with_rate, without = (
        results(WHOLE, [of("zuul"), of("other", passed=passed)]) for passed in (True, False)
    )
    one, other = signature(with_rate, "a"), signature(without, "a")
    for name in ("hits", "failed", "share", "unique", "first_seen"):
        assert one[name] == other[name]
    assert (other["k"], other["n"]) == (12, 68)
    assert signature(without, "a", pipeline="check")["hits"] == 12
    assert pd.isna(signature(without, "a", pipeline="check")["rate"])
    scope = {"pipeline": "*", "window": "7d", "voting": "voting", "figure": "classified"}
    assert pick(with_rate.totals, **scope)["rate"] == pick(without.totals, **scope)["rate"]


def test_another_source_that_shows_passed_builds_gives_the_rate() -> None:
    runs = {**of("other"), "source": "runs"}
    assert results(WHOLE, [of("other", passed=False), runs]).facts.unrated == ()
