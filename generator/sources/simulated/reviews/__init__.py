"""Half a year of made-up reviews by third-party CIs, written as Gerrit prints them, and the truth of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import yaml

from generator.sources.simulated.reviews import query_json, settings
from generator.sources.simulated.reviews.acting import Comment, comments
from generator.sources.simulated.reviews.cast import PROJECTS
from generator.sources.simulated.reviews.settings import SOURCE
from generator.sources.simulated.reviews.truth import truth
from generator.sources.simulated.reviews.world import Change, changes

__all__ = ["SOURCE", "configured", "plan", "truth", "write"]


def plan(seed: int, scale: float) -> tuple[list[Change], list[Comment]]:
    """What is uploaded, and what is said in the order of time."""
    uploaded = changes(Random(f"reviews {seed}"), scale)
    return uploaded, comments(uploaded, seed)


def write(folder: Path, uploaded: list[Change], said: list[Comment], seed: int) -> None:
    """The reviews, a file for each project as one query would print it, and the roster, into `folder`."""
    reviews = folder / settings.REVIEWS
    shutil.rmtree(reviews, ignore_errors=True)
    reviews.mkdir()
    for project in PROJECTS:
        mine = [change for change in uploaded if change.project == project.name]
        with (reviews / f"{project.code}.json").open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in query_json.lines(mine, said, seed))
    text = yaml.safe_dump(settings.roster(), sort_keys=False, width=100)
    (folder / settings.ROSTER_FILE).write_text(text, "utf-8")


def configured() -> dict[str, Any]:
    """What `gatepost.yaml` says of them, beside the source `settings.SOURCE`."""
    return {"third_party": settings.THIRD_PARTY}
