"""Two runs on two empty machines, one after the other, give the same site as one machine that ran twice."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from log_server import LogServer
from typer.testing import CliRunner

from generator import pipeline
from generator.cli import app
from generator.config import Settings, load
from generator.errors import GatepostError
from generator.progress import Progress
from generator.store.files import Store

#: A week has ended before each of the two runs: both freeze an edition.
FIRST = datetime(2026, 11, 16, 12, tzinfo=UTC)
SECOND = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "AKIAIOSFODNN7EXAMPLE"
LINES = ("Connection timed out", f"No space left, password={SECRET}", "something else")
CONFIG = "site_url: https://ci.example.org/\nworkers: 1\nsources:\n- {type: logs, path: logs, ci: zuul}\n"


def machine(folder: Path) -> Settings:
    """A checkout of the community's repository, and nothing else."""
    (folder / "queries").mkdir(parents=True)
    (folder / "logs").mkdir()
    (folder / "queries" / "100.yaml").write_text(json.dumps({"query": f'message:"{LINES[0]}"'}), "utf-8")
    (folder / "gatepost.yaml").write_text(CONFIG)
    return load(folder / "gatepost.yaml")


def logs(settings: Settings, now: datetime) -> None:
    """The logs of the week before `now`; older ones have expired."""
    place = settings.state.parent / "logs"
    shutil.rmtree(place)
    for day in range(1, 8):
        for number, line in enumerate(LINES):
            end = (now - timedelta(days=day, hours=number)).replace(tzinfo=None)
            folder = place / f"{end:%Y%m%d}{number:024}"
            folder.mkdir(parents=True)
            record = {"uuid": folder.name, "job_name": "tempest", "result": "FAILURE", "voting": True}
            record |= {"end_time": end.isoformat(), "start_time": (end - timedelta(hours=1)).isoformat()}
            record |= {"pipeline": "gate", "project": "nova", "change": 1, "patchset": "2"}
            (folder / "buildinfo").write_text(json.dumps(record), "utf-8")
            (folder / "job-output.txt").write_text(f"start\n{line}\nend\n", "utf-8")


def run(settings: Settings, now: datetime) -> None:
    logs(settings, now)
    if now == SECOND:  # a signature is added between the runs
        path = settings.signatures / "200.yaml"
        path.write_text(json.dumps({"query": 'message:"No space left"'}), "utf-8")
    pipeline.collect(settings, now, Progress(0))
    pipeline.build(settings, now, Progress(0))


def site(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def first_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first run published."""
    one = machine(tmp_path_factory.mktemp("machines") / "one")
    run(one, FIRST)
    shutil.copytree(one.output, one.output.with_name("published"))
    run(one, SECOND)
    return one.output.with_name("published")


def test_the_site_is_the_same_byte_for_byte(first_site: Path, tmp_path: Path) -> None:
    two = machine(tmp_path / "two")
    with LogServer(first_site) as server:
        pipeline.restore(two, server.url, False, Progress(0))
    run(two, SECOND)
    expected, found = site(first_site.with_name("public")), site(two.output)
    assert sorted(found) == sorted(expected)
    assert [name for name in expected if found[name] != expected[name]] == []
    assert {name.split("/")[0] for name in Store(two.state).file_names()} == {"editions"}
    assert "signatures/200.html" in found and "state/manifest.json" in found


def test_a_folder_gives_the_same_state_as_a_url(first_site: Path, tmp_path: Path) -> None:
    states = [machine(tmp_path / name) for name in ("by-url", "by-folder")]
    with LogServer(first_site) as server:
        pipeline.restore(states[0], f"{server.url}?x=1", False, Progress(0))
    pipeline.restore(states[1], str(first_site), False, Progress(0))
    by_url, by_folder = (site(one.state) for one in states)
    assert by_url == by_folder and "manifest.json" in by_url


def test_nothing_that_is_published_holds_what_was_redacted(first_site: Path) -> None:
    for path in (first_site / "state").rglob("*.parquet"):
        import pyarrow.parquet as pq

        assert SECRET not in str(pq.read_table(path).to_pylist()), path
    assert not any(SECRET.encode() in data for data in site(first_site).values())


def test_a_first_run_must_be_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    settings = machine(tmp_path / "new")
    with LogServer(tmp_path / "site") as server:
        with pytest.raises(GatepostError, match="no site with a state") as told:
            pipeline.restore(settings, server.url, False, Progress(0))
        assert "--may-be-new" in told.value.hint
        logs(settings, FIRST)
        command = ["collect", "--config", str(tmp_path / "new" / "gatepost.yaml"), "--now", FIRST.isoformat()]
        done = CliRunner().invoke(app, [*command, "--restore", server.url, "--may-be-new"])
    assert done.exit_code == 0 and "first run of all" in done.stderr
    assert len(Store(settings.state).read().builds) == 21
