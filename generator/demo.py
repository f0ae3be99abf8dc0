"""`gatepost demo`: a simulated community, then exactly the commands that a user would run on it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator import words
from generator.errors import GatepostError
from generator.progress import Progress

if TYPE_CHECKING:
    from generator.sources.simulated.build import Build

#: The moment at which the demo pretends to run: the same bytes on every machine and day.
NOW = "2026-11-20T23:10Z"


def run(folder: Path, seed: int, scale: float, progress: Progress, engine: str | None = None) -> None:
    """Write `folder`, collect and build it: from the logs, or from the index at the URL `engine`.

    GatepostError if the folder holds something else, or the engine cannot be used.
    """
    _must_be_ours(folder)
    if engine is None:
        _simulate(folder, seed, scale, progress)
    else:
        _simulate_in(engine, folder, seed, scale, progress)
    for command in ("collect", "build"):
        _gatepost(command, folder, progress)
    site = (folder / "public" / "index.html").resolve()
    progress.note(f"\nThe site is in {site.parent}\nLook at it: open file://{site} in a browser")
    progress.note(f"What the simulation planted, and the report must find: {folder / 'truth.json'}")


def _simulate(
    folder: Path, seed: int, scale: float, progress: Progress, sources: list[dict[str, Any]] | None = None
) -> list[Build]:
    from generator.sources import simulated

    progress.note(f"Simulating a community in {folder} (seed {seed})")
    return simulated.simulate(folder, seed=seed, scale=scale, progress=progress, sources=sources)


def _simulate_in(engine: str, folder: Path, seed: int, scale: float, progress: Progress) -> None:
    """The logs are written as without an engine, then sent into it as ci-log-processing does."""
    from generator.sources.simulated import sending, target

    index = target.connect(engine)
    builds = _simulate(folder, seed, scale, progress, index.sources())
    count = sending.send(index, folder, builds, progress)
    progress.note(f"{words.plural(count, 'document')} are in {index.prefix}-* at {engine}, and stay there")


def _must_be_ours(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise GatepostError(f"{folder}: is no folder", "name a new folder for the demo")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "truth.json").is_file():
        raise GatepostError(
            f"{folder}: is not empty and no earlier demo",
            "name a new folder: the demo replaces what it finds there",
        )


def _gatepost(command: str, folder: Path, progress: Progress) -> None:
    """Run one command as a user would, in a process of its own."""
    words = [command, "--config", str(folder / "gatepost.yaml"), "--now", NOW]
    progress.note(f"$ gatepost {shlex.join(words)}")
    loudness = {0: ["--quiet"], 1: [], 2: ["--verbose"]}[progress.loudness]
    # -P: a file like copy.py where the user stands must not be taken for a module; of this very Gatepost
    found = os.pathsep.join(filter(None, (str(Path(__file__).resolve().parents[1]), os.getenv("PYTHONPATH"))))
    asked = [sys.executable, "-P", "-m", "generator", *words, *loudness]
    done = subprocess.run(asked, env={**os.environ, "PYTHONPATH": found}, check=False)
    if done.returncode != 0:
        raise GatepostError(
            f"gatepost {command} ended with {done.returncode}", "its own message stands above"
        )
