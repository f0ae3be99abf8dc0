"""Flips, compliance and excess, against slow and obvious counts of the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.stats.intervals import Ints
from generator.stats.third_party.compliance import compliant_moments, excess_counts
from generator.stats.third_party.flips import flip_moments

Row = tuple[int, int, bool]  # ci, patch set, failed or compliant
rows = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.booleans()), max_size=40)


def columns(found: list[Row]) -> tuple[Ints, Ints, Ints]:
    ci, patch, flag = (np.array([row[i] for row in found], dtype=np.int64) for i in range(3))
    return ci, patch, flag


@settings(max_examples=100, deadline=None)
@given(rows)
def test_flips_are_those_of_a_slow_count(found: list[Row]) -> None:
    k, n, changes = [0] * 3, [0] * 3, [set[int]() for _ in range(3)]
    for ci in range(3):
        for patch in range(6):
            told = [failed for c, p, failed in found if (c, p) == (ci, patch)]
            later = told[told.index(True) + 1 :] if True in told else []
            n[ci] += bool(later)
            k[ci] += False in later
            if later and False in later:
                changes[ci].add(patch // 2)
    ci_, patch_, failed = columns(found)
    moments = flip_moments(ci_, patch_, patch_ // 2, failed.astype(np.bool_), 3)
    assert (moments.k.tolist(), moments.n.tolist()) == (k, n)
    assert moments.hit.tolist() == [len(c) for c in changes]


@settings(max_examples=100, deadline=None)
@given(rows, st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_excess_is_that_of_a_slow_count(found: list[Row], rechecks: list[int]) -> None:
    pairs = [(ci, patch) for ci, patch, _ in found]
    expected = [
        sum(max(pairs.count((ci, patch)) - 1 - rechecks[patch], 0) for patch in range(6)) for ci in range(3)
    ]
    ci_, patch_, _ = columns(found)
    excess, total = excess_counts(ci_, patch_, np.array(rechecks), 3)
    assert excess.tolist() == expected
    assert total.tolist() == [sum(ci == c for c, _ in pairs) for ci in range(3)]


def test_compliance_counts_comments_and_clusters_by_change() -> None:
    ci, change = np.array([0, 0, 0, 0, 0, 1]), np.array([4, 4, 5, -1, -1, 4])
    compliant = np.array([True, True, False, True, True, False])
    moments = compliant_moments(ci, change, compliant, 3)
    assert (moments.k.tolist(), moments.n.tolist()) == ([4, 0, 0], [5, 1, 0])
    assert moments.hit.tolist() == [3, 0, 0]
