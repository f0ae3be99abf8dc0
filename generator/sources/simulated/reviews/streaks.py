"""Failures of a simulated CI without a success between them, and the votes that outlived them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from generator.sources.simulated.reviews.acting import Comment
from generator.sources.simulated.reviews.settings import BROKEN


@dataclass
class Streak:
    """Failures in a row; `ended` is the time of the success after them."""

    start: datetime
    ended: datetime | None = None
    patchsets: set[tuple[int, int]] = field(default_factory=set)
    changes: set[int] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)

    @property
    def broken(self) -> bool:
        """Whether it is the CI that was broken, and not what it tested."""
        many = len(self.patchsets) >= BROKEN["failures"] and len(self.changes) >= 2
        return many and len(self.owners) >= BROKEN["owners"]


def streaks(told: list[Comment]) -> list[Streak]:
    """All of them; `told` are the results of one CI in the order of time."""
    found: list[Streak] = []
    for comment in told:
        running = bool(found) and found[-1].ended is None
        if comment.outcome == "success" and running:
            found[-1].ended = comment.time
        if comment.outcome == "failure":
            if not running:
                found.append(Streak(comment.time))
            found[-1].patchsets.add((comment.change.number, comment.patchset.number))
            found[-1].changes.add(comment.change.number)
            found[-1].owners.add(comment.change.owner)
    return found


def standing(told: list[Comment], found: list[Streak]) -> list[tuple[int, int]]:
    """Change and patch set of each −1 of a broken CI that stands on open changes though it has recovered."""
    votes = {(c.change.number, c.patchset.number): c for c in told if c.vote is not None}
    return sorted(key for key, vote in votes.items() if _stands(vote, found))


def _stands(vote: Comment, found: list[Streak]) -> bool:
    change = vote.change
    if vote.vote != -1 or change.status != "NEW" or vote.patchset is not change.current:
        return False
    ended = (streak for streak in found if streak.broken and streak.ended)
    return any(streak.start <= vote.time < streak.ended for streak in ended if streak.ended)
