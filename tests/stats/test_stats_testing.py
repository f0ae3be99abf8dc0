from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, fisher_exact

from generator.stats.testing import change_p, discoveries, fisher_p

counts = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def column(*values: float) -> np.ndarray:
    return np.array(values)


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8))
def test_fisher_is_scipys(cases: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    k, n, k0, n0 = (np.array(x) for x in zip(*[(a, b, c, d) for (a, b), (c, d) in cases], strict=True))
    expected = [fisher_exact([[a, b - a], [c, d - c]]).pvalue if b and d else 1.0 for (a, b), (c, d) in cases]
    assert fisher_p(k, n, k0, n0) == pytest.approx(expected, abs=1e-9)


def test_small_counts_are_tested_exactly() -> None:
    p = change_p(column(3), column(10), column(10.0), column(0), column(10), column(10.0))
    assert p[0] == pytest.approx(fisher_exact([[3, 7], [0, 10]]).pvalue)


def test_large_counts_are_tested_by_their_standard_error() -> None:
    # pooled rate 0.15, standard error sqrt(.15 * .85 * 2 / 1000) = .015969, z = .1 / .015969 = 6.2622
    p = change_p(column(200), column(1000), column(1000.0), column(100), column(1000), column(1000.0))
    assert p[0] == pytest.approx(3.797e-10, rel=1e-3)


def test_a_design_effect_weakens_the_evidence() -> None:
    p = change_p(column(200), column(1000), column(100.0), column(100), column(1000), column(100.0))
    # z = 6.2622 / sqrt(10)
    assert p[0] == pytest.approx(0.04767, rel=1e-3)


def test_nothing_to_compare_is_not_tested() -> None:
    p = change_p(
        column(0, 0, 5, 5), column(9, 0, 5, 0), column(9.0, 0, 5, 0), column(0, 1, 7, 3), column(9, 9, 7, 9),
        column(9.0, 9, 7, 9),
    )  # fmt: skip
    assert np.isnan(p).all()


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=1))
def test_discoveries_are_scipys_over_what_was_tested(values: list[float]) -> None:
    p = np.array(values)
    q, tested = discoveries(p), np.isfinite(p)
    assert np.isnan(q[~tested]).all()
    if tested.any():
        assert q[tested] == pytest.approx(false_discovery_control(p[tested]))
        assert (q[tested] >= p[tested] - 1e-12).all()
