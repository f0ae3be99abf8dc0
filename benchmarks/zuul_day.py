"""`zuul_day`: a day of 10,000 builds, 1,000 failed, out of a Zuul's API and its log server, on two cores.

Timed is `gatepost collect`, the whole process with an empty state: it asks the API for all builds, fetches
the logs of the failed ones and of its sample of passed ones, searches them for the 86 signatures of
OpenStack's gate and one that is planted in two of three builds, and stores the answer. `ratio` is that to the
time of downloading the very files that it fetched and passing them through `zcat`: 4 or 8 pipelines
`curl | zcat` at once, whichever is faster, each over one connection kept alive. Both have the same two cores,
and the same log server takes its share of them. The median over interleaved runs.

Real text of os-loganalyze in the files of eight services, 5.4 MB a build; a manifest names 100 files more in
which no signature could match. GATEPOST_BENCH_BUILDS makes the day smaller. Zuul's API is answered from
memory, and asked without the usual pause between requests; `polite_seconds` is what those pauses would add.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from isal import igzip

from benchmarks.explain import DATA
from benchmarks.memory import Peak
from benchmarks.zuul_day_api import END, IN_SET, Record, day
from generator.matching.reading import open_log
from generator.sources.log_server.choice import sampled
from generator.store.files import Store
from tests.log_server import CONSOLE, INVENTORY, MANIFEST, inventory, tree, write_build

BUILDS = int(os.environ.get("GATEPOST_BENCH_BUILDS", "10000"))
RUNS = 3
CORES = 2
PASSED = 0.02
VARIANTS = 24
PEAK_MB = 500
_PIPELINES = (4, 8)
#: Name in the build, file of os-loganalyze, bytes of it.
_FILES = (
    (CONSOLE, "console.html.gz", 1_300_000),
    ("controller/logs/screen-n-cpu.txt", "screen-n-api.txt.gz", 900_000),
    ("controller/logs/screen-n-super-cond.txt", "screen-key.txt.gz", 700_000),
    ("controller/logs/screen-c-vol.txt", "screen-c-api.txt.gz", 500_000),
    ("controller/logs/screen-c-api.txt", "screen-neutron-l3.txt.gz", 500_000),
    ("controller/logs/screen-c-bak.txt", "devstacklog.txt.gz", 400_000),
    ("controller/logs/screen-q-agt.txt", "screen-q-svc.txt.gz", 600_000),
    ("controller/logs/syslog.txt", "syslog.txt.gz", 500_000),
)
_OTHERS = {f"controller/logs/etc/service-{n}/service.conf": 5000 for n in range(100)}
_PLANTED = b"\n2026-11-19 12:00:00.000 | controller | planted: the volume never became available\n"
_CONFIG: dict[str, Any] = {"community": "Benchmark", "signatures": "queries", "workers": CORES}


class Place(NamedTuple):
    """A folder with logs, the API's answers, signatures; how many builds failed, and bytes a build."""

    folder: Path
    failed: int
    unpacked: int


def run() -> Iterator[dict[str, Any]]:
    """One row: `ratio` with its `limit`, and the peak memory of all processes together with its own."""
    if not DATA.is_dir():
        yield {"name": "zuul_day", "skipped": f"the logs are missing: there is no {DATA}"}
        return
    with tempfile.TemporaryDirectory() as folder:
        place = prepare(Path(folder), BUILDS)
        runs = [_measured(place, number) for number in range(RUNS)]
        yield _row(place, runs)


class Run(NamedTuple):
    """Seconds of gatepost and of the downloads, peak memory in MB, paths fetched, builds."""

    seconds: float
    against: float
    peak_mb: float
    files: list[str]
    examined: int
    classified: int


def _row(place: Place, runs: Sequence[Run]) -> dict[str, Any]:
    last, seconds = runs[-1], statistics.median(run.seconds for run in runs)
    served, unpacked = _sizes(place, last.files)
    return {
        "name": "zuul_day", "limit": 1.3,
        "ratio": round(statistics.median(run.seconds / run.against for run in runs), 2),
        "seconds": round(seconds, 1), "against": round(statistics.median(r.against for r in runs), 1),
        "peak_mb": round(max(run.peak_mb for run in runs)), "peak_limit_mb": PEAK_MB,
        "builds": BUILDS, "failed": place.failed, "examined": last.examined, "classified": last.classified,
        "files": len(last.files), "served_mb": round(served / 1e6), "unpacked_mb": round(unpacked / 1e6),
        "mb_per_s": round(unpacked / seconds / 1e6), "builds_per_s": round(BUILDS / seconds),
        "examined_per_s": round(last.examined / seconds, 1), "cores": CORES,
        "polite_seconds": round((BUILDS + BUILDS / IN_SET) / 500 / 4, 1),
    }  # fmt: skip


def prepare(folder: Path, builds: int) -> Place:
    """The day: the API's answers without the addresses of logs, the folders of logs, the signatures."""
    failed = builds // 10
    told = day(builds, failed)
    (folder / "logs").mkdir()
    variants = [_variant(folder, number) for number in range(VARIANTS)]
    wanted = [b for b in told["builds"] if b["result"] == "FAILURE" or sampled(b["uuid"], PASSED)]
    for number, build in enumerate(wanted):
        _link(variants[number % VARIANTS], folder / "logs" / build["uuid"])
    (folder / "api.json").write_text(json.dumps(told))
    (folder / "queries").symlink_to(_queries(folder))
    return Place(folder, failed, sum(size for _, _, size in _FILES))


