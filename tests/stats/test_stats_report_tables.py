"""The benchmark's tables are what they say, and the statistics hold on them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from generator.model import TABLES
from generator.stats import StatsSettings, compute


@pytest.fixture(scope="module")
def tables(root: Path):  # type: ignore[no-untyped-def]
    sys.path.insert(0, str(root))
    try:
        from benchmarks.report_tables import make_tables
    finally:
        sys.path.remove(str(root))
    return make_tables(20_000, seed=3), make_tables(20_000, seed=3)


def test_same_seed_same_tables_of_the_asked_size(tables) -> None:  # type: ignore[no-untyped-def]
    one, other = tables
    assert all(getattr(one, name).equals(getattr(other, name)) for name in TABLES)
    assert len(one.builds) == 20_000
    assert one.builds["build_uuid"].is_unique
    assert not one.hits.duplicated(["build_uuid", "signature"]).any()
    assert one.hits["build_uuid"].isin(one.builds["build_uuid"]).all()
    assert len(one.hits) / len(one.builds) == pytest.approx(60_000 / 560_000, rel=0.05)


def test_its_statistics_see_the_clusters(tables) -> None:  # type: ignore[no-untyped-def]
    from benchmarks.report_tables import UNTIL

    results = compute(tables[0], StatsSettings(), UNTIL)
    assert results.facts.signatures == 86
    assert results.facts.design_effect > 1.5
    # nothing changed in it: next to nothing may be called worse or better
    changed = results.groups["state"].isin(["worse", "better"]).mean()
    assert changed < 0.01
