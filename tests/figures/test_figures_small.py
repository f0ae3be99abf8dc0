"""Sparklines, interval bars, small multiples."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.figures.interval import interval_bar, scale
from generator.figures.multiples import multiples
from generator.figures.spark import spark


def bars(drawing: str) -> list[float]:
    return [float(h) for h in re.findall(r"M[\d.]+ \d+v-([\d.]+)", drawing)]


def test_a_sparkline_has_its_own_scale() -> None:
    assert bars(spark([0, 1, 2, 4], [True] * 4, "Hits")) == [5.25, 10.5, 21]
    assert 'aria-label="Hits, at most 4"' in spark([0, 1, 2, 4], [True] * 4, "Hits")


def test_a_sparkline_hatches_what_is_not_known() -> None:
    drawing = spark([5, 0, 0, 1], [True, False, False, True], "Hits")
    assert drawing.count("<rect") == 1
    assert 'x="28"' in drawing
    assert 'width="56"' in drawing


@pytest.mark.parametrize(
    ("counts", "seen"), [([], []), ([0, 0], [False, False]), ([0], [True]), ([3], [False])]
)
def test_a_sparkline_of_nothing(counts: list[int], seen: list[bool]) -> None:
    drawing = spark(counts, seen, "Hits")
    ElementTree.fromstring(drawing)
    assert bars(drawing) == []
    assert ("no data" in drawing) == (not any(seen))


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=20))
def test_a_column_shares_one_round_scale(highs: list[float | None]) -> None:
    top = scale(highs)
    assert all(high <= top for high in highs if high is not None)
    assert 0.01 <= top <= 1
    for high in highs:
        if high is not None:
            for x, width in re.findall(
                r'x="([\d.]+)"[^>]*width="([\d.]+)"', interval_bar(0, high / 2, high, top)
            ):
                assert float(x) >= 0
                assert float(x) + float(width) <= 104.01


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_no_interval_no_bar(missing: float | None) -> None:
    assert "rect" not in interval_bar(missing, missing, missing, 0.1)


def test_multiples_share_a_scale() -> None:
    made = multiples({"a": [0, 10], "b<": [5, 0]}, [True, True], "Hits per day", accent={"a"})
    assert made.top == 10
    assert [bars(made.svgs[name]) for name in ("a", "b<")] == [[38.0], [19.0]]
    assert 'class="ac"' in made.svgs["a"]
    assert 'class="sp"' in made.svgs["b<"]
    assert "b&lt;, at most 5" in made.svgs["b<"]


def test_multiples_of_nothing() -> None:
    assert multiples({}, [], "Hits").top == 0
    assert "rect" in multiples({"a": [0, 0]}, [False, True], "Hits").svgs["a"]
