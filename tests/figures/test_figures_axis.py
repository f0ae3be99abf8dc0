"""Scales, slots and stretches."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.figures import axis, drawing, svg
from generator.figures.axis import Scale, Slots


def slots(n: int, hourly: bool = False, start: datetime = datetime(2026, 10, 24, tzinfo=UTC)) -> Slots:
    step = timedelta(hours=1) if hourly else timedelta(days=1)
    return Slots(tuple(start + i * step for i in range(n)), "hour" if hourly else "day")


@given(st.floats(0, 1e7), st.booleans())
def test_a_scale_holds_its_values_in_few_round_steps(highest: float, whole: bool) -> None:
    scale = Scale.to(highest, 200, whole)
    values = scale.values()
    assert values[0] == 0
    assert values[-1] == pytest.approx(scale.top)
    assert highest <= scale.top * (1 + 1e-6)
    assert 2 <= len(values) <= 5
    assert scale.top <= max(2 * highest * (1 + 1e-6), 1.01 if whole else 0.011)
    assert not whole or all(value == int(value) for value in values)
    assert scale.y(0) == scale.base
    assert scale.y(scale.top) == pytest.approx(axis.TOP)


def test_ticks_are_mondays() -> None:
    assert [label for _, label in slots(28).ticks()] == ["26 Oct", "2 Nov", "9 Nov", "16 Nov"]
    assert slots(28).last() == "20 Nov"
    assert slots(24).last() == ""  # 16 Nov would be under it
    assert len(slots(5).ticks()) == 5
    assert len(slots(70).ticks()) == 5


def test_ticks_of_hours() -> None:
    assert [label for _, label in slots(24, hourly=True).ticks()] == ["24 Oct", "06:00", "12:00", "18:00"]
    assert len(slots(168, hourly=True).ticks()) == 7


def weeks(n: int) -> Slots:
    start = datetime(2025, 9, 8, tzinfo=UTC)
    return Slots(tuple(start + i * timedelta(weeks=1) for i in range(n)), "week")


def test_ticks_of_weeks_are_months_with_the_year_where_it_is_new() -> None:
    assert [label for _, label in weeks(3).ticks()] == ["Sep 2025"]
    assert [label for _, label in weeks(20).ticks()] == ["Sep 2025", "Oct", "Nov", "Dec", "Jan 2026"]
    assert weeks(20).name(weeks(20).times[4]) == "week of 6 Oct 2025" and weeks(20).last() == ""
    # of 85 weeks the first month has three, which is no room for its name
    assert weeks(85).ticks()[0] == (4, "Oct 2025")
    assert len(weeks(520).ticks()) <= 13


def test_spans() -> None:
    assert (slots(0).span(), slots(1).span()) == ("", "24 Oct 2026")
    assert slots(28).span() == "24 Oct to 20 Nov 2026"


@given(st.lists(st.booleans()))
def test_runs_are_the_stretches_of_true(flags: list[bool]) -> None:
    found = list(axis.runs(flags))
    assert [any(a <= i < b for a, b in found) for i in range(len(flags))] == flags
    assert all(b < c for (_, b), (c, _) in itertools.pairwise(found))


def test_records_have_one_kind_of_null() -> None:
    frame = pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": [float("nan"), 0.5], "c": [pd.NaT, pd.NaT]})
    assert axis.records(frame) == [{"a": 1, "b": None, "c": None}, {"a": None, "b": 0.5, "c": None}]


def test_elements_escape() -> None:
    made = svg.element("text", '<b>"', class_='"><script>', x=1.0, y=-0.001)
    assert made == '<text class="&#34;&gt;&lt;script&gt;" x="1" y="0">&lt;b&gt;&#34;</text>'


def test_colours_are_those_of_the_style_sheet(root: Path) -> None:
    light = (root / "site/assets/gatepost.css").read_text("utf-8").partition("@media")[0]
    tokens = dict(re.findall(r"(--[a-z]+): (#[0-9a-f]+);", light))
    assert {name: tokens[name] for name in drawing.COLOURS} == drawing.COLOURS
