"""The wheel, built and installed into an empty environment, works from another folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def test_an_installed_wheel_makes_a_report(root: Path, tmp_path: Path) -> None:
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        tmp_path,
        root,
        cwd=tmp_path,
    )
    (wheel,) = tmp_path.glob("gatepost-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "generator/data/templates/init/gatepost.yaml" in names
    assert not [n for n in names if n.startswith("tests/")]

    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    pinned = root / "requirements" / "report.txt"
    run(python, "-m", "pip", "install", "-q", "--require-hashes", "-r", pinned, cwd=tmp_path)
    run(python, "-m", "pip", "install", "-q", "--no-index", wheel, cwd=tmp_path)  # nothing may be missing

    gatepost = tmp_path / "venv" / "bin" / "gatepost"
    where = run(python, "-c", "import generator; print(generator.__file__)", cwd=tmp_path).strip()
    assert where.startswith(str(tmp_path))
    run(gatepost, "demo", "demo", "--scale", "0.02", "--quiet", cwd=tmp_path)
    assert (tmp_path / "demo" / "public" / "index.html").is_file()
    assert "Subject:" in run(gatepost, "digest", "--config", "demo/gatepost.yaml", cwd=tmp_path)
