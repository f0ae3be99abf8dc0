from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.errors import GatepostError
from generator.model import SIGNATURES, TABLES
from generator.store import parquet
from generator.store.files import Store
from generator.tables import Tables, from_rows

NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)


def build(uuid: str, end: str | None = "2026-11-20T10:00", **fields: Any) -> dict[str, Any]:
    row = {
        "build_uuid": uuid,
        "ci": "zuul",
        "pipeline": "gate",
        "job": "unit",
        "result": "FAILURE",
        "outcome": "failure",
        "voting": True,
        "final": True,
        "end_time": end and datetime.fromisoformat(end).replace(tzinfo=UTC),
        "duration_s": 60.0,
        "source": "logs",
        "examined": True,
        "query_set": "q1",
        "has_metadata": True,
        "collected": NOW,
    }
    return row | fields


def hit(uuid: str, signature: str = "1", **fields: Any) -> dict[str, Any]:
    row = {
        "build_uuid": uuid,
        "signature": signature,
        "query_hash": "h",
        "lines": 1,
        "file": "job-output.txt",
    }
    return row | {"line": 3, "excerpt": "x", "excerpt_line": 1, "assumed": False} | fields


def tables(builds: list[dict[str, Any]], hits: list[dict[str, Any]] | None = None, **rows: Any) -> Tables:
    given = {"builds": builds, "hits": hits or [], **rows}
    return Tables.of(**{name: from_rows(given[name], TABLES[name]) for name in given})


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    picked = frame[list(columns)].astype(object)
    return [
        tuple(None if pd.isna(value) else value for value in row) for row in picked.itertuples(index=False)
    ]


