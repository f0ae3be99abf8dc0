"""On which patch sets a simulated CI was expected to report, and whether it did."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from generator.sources.simulated.reviews.acting import Comment
from generator.sources.simulated.reviews.cast import Ci
from generator.sources.simulated.reviews.settings import EXEMPT, EXEMPT_KINDS
from generator.sources.simulated.reviews.world import Change, Patchset


class Expected(NamedTuple):
    """A patch set that was expected of a CI; `reported` is when it told the first result."""

    created: datetime
    reported: datetime | None
    late: bool


def expected(ci: Ci, changes: list[Change], said: list[Comment], until: datetime) -> list[Expected]:
    """All that a CI was expected to report on, in the order of upload; `said` by the CI, by time."""
    deadline = timedelta(hours=ci.deadline_hours)
    first: dict[int, datetime] = {}
    for comment in said:
        if comment.kind == "result":
            first.setdefault(id(comment.patchset), comment.time)
    found = []
    for change in changes:
        for patchset in change.patchsets:
            if _asked(ci, change, patchset) and _had_time(patchset, deadline, until):
                told = first.get(id(patchset))
                late = told is not None and told > patchset.created + deadline
                found.append(Expected(patchset.created, told, late))
    return sorted(found, key=lambda one: one.created)


def _had_time(patchset: Patchset, deadline: timedelta, until: datetime) -> bool:
    due = patchset.created + deadline
    return due <= until and (patchset.replaced is None or patchset.replaced > due)


def _asked(ci: Ci, change: Change, patchset: Patchset) -> bool:
    """Whether the patch set is one of those that the CI should look at."""
    entry, day = ci.entry, patchset.created.date()
    folders = tuple(pattern.removesuffix("**") for pattern in EXEMPT)
    return (
        change.project in {project.name for project in ci.projects}
        and (ci.path is None or any(name.startswith(ci.path) for name in patchset.files))
        and not all(name.startswith(folders) for name in patchset.files)
        and patchset.kind not in EXEMPT_KINDS
        and day >= entry["since"]
        and ("retired" not in entry or day < entry["retired"])
        and not any(pause["start"] <= day <= pause["end"] for pause in entry.get("pauses", ()))
    )
