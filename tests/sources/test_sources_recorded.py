"""Zuul's records of buildsets in a file beside the logs."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from generator.config import LogsSettings
from generator.matching.tags import FileList
from generator.progress import Progress
from generator.sources import Context, logs
from generator.tables import Tables

NEW: dict[str, Any] = {
    "_id": 7, "uuid": "a1", "result": "SUCCESS", "pipeline": "gate", "event_timestamp": "2026-11-20T10:00:00",
    "first_build_start_time": "2026-11-20T10:00:20", "last_build_end_time": "2026-11-20T11:30:00",
    "refs": [
        {"project": "nova", "branch": "master", "change": 91, "patchset": "2", "ref": "refs/changes/91/91/2"},
        {"project": "glance", "branch": "master", "change": 92, "patchset": "1"},
    ],
}  # fmt: skip
OLD = {
    "uuid": "b2", "result": "FAILURE", "pipeline": "gate", "project": "nova", "branch": "main", "change": 93,
    "patchset": "1", "ref": "refs/changes/93/93/1", "last_build_end_time": "2022-11-20T11:30:00",
}  # fmt: skip


def collect(path: Path, ci: str | None = "My Zuul") -> Tables:
    settings = LogsSettings(path=path.parent / "logs", ci=ci, buildsets=path)
    settings.path.mkdir(exist_ok=True)
    now = datetime(2026, 11, 21, tzinfo=UTC)
    return logs.collect(settings, Context((), FileList.load(None), now, Progress(0)))


def test_new_and_old_shapes_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "buildsets.ndjson"
    path.write_text(f"{json.dumps(NEW)}\n\n{json.dumps(OLD)}\n")
    rows = collect(path).buildsets.set_index("buildset")
    assert list(rows.index) == ["a1", "b2"]
    assert (rows["ci"] == "My Zuul").all()
    assert rows.loc["a1", "changes"] == 2 and rows.loc["a1", "change"] == 91
    assert rows.loc["a1", "end_time"].isoformat() == "2026-11-20T11:30:00+00:00"
    assert rows.loc["b2", "result"] == "FAILURE" and rows.loc["b2", "project"] == "nova"


@pytest.mark.parametrize("ending", ["json", "json.gz"])
def test_an_answer_of_the_api_as_it_is(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"buildsets.{ending}"
    data = json.dumps([NEW, {**OLD, "tenant": "openstack"}], indent=1).encode()
    path.write_bytes(gzip.compress(data) if ending.endswith("gz") else data)
    rows = collect(path, ci=None).buildsets
    assert list(rows["ci"]) == ["logs", "openstack"]


def test_what_is_no_record_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "buildsets.ndjson"
    lines = [json.dumps(NEW), "[1", '{"uuid": null}', '"text"', f'{{"a": {"[" * 200}{"]" * 200}}}', "\0"]
    path.write_text("\n".join(lines))
    tables = collect(path)
    assert list(tables.buildsets["buildset"]) == ["a1"]
    skipped = tables.skipped[tables.skipped["reason"] == "no buildset"]
    assert len(skipped) == 5
    assert skipped["detail"].str.match("record [2-6]: ").all()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    tables = collect(tmp_path / "none.ndjson")
    assert len(tables.buildsets) == 0
    row = tables.skipped[tables.skipped["reason"] == "no such file"].iloc[0]
    assert row["path"].endswith("none.ndjson") and "`buildsets`" in row["detail"]


def test_secrets_in_names_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "buildsets.ndjson"
    path.write_text(json.dumps({**OLD, "project": "https://u:hunter2secret@git.example.org/nova"}))
    assert "hunter2secret" not in collect(path).buildsets.to_csv()
