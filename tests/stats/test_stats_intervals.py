from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from generator.stats.intervals import Moments, by_cluster, difference, effective, joined, wilson

clusters = st.lists(
    st.integers(1, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=30
)


def moments_of(*cells: list[tuple[int, int]]) -> Moments:
    rows = [(i, k, n) for i, cell in enumerate(cells) for k, n in cell]
    cell, k, n = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return by_cluster(cell, k, n, len(cells))


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_scipys(case: tuple[int, int]) -> None:
    k, n = case
    low, high = wilson(np.array([k / n]), np.array([float(n)]))
    expected = binomtest(k, n).proportion_ci(method="wilson")
    assert low[0] == pytest.approx(expected.low, abs=1e-9)
    assert high[0] == pytest.approx(expected.high, abs=1e-9)
    assert 0 <= low[0] <= k / n <= high[0] <= 1


def test_no_case_has_no_interval() -> None:
    low, high = wilson(np.array([0.0, np.nan]), np.array([0.0, 10.0]))
    assert np.isnan(low).all()
    assert np.isnan(high).all()


@given(st.floats(0, 1), st.floats(1, 1e4), st.floats(1.01, 10))
def test_more_cases_narrow_the_interval(rate: float, n: float, more: float) -> None:
    low, high = wilson(np.array([rate, rate]), np.array([n, n * more]))
    assert high[1] - low[1] < high[0] - low[0]


def test_difference_is_newcombes() -> None:
    # Newcombe 1998, table II, example (a): 56/70 against 48/80, method 10
    rates, n = np.array([56 / 70, 48 / 80]), np.array([70.0, 80.0])
    low, high = wilson(rates, n)
    change, down, up = difference(rates[:1], low[:1], high[:1], rates[1:], low[1:], high[1:])
    assert change[0] == pytest.approx(0.2)
    assert down[0] == pytest.approx(0.0524, abs=5e-5)
    assert up[0] == pytest.approx(0.3339, abs=5e-5)


def test_builds_alone_are_worth_themselves() -> None:
    assert effective(moments_of([(1, 1)] * 30 + [(0, 1)] * 70))[0] == 100


def test_clusters_that_fail_as_one_are_worth_one_each() -> None:
    worth = effective(moments_of([(10, 10)] * 30 + [(0, 10)] * 70))[0]
    assert 85 < worth < 105
    scattered = effective(moments_of([(3, 10)] * 100))[0]
    assert scattered > 5 * worth


def test_a_small_cell_learns_from_the_others() -> None:
    small = [(0, 5), (0, 5)]
    alone = effective(moments_of(small))[0]
    together = effective(moments_of(small, *[[(5, 5)] * 20 + [(0, 5)] * 60] * 3))[0]
    scattered = effective(moments_of(small, *[[(2, 5), (1, 5)] * 40] * 3))[0]
    assert together < alone < scattered


@given(st.lists(clusters, min_size=1, max_size=5))
def test_effective_n_is_between_one_cluster_and_n(cells: list[list[tuple[int, int]]]) -> None:
    m = moments_of(*cells)
    worth = effective(m)
    assert (worth <= m.n + 1e-9).all()
    assert (worth > 0).all()
    low, high = wilson(m.k / m.n, worth)
    assert ((low <= m.k / m.n) & (m.k / m.n <= high)).all()


@given(clusters, st.randoms(use_true_random=False))
def test_order_of_clusters_does_not_matter(cell: list[tuple[int, int]], random: object) -> None:
    mixed = list(cell)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert effective(moments_of(cell))[0] == pytest.approx(effective(moments_of(mixed))[0])


@given(clusters, clusters)
def test_failed_and_passed_are_alike(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    def turned(cell: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(n - k, n) for k, n in cell]

    straight = effective(moments_of(one, other))
    upside_down = effective(moments_of(turned(one), turned(other)))
    assert straight == pytest.approx(upside_down)


def test_joined_moments_are_those_of_all_cells() -> None:
    a, b = [(1, 3), (0, 2)], [(2, 2), (0, 4)]
    together, parts = moments_of(a, b), joined([moments_of(a), moments_of(b)])
    assert effective(together) == pytest.approx(effective(parts))
    assert together.k.tolist() == [1, 2]
    assert together.n.tolist() == [5, 6]


def test_an_empty_cell_is_worth_nothing() -> None:
    empty = by_cluster(np.array([1]), np.array([1]), np.array([4]), 3)
    assert effective(empty)[[0, 2]].tolist() == [0, 0]
