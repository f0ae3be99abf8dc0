from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from generator.model import TABLES
from generator.store.files import Store
from generator.tables import Tables, from_rows

NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)


def at(day: int) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC)


def asked(day: int = 19, query: str = "h1", **fields: Any) -> dict[str, Any]:
    row = {"source": "index", "day": at(day), "query_hash": query, "complete": True, "asked": NOW}
    return row | fields


def answer(uuid: str, day: int = 19, query: str = "h1", **fields: Any) -> dict[str, Any]:
    row = {"source": "index", "day": at(day), "query_hash": query, "build_uuid": uuid, "lines": 3}
    return row | {"first": at(day), "last": at(day) + timedelta(hours=1)} | fields


def collected(questions: list[dict[str, Any]], answers: list[dict[str, Any]] | None = None) -> Tables:
    given = {"asked": questions, "answers": answers or []}
    return Tables.of(**{name: from_rows(rows, TABLES[name]) for name, rows in given.items()})


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    picked = frame[list(columns)].astype(object)
    return [tuple(None if pd.isna(v) else v for v in row) for row in picked.itertuples(index=False)]


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


BOTH_DAYS = collected(
    [asked(18), asked(19), asked(19, "h2", complete=False)],
    [answer("a", 18), answer("a"), answer("b"), answer("b", query="h2")],
)


def test_what_is_added_is_read_again_with_its_types(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(BOTH_DAYS, NOW)
    for name in ("asked", "answers"):
        pd.testing.assert_frame_equal(store.table(name), getattr(BOTH_DAYS, name))
    assert len(store.table("answers", date(2026, 11, 19))) == 3
    assert len(store.table("asked", date(2026, 11, 19))) == 2
    assert store.known() == {}
    assert store.newest_day(NOW) is None


def test_a_report_reads_what_was_asked_but_not_the_answers(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(BOTH_DAYS, NOW)
    assert len(store.read().asked) == 3
    assert store.read().answers.empty


def test_the_same_answers_twice_change_no_byte(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(BOTH_DAYS, NOW)
    before = contents(tmp_path)
    reverse = {name: getattr(BOTH_DAYS, name).iloc[::-1] for name in ("asked", "answers")}
    store.add(Tables.of(**reverse), LATER)
    assert contents(tmp_path) == before


def test_a_new_answer_replaces_that_to_the_same_question_only(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(BOTH_DAYS, NOW)
    store.add(collected([asked(19, "h2")], [answer("c", query="h2")]), LATER)
    store.add(collected([asked(18, source="other")], [answer("d", 18, source="other")]), LATER)
    assert rows(store.table("answers"), "source", "query_hash", "build_uuid") == [
        ("index", "h1", "a"), ("other", "h1", "d"),
        ("index", "h1", "a"), ("index", "h1", "b"), ("index", "h2", "c"),
    ]  # fmt: skip
    assert store.table("asked")["complete"].all()


def test_an_answer_of_no_builds_is_an_answer(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(BOTH_DAYS, NOW)
    store.add(collected([asked(19, "h2")]), LATER)
    assert "h2" not in set(store.table("answers")["query_hash"])


def test_a_question_that_failed_keeps_the_last_answer_and_says_why(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(BOTH_DAYS, NOW)
    failed = asked(19, "h2", complete=False, reason="timed out", asked=LATER)
    store.add(collected([failed], [answer("half", query="h2")]), LATER)
    assert rows(store.table("asked").tail(1), "reason", "asked") == [("timed out", pd.Timestamp(LATER))]
    assert store.table("answers")["build_uuid"].tolist() == ["a", "a", "b", "b"]


def test_what_was_finished_stays_finished(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(BOTH_DAYS, NOW)
    before = contents(tmp_path)
    store.add(collected([asked(18, complete=False, reason="timed out", asked=LATER)]), LATER)
    assert contents(tmp_path) == before


def test_of_an_index_one_day_more_is_kept_than_of_builds(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(collected([asked(day) for day in (17, 18, 19)], [answer("a", 17), answer("a", 18)]), NOW)
    store.prune(at(19))
    assert store.table("asked")["day"].dt.day.tolist() == [18, 19]
    store.add(collected([asked(17)], [answer("a", 17)]), LATER)
    assert store.table("answers")["day"].dt.day.tolist() == [18]
    assert not (tmp_path / "slices" / "2026-11-17").exists()


def test_an_index_that_is_not_asked_any_more_is_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(BOTH_DAYS, NOW)
    store.add(collected([asked(19, source="other")], [answer("x", source="other")]), NOW)
    store.prune(at(10), ["other"])
    assert store.table("asked")["source"].tolist() == ["other"]
    assert store.table("answers")["build_uuid"].tolist() == ["x"]
    assert not (tmp_path / "slices" / "2026-11-18").exists()


@pytest.mark.parametrize("name", ["asked", "answers"])
def test_a_damaged_file_of_a_day_has_it_asked_again(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path)
    store.add(BOTH_DAYS, NOW)
    (spoilt,) = (tmp_path / "slices" / "2026-11-19").glob(f"{name}.*")
    spoilt.write_bytes(b"?")
    assert store.table("asked")["day"].dt.day.tolist() == [18]
    assert store.table("answers")["day"].dt.day.tolist() == [18]
    store.add(collected([asked(19)], [answer("a")]), LATER)
    assert store.table("answers")["build_uuid"].tolist() == ["a", "a"]
    assert rows(store.read().skipped, "source", "reason") == [("store", "corrupt")]
