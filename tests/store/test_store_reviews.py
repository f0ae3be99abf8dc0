from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from generator.model import TABLES
from generator.store import keeping, published, reviews
from generator.store.files import Store
from generator.store.restore import restore
from generator.tables import Tables, from_rows
from generator.takedown import kept_out, notes, state
from generator.takedown.remover import remover

NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)
REVIEWS = ("changes", "patchsets", "comments", "job_results", "votes", "accounts")
SERVER = "review.example.org"


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def row(**fields: Any) -> dict[str, Any]:
    return {"server": SERVER, "change": 7, "source": "reviews", "collected": NOW, **fields}


def change(**fields: Any) -> dict[str, Any]:
    known = {"project": "example/keel", "status": "NEW", "updated": at("2026-11-20"), "whole": True}
    return row(**{**known, "current": 1, **fields})


def patchset(number: int = 1, created: str | None = "2026-11-18", **fields: Any) -> dict[str, Any]:
    return row(patchset=number, created=created and at(created), **fields)


def comment(name: str, time: str | None = "2026-11-19T10:00", **fields: Any) -> dict[str, Any]:
    told = {"patchset": 1, "account": "storage-ci", "kind": "result", "outcome": "success", "jobs": 1}
    return row(comment=name, time=time and at(time), **{**told, **fields})


def result(
    name: str, number: int = 1, time: str | None = "2026-11-19T10:00", **fields: Any
) -> dict[str, Any]:
    told = {"job": "volume", "result": "SUCCESS", "outcome": "success", "voting": True}
    return {"comment": name, "row": number, "time": time and at(time), **told, **fields}


def vote(value: int, time: str = "2026-11-19T10:00", **fields: Any) -> dict[str, Any]:
    told = {"patchset": 1, "account": "storage-ci", "label": "Verified"}
    return row(value=value, time=at(time), **{**told, **fields})


def tables(**rows: Any) -> Tables:
    return Tables.of(**{name: from_rows(rows[name], TABLES[name]) for name in rows})


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    picked = frame[list(columns)].astype(object)
    return [tuple(None if pd.isna(v) else v for v in values) for values in picked.itertuples(index=False)]