@pytest.fixture(autouse=True, scope="module")
def no_waiting_for_the_disk() -> Iterator[None]:
    """A killed process, unlike a power cut, loses nothing that it wrote; and fsync may take long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


THREE_DAYS = tables(
    [build("a", "2026-11-18T01:00"), build("b", "2026-11-19T23:59:59"), build("c"), build("d", None)],
    [hit("a"), hit("c", "1"), hit("c", "2")],
    failure_lines=[{"build_uuid": "b", "file": "x", "line": 1, "text": "t", "score": 0.5}],
    skipped=[{"source": "logs", "path": "z", "reason": "truncated", "detail": "", "collected": NOW}],
    queries=[{"query_set": "q1", "signature": "1", "query_hash": "h"}],
    signatures=[{"signature": "1", "query": "message:x", "query_hash": "h"}],
    sources=[{"source": "logs", "ci": "zuul", "kind": "logs", "passed": True}],
)


def test_an_empty_store_reads_as_empty_tables(tmp_path: Path) -> None:
    store = Store(tmp_path / "nothing")
    assert len(store.read().builds) == 0
    assert store.known() == {}
    assert [len(frame) for frame in store.rollups()] == [0, 0]
    assert not (tmp_path / "nothing").exists()


def test_what_is_added_is_read_again_with_its_types(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    read = store.read()
    for name in ("builds", "hits", "failure_lines", "skipped", "queries", "signatures", "sources"):
        pd.testing.assert_frame_equal(getattr(read, name), getattr(THREE_DAYS, name))


def test_files_lie_by_the_day_of_end_time(tmp_path: Path) -> None:
    Store(tmp_path).add(THREE_DAYS, NOW)
    assert sorted(path.name for path in (tmp_path / "days").iterdir()) == [
        "2026-11-18", "2026-11-19", "2026-11-20", "undated",
    ]  # fmt: skip


def test_a_clock_far_off_is_kept_among_the_undated(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables([build("a", "1970-01-01T00:00"), build("b", "9999-12-31T00:00")]), NOW)
    assert [path.name for path in (tmp_path / "days").iterdir()] == ["undated"]
    assert store.read().builds["end_time"].dt.year.tolist() == [1970, 9999]


def test_since_reads_only_later_days_and_the_undated(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    read = store.read(since=date(2026, 11, 20))
    assert read.builds["build_uuid"].tolist() == ["c", "d"]
    assert read.hits["build_uuid"].tolist() == ["c", "c"]
    assert len(read.signatures) == 1


def test_the_same_builds_twice_change_no_byte(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    before = contents(tmp_path)
    again = THREE_DAYS.builds.assign(collected=pd.Timestamp(LATER))
    noticed = THREE_DAYS.skipped.assign(collected=pd.Timestamp(LATER))
    same = ("hits", "failure_lines", "queries", "signatures", "sources")
    frames = {name: getattr(THREE_DAYS, name) for name in same}
    store.add(Tables.of(builds=again, skipped=noticed, **frames), LATER)
    assert contents(tmp_path) == before


def test_the_order_of_arrival_does_not_matter(tmp_path: Path) -> None:
    one, two = Store(tmp_path / "one"), Store(tmp_path / "two")
    one.add(THREE_DAYS, NOW)
    backwards = {
        name: getattr(THREE_DAYS, name).iloc[::-1]
        for name in ("builds", "hits", "failure_lines", "skipped", "queries", "signatures", "sources")
    }
    for uuid in ("d", "c", "b", "a"):
        part = {
            name: frame[frame["build_uuid"] == uuid] if name in ("builds", "hits", "failure_lines") else frame
            for name, frame in backwards.items()
        }
        two.add(Tables.of(**part), NOW)
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_a_null_never_replaces_what_is_known(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables([build("a", provider="p", final=False)], [hit("a")]), NOW)
    blank = build(
        "a", None, result=None, outcome="neutral", provider=None, final=True, ci="guess",
        examined=False, query_set=None, has_metadata=False, region="r", collected=LATER,
    )  # fmt: skip
    store.add(tables([blank]), LATER)
    read = store.read()
    assert rows(
        read.builds, "result", "outcome", "provider", "final", "ci", "examined", "query_set", "region"
    ) == [("FAILURE", "failure", "p", False, "zuul", True, "q1", "r")]
    assert read.builds["collected"].tolist() == [pd.Timestamp(LATER)]
    assert len(read.hits) == 1


def test_a_result_known_later_moves_the_build_to_its_day(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables([build("a", None, result=None, outcome="neutral"), build("b")], [hit("a")]), NOW)
    store.add(tables([build("a", "2026-11-19T10:00", examined=False, query_set=None)]), LATER)
    read = store.read()
    assert rows(read.builds, "build_uuid", "result", "outcome") == [
        ("a", "FAILURE", "failure"), ("b", "FAILURE", "failure"),
    ]  # fmt: skip
    assert not (tmp_path / "days" / "undated").exists()
    assert len(read.hits) == 1


def test_hits_of_a_build_examined_anew_replace_the_old(tmp_path: Path) -> None:
    store = Store(tmp_path)
    lines = [{"build_uuid": "b", "file": "x", "line": 1, "text": "t", "score": 1.0}]
    store.add(tables([build("a"), build("b")], [hit("a", "1"), hit("a", "2")], failure_lines=lines), NOW)
    again = [build("a", query_set="q2"), build("b", query_set="q2")]
    store.add(tables(again, [hit("a", "2", lines=7), hit("b", "3")]), LATER)
    read = store.read()
    assert rows(read.hits, "build_uuid", "signature", "lines") == [("a", "2", 7), ("b", "3", 1)]
    assert len(read.failure_lines) == 0
    assert store.known() == {"a": "q2", "b": "q2"}


def test_a_build_twice_in_one_collection_counts_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables([build("a"), build("a", job="other")], [hit("a"), hit("a")]), NOW)
    read = store.read()
    assert rows(read.builds, "build_uuid", "job") == [("a", "other")]
    assert len(read.hits) == 1


def test_signatures_that_are_gone_are_kept_as_they_were(tmp_path: Path) -> None:
    store = Store(tmp_path)
    broken = {"source": "signatures", "path": "9.yaml", "reason": "broken", "detail": "", "collected": NOW}
    store.add(tables([], signatures=[{"signature": "1", "query": "message:x"}], skipped=[broken]), NOW)
    store.add(tables([], signatures=[{"signature": "2"}]), LATER)
    read = store.read()
    assert read.signatures["signature"].tolist() == ["1", "2"]
    assert read.signatures["removed"].tolist() == [LATER, pd.NaT]
    assert read.signatures["query"].tolist() == ["message:x", pd.NA]
    assert len(read.skipped) == 0
    store.add(tables([], signatures=[{"signature": "2"}]), LATER + timedelta(days=9))
    assert store.read().signatures["removed"].tolist() == [LATER, pd.NaT]
    store.add(tables([], signatures=[{"signature": "1", "query": "message:y"}]), LATER + timedelta(days=9))
    assert rows(store.read().signatures, "signature", "query") == [("1", "message:y"), ("2", None)]
    assert store.read().signatures["removed"].tolist() == [pd.NaT, LATER + timedelta(days=9)]


def test_what_a_removed_signature_matched_is_noted_before_it_is_lost(tmp_path: Path) -> None:
    store = Store(tmp_path)
    days = {"a": "2026-08-01T10:00", "b": "2026-11-19T10:00", "c": "2026-11-20T10:00"}
    builds = [build(uuid, end) for uuid, end in days.items()]
    named = [{"signature": name} for name in ("1", "2", "3")]
    store.add(tables(builds, hits=[hit("a", "1"), hit("b", "1"), hit("c", "2")], signatures=named), NOW)
    store.prune(NOW - timedelta(days=60))
    store.add(tables([build("b", days["b"])], signatures=named[1:2]), LATER)
    store.add(tables([], signatures=named[1:2]), LATER + timedelta(days=1))
    noted = store.read().signatures.set_index("signature")[["hit_first", "hit_last", "hit_builds"]]
    assert [f"{day:%m-%d}" for day in noted.loc["1"].tolist()[:2]] == ["08-01", "11-19"]
    assert noted["hit_builds"].tolist() == [2, pd.NA, 0]
    assert "1" not in set(store.read().hits["signature"])


def test_a_state_of_an_older_version_lacks_columns_that_are_null(tmp_path: Path) -> None:
    frame = tables([], signatures=[{"signature": "1"}]).signatures
    data = parquet.to_bytes(parquet.to_arrow(frame, SIGNATURES).drop_columns(["removed"]))
    assert parquet.from_bytes(data, SIGNATURES)["removed"].to_pylist() == [None]
    assert parquet.from_bytes(data, SIGNATURES, ["signature", "removed"]).column_names == [
        "signature",
        "removed",
    ]


def test_what_was_skipped_of_a_build_read_anew_is_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path)
    note = {"source": "logs", "reason": "truncated", "detail": "", "collected": NOW}
    notes = [note | {"path": "a/x", "build_uuid": "a"}, note | {"path": "b/x", "build_uuid": "b"}]
    store.add(tables([build("a"), build("b")], skipped=notes), NOW)
    store.add(tables([build("a", query_set="q2")]), LATER)
    assert store.read().skipped["path"].tolist() == ["b/x"]


def test_how_a_source_answered_is_forgotten_when_it_answers_anew(tmp_path: Path) -> None:
    def noted(source: str, reason: str) -> dict[str, Any]:
        return {"source": source, "path": ".", "reason": reason, "detail": "", "collected": NOW}

    store = Store(tmp_path)
    gone = [noted("logs", "source not usable"), noted("docs", "source not usable")]
    store.add(tables([], skipped=[*gone, noted("logs", "no log by its name")]), NOW)
    store.add(tables([build("a")]), LATER)
    assert rows(store.read().skipped, "source", "reason") == [
        ("docs", "source not usable"), ("logs", "no log by its name"),
    ]  # fmt: skip


def test_old_builds_that_come_again_and_again_are_one_note(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables([build("c")]), NOW)
    for day in (18, 19, 20):
        store.prune(datetime(2026, 11, day, tzinfo=UTC))
        store.add(tables([build("old", "2026-11-01T01:00")]), NOW)
    assert rows(store.read().skipped, "detail") == [("1 build that ended before 2026-11-20",)]


def test_rollups_count_what_is_there(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    store.add(tables([build("e"), build("f", "2026-10-31T10:00", duration_s=None)]), NOW)
    builds, hits = store.rollups()
    assert rows(builds, "day", "classified", "builds", "duration_s") == [
        (pd.Timestamp("2026-10-31", tz="UTC"), False, 1, 0.0),
        (pd.Timestamp("2026-11-18", tz="UTC"), True, 1, 60.0),
        (pd.Timestamp("2026-11-19", tz="UTC"), False, 1, 60.0),
        (pd.Timestamp("2026-11-20", tz="UTC"), False, 1, 60.0),
        (pd.Timestamp("2026-11-20", tz="UTC"), True, 1, 60.0),
    ]
    assert rows(hits, "day", "signature", "hits") == [
        (pd.Timestamp("2026-11-18", tz="UTC"), "1", 1),
        (pd.Timestamp("2026-11-20", tz="UTC"), "1", 1),
        (pd.Timestamp("2026-11-20", tz="UTC"), "2", 1),
    ]
    assert sorted(path.name for path in (tmp_path / "rollups").iterdir()) == ["2026-10", "2026-11"]


def test_pruning_keeps_the_rollups(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    before = store.rollups()
    store.prune(datetime(2026, 11, 20, tzinfo=UTC))
    assert store.read().builds["build_uuid"].tolist() == ["c", "d"]
    assert len(store.read().failure_lines) == 0
    for frame, old in zip(store.rollups(), before, strict=True):
        pd.testing.assert_frame_equal(frame, old)


def test_builds_of_pruned_days_do_not_come_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    store.prune(datetime(2026, 11, 20, tzinfo=UTC))
    rollup = store.rollups()[0]
    store.add(tables([build("a", "2026-11-18T01:00"), build("new", "2026-11-01T01:00")]), LATER)
    state = contents(tmp_path)
    store.add(tables([build("a", "2026-11-18T01:00"), build("new", "2026-11-01T01:00")]), LATER)
    assert store.read().builds["build_uuid"].tolist() == ["c", "d"]
    assert rows(store.read().skipped, "reason", "detail")[-1] == (
        "older than the raw rows kept", "2 builds that ended before 2026-11-20",
    )  # fmt: skip
    pd.testing.assert_frame_equal(store.rollups()[0], rollup)
    assert contents(tmp_path) == state


def test_pruning_forgets_old_undated_builds_notes_and_query_sets(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    store.add(tables([build("new", None, collected=LATER, query_set="q2")],
                     queries=[{"query_set": "q2", "signature": "1", "query_hash": "h"}]), LATER)  # fmt: skip
    store.prune(NOW + timedelta(minutes=30))
    read = store.read()
    assert read.builds["build_uuid"].tolist() == ["c", "new"]
    assert len(read.skipped) == 0
    assert read.queries["query_set"].tolist() == ["q1", "q2"]
    store.prune(NOW + timedelta(days=1))
    assert store.read().queries["query_set"].tolist() == []


@pytest.mark.parametrize("harm", ["missing", "corrupt"])
@pytest.mark.parametrize("table", ["builds", "hits"])
def test_a_damaged_file_costs_only_its_day_and_is_reported(tmp_path: Path, table: str, harm: str) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    (path,) = (tmp_path / "days" / "2026-11-20").glob(f"{table}.*.parquet")
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-9])
    read = store.read()
    assert read.builds["build_uuid"].tolist() == ["a", "b", "d"]
    assert read.hits["build_uuid"].tolist() == ["a"]
    reported = read.skipped[read.skipped["source"] == "store"]
    assert rows(reported, "path", "reason") == [(str(path.relative_to(tmp_path)), harm)]
    assert "c" not in store.known()


def test_a_damaged_day_is_mended_by_collecting_it_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    good = {name: data for name, data in contents(tmp_path).items() if name.startswith(("days", "rollups"))}
    (path,) = (tmp_path / "days" / "2026-11-20").glob("hits.*")
    path.write_bytes(b"nonsense")
    store.add(THREE_DAYS, NOW)
    mended = {name: data for name, data in contents(tmp_path).items() if name.startswith(("days", "rollups"))}
    assert mended == good


def test_a_damaged_rollup_is_made_again_from_the_days_there_are(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    before = store.rollups()
    for path in (tmp_path / "rollups").rglob("*.parquet"):
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))  # as long as it was
    store.add(tables([build("f", "2026-11-20T10:00")]), NOW)
    builds, hits = store.rollups()
    assert (builds["builds"].sum(), hits["hits"].sum()) == (
        before[0]["builds"].sum() + 1, before[1]["hits"].sum(),
    )  # fmt: skip


def test_the_rollup_of_a_damaged_day_is_not_made_from_its_remains(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables([build("a"), build("b"), build("c")]), NOW)
    rollup = store.rollups()[0]
    (path,) = (tmp_path / "days" / "2026-11-20").glob("builds.*")
    path.unlink()
    store.add(tables([build("d")]), LATER)
    pd.testing.assert_frame_equal(store.rollups()[0], rollup)
    assert store.read().builds["build_uuid"].tolist() == ["d"]
    assert rows(store.read().skipped, "source", "reason") == [("store", "missing")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"schema_version": 99, "files": {}}', "schema 99"),
        ("{", "is damaged"),
        ('{"schema_version": 1}', "is damaged"),
        ("[]", "is damaged"),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_said_and_kept(tmp_path: Path, text: str, says: str) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    (tmp_path / "manifest.json").write_text(text)
    before = contents(tmp_path)
    for act in (store.read, store.known, lambda: store.add(THREE_DAYS, NOW), lambda: store.prune(NOW)):
        with pytest.raises(GatepostError, match=says):
            act()
    assert contents(tmp_path) == before


def test_files_of_others_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    foreign = [
        tmp_path / "README",
        tmp_path / "days" / "2026-11-20" / "mine.parquet",
        tmp_path / "builds.parquet",
    ]
    for path in foreign:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    Store(tmp_path).add(THREE_DAYS, NOW)
    Store(tmp_path).prune(LATER + timedelta(days=9))
    assert all(path.read_text() == "mine" for path in foreign)


def test_a_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    code = (
        "import sys, time; from pathlib import Path; from generator.store.atomic import locked\n"
        "with locked(Path(sys.argv[1])):\n    print('in', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None and other.stdout.readline() == b"in\n"
        with pytest.raises(GatepostError, match=f"process {other.pid}"):
            store.add(THREE_DAYS, NOW)
        assert len(store.read().builds) == 4
    finally:
        other.kill()
        other.communicate()
    store.add(tables([build("e")]), NOW)
    assert len(store.read().builds) == 5


@pytest.mark.parametrize("call", ["fsync", "mkdir", "open"])
def test_a_full_disk_leaves_the_last_good_state(
    tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.add(THREE_DAYS, NOW)
    before = contents(tmp_path)
    more = tables([build(f"n{i}", f"2026-11-{i:02}T10:00") for i in range(1, 10)])
    left = iter(range(6))

    def full(original: Any) -> Any:
        def act(*args: Any, **options: Any) -> Any:
            writes = call != "open" or "wb" in args
            if writes and next(left, None) is None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return original(*args, **options)

        return act

    owner: Any = os if call == "fsync" else Path
    monkeypatch.setattr(owner, call, full(getattr(owner, call)))
    with pytest.raises(GatepostError, match="No space left") as caught:
        store.add(more, LATER)
    monkeypatch.undo()
    assert "free some space" in caught.value.hint
    assert contents(tmp_path) == before
    store.add(more, LATER)
    assert len(store.read().builds) == 13


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(GatepostError, match="state"):
        Store(tmp_path / "state").add(THREE_DAYS, NOW)


_KILLED = """
import os, shutil, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_store_files as case
from generator.store import atomic
from generator.store.files import Store

