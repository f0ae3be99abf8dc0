"""A made-up community whose logs are known line by line, and what a report must find in them."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from generator.progress import Progress
from generator.sources.simulated import buildsets, community, logs, reviews, signatures
from generator.sources.simulated.build import Build
from generator.sources.simulated.plan import plan
from generator.sources.simulated.truth import truth

#: Says which simulation has been written completely.
_DONE = ".simulated"
_BUILDSETS = "buildsets.ndjson"


def simulate(
    folder: Path,
    seed: int = 1,
    days: int = 70,
    scale: float = 1.0,
    progress: Progress | None = None,
    sources: list[dict[str, Any]] | None = None,
) -> list[Build]:
    """Write logs, signatures, gatepost.yaml and truth.json into `folder`, replacing those of an earlier demo.

    Beside them stand the records of buildsets, as Zuul's API would answer them, and half a year of reviews.

    The simulated time ends at `community.END`, `days` after its begin; `scale` 1 gives some 5,400 builds,
    which are returned. The same arguments give the same bytes and file times; logs that are already those are
    left as they are. `sources` of gatepost.yaml are the logs, unless others are given.
    """
    progress = progress or Progress(0)
    builds, reviewed = plan(seed, days, scale), reviews.plan(seed, scale)
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / _DONE
    which = f"{_version()} seed {seed} days {days} scale {scale}\n"
    there = done.is_file() and done.read_text("utf-8") == which
    for old in ("queries", "state") if there else ("queries", "state", "logs"):
        shutil.rmtree(folder / old, ignore_errors=True)
    # first of all: it marks the folder as ours, also if we are stopped half-way
    known = {**truth(builds, seed), "third_party": reviews.truth(*reviewed)}
    (folder / "truth.json").write_text(json.dumps(known, indent=1, default=str) + "\n", "utf-8")
    _configure(folder, sources or _trees())
    lines = "".join(f"{json.dumps(record)}\n" for record in buildsets.records(builds))
    (folder / _BUILDSETS).write_text(lines, "utf-8")
    reviews.write(folder, *reviewed, seed)
    if not there:
        done.unlink(missing_ok=True)
        _write_logs(folder / "logs", builds, seed, progress)
        done.write_text(which, "utf-8")
    return builds


def _version() -> str:
    """A hash of the simulator itself: another one writes other logs."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def _write_logs(root: Path, builds: list[Build], seed: int, progress: Progress) -> None:
    with progress.task("Writing logs", len(builds)) as task:
        for build in builds:
            logs.write(root, build, seed)
            task.advance()


def _configure(folder: Path, sources: list[dict[str, Any]]) -> None:
    (folder / "queries").mkdir()
    for name in signatures.SIGNATURES:
        (folder / "queries" / f"{name}.yaml").write_text(signatures.signature_file(name), "utf-8")
    settings = {
        "community": community.NAME,
        "signatures": "queries",
        "files": "files.yaml",
        "state": "state",
        "output": "public",
        "bug_url": signatures.BUGS,
        "main_pipeline": "gate",
        **reviews.configured(),
        "sources": [*sources, reviews.SOURCE],
    }
    (folder / "gatepost.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")
    (folder / "files.yaml").write_text(yaml.safe_dump(signatures.FILES, sort_keys=False), "utf-8")


def _trees() -> list[dict[str, Any]]:
    """The sources that read the logs as they lie there."""
    return [
        {
            "type": "logs",
            "name": ci.source,
            "path": f"logs/{ci.source}",
            "ci": ci.ci,
            "log_url": f"https://logs.{ci.source}.example.org/",
            **({"buildsets": _BUILDSETS} if ci is community.ZUUL else {}),
        }
        for ci in (community.ZUUL, community.FERROUS)
    ]
