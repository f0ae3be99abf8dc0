from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import words

AT = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def test_a_percentage_shows_what_it_is_made_of() -> None:
    assert words.percent(353, 2462) == "14.3\u202f% (353 of 2,462)"
    assert words.percent(353, 2462, ascii=True) == "14.3 % (353 of 2,462)"


def test_under_ten_only_counts_are_shown() -> None:
    assert words.percent(3, 9) == "3 of 9"
    assert words.percent(3, 10) == "30.0\u202f% (3 of 10)"


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_nothing_seen_is_never_zero(nothing: float | None) -> None:
    assert words.percent(0, 0) == "no data"
    assert words.rate(nothing) == "no data"
    assert words.points(nothing) == words.interval(nothing, 0.5) == words.signed_interval(0.1, nothing) == ""


def test_differences_are_signed_points() -> None:
    assert words.points(0.0432) == "+4.3"
    assert words.points(-0.111) == "\u221211.1"
    assert words.points(-0.111, ascii=True) == "-11.1"
    assert words.points(0.0001) == "±0.0"
    assert words.points(-0.0001, ascii=True) == "0.0"
    assert words.signed_interval(-0.183, 0.035) == "\u221218.3 to +3.5"
    assert words.interval(0.13, 0.158) == "13.0–15.8"


def test_times_are_utc() -> None:
    assert words.moment(AT) == "Fri 20 Nov 2026, 22:00 UTC"
    assert words.moment(datetime(2026, 11, 20, 22, 0)) == words.moment(AT)
    assert words.moment(AT.astimezone(timezone(timedelta(hours=9)))) == words.moment(AT)
    assert (words.day(AT), words.day_year(AT), words.clock(AT)) == ("20 Nov", "20 Nov 2026", "20 Nov 22:00")
    assert words.iso(AT) == "2026-11-20T22:00Z"


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (timedelta(seconds=30), "under a minute"),
        (timedelta(minutes=70), "1 h 10 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=3, hours=4, minutes=5), "3 d 4 h"),
        (timedelta(days=45, hours=3), "45 d"),
    ],
)
def test_age(delta: timedelta, text: str) -> None:
    assert words.age(delta, ascii=True) == text


def test_lists_and_plurals() -> None:
    assert words.plural(1, "build") == "1 build"
    assert words.plural(2462, "build") == "2,462 builds"
    assert words.plural(0, "series", "series") == "0 series"
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert words.listed([]) == ""


@given(st.text(), st.integers(1, 80))
def test_cut_is_one_line_of_the_width(text: str, width: int) -> None:
    assert len(words.cut(text, width)) <= width
    assert len(words.cut(text, width).splitlines()) <= 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "no data"),
        (0, "0 min"),
        (2100, "35 min"),
        (7920, "2.2 h"),
        (47 * 3600, "47 h"),
        (6.2 * 86400, "6.2 d"),
        (45.1 * 86400, "45 d"),
    ],
)
def test_a_span_has_one_unit(seconds: float | None, text: str) -> None:
    assert words.span(seconds, ascii=True) == text


def test_counts_of_a_sentence_are_words_up_to_twelve() -> None:
    assert [words.number(n) for n in (0, 1, 12, 13)] == ["no", "one", "twelve", "13"]