folder = Path(sys.argv[2])
os.fsync = lambda handle: None
Store(folder / "base").add(case.BASE, case.NOW)
def dies_at(n):
    left = iter(range(n))
    def dying(original):
        def act(*args, **options):
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **options)
        return act
    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "open"), (Path, "unlink"), (Path, "mkdir")):
        setattr(owner, name, dying(getattr(owner, name)))

for n in range(1000):
    target = folder / str(n)
    shutil.copytree(folder / "base", target)
    child = os.fork()
    if not child:
        dies_at(n)
        Store(target).add(case.MORE, case.LATER)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""
BASE = tables([build("a", "2026-11-19T10:00"), build("b")], [hit("a")])
MORE = tables([build("b", job="later", query_set="q2"), build("c", "2026-11-18T10:00")], [hit("b")])


def test_kill_at_any_moment_leaves_a_good_state(tmp_path: Path) -> None:
    here = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", _KILLED, here, str(tmp_path / "runs")], check=True)
    reference = Store(tmp_path / "reference")
    reference.add(BASE, NOW)
    old = contents(tmp_path / "reference")
    reference.add(MORE, LATER)
    new = contents(tmp_path / "reference")
    seen = set()
    runs = [path for path in (tmp_path / "runs").iterdir() if path.name != "base"]
    for run in runs:
        files = contents(run)
        state = old if files["manifest.json"] == old["manifest.json"] else new
        assert state.items() <= files.items()
        seen.add("old" if state is old else "new")
        Store(run).add(MORE, LATER)
        assert contents(run) == new
    assert seen == {"old", "new"}
    assert len(runs) > 30


