"""A made-up community whose logs are known line by line, and what a report must find in them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import yaml

from generator.progress import Progress
from generator.sources.simulated import community, logs, signatures
from generator.sources.simulated.build import OUTCOMES, Build
from generator.sources.simulated.plan import plan
from generator.sources.simulated.truth import truth


def simulate(
    folder: Path, seed: int = 1, days: int = 70, scale: float = 1.0, progress: Progress | None = None
) -> None:
    """Write logs, signatures, gatepost.yaml and truth.json into `folder`, replacing those of an earlier demo.

    The simulated time ends at `community.END`, `days` after its begin; `scale` 1 gives some 6,000 builds.
    The same arguments give the same bytes and file times.
    """
    progress = progress or Progress(0)
    builds = plan(seed, days, scale)
    folder.mkdir(parents=True, exist_ok=True)
    for old in ("logs", "queries", "state"):
        shutil.rmtree(folder / old, ignore_errors=True)
    # first of all: it marks the folder as ours, also if we are stopped half-way
    known = json.dumps(truth(builds, seed), indent=1, default=str) + "\n"
    (folder / "truth.json").write_text(known, "utf-8")
    _configure(folder)
    _write_logs(folder / "logs", builds, seed, progress)


def _write_logs(root: Path, builds: Iterable[Build], seed: int, progress: Progress) -> None:
    builds = list(builds)
    with progress.task("Writing logs", len(builds)) as task:
        for build in builds:
            logs.write(root, build, seed)
            task.advance()


def _configure(folder: Path) -> None:
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
        "outcomes": OUTCOMES,
        "sources": [
            {"type": "logs", "name": ci.source, "path": f"logs/{ci.source}", "ci": ci.ci}
            for ci in (community.ZUUL, community.FERROUS)
        ],
    }
    (folder / "gatepost.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")
    (folder / "files.yaml").write_text(yaml.safe_dump(signatures.FILES, sort_keys=False), "utf-8")
