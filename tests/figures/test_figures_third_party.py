"""The drawings of third-party CIs say what their rows hold, also to who cannot see them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from generator import words
from generator.figures.response import answered, medians
from generator.figures.timeline import Span, timeline
from generator.figures.weekly import weekly_strip

UNTIL = datetime(2026, 11, 20, 22, tzinfo=UTC)
HOUR = 3600.0


def test_a_strip_has_a_cell_for_each_week_and_says_so() -> None:
    states = ["good"] * 3 + ["partial"] + ["low"] + ["silent"] * 2 + ["paused"] + ["nothing"]
    drawn = str(weekly_strip(states, "Weeks"))
    assert (
        'aria-label="Weeks: 90 % or more in 3, 50 to 90 % in 1, under 50 % in 1, no results seen in 2, '
        'nothing expected in 1, planned pause in 1"'
    ) in drawn
    found = dict(re.findall(r'class="(\w+)" d="([^"]+)"', drawn))
    assert found["w3"] == "M0 7h18"
    assert found["w2"] == "M18 9.5h6"
    assert found["w1"] == "M24 12h6"
    assert found["w0"] == "M48 13h6"
    assert found["w4"] == found["w5"] == "M30 7h12"
    assert found["w6"] == found["w7"] == "M42 11h6"


def test_a_strip_of_nothing_says_no_data() -> None:
    assert 'aria-label="Weeks: no data"' in weekly_strip([], "Weeks")


def day(ago: int, **counts: int) -> dict[str, Any]:
    midnight = UNTIL.replace(hour=0)
    known = {"success": 0, "failure": 0, "infra": 0, "neutral": 0, "unread": 0, "expected": 4, "reported": 3}
    return {"day": midnight - timedelta(days=ago), "response_median_s": 2 * HOUR, **known, **counts}


def weeks(n: int) -> list[dict[str, Any]]:
    start = UNTIL - timedelta(days=7 * n)
    return [
        {"start": start + timedelta(days=7 * i), "expected": 20, "reported": 18, "state": "good"}
        for i in range(n)
    ]


def test_the_timeline_shows_days_silences_and_pauses() -> None:
    rows = [day(0, success=3, failure=1), day(20, infra=2, neutral=1, unread=1)]
    spans = [
        Span(UNTIL - timedelta(days=19), UNTIL - timedelta(days=2), "silent"),
        Span(UNTIL - timedelta(days=400), UNTIL - timedelta(days=300), "paused"),
    ]
    figure = timeline(rows, spans, weeks(4), UNTIL, "line", "Results")
    assert "Fri 20 Nov: 3 success, 1 failure; reported 3 of 4 expected" in figure.svg
    assert "No results seen, 1 Nov to 18 Nov" in figure.svg
    assert "7 days from 13 Nov: reported 18 of 20" in figure.svg
    assert "Announced pause, " not in figure.svg
    assert [key.text for key in figure.legend][:2] == ["Success", "Failure"]
    assert [row.cells[0] for row in figure.table.rows] == ["Fri 20 Nov", "Sat 31 Oct"]
    assert figure.table.rows[1].cells[1:6] == ["0", "0", "2", "2", "3 of 4"]


def steps(*shares: float) -> list[dict[str, Any]]:
    return [
        {"seconds": (i + 1) * HOUR, "share": x, "low": max(x - 0.1, 0.0), "high": min(x + 0.1, 1.0)}
        for i, x in enumerate(shares)
    ]


def test_the_curve_says_what_is_answered_within_the_deadline() -> None:
    figure = answered(steps(0.2, 0.5, 0.8), 2 * HOUR, "curve", "Answered")
    assert "50.0\u202f% are answered within 2.0\u202fh, the deadline" in figure.description
    assert 'x1="50%"' in figure.svg  # the deadline, of twice as long an axis
    shares = {row.cells[0]: row.cells[1] for row in figure.table.rows}
    assert shares["2.0\u202fh"] == "50.0\u202f%"
    assert shares["4.0\u202fh"] == "80.0\u202f%"


def test_the_curve_never_falls_and_starts_at_nothing() -> None:
    figure = answered(steps(*(i / 400 for i in range(400))), 24 * HOUR, "curve", "Answered")
    line = re.search(r'class="ln" d="M([^"]+)"', figure.svg)
    assert line is not None
    numbers = [float(text) for text in line[1].split()]
    heights = numbers[1::2]
    assert heights == sorted(heights, reverse=True) and heights[0] == max(heights)
    assert len(heights) < 400


def test_nothing_answered_is_no_data() -> None:
    assert answered([], 24 * HOUR, "curve", "Answered").description == "No data."


@pytest.mark.parametrize(("seconds", "top"), [(2 * HOUR, "h"), (20 * 24 * HOUR, "d")], ids=["hours", "days"])
def test_medians_are_points_of_their_days(seconds: float, top: str) -> None:
    rows = [{**day(1), "response_median_s": seconds}, {**day(3), "response_median_s": None}, day(400)]
    figure = medians(rows, UNTIL, 28, "m", "Response")
    assert [row.cells for row in figure.table.rows] == [["Thu 19 Nov", words.span(seconds)]]
    assert f"{words.THIN}{top}</text>" in figure.svg
    assert figure.svg.count("h0") == 1