@st.composite
def histories(draw: st.DrawFn) -> Iterator[list[list[dict[str, Any]]]]:
    some = st.builds(
        lambda uuid, end, result, examined, job: build(
            uuid,
            end,
            result=result,
            outcome="failure" if result else "neutral",
            examined=examined,
            query_set="q1" if examined else None,
            job=job,
        ),
        st.sampled_from("abcd"),
        st.sampled_from([None, "2026-11-18T10:00", "2026-11-20T10:00"]),
        st.sampled_from([None, "FAILURE"]),
        st.booleans(),
        st.sampled_from([None, "unit", "functional"]),
    )
    return draw(st.lists(st.lists(some, max_size=4, unique_by=lambda row: row["build_uuid"]), max_size=4))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=histories())
def test_however_builds_arrive_each_is_kept_once_with_all_that_was_said(
    tmp_path_factory: pytest.TempPathFactory, history: list[list[dict[str, Any]]]
) -> None:
    store = Store(tmp_path_factory.mktemp("state"))
    expected: dict[str, dict[str, Any]] = {}
    for batch in history:
        store.add(tables(batch), NOW)
        for row in batch:
            known = expected.setdefault(row["build_uuid"], {})
            known.update(
                {key: value for key, value in row.items() if value is not None and key != "examined"}
            )
            known["examined"] = known.get("examined", False) or row["examined"]
    read = store.read().builds
    assert sorted(rows(read, "build_uuid", "job", "result", "examined")) == sorted(
        (uuid, known.get("job"), known.get("result"), known["examined"]) for uuid, known in expected.items()
    )
    dated = sum(1 for known in expected.values() if known.get("end_time"))
    assert store.rollups()[0]["builds"].sum() == dated


