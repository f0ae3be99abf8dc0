from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from generator.model import TABLES
from generator.store.files import Store
from generator.tables import Tables, from_rows

NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def buildset(uuid: str, day: int | None = 19, **fields: Any) -> dict[str, Any]:
    event = None if day is None else at(day, 23)
    row = {"buildset": uuid, "ci": "openstack", "event_time": event, "source": "zuul", "collected": NOW}
    return row | fields


def cursor(kind: str = "builds", source: str = "zuul", **fields: Any) -> dict[str, Any]:
    return {"source": source, "kind": kind, "tenant": "openstack", "upto": 7, "collected": NOW} | fields


def tables(**rows: list[dict[str, Any]]) -> Tables:
    return Tables.of(**{name: from_rows(some, TABLES[name]) for name, some in rows.items()})


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_buildsets_and_cursors_are_read_again_with_their_types(tmp_path: Path) -> None:
    told = tables(
        buildsets=[buildset("a", 18), buildset("b"), buildset("c", None)],
        cursors=[cursor("builds"), cursor("buildsets")],
    )
    store = Store(tmp_path)
    store.add(told, NOW)
    kept = store.read()
    pd.testing.assert_frame_equal(kept.buildsets, told.buildsets)
    assert kept.cursors["kind"].tolist() == ["builds", "buildsets"]
    assert store.table("buildsets", date(2026, 11, 19))["buildset"].tolist() == ["b", "c"]


def test_a_buildset_that_ends_stays_one_and_loses_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables(buildsets=[buildset("a", project="nova"), buildset("b")]), NOW)
    store.add(tables(buildsets=[buildset("a", result="FAILURE", end_time=at(20), collected=LATER)]), LATER)
    kept = store.table("buildsets").set_index("buildset")
    assert kept.loc["a", ["project", "result"]].tolist() == ["nova", "FAILURE"]
    assert kept["collected"].tolist() == [LATER, NOW]


def test_what_was_told_already_changes_no_byte(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables(buildsets=[buildset("a"), buildset("b")], cursors=[cursor()]), NOW)
    before = contents(tmp_path)
    store.add(tables(buildsets=[buildset("b", collected=LATER), buildset("a", collected=LATER)]), LATER)
    assert contents(tmp_path) == before


def test_a_cursor_is_replaced_by_the_next_one_of_its_kind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables(cursors=[cursor("builds"), cursor("buildsets")]), NOW)
    store.add(tables(cursors=[cursor("builds", upto=9)]), LATER)
    kept = store.table("cursors")
    assert dict(zip(kept["kind"], kept["upto"], strict=True)) == {"builds": 9, "buildsets": 7}


def test_pruning_forgets_old_sets_and_the_cursors_of_sources_that_are_gone(tmp_path: Path) -> None:
    old, undated = buildset("old", 17), buildset("undated", None, collected=at(18))
    sets = [old, undated, buildset("over", 18), buildset("new", 19)]
    store = Store(tmp_path)
    store.add(tables(buildsets=sets, cursors=[cursor(), cursor(source="gone")]), NOW)
    store.prune(at(19), ["zuul"])
    assert store.table("buildsets")["buildset"].tolist() == ["over", "new"]
    assert store.table("cursors")["source"].tolist() == ["zuul"]
    store.add(tables(buildsets=[old]), LATER)
    assert store.table("buildsets")["buildset"].tolist() == ["over", "new"]
