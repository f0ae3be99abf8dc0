"""Build folders become rows: good ones, bad ones, those seen before."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from source_samples import NOW, SIGNATURES, Logs, build_folder, context

from generator.errors import GatepostError
from generator.model import TABLES
from generator.signatures.model import Signature
from generator.sources import Context, source
from generator.sources.queries import query_set
from generator.tables import Tables

A, B, C = "a" * 32, "b" * 32, "c" * 32
logs = source("logs")


def collect(root: Path, context: Context, **settings: Any) -> Tables:
    return logs.collect(Logs(root, **settings), context)


def one(frame: pd.DataFrame, **where: object) -> dict[str, Any]:
    """The only row that has these values."""
    for name, value in where.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1, frame
    return frame.iloc[0].to_dict()


def reasons(tables: Tables) -> dict[str, str]:
    return dict(zip(tables.skipped["path"], tables.skipped["reason"], strict=True))


def test_a_failed_build_with_a_hit(tmp_path: Path) -> None:
    build_folder(tmp_path, A, "ok", "ssh: Connection timed out", "more", "Connection timed out")
    tables = collect(tmp_path, context(), log_url="https://logs.example/x")
    build = one(tables.builds)
    assert {
        name: build[name] for name in ("build_uuid", "ci", "tenant", "job", "result", "outcome", "source")
    } == {
        "build_uuid": A,
        "ci": "openstack",
        "tenant": "openstack",
        "job": "tempest",
        "result": "FAILURE",
        "outcome": "failure",
        "source": "logs",
    }
    assert build["change"] == 901234 and build["voting"] and build["final"]
    assert build["examined"] and build["has_metadata"] and build["query_set"] == query_set(SIGNATURES)
    assert build["end_time"] == pd.Timestamp("2026-11-20T10:00:08Z") and build["duration_s"] == 8
    assert build["log_url"] == "https://logs.example/x/aaaaaaa/"
    hit = one(tables.hits)
    assert (hit["signature"], hit["lines"], hit["file"], hit["line"]) == ("100", 2, "job-output.txt", 3)
    assert hit["query_hash"] == SIGNATURES[0].query_hash and not hit["assumed"]
    assert "Connection timed out" in hit["excerpt"].split("\n")[hit["line"] - hit["excerpt_line"]]
    assert tables.failure_lines.empty and tables.skipped.empty


def test_tables_have_their_types_and_the_signatures(tmp_path: Path) -> None:
    build_folder(tmp_path, A)
    signature = Signature("1", "message:x", resolved_at=datetime(2026, 1, 2).date())
    tables = collect(tmp_path, context(signature))
    for name, schema in TABLES.items():
        assert list(getattr(tables, name).columns) == [column.name for column in schema]
    assert one(tables.queries) == {
        "query_set": query_set([signature]),
        "signature": "1",
        "query_hash": signature.query_hash,
    }
    row = one(tables.signatures)
    assert row["query"] == "message:x" and row["resolved_at"] == pd.Timestamp("2026-01-02", tz="UTC")


def test_lines_are_summed_over_files_and_the_console_comes_first(tmp_path: Path) -> None:
    folder = build_folder(tmp_path, A, "broken pipe")
    (folder / "a.log").write_text("x\nbroken pipe\nbroken pipe\n")
    hit = one(collect(tmp_path, context()).hits)
    assert (hit["signature"], hit["lines"], hit["file"]) == ("300", 3, "job-output.txt")


def test_tags_come_from_the_path_and_metadata_from_the_inventory(tmp_path: Path) -> None:
    folder = build_folder(tmp_path, A, "No space left", pipeline="check")
    (folder / "logs").mkdir()
    (folder / "logs/screen-n-cpu.txt.gz").write_bytes(gzip.compress(b"No space left\nbroken pipe\n"))
    hit = one(collect(tmp_path, context()).hits)
    assert (hit["signature"], hit["lines"], hit["file"]) == ("200", 1, "logs/screen-n-cpu.txt")


def test_a_passed_build_has_hits_too(tmp_path: Path) -> None:
    build_folder(tmp_path, A, "Connection timed out", failed=False)
    tables = collect(tmp_path, context())
    assert one(tables.builds)["outcome"] == "success" and len(tables.hits) == 1


def test_an_unclassified_failure_keeps_its_likely_lines(tmp_path: Path) -> None:
    build_folder(tmp_path, A, "all is well", "ERROR: the frobnicator exploded, password=hunter22secret")
    build_folder(tmp_path, B, "ERROR: not looked at", failed=False)
    tables = collect(tmp_path, context())
    assert set(tables.failure_lines["build_uuid"]) == {A}
    assert 1 <= len(tables.failure_lines) <= 10
    row = tables.failure_lines.iloc[0]
    assert "frobnicator exploded" in row["text"] and "hunter22secret" not in row["text"]
    assert (row["file"], row["line"]) == ("job-output.txt", 3)


def test_without_metadata_a_build_is_kept_and_its_hits_are_assumed(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x/some.log").write_text("broken pipe\n")
    tables = collect(tmp_path, context())
    build = one(tables.builds)
    assert build["build_uuid"] == "logs:x" and not build["has_metadata"] and build["examined"]
    assert build["outcome"] == "neutral" and pd.isna(build["end_time"]) and build["ci"] == "logs"
    assert one(tables.hits)["assumed"]
    assert reasons(tables) == {"x": "no metadata"}


def test_a_folder_named_as_a_uuid_is_that_build(tmp_path: Path) -> None:
    (tmp_path / C).mkdir()
    (tmp_path / C / "job-output.txt").write_text("x\n")
    assert one(collect(tmp_path, context(), ci="zuul").builds)["build_uuid"] == C


def test_a_known_build_is_left_out_until_the_queries_change(tmp_path: Path) -> None:
    build_folder(tmp_path, A, "Connection timed out")
    build_folder(tmp_path, B)
    known = {A: query_set(SIGNATURES)}
    assert set(collect(tmp_path, context(known=known)).builds["build_uuid"]) == {B}
    changed = Signature("100", 'message:"timed out"')
    tables = collect(tmp_path, context(changed, known=known))
    assert set(tables.builds["build_uuid"]) == {A, B}
    assert one(tables.hits)["query_hash"] == changed.query_hash


def test_logs_of_builds_that_the_store_forgot_are_not_searched(tmp_path: Path) -> None:
    build_folder(tmp_path, A, "Connection timed out")  # it ends on 20 November at ten
    assert len(collect(tmp_path, context(before=datetime(2026, 11, 20, 10, tzinfo=UTC))).hits) == 1
    tables = collect(tmp_path, context(before=datetime(2026, 11, 21, tzinfo=UTC)))
    assert not one(tables.builds)["examined"] and tables.hits.empty


def test_the_second_folder_of_a_build_is_skipped(tmp_path: Path) -> None:
    build_folder(tmp_path / "1", A, "Connection timed out")
    build_folder(tmp_path / "2", A)
    for known in ({}, {A: query_set(SIGNATURES)}):
        tables = collect(tmp_path, context(known=known))
        assert len(tables.builds) == (0 if known else 1)
        row = one(tables.skipped)
        assert (row["path"], row["reason"], row["build_uuid"]) == ("2/aaaaaaa", "duplicate build", A)
        assert row["detail"] == "the same build is in 1/aaaaaaa"


def record(folder: Path, **values: object) -> None:
    lines = "".join(f"{key}: {value}\n" for key, value in values.items())
    (folder / "buildinfo").write_text(f"uuid: {A}\njob_name: tempest\n{lines}")


def test_outcomes_come_from_the_tables(tmp_path: Path) -> None:
    folder = build_folder(tmp_path, A)
    for result, own, outcome in (
        ("TIMED_OUT", {}, "failure"),
        ("TIMED_OUT", {"TIMED_OUT": "infra"}, "infra"),
        ("NODE_FAILURE", {}, "infra"),
        ("SKIPPED", {}, "neutral"),
    ):
        record(folder, result=result)
        tables = collect(tmp_path, context(outcomes=own))
        assert one(tables.builds)["outcome"] == outcome and tables.skipped.empty


def test_an_unknown_result_is_neutral_and_reported(tmp_path: Path) -> None:
    record(build_folder(tmp_path, A), result="EXPLODED")
    tables = collect(tmp_path, context())
    assert one(tables.builds)["outcome"] == "neutral"
    row = one(tables.skipped)
    assert (row["reason"], row["detail"]) == ("unknown result", "EXPLODED: counted as neutral")
    assert collect(tmp_path, context(outcomes={"EXPLODED": "failure"})).skipped.empty


def test_a_clock_far_off_is_kept(tmp_path: Path) -> None:
    record(build_folder(tmp_path, A), start_time="2099-01-01T00:00:00", end_time="2098-01-01T00:00:00")
    build = one(collect(tmp_path, context()).builds)
    assert build["end_time"] == pd.Timestamp("2098-01-01", tz="UTC") and pd.isna(build["duration_s"])
    assert build["collected"] == pd.Timestamp(NOW) < build["end_time"]


def test_bad_files_are_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = build_folder(tmp_path, A, "Connection timed out")
    packed = gzip.compress(os.urandom(100_000) + b"\nbroken pipe\n")
    (folder / "cut.log.gz").write_bytes(packed[:-500])
    (folder / "nul.log").write_bytes(b"\0\0\xff\xfe\n\0broken pipe\0\n")
    (folder / "shot.png").write_bytes(b"png")
    (folder / "out.txt").symlink_to(tmp_path.parent)
    tables = collect(tmp_path, context())
    assert dict(zip(tables.hits["signature"], tables.hits["file"], strict=True)) == {
        "100": "job-output.txt",
        "300": "nul.log",
    }
    assert reasons(tables) == {
        ".": "no log by its name",
        "aaaaaaa/cut.log.gz": "truncated",
        "aaaaaaa/out.txt": "link out of the build",
    }
    assert one(tables.skipped, path=".")["detail"] == "1 files: 1 .png"
    assert set(tables.skipped["build_uuid"].dropna()) == {A}


def test_a_broken_inventory_is_reported(tmp_path: Path) -> None:
    folder = build_folder(tmp_path, A, "Connection timed out")
    (folder / "zuul-info/inventory.yaml").write_text("all: [")
    tables = collect(tmp_path, context())
    assert reasons(tables) == {
        "aaaaaaa/zuul-info/inventory.yaml": "broken metadata",
        "aaaaaaa": "no metadata",
    }
    build = one(tables.builds)
    assert build["build_uuid"] == "logs:aaaaaaa" and build["outcome"] == "failure"
    assert len(tables.hits) == 1


def test_a_gzip_bomb_is_read_up_to_the_limit(tmp_path: Path) -> None:
    from generator.matching.reading import Limits

    folder = build_folder(tmp_path, A, "Connection timed out")
    (folder / "bomb.log.gz").write_bytes(gzip.compress(b"broken pipe\n" + bytes(3_000_000)))
    tables = collect(tmp_path, context(limits=Limits(max_bytes=1_000_000)))
    assert reasons(tables) == {"aaaaaaa/bomb.log.gz": "too large"}
    assert set(tables.hits["signature"]) == {"100", "300"}


def test_a_build_without_logs_was_not_examined(tmp_path: Path) -> None:
    folder = build_folder(tmp_path, A)
    (folder / "job-output.txt").unlink()
    build = one(collect(tmp_path, context()).builds)
    assert not build["examined"] and pd.isna(build["query_set"]) and pd.isna(build["result"])


def test_a_vanished_file_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from generator.sources import examine

    folder = build_folder(tmp_path, A, "Connection timed out")
    (folder / "gone.log").write_text("x\n")
    listed = examine.log_files

    def then_gone(path: Path) -> object:
        found = listed(path)
        (folder / "gone.log").unlink()
        return found

    monkeypatch.setattr(examine, "log_files", then_gone)
    tables = collect(tmp_path, context())
    assert reasons(tables) == {"aaaaaaa/gone.log": "vanished"} and len(tables.hits) == 1


def test_empty_and_missing_trees(tmp_path: Path) -> None:
    tables = collect(tmp_path, context())
    assert tables.builds.empty and reasons(tables) == {".": "no builds"}
    with pytest.raises(GatepostError, match="no such folder") as error:
        collect(tmp_path / "none", context())
    assert "'logs'" in error.value.hint


def test_workers_give_the_same_tables_in_the_same_order(tmp_path: Path) -> None:
    for number in range(12):
        build_folder(
            tmp_path, f"{number:032x}"[::-1], "Connection timed out" if number % 3 else "ERROR: else"
        )
    alone, together = (collect(tmp_path, context(workers=n)) for n in (1, 2))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(alone, name), getattr(together, name))
    assert len(alone.builds) == 12 and len(alone.hits) == 8


def test_check_says_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(GatepostError, match="no build folder was found"):
        logs.check(Logs(tmp_path))
    build_folder(tmp_path, A)
    (tmp_path / "x").mkdir()
    (tmp_path / "x/some.log").write_text("x\n")
    assert logs.check(Logs(tmp_path)) == (
        "2 build folders, as Zuul publishes them; 1 with metadata; newest end 2026-11-20 10:00 UTC"
    )
    record(tmp_path / "aaaaaaa")
    assert "1 with a build record" in logs.check(Logs(tmp_path))
    with pytest.raises(GatepostError):
        logs.check(Logs(tmp_path / "none"))


def test_times_are_utc(tmp_path: Path) -> None:
    build_folder(tmp_path, A)
    start = one(collect(tmp_path, context()).builds)["start_time"]
    assert start.to_pydatetime() == datetime(2026, 11, 20, 10, tzinfo=UTC)