def test_the_newest_day_is_not_after_now(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.newest_day(NOW) is None
    store.add(THREE_DAYS, NOW)
    assert store.newest_day(NOW) == datetime(2026, 11, 20, tzinfo=UTC)
    assert store.newest_day(datetime(2026, 11, 19, 12, tzinfo=UTC)) == datetime(2026, 11, 19, tzinfo=UTC)


def test_who_does_not_read_logs_never_moves_them(tmp_path: Path) -> None:
    read = {"log_url": "https://logs/a/", "source": "lines"}
    told = {"log_url": "https://zuul/build/a", "source": "runs", "examined": False, "query_set": None}
    one, two = Store(tmp_path / "one"), Store(tmp_path / "two")
    for store, order in ((one, (read, told)), (two, (told, read))):
        for fields in order:
            store.add(tables([build("a", **fields)]), NOW)
        assert rows(store.read().builds, "log_url", "source") == [("https://logs/a/", "lines")]


def test_a_place_of_logs_is_better_than_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables([build("a")]), NOW)
    store.add(tables([build("a", log_url="https://zuul/a", examined=False, query_set=None)]), NOW)
    assert rows(store.read().builds, "log_url") == [("https://zuul/a",)]


def test_times_of_lines_never_replace_those_of_a_run(tmp_path: Path) -> None:
    of_lines = {"end": "2026-11-20T09:58", "duration_s": None, "source": "lines"}
    of_run = {"end": "2026-11-20T10:01", "duration_s": 90.0, "source": "runs", "examined": False}
    for name, order in (("one", (of_lines, of_run)), ("two", (of_run, of_lines))):
        store = Store(tmp_path / name)
        for fields in order:
            store.add(tables([build("a", **fields)]), NOW)
        read = store.read().builds
        assert read["end_time"].dt.minute.tolist() == [1]
        assert rows(read, "duration_s", "examined") == [(90.0, True)]


