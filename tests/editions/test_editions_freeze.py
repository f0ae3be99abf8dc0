"""What an edition holds: builds of its week alone, and what it says of gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from weeks import DAY, HOUR, MONDAY, SIGNATURE, answered, build, daily, frozen, tables, total, unanswered

from generator.editions.edition import Edition, Week
from generator.editions.freeze import due
from generator.model import CURSORS
from generator.tables import from_rows

WEEK = 7 * DAY
TWO_WEEKS = daily(MONDAY - 2 * WEEK, 14)
#: The moment when the edition of the week before Monday is due.
NOW = MONDAY + 6 * HOUR


def made(rows: list[dict[str, Any]], now: datetime = NOW, **values: Any) -> Edition:
    return frozen(rows, MONDAY - DAY, now, **values)


def weeks(rows: list[dict[str, Any]], now: datetime, pruned: datetime | None = None, *have: str) -> list[str]:
    return [week.id for week in due(tables(rows), pruned, have, now)]


def test_a_week_is_due_six_hours_after_its_end() -> None:
    assert weeks(TWO_WEEKS, NOW - timedelta(seconds=1)) == ["2026-W45"]
    assert weeks(TWO_WEEKS, NOW) == ["2026-W45", "2026-W46"]
    assert weeks(TWO_WEEKS, NOW, None, "2026-W45") == ["2026-W46"]


def test_a_week_whose_end_no_collection_has_seen_waits_and_then_says_so() -> None:
    noon = MONDAY - 12 * HOUR
    rows = [row | {"collected": noon} for row in TWO_WEEKS if row["end_time"] < noon]
    assert weeks(rows, MONDAY + 2 * DAY) == ["2026-W45"]
    assert weeks(rows, MONDAY + 2 * DAY + HOUR) == ["2026-W45", "2026-W46"]
    edition = made(rows, MONDAY + 2 * DAY + HOUR)
    told = "Partial week: nothing new was collected after Sun 15 Nov 2026, 12:00 UTC."
    assert edition.document["partial"] and told in edition.document["remarks"]
    assert told in " ".join(edition.digest.split())
    cursor = {"source": "zuul", "kind": "builds", "collected": MONDAY}
    seen = replace(tables(rows), cursors=from_rows([cursor], CURSORS))
    assert [week.id for week in due(seen, None, [], NOW)] == ["2026-W45", "2026-W46"]


def test_weeks_are_iso_weeks_in_utc() -> None:
    assert Week.of(datetime(2026, 12, 31, tzinfo=UTC)).id == "2026-W53"
    assert Week.of(datetime(2027, 1, 3, 23, 59, tzinfo=UTC)).id == "2026-W53"
    assert Week.of(datetime(2027, 1, 4, tzinfo=UTC)).id == "2027-W01"
    assert Week.of(datetime.fromisoformat("2026-11-16T01:00+02:00")).id == "2026-W46"


def test_a_week_of_which_rows_or_those_of_28_days_before_are_gone_is_not_due() -> None:
    assert weeks(TWO_WEEKS, NOW, MONDAY - 5 * WEEK) == ["2026-W46"]
    assert weeks(TWO_WEEKS, NOW, MONDAY - 5 * WEEK + DAY) == []


def test_a_week_without_builds_is_not_due() -> None:
    rows = [build(MONDAY - 20 * DAY), build(MONDAY - 3 * DAY), build(MONDAY + DAY, end_time=None)]
    assert weeks(rows, MONDAY + 3 * WEEK) == ["2026-W44", "2026-W46"]
    assert weeks([build(MONDAY, end_time=None)], MONDAY + WEEK) == weeks([], MONDAY) == []


def test_it_counts_what_ended_in_the_week_and_nothing_else() -> None:
    edges = [build(MONDAY - timedelta(microseconds=1), "failure"), build(MONDAY, "failure")]
    edition = made([*TWO_WEEKS, *edges, *daily(MONDAY, 1)], site_url="https://gatepost.example.org/")
    assert total(edition, "failed") == (7 * 3 + 1, 7 * 12 + 1)
    assert total(edition, "classified") == (21, 22)
    assert [row["run"] for row in edition.rows("days") if row["pipeline"] == "gate"] == [12] * 6 + [13]
    (row,) = (r for r in edition.rows("signatures") if r["pipeline"] == "gate")
    assert (row["signature"], row["hits"], row["prev_k"]) == ("100", 21, 21)
    (query,) = edition.document["queries"]
    assert (query["query"], query["query_hash"]) == (SIGNATURE.query, SIGNATURE.query_hash)
    assert "(edition 2026-W46)" in edition.digest and "21 of 22 failed builds" in edition.digest
    assert edition.tsc.startswith("# CI report 2026-W46: Example\n")
    assert "25.9 % (22 of 85)" in edition.tsc.replace("\u202f", " ")
    address = "https://gatepost.example.org/editions/2026-W46.html"
    assert address in edition.digest and address in edition.tsc


def test_it_is_the_same_whenever_it_is_made_but_for_saying_when() -> None:
    rows = [build(MONDAY - 15 * DAY), *TWO_WEEKS]
    early, late = made(rows), made([*rows, *daily(MONDAY, 3)], MONDAY + 3 * DAY)
    assert early.document["tables"] == late.document["tables"]
    assert early.document["remarks"] == []
    assert (early.document["late"], late.document["late"]) == (False, True)
    remark = late.document["remarks"][-1]
    assert remark.startswith("Made late, on 19 Nov 2026: with the signatures of that day")
    assert "Made late" in late.digest and "Made late" in late.tsc and "late" not in early.digest


def test_windows_end_with_the_week_also_where_its_last_days_were_not_seen() -> None:
    edition = made(daily(MONDAY - 2 * WEEK, 12))
    assert total(edition, "failed") == (15, 60)
    told = "Partial week: no builds were seen on Sat 14 Nov and Sun 15 Nov."
    assert edition.document["partial"] and told in edition.document["remarks"]
    assert told in " ".join(edition.digest.split()) and told in edition.tsc


def test_a_quiet_day_is_nothing_missing_where_a_source_told_all_of_it() -> None:
    rows, saturday = daily(MONDAY - 2 * WEEK, 12), MONDAY - 2 * DAY
    one, both = (made(rows, asked=answered(*days)) for days in ([saturday], [saturday, saturday + DAY]))
    assert one.document["remarks"] == ["Partial week: no builds were seen on Sun 15 Nov."]
    assert both.document["remarks"] == [] and not both.document["partial"]


def test_what_was_not_answered_of_the_week_is_said_and_of_later_days_not() -> None:
    rows = [build(MONDAY - 15 * DAY), *TWO_WEEKS]
    inside, after = (made(rows, asked=unanswered(day)) for day in (MONDAY - 3 * DAY, MONDAY))
    assert inside.document["partial"] and len(inside.rows("partial")) == 1
    assert "it answered too late" in " ".join(inside.digest.split()) and "**Partial.**" in inside.tsc
    assert not after.document["partial"] and after.rows("partial") == []
    assert "artial" not in after.digest + after.tsc


def test_a_young_store_says_that_there_is_nothing_to_compare_with() -> None:
    first = frozen(daily(MONDAY - 10 * DAY, 10), MONDAY - 8 * DAY, NOW)
    second = made(daily(MONDAY - 10 * DAY, 10))
    assert first.document["partial"] and not second.document["partial"]
    told = "The data begin on 6 Nov 2026: there is no whole week before to compare with."
    assert told in first.document["remarks"] and told in second.document["remarks"]
