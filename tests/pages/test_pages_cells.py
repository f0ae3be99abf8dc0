"""Words in cells: under ten cases counts, no data never zero."""

from __future__ import annotations

from typing import Any

import made_results as made
import pytest

from generator.pages.builds import marks_of
from generator.pages.cells import key_figure, link, rate_cell, trend, value_of
from generator.text.context import PageContext, web_address


def row(k: int, n: int, **more: Any) -> dict[str, Any]:
    return {
        "k": k,
        "n": n,
        "rate": k / n if n else None,
        "low": 0.1,
        "high": 0.2,
        "prev_k": 5,
        "prev_n": 50,
        "change": None,
        "change_low": None,
        "change_high": None,
        "state": "no clear change",
        **more,
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, ("no data", "")),
        (row(0, 0), ("no data", "")),
        (row(3, 9), ("3 of 9", "n under 10")),
        (row(0, 10), ("0.0\u202f%", "0 of 10")),
        (row(1000, 4000), ("25.0\u202f%", "1,000 of 4,000")),
        (row(5, 50, rate=None), ("no rate", "5 of 50; too few logs seen")),
    ],
)
def test_value(given: dict[str, Any] | None, said: tuple[str, str]) -> None:
    assert value_of(given, "k", "n") == said


def test_a_change_is_a_number_and_a_judgement() -> None:
    state, note = trend(row(50, 100, change=0.043, change_low=0.023, change_high=0.063, state="worse"))
    assert (state.text, state.kind, state.arrow, note) == ("+4.3 pts", "worse", "up", "worse, +2.3 to +6.3")
    state, note = trend(row(50, 100, change=-0.001, change_low=-0.01, change_high=0.01))
    assert (state.text, state.kind, state.arrow, note) == ("−0.1 pts", "", "", "no clear change")


def test_few_cases_have_no_change_in_points() -> None:
    state, note = trend(row(5, 9, change=0.4))
    assert (state.text, note) == ("no clear change", "5 of 50 before")
    assert key_figure("x", row(5, 9, change=0.4)).interval == ""


def test_new_and_gone_speak_for_themselves() -> None:
    state, note = trend({**row(5, 90), "state": "new", "first_seen": made.UNTIL, "regressed": False})
    assert (state.text, state.kind, note) == ("new", "new", "none before 20 Nov")
    state, note = trend({**row(0, 90), "state": "gone", "first_seen": made.UNTIL, "regressed": False})
    assert (state.text, note) == ("gone", "none for 28\u202fd")


def test_unknown_rates_sort_below_zero() -> None:
    assert rate_cell(None).sort == -1 and rate_cell(row(0, 20)).sort == 0


def test_only_web_addresses_become_links() -> None:
    assert web_address("https://x.example/a?b=c") and web_address("HTTP://x.example")
    for text in (
        None,
        "",
        "javascript:alert(1)",
        "//x",
        "https://x y",
        'https://x"onclick=',
        "file:///etc/passwd",
    ):
        assert web_address(text) is None
    assert link(None, "<b>") == "&lt;b&gt;"


def test_bug_and_file_addresses() -> None:
    context = PageContext(
        "x", made.UNTIL, bug_url="https://bugs.example/", repository_url="https://git.example/{path}?h=1"
    )
    assert context.bug("123") == "https://bugs.example/123"
    assert context.bug("not-a-number") is None
    assert context.file("123") is None


def test_marks_are_found_over_line_ends_and_in_any_case() -> None:
    text = "Details: Failed to\n detach, failed to detach"
    assert [text[a:b] for a, b in marks_of('message:"failed to detach"', text)] == [
        "Failed to\n detach",
        "failed to detach",
    ]
    assert marks_of('message:"---"', text) == ()


def test_what_is_worse_only_against_four_weeks_shows_that_change() -> None:
    base = {"base_k": 6, "base_n": 400, "base_rate": 0.015, "base_change": 0.092}
    base |= {"base_change_low": 0.041, "base_change_high": 0.17, "regressed": True}
    state, note = trend(row(13, 121, change=0.03, change_low=-0.02, change_high=0.08, **base))
    assert (state.text, state.kind, state.arrow) == ("+9.2 pts", "worse", "up")
    assert note == "worse than 28\u202fd before, +4.1 to +17.0"
