"""`third_party_scale`: 200 CIs, 20,000 changes, 1,000,000 comments from files to pages; and half of them.

Timed are `gatepost collect` into an empty state and `gatepost build`, the whole processes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import third_party_data
from benchmarks.memory import Peak

CHANGES = 20_000
#: Limits of the issue: seconds and MB; twice the comments may cost at most so many times as much (ours).
SECONDS, MB, LINEAR = 120, 2000, 2.2


class _Cost(NamedTuple):
    collect: float
    build: float
    peak_mb: float


def run() -> Iterator[dict[str, Any]]:
    """One row: `ratio` is the time for all changes to that for half of them."""
    with tempfile.TemporaryDirectory() as folder:
        half, whole = (Path(folder) / name for name in ("half", "whole"))
        third_party_data.write(half, CHANGES // 2)
        comments = third_party_data.write(whole, CHANGES)
        less, all_ = _cost(half), _cost(whole)
        yield {
            "name": "third_party_scale",
            "ratio": round((all_.collect + all_.build) / (less.collect + less.build), 2),
            "limit": LINEAR,
            "seconds": round(all_.collect + all_.build, 1),
            "limit_seconds": SECONDS,
            "collect_seconds": round(all_.collect, 1),
            "build_seconds": round(all_.build, 1),
            "peak_mb": round(all_.peak_mb),
            "limit_mb": MB,
            "changes": CHANGES,
            "comments": comments,
            "cis": third_party_data.CIS,
            "input_mb": round(sum(f.stat().st_size for f in (whole / "reviews").iterdir()) / 1e6),
            "state_mb": round(sum(f.stat().st_size for f in (whole / "state").rglob("*.parquet")) / 1e6, 1),
            "pages": sum(1 for _ in (whole / "public").rglob("*.html")),
        }


def _cost(folder: Path) -> _Cost:
    collect, build = _timed("collect", folder), _timed("build", folder)
    return _Cost(collect[0], build[0], max(collect[1], build[1]))


def _timed(command: str, folder: Path) -> tuple[float, float]:
    """Seconds of wall time and peak memory in MB of one command, with the processes that it starts."""
    config, now = str(folder / "gatepost.yaml"), f"{third_party_data.NOW:%Y-%m-%dT%H:%MZ}"
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", command, "--quiet", "--config", config, "--now", now],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    with Peak(process.pid) as peak:
        status = process.wait()
    if status:
        raise SystemExit(f"gatepost {command} ended with {status}")
    return time.monotonic() - start, peak.mb