def _queries(folder: Path) -> Path:
    queries = folder / "signatures"
    queries.mkdir()
    for path in (DATA / "elastic-recheck" / "queries").glob("*.yaml"):
        (queries / path.name).symlink_to(path)
    text = 'query: message:"the volume never became available" AND tags:"console"\n'
    (queries / "planted.yaml").write_text(text)
    return queries


def _variant(folder: Path, number: int) -> Path:
    """One build's files, other stretches of the logs for each number; two of three hold the planted line."""
    files = {}
    for name, source, size in _FILES:
        text = b"".join(open_log(DATA / "os-loganalyze" / source))
        start = text.rfind(b"\n", 0, (len(text) - size) * number // VARIANTS) + 1
        files[name] = text[start : start + size]
    if number % 3:
        files[CONSOLE] += _PLANTED
    packed = {f"{name}.gz": igzip.compress(data, 3) for name, data in files.items()}
    target = folder / "variants" / str(number)
    write_build(target, packed, manifest=False, inventory=inventory(build="-", job="-", tenant="bench"))
    sizes = {name: len(files[name]) for name in files} | {INVENTORY: 1} | _OTHERS
    (target / MANIFEST).write_text(json.dumps({"tree": tree(sizes)}))
    return target


def _link(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file():
            there = target / path.relative_to(source)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.hardlink_to(path)


@contextmanager
def _server(*command: str) -> Iterator[tuple[str, list[str]]]:
    """A server in a process of its own: its URL, and after its end what else it says."""
    said: list[str] = []
    cores = _cores()
    process = subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )  # fmt: skip
    assert process.stdin and process.stdout
    try:
        yield process.stdout.readline().strip(), said
    finally:
        process.stdin.close()
        said += process.stdout.read().split("\n")
        process.wait()


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))[:CORES]


def _measured(place: Place, number: int) -> Run:
    folder = place.folder / f"run-{number}"
    folder.mkdir()
    with _server("-m", "tests.log_server", str(place.folder / "logs")) as (logs, asked):
        told = _with_addresses(place, folder, logs)
        with _server("-m", "benchmarks.zuul_day_api", str(told)) as (api, _):
            seconds, peak = _collected(place, folder, api, logs)
    files = sorted(path for path in asked if path.endswith(".txt"))
    with _server("-m", "tests.log_server", str(place.folder / "logs")) as (logs, _):
        against = min(_downloaded(folder, logs, files, count) for count in _PIPELINES)
    tables = Store(folder / "state").read()
    failed = tables.builds[tables.builds["examined"] & (tables.builds["outcome"] == "failure")]
    classified = failed["build_uuid"].isin(tables.hits["build_uuid"]).sum()
    assert len(tables.builds) == BUILDS and len(failed) == place.failed, tables.skipped
    return Run(seconds, against, peak, files, int(tables.builds["examined"].sum()), int(classified))


def _with_addresses(place: Place, folder: Path, logs: str) -> Path:
    """The API's answers with the place of the logs in them."""
    told: dict[str, list[Record]] = json.loads((place.folder / "api.json").read_bytes())
    for build in told["builds"]:
        build["log_url"] = f"{logs}{build['uuid']}/"
    (folder / "api.json").write_text(json.dumps(told))
    return folder / "api.json"


def _collected(place: Place, folder: Path, api: str, logs: str) -> tuple[float, float]:
    """Seconds of wall time and peak memory in MB of one `gatepost collect` and all its processes."""
    hosts = [logs.split("/")[2]]
    read = {"hosts": hosts, "networks": ["127.0.0.0/8"], "passed": PASSED}
    source = {"type": "zuul", "url": api, "tenant": "bench", "days": 2, "requests_per_s": 1000, "logs": read}
    config = {**_CONFIG, "signatures": str(place.folder / "queries"), "sources": [source]}
    (folder / "gatepost.yaml").write_text(yaml.safe_dump(config))
    command = [sys.executable, "-m", "generator", "collect", "--quiet"]
    command += ["--config", str(folder / "gatepost.yaml"), "--now", f"{END:%Y-%m-%dT%H:%MZ}"]
    start, cores = time.monotonic(), _cores()
    process = subprocess.Popen(command, preexec_fn=lambda: os.sched_setaffinity(0, cores))
    with Peak(process.pid) as peak:
        status = process.wait()
    if status:
        raise SystemExit(f"gatepost collect ended with {status}")
    return time.monotonic() - start, peak.mb


def _downloaded(folder: Path, logs: str, files: Sequence[str], count: int) -> float:
    """Seconds of so many pipelines that share the files."""
    for number in range(count):
        lines = (f'url = "{logs}{path}"\n' for path in files[number::count])
        (folder / f"urls-{number}").write_text("".join(lines))
    start, cores = time.monotonic(), _cores()
    pipelines = [
        subprocess.Popen(
            ["sh", "-c", 'set -e; curl -sSf -K "$0" | zcat > /dev/null', str(folder / f"urls-{number}")],
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        for number in range(count)
    ]
    ended = [pipeline.wait() for pipeline in pipelines]
    if any(ended):
        raise SystemExit("a download failed")
    return time.monotonic() - start


def _sizes(place: Place, files: Sequence[str]) -> tuple[int, int]:
    """Bytes of files as they are served, and unpacked."""
    sizes = {name: size for name, _, size in _FILES}
    served = sum((place.folder / "logs" / f"{path}.gz").stat().st_size for path in files)
    return served, sum(sizes[path.partition("/")[2]] for path in files)
