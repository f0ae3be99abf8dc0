"""`report_scale`: tables of 560,000 builds to a complete site; twice the builds may cost at most 2.2 times.

The tables are made directly and put into a store; timed is `gatepost build`, the whole process.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.report_tables import UNTIL, make_tables
from generator.store.files import Store

BUILDS = 560_000
RUNS = 3
_CONFIG = """community: Benchmark
sources:
  - {type: logs, path: logs}
"""


def run() -> Iterator[dict[str, Any]]:
    """One row: `ratio` is the time for all builds to that for half of them; limits are in the issue."""
    with tempfile.TemporaryDirectory() as folder:
        whole, half = (_prepared(Path(folder) / str(n), n) for n in (BUILDS, BUILDS // 2))
        costs = [(_build(whole), _build(half)) for _ in range(RUNS)]
        yield {
            "name": "report_scale",
            "ratio": round(statistics.median(a[0] / b[0] for a, b in costs), 2),
            "seconds": round(statistics.median(a[0] for a, _ in costs), 1),
            "peak_mb": round(max(a[1] for a, _ in costs)),
            "builds": BUILDS,
            "pages": sum(1 for _ in (whole / "public").rglob("*.html")),
            "store_seconds": round(_stored[BUILDS], 1),
        }


_stored: dict[int, float] = {}


def _prepared(folder: Path, builds: int) -> Path:
    """A community with a filled store."""
    (folder / "queries").mkdir(parents=True)
    (folder / "gatepost.yaml").write_text(_CONFIG, "utf-8")
    tables = make_tables(builds, seed=1)
    for row in tables.signatures.itertuples():
        (folder / "queries" / f"{row.signature}.yaml").write_text(f"query: >-\n  {row.query}\n", "utf-8")
    start = time.monotonic()
    Store(folder / "state").add(tables, UNTIL.to_pydatetime())
    _stored[builds] = time.monotonic() - start
    return folder


def _build(folder: Path) -> tuple[float, float]:
    """Seconds of wall time and peak memory in MB of one `gatepost build`."""
    config, now = str(folder / "gatepost.yaml"), f"{UNTIL:%Y-%m-%dT%H:%MZ}"
    command = [sys.executable, "-m", "generator", "build", "--quiet", "--config", config, "--now", now]
    start = time.monotonic()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"gatepost build ended with {status}")
    return time.monotonic() - start, usage.ru_maxrss / 1024
