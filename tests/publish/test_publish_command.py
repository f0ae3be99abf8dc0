"""`gatepost publish` as people run it: what it prints, its exit code, where the site comes from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_sites import PAGE, home, make, publish_at, stamps

CONFIG = "output: site\nsources: [{type: logs, path: logs}]\n"


def run(folder: Path, *words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "generator", "publish", "www", *words]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    return done.returncode, done.stdout + done.stderr


def test_publish_refuse_force_and_go_back(tmp_path: Path) -> None:
    (tmp_path / "gatepost.yaml").write_text(CONFIG)
    make(tmp_path / "site")
    assert run(tmp_path, "--now", "2026-11-20T23:10Z") == (
        0, "www/current shows the new site: 1,000 builds, data until Fri 20 Nov 2026, 22:10 UTC\n",
    )  # fmt: skip
    make(tmp_path / "site", {"index.html": "emptier"}, builds=2)
    code, said = run(tmp_path)
    assert code == 1
    assert "it has 2 builds, fewer than half of the published site's 1,000\n  hint: " in said
    code, said = run(tmp_path, "--force", "--keep", "2", "--now", "2026-11-20T23:11Z")
    assert code == 0 and said.startswith("Published though it is emptier: it has 2 builds")
    assert home(tmp_path / "www") == PAGE.format("emptier")
    assert run(tmp_path, "--rollback", "-q") == (0, "")
    assert home(tmp_path / "www") == PAGE.format("home")
    code, said = run(tmp_path, "--rollback")
    assert code == 1 and "no earlier site is kept" in said and "Traceback" not in said
    assert stamps(tmp_path / "www") == ["20261120T231000Z", "20261120T231100Z"]


def test_between_two_file_systems(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or not os.access(other, os.W_OK) or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system at /dev/shm")
    site = other / f"gatepost-test-{os.getpid()}"
    try:
        publish_at(make(site), tmp_path / "www")
        publish_at(make(site, {"index.html": "newer"}), tmp_path / "www", 1)
        assert home(tmp_path / "www") == PAGE.format("newer")
    finally:
        subprocess.run(["rm", "-r", str(site)], check=True)
