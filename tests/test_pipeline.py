"""Collections one after the other: what a new, changed or unsupported signature does to what is known."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from generator import checking, pipeline
from generator.config import Settings, load
from generator.progress import Progress
from generator.stats import StatsSettings, compute
from generator.store.files import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TIMEOUT, DISK = "Connection timed out", "No space left on device"
#: Days before NOW on which a build failed, and its line.
FAILURES = {30: TIMEOUT, 20: "something else", 12: "something else", 3: DISK, 2: TIMEOUT, 1: DISK}


def build_of(days: int) -> str:
    return f"{days:032x}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for days, line in FAILURES.items():
        folder = tmp_path / "logs" / build_of(days)
        folder.mkdir(parents=True)
        end = (NOW - timedelta(days=days)).replace(tzinfo=None)
        record = {"uuid": build_of(days), "job_name": "tempest", "result": "FAILURE", "voting": True}
        record |= {"end_time": end.isoformat(), "start_time": (end - timedelta(hours=1)).isoformat()}
        (folder / "buildinfo").write_text(json.dumps(record), "utf-8")
        (folder / "job-output.txt").write_text(f"start\n{line}\nend\n", "utf-8")
    (tmp_path / "queries").mkdir()
    (tmp_path / "gatepost.yaml").write_text("workers: 1\nsources:\n- {type: logs, path: logs, ci: zuul}\n")
    sign(tmp_path, "100", f'message:"{TIMEOUT}"')
    return load(tmp_path / "gatepost.yaml")


def sign(folder: Path, name: str, query: str) -> None:
    (folder / "queries" / f"{name}.yaml").write_text(json.dumps({"query": query}), "utf-8")


def collect(settings: Settings) -> dict[str, set[str]]:
    """The builds with a hit, by signature."""
    pipeline.collect(settings, NOW, Progress(0))
    found: dict[str, set[str]] = {}
    for hit in Store(settings.state).read().hits.itertuples():
        found.setdefault(str(hit.signature), set()).add(str(hit.build_uuid))
    return found


def week(settings: Settings) -> dict[str, dict[str, Any]]:
    """The rows of the last 7 d, all pipelines, by signature."""
    frame = compute(Store(settings.state).read(), StatsSettings(), NOW).signatures
    frame = frame[(frame["window"] == "7d") & (frame["voting"] == "voting") & (frame["pipeline"] == "*")]
    return {row["signature"]: row for row in frame.to_dict("records")}


def test_a_signature_that_is_added_is_looked_for_in_what_was_collected_before(
    settings: Settings, tmp_path: Path
) -> None:
    assert collect(settings) == {"100": {build_of(30), build_of(2)}}
    assert week(settings)["100"]["state"] != "new"
    sign(tmp_path, "200", f'message:"{DISK}"')
    sign(tmp_path, "300", 'message:"something else"')
    found = collect(settings)
    assert found["100"] == {build_of(30), build_of(2)}
    assert found["200"] == {build_of(3), build_of(1)}
    assert found["300"] == {build_of(20), build_of(12)}
    rows = week(settings)
    assert (rows["200"]["state"], rows["200"]["hits"], rows["200"]["examined_before"]) == ("new", 2, True)
    assert rows["300"]["state"] != "new" and rows["300"]["hits"] == 0
    assert rows["200"]["failed"] == 3


def test_a_changed_query_replaces_its_hits(settings: Settings, tmp_path: Path) -> None:
    collect(settings)
    sign(tmp_path, "100", f'message:"{DISK}"')
    assert collect(settings) == {"100": {build_of(3), build_of(1)}}
    assert week(settings)["100"]["state"] == "new"


def test_nothing_is_new_where_earlier_builds_cannot_be_read_again(settings: Settings, tmp_path: Path) -> None:
    collect(settings)
    for days in (30, 20, 12):
        shutil.rmtree(tmp_path / "logs" / build_of(days))
    sign(tmp_path, "200", f'message:"{DISK}"')
    found = collect(settings)
    assert found == {"100": {build_of(30), build_of(2)}, "200": {build_of(3), build_of(1)}}
    row = week(settings)["200"]
    assert not row["examined_before"] and row["state"] == "no data"


def test_a_removed_signature_leaves_what_it_hit_unclassified(settings: Settings, tmp_path: Path) -> None:
    sign(tmp_path, "200", f'message:"{DISK}"')
    collect(settings)
    (tmp_path / "queries" / "200.yaml").unlink()
    assert set(collect(settings)) == {"100"}
    read = Store(settings.state).read()
    assert build_of(1) in set(read.failure_lines["build_uuid"])
    gone = read.signatures.set_index("signature")["removed"]
    assert gone["200"] == NOW and gone["100"] is pd.NaT


def test_old_builds_in_the_tree_are_counted_once_and_stay_forgotten(settings: Settings) -> None:
    short = settings.model_copy(update={"keep_days": 5})
    for _ in range(3):
        assert collect(short) == {"100": {build_of(2)}}
        read = Store(short.state).read()
        assert sorted(read.builds["build_uuid"]) == [build_of(1), build_of(2), build_of(3)]
    assert read.skipped[["reason", "detail"]].to_numpy().tolist() == [
        ["older than the raw rows kept", "3 builds that ended before 2026-11-14"]
    ]


def test_a_build_whose_logs_were_still_on_their_way_is_looked_at_again(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "logs" / build_of(1)
    record = json.loads((folder / "buildinfo").read_text("utf-8"))
    (folder / "buildinfo").write_text(json.dumps({**record, "result": None, "end_time": None}), "utf-8")
    (folder / "job-output.txt").write_text("start\n", "utf-8")
    collect(settings)
    before = Store(settings.state).read().builds.set_index("build_uuid").loc[build_of(1)]
    assert (before["outcome"], before["examined"]) == ("neutral", True)

    (folder / "buildinfo").write_text(json.dumps(record), "utf-8")
    (folder / "job-output.txt").write_text(f"start\n{TIMEOUT}\n", "utf-8")
    assert build_of(1) in collect(settings)["100"]
    after = Store(settings.state).read().builds.set_index("build_uuid").loc[build_of(1)]
    assert (after["outcome"], after["end_time"]) == ("failure", NOW - timedelta(days=1))


def test_a_query_that_is_not_supported_is_said(settings: Settings, tmp_path: Path) -> None:
    sign(tmp_path, "200", f'message:"{DISK}" AND @timestamp:2026')
    (lines, usable) = checking.check(settings)
    assert usable and lines[0].startswith("signatures: 1 signature, 1 file refused")
    assert set(collect(settings)) == {"100"}
    skipped = Store(settings.state).read().skipped
    assert skipped[["source", "path", "reason"]].to_numpy().tolist() == [
        ["signatures", "200.yaml", "signature refused"]
    ]
    assert "@timestamp" in skipped["detail"][0]
    pipeline.build(settings, NOW, Progress(0))
    assert not (settings.output / "signatures" / "200.html").exists()
    assert (settings.output / "signatures" / "100.html").exists()
    sign(tmp_path, "200", f'message:"{DISK}"')
    collect(settings)
    assert Store(settings.state).read().skipped.empty


def test_a_main_pipeline_without_builds_is_said(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    collect(settings)
    pipeline.build(settings.model_copy(update={"main_pipeline": "gaet"}), NOW, Progress())
    assert "main_pipeline: no build is in gaet; " in capsys.readouterr().err


def test_the_demo_has_the_same_bytes_wherever_and_whenever_it_is_made(tmp_path: Path) -> None:
    def made(name: str, seed: str) -> dict[str, bytes]:
        command = [sys.executable, "-P", "-m", "generator", "demo", name, "--scale", "0.02", "--quiet"]
        subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONHASHSEED": seed}, check=True)
        parts = [tmp_path / name / part for part in ("logs", "queries", "state", "public")]
        files = (path for part in parts for path in part.rglob("*") if path.is_file())
        return {
            str(path.relative_to(tmp_path / name)): path.read_bytes()
            for path in files
            if "cache" not in path.parts and path.name != ".lock"
        }

    (tmp_path / "copy.py").write_text("raise SystemExit('a file of the user, no module')")
    one, other = made("one", "1"), made("another place", "2")
    assert "public/index.html" in one and "state/manifest.json" in one
    assert {name for name in {*one, *other} if one.get(name) != other.get(name)} == set()