def test_what_a_source_said_last_of_each_ci_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    said = {"source": "s", "kind": "elastic"}
    store.add(tables([], sources=[said | {"ci": ci, "passed": True} for ci in ("a", "b")]), NOW)
    store.add(tables([], sources=[said | {"ci": "b", "passed": False}]), LATER)
    assert rows(store.table("sources"), "ci", "passed") == [("a", True), ("b", False)]
    store.prune(NOW, ["another"])
    assert store.table("sources").empty


def test_an_answer_without_builds_voids_how_its_source_answered(tmp_path: Path) -> None:
    store = Store(tmp_path)
    gone = [
        {"source": name, "path": ".", "reason": "source not usable", "collected": NOW} for name in ("a", "b")
    ]
    store.add(tables([], skipped=gone), NOW)
    store.add(tables([]), LATER, "a")
    assert rows(store.read().skipped, "source") == [("b",)]
    store.prune(NOW - timedelta(days=9), ["a"])
    assert store.read().skipped.empty


def test_when_a_build_was_collected_may_be_missing_in_a_state_from_elsewhere(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(tables([build("a", result=None, collected=None), build("b", collected=None)]), NOW)
    assert store.known(NOW) == {"b": "q1"}
    assert store.known() == {"a": "q1", "b": "q1"}
