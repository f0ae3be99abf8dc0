"""How fast `gatepost explain` reads: against zcat, against the limit of its libraries, with more signatures.

Timed is user and system time of whole processes on one core, `ratio` the median over interleaved runs. The
logs are the real ones of os-loganalyze, the same in many build folders, so that tags and file names apply.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from generator.matching.engine import Engine
from generator.matching.formula import FALSE
from generator.matching.inputs import gather
from generator.matching.plan import Message, decision
from generator.matching.reading import open_log
from generator.matching.tags import FileList
from generator.signatures.load import load_folder

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
UNPACKED = 1_000_000_000
SMALL = 1_000_000
SMALL_SECONDS = 0.7
RUNS = 5
_LIMIT = (sys.executable, "-m", "benchmarks.explain")


def run() -> Iterator[dict[str, Any]]:
    """Four rows; limits are in the issue: 1.0, 1.6, 3.5 and 1.0 (of 0.7 s)."""
    with tempfile.TemporaryDirectory() as folder:
        builds, size = _builds(Path(folder) / "logs")
        few, many = (DATA / "elastic-recheck" / name for name in ("queries", "queries-history"))
        packed = sorted(path for build in builds for path in build.glob("*.gz"))
        cache = Path(folder) / "cache"
        equal = {path.name: _equals_slow(path, builds, cache) for path in (few, many)}
        times: dict[str, list[float]] = {name: [] for name in ("few", "many", "zcat", "limit", "small")}
        small = _small(Path(folder) / "small.log")
        for _ in range(RUNS):
            times["few"].append(_cpu(_explain(few, builds), cache))
            times["zcat"].append(_cpu(["zcat", *map(str, packed)], cache))
            times["limit"].append(_cpu([*_LIMIT, str(few), *map(str, packed)], cache))
            times["many"].append(_cpu(_explain(many, builds), cache))
            times["small"].append(_cpu(_explain(few, [small]), cache))
        what = {"bytes": size, "builds": len(builds)}
        yield _row("explain_vs_zcat", times["few"], times["zcat"], **what, hits_equal=equal[few.name])
        yield _row("explain_vs_limit", times["few"], times["limit"], **what)
        yield _row("explain_507", times["many"], times["few"], **what, hits_equal=equal[many.name])
        yield _row("explain_small", times["small"], [SMALL_SECONDS] * RUNS)


def _row(name: str, times: Sequence[float], others: Sequence[float], **more: object) -> dict[str, Any]:
    ratio = statistics.median(a / b for a, b in zip(times, others, strict=True))
    return {
        "name": name,
        "ratio": round(ratio, 2),
        "seconds": round(statistics.median(times), 2),
        "against": round(statistics.median(others), 2),
        **more,
    }


def _builds(folder: Path) -> tuple[list[Path], int]:
    """Folders of builds that together hold at least UNPACKED bytes of text; the files are hard links."""
    first, size = folder / "build-000", 0
    first.mkdir(parents=True)
    for path in sorted((DATA / "os-loganalyze").glob("*.gz")):
        shutil.copyfile(path, first / path.name)
        size += sum(map(len, open_log(path)))
    builds = [first]
    while size * len(builds) < UNPACKED:
        build = folder / f"build-{len(builds):03}"
        build.mkdir()
        for path in first.iterdir():
            (build / path.name).hardlink_to(path)
        builds.append(build)
    return builds, size * len(builds)


def _small(path: Path) -> Path:
    text = gzip.decompress((DATA / "os-loganalyze" / "console.html.gz").read_bytes())
    path.write_bytes(text[:SMALL])
    return path


def _explain(signatures: Path, paths: Sequence[Path]) -> list[str]:
    options = ["--quiet", "--format", "json", "--signatures", str(signatures)]
    return [sys.executable, "-m", "generator", "explain", *options, *map(str, paths)]


def _cpu(command: Sequence[str], cache: Path) -> float:
    """User and system seconds of a process that is pinned to one core, with its children."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
    )
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise SystemExit(f"{' '.join(command[:6])} … ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def _equals_slow(signatures: Path, builds: Sequence[Path], cache: Path) -> bool:
    """Whether the command finds as many lines as deciding each line for each signature; fills the cache."""
    answer = subprocess.run(
        _explain(signatures, builds),
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        stdout=subprocess.PIPE,
        check=False,
    ).stdout
    found = {name: hits["lines"] for name, hits in json.loads(answer)["signatures"].items()}
    engine = Engine(load_folder(signatures).signatures)
    slow: dict[str, int] = {}
    for file in gather([str(builds[0])], FileList.load(None), None).builds[0].files:
        reduced = {n: prepared.reduced(file.facts).formula for n, prepared in engine.planner.prepared}
        decisions = {engine.signatures[n].id: decision(f) for n, f in reduced.items() if f != FALSE}
        for line in b"".join(open_log(file.source)).removesuffix(b"\n").split(b"\n"):
            message = Message(lambda line=line: (line.decode("utf-8", "replace"),))  # type: ignore[misc]
            for name, decide in decisions.items():
                slow[name] = slow.get(name, 0) + decide(message)
    return found == {name: lines * len(builds) for name, lines in slow.items() if lines}


def limit(signatures: Path, paths: Sequence[str]) -> None:
    """Only unpack, and let Hyperscan look for the rarest clause of each signature: nothing is decided."""
    from generator.matching.database import Databases
    from generator.matching.facts import Facts

    planner = Engine(load_folder(signatures).signatures).planner
    covers = [planner.cover(prepared.reduced(Facts(unknown=True))) for _, prepared in planner.prepared]
    patterns = sorted({pattern for cover in covers if cover is not None for pattern in cover.patterns})
    database = Databases(None).get(patterns)
    for path in paths:
        for block in open_log(path):
            database.scan(block, match_event_handler=_ignore)


def _ignore(*_: object) -> None:
    pass


if __name__ == "__main__":
    limit(Path(sys.argv[1]), sys.argv[2:])