@pytest.fixture(autouse=True, scope="module")
def no_waiting_for_the_disk() -> Iterator[None]:
    """A killed process, unlike a power cut, loses nothing that it wrote; and fsync may take long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


SOME = tables(
    changes=[change(subject="Fix retry"), change(change=8, status="MERGED")],
    patchsets=[patchset(), patchset(2, "2026-11-19"), patchset(1, None, change=8)],
    comments=[
        comment("a", "2026-11-18T23:59:59"),
        comment("b", "2026-11-19T00:00"),
        comment("c", None, kind="unread", outcome=None, jobs=0, text="no result"),
    ],
    job_results=[result("a", time="2026-11-18T23:59:59"), result("b", 1), result("b", 2, job="copy.v2")],
    votes=[vote(-1)],
    accounts=[row(account="storage-ci", name="Example Storage CI", tagged=True)],
)


def later(given: Tables, now: datetime) -> Tables:
    """The same, collected later."""
    frames = {name: getattr(given, name) for name in REVIEWS}
    return replace(
        given,
        **{
            name: frame.assign(collected=pd.Timestamp(now))
            for name, frame in frames.items()
            if "collected" in frame.columns
        },
    )


def test_what_is_added_is_read_again_with_its_types(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(SOME, NOW)
    read = store.read()
    for name in REVIEWS:
        given = getattr(SOME, name)
        assert len(given) > 0
        pd.testing.assert_frame_equal(getattr(read, name), given)


def test_rows_lie_by_the_day_of_upload_and_of_comment(tmp_path: Path) -> None:
    Store(tmp_path).add(SOME, NOW)
    days = {
        path.name: sorted(f.name.split(".")[0] for f in path.iterdir())
        for path in (tmp_path / "reviews").iterdir()
    }
    assert days == {
        "2026-11-18": ["comments", "job_results", "patchsets"],
        "2026-11-19": ["comments", "job_results", "patchsets"],
        "undated": ["comments", "patchsets"],
    }


def test_the_same_reviews_twice_change_no_byte(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(SOME, NOW)
    before = contents(tmp_path)
    store.add(later(SOME, LATER), LATER)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("batch", [1, 20_000])
def test_portions_in_any_order_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(reviews, "_BATCH", batch)
    whole, parts = Store(tmp_path / "whole"), Store(tmp_path / "parts")
    whole.add(SOME, NOW)
    # a comment comes with its results, a change with its votes
    for names in (("accounts", "comments", "job_results"), ("patchsets",), ("changes", "votes")):
        parts.add(Tables.of(**{name: getattr(SOME, name).iloc[::-1] for name in names}), NOW)
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_a_comment_told_anew_replaces_all_that_was_read_in_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(SOME, NOW)
    told = [comment("b", "2026-11-19T00:00", outcome="failure", jobs=1)]
    store.add(tables(comments=told, job_results=[result("b", job="other", outcome="failure")]), LATER)
    read = store.read()
    assert rows(read.job_results, "comment", "row", "job") == [("a", 1, "volume"), ("b", 1, "other")]
    assert rows(read.comments, "comment", "outcome") == [("a", "success"), ("b", "failure"), ("c", None)]


def test_a_comment_that_is_read_no_longer_loses_its_results(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(SOME, NOW)
    store.add(tables(comments=[comment("a", "2026-11-18T23:59:59", kind="unread", jobs=0)]), LATER)
    read = store.read()
    assert rows(read.job_results, "comment", "row") == [("b", 1), ("b", 2)]
    assert not [name for name in contents(tmp_path) if "2026-11-18/job_results" in name]


def test_a_null_never_replaces_what_is_known_of_a_patch_set(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables(patchsets=[patchset(kind="REWORK", paths="a.py", files=1)]), NOW)
    store.add(tables(patchsets=[patchset(kind=None, paths=None, files=None)]), LATER)
    assert rows(store.read().patchsets, "kind", "paths", "files") == [("REWORK", "a.py", 1)]


def test_of_a_change_the_newest_counts_in_whatever_order_it_is_told(tmp_path: Path) -> None:
    new = change(status="MERGED", updated=at("2026-11-20"), current=3)
    old = change(status="NEW", updated=at("2026-11-18"), current=2, subject="Fix retry")
    for name, order in (("one", (old, new)), ("two", (new, old))):
        for told in order:
            Store(tmp_path / name).add(tables(changes=[told]), NOW)
        found = Store(tmp_path / name).read().changes
        assert rows(found, "status", "current", "subject") == [("MERGED", 3, "Fix retry")], name


def test_votes_of_a_whole_change_are_all_told_anew(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables(changes=[change(), change(change=8)], votes=[vote(-1), vote(-1, change=8)]), NOW)
    store.add(tables(changes=[change(updated=at("2026-11-21"))]), LATER)
    assert rows(store.read().votes, "change", "value") == [(8, -1)]


def test_a_vote_of_an_event_leaves_the_others_of_its_change(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables(changes=[change()], votes=[vote(-1), vote(1, account="nfs-ci")]), NOW)
    event = tables(changes=[change(whole=False)], votes=[vote(0, "2026-11-20T10:00")])
    store.add(event, LATER)
    store.add(tables(changes=[change(whole=False)], votes=[vote(-1)]), LATER)  # an older event, told later
    found = rows(store.read().votes, "account", "value")
    assert found == [("nfs-ci", 1), ("storage-ci", 0)]


def test_accounts_keep_their_newest_name_and_their_tag(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(SOME, NOW)
    renamed = row(account="storage-ci", name="Storage CI", tagged=False) | {"collected": LATER}
    store.add(tables(accounts=[renamed]), LATER)
    assert rows(store.read().accounts, "name", "tagged", "collected") == [("Storage CI", True, NOW)]


def test_half_a_year_is_kept_and_of_open_changes_every_vote(tmp_path: Path) -> None:
    store = Store(tmp_path)
    limit, old = "2026-05-14", "2026-05-13"  # 190 days before 20 November, and the day before
    store.add(
        tables(
            changes=[
                change(change=1, status="NEW", updated=at(old)),
                change(change=2, status="MERGED", updated=at(old)),
                change(change=3, status="MERGED", updated=at(limit)),
            ],
            patchsets=[patchset(1, day, change=n) for n, day in ((1, old), (3, limit), (4, "2026-11-20"))],
            comments=[comment("old", f"{old}T23:59"), comment("kept", f"{limit}T00:00")],
            job_results=[result("old", time=f"{old}T23:59"), result("kept", time=f"{limit}T00:00")],
            votes=[vote(-1, change=1), vote(-1, change=2), vote(-1, change=3)],
        ),
        NOW,
    )
    keeping.forget_old(store, 90, ["reviews"], NOW)
    read = store.read()
    assert rows(read.changes, "change") == [(1,), (3,)]
    assert rows(read.votes, "change") == [(1,), (3,)]
    assert rows(read.patchsets, "change") == [(3,), (4,)]
    assert rows(read.comments, "comment") == rows(read.job_results, "comment") == [("kept",)]
    assert store.newest_day(NOW, "reviews") == at("2026-11-20")


def test_builds_of_today_do_not_make_old_reviews_be_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path)
    build = {
        "build_uuid": "a", "ci": "zuul", "result": "SUCCESS", "outcome": "success", "end_time": NOW,
        "source": "logs", "final": True, "examined": False, "has_metadata": True, "collected": NOW,
    }  # fmt: skip
    store.add(tables(builds=[build], comments=[comment("a", "2014-05-06T21:07")]), NOW)
    keeping.forget_old(store, 90, ["reviews", "logs"], NOW)
    assert rows(store.read().comments, "comment") == [("a",)]


def test_undated_rows_go_when_they_were_collected_long_ago(tmp_path: Path) -> None:
    store = Store(tmp_path)
    early = NOW - timedelta(days=200)
    old = comment("old", None) | {"collected": early}
    store.add(tables(comments=[old, comment("new", None), comment("dated")],
                     job_results=[result("old", time=None), result("new", time=None)]), early)  # fmt: skip
    keeping.forget_old(store, 90, ["reviews"], NOW)
    assert sorted(rows(store.read().comments, "comment")) == [("dated",), ("new",)]
    assert rows(store.read().job_results, "comment") == [("new",)]


def test_a_site_gives_the_reviews_back(tmp_path: Path) -> None:
    state, site = tmp_path / "state", tmp_path / "site"
    Store(state).add(SOME, NOW)
    site.mkdir()
    published.publish(state, site)
    restore(str(site), tmp_path / "back")
    read = Store(tmp_path / "back").read()
    for name in REVIEWS:
        pd.testing.assert_frame_equal(getattr(read, name), getattr(SOME, name))


def test_a_damaged_day_costs_that_day_and_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(SOME, NOW)
    (path,) = (tmp_path / "reviews" / "2026-11-19").glob("job_results.*")
    path.write_bytes(b"no table")
    read = store.read()
    assert rows(read.comments, "comment") == [("a",), ("c",)]
    assert path.name in json.dumps(read.skipped["path"].tolist())


def test_a_text_that_was_taken_down_leaves_every_table_of_reviews_and_stays_out(tmp_path: Path) -> None:
    name = "Example Person"
    told = tables(
        changes=[change(subject=f"Fix what {name} found")],
        patchsets=[patchset(paths=f"doc/{name}.rst", files=1)],
        comments=[comment("a", kind="unread", text=f"ask {name}"), comment("b", "2026-11-19T11:00")],
        job_results=[result("b", job=f"job of {name}", time="2026-11-19T11:00")],
        votes=[vote(1, account=name)],
        accounts=[row(account=name, name=f"{name} CI", tagged=False)],
    )
    store = Store(tmp_path)
    store.add(told, NOW)
    removing = remover([name])
    counts, _ = state.clean(tmp_path, removing, dry=False)
    assert {place: counts[place] for place in (f"rows of {table}" for table in REVIEWS)} == {
        f"rows of {table}": 1 for table in REVIEWS
    }
    memory = notes.load(store)
    notes.put(store, replace(memory, seals=memory.seals.with_texts(removing)))
    before = rows_of_all(store)
    assert before and not [text for text in before if name in text]
    store.add(kept_out(store, told), LATER)
    assert rows_of_all(store) == before


def rows_of_all(store: Store) -> list[str]:
    read = store.read()
    return [str(values) for name in REVIEWS for values in rows(getattr(read, name), *TABLE_NAMES[name])]


TABLE_NAMES = {
    name: [column.name for column in TABLES[name] if column.name != "collected"] for name in REVIEWS
}
