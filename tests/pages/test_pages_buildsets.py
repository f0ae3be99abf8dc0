"""The figures of buildsets on the first page and on that of a CI."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import made_results as made
import pytest

from generator.pages import cis, home
from generator.pages.book import Book
from generator.pages.buildset_table import buildset_table
from generator.pages.key_figures import key_figures
from generator.pages.signature_facts import fact_lines
from generator.render import Cell
from generator.text.context import PageContext
from generator.text.records import records

NOW = made.UNTIL.to_pydatetime() + timedelta(minutes=70)


def row(figure: str, k: int, n: int, **more: Any) -> dict[str, Any]:
    made_row = {**made.total(figure, k, n), "low": 0.62, "high": 0.72, "ci": "*", **more}
    made_row.pop("voting")
    return made_row


def totals(*rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    frames = [made.frame("buildsets" if "ci" in one else "totals", [one]) for one in rows]
    return {one["figure"]: one for frame in frames for one in records(frame)}


def test_where_buildsets_are_known_the_first_pass_rate_stands_second_of_four() -> None:
    builds = [made.total(figure, 9, 90) for figure in ("failed", "classified", "infra", "coverage")]
    without = [key.label for key in key_figures(totals(*builds))]
    assert without[-1] == "Coverage: builds examined"
    keys = key_figures(totals(*builds, row("passed", 235, 318), row("first_pass", 214, 318)))
    assert [key.label for key in keys] == ["Failed builds", "First-pass rate", *without[1:3]]
    assert keys[1].of == "214 of 318 buildsets" and keys[1].interval == "62.0–72.0"
    assert keys[1].note == "at any try 73.9\u202f% (235 of 318)"


def test_a_pipeline_without_changes_says_how_many_passed() -> None:
    keys = key_figures(totals(row("passed", 5, 20)))
    assert (keys[1].label, keys[1].value) == ("Buildsets that passed", "25.0\u202f%")


def test_few_buildsets_have_no_percentage() -> None:
    keys = key_figures(totals(row("first_pass", 3, 9)))
    assert (keys[1].value, keys[1].of) == ("3 of 9", "n under 10 buildsets")


@pytest.mark.parametrize("partial", [True, False])
def test_the_pages_show_them(partial: bool) -> None:
    rows = [
        row(figure, 67, 100, partial=partial, ci=ci)
        for ci in ("*", "zuul")
        for figure in ("passed", "first_pass")
    ]
    results = made.results(totals=[made.total("failed", 353, 2462)], buildsets=rows)
    book = Book(results, PageContext("Example", NOW))
    first = next(iter(home.pages(book)))
    assert "First-pass rate" in first.body
    assert ("67 of 100 buildsets, partial" in first.body) is partial
    ci = [*cis.pages(book)][1]
    assert "At the first try" in ci.body and "67 of 100" in ci.body
    without = Book(made.results(), PageContext("Example", NOW))
    assert "At the first try" not in [*cis.pages(without)][1].body


def test_a_pipeline_of_no_changes_has_no_first_try() -> None:
    table = buildset_table([row("passed", 5, 20, ci="zuul", pipeline="periodic")])
    assert table is not None
    _, passed, first = table.rows[0].cells[:3]
    assert isinstance(passed, Cell) and passed.soft == "5 of 20"
    assert first == "not of changes"
    assert buildset_table([]) is None


def test_a_signature_says_what_the_rate_would_have_been_without_it() -> None:
    rate = {"k": 64, "n": 178, "gained": 7, "rate": 64 / 178, "low": 0.289, "high": 0.439}
    where = {"signature": "7", "pipeline": "gate", "window": "28d"}
    without = [{**where, **rate}, {**where, **rate, "pipeline": "check", "k": 1}]
    results = made.results(first_pass_without=without)
    facts = fact_lines(Book(results, PageContext("Example", NOW)), "7", None)
    (line,) = [fact for fact in facts if "First pass" in fact.name]
    without = "without this signature at least 36.0\u202f% (64 of 178), interval 28.9–43.9"
    assert line.value == f"gate: 32.0\u202f% (57 of 178); {without}"
    others = fact_lines(Book(results, PageContext("Example", NOW)), "8", None)
    assert not [fact for fact in others if "First pass" in fact.name]
