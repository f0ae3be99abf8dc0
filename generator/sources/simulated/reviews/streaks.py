"""Failures of a simulated CI without a success between them, and the votes that outlived them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt

from generator.sources.simulated.reviews.acting import Comment
from generator.sources.simulated.reviews.settings import BROKEN

_BEFORE = timedelta(days=28)
_FEW, _UNLIKELY = 10, 0.01


@dataclass
class Streak:
    """Failures in a row; `before`: which verdicts failed before; `ended`: time of the success after them."""

    start: datetime
    before: list[bool]
    ended: datetime | None = None
    patchsets: set[tuple[int, int]] = field(default_factory=set)
    changes: set[int] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)

    @property
    def broken(self) -> bool:
        """Whether it is the CI that was broken, and not what it tested."""
        many = len(self.patchsets) >= BROKEN["failures"] and len(self.changes) >= 2
        return many and len(self.owners) >= BROKEN["owners"] and self._lasting()

    def _lasting(self) -> bool:
        """Whether a CI that fails as often as it may have before hardly ever fails on so many changes."""
        n, many = len(self.before), len(self.changes)
        if n < _FEW and many >= _FEW:
            return True
        return n > 0 and _highest(sum(self.before) / n, n) ** many * n < _UNLIKELY


def _highest(rate: float, n: int) -> float:
    """Upper bound of a rate, by Wilson."""
    z = 1.959964
    return (rate + z * z / (2 * n) + z * sqrt(rate * (1 - rate) / n + (z / (2 * n)) ** 2)) / (1 + z * z / n)


def streaks(told: list[Comment]) -> list[Streak]:
    """All of them; `told` are the results of one CI in the order of time."""
    found: list[Streak] = []
    verdicts = [comment for comment in told if comment.outcome in ("success", "failure")]
    for comment in verdicts:
        running = bool(found) and found[-1].ended is None
        if comment.outcome == "success" and running:
            found[-1].ended = comment.time
        if comment.outcome == "failure":
            if not running:
                found.append(Streak(comment.time, _worked(verdicts, found, comment.time)))
            found[-1].patchsets.add((comment.change.number, comment.patchset.number))
            found[-1].changes.add(comment.change.number)
            found[-1].owners.add(comment.change.owner)
    return found


def _worked(verdicts: list[Comment], found: list[Streak], time: datetime) -> list[bool]:
    """Which of the verdicts of the days before failed; those of a broken CI do not count."""
    broken = [streak for streak in found if streak.broken and streak.ended]
    return [
        verdict.outcome == "failure" for verdict in verdicts
        if time - _BEFORE <= verdict.time < time
        and not any(streak.start <= verdict.time < streak.ended for streak in broken if streak.ended)
    ]  # fmt: skip


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
