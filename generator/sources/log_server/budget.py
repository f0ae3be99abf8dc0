"""What fetching may cost: bytes, as they are served, of one build and of one run; and patience."""

from __future__ import annotations

from dataclasses import dataclass

from generator.sources.log_server.faults import SERVER, FetchError, SpentError


@dataclass
class Allowance:
    """What one build may still cost: bytes as they are served, and seconds of waiting for them."""

    limit: int
    patience_s: float
    spent: int = 0
    waited_s: float = 0

    def spend(self, count: int, waited_s: float) -> None:
        """Note bytes that arrived, and for how long they were waited for; FetchError if it is too much."""
        self.spent += count
        self.waited_s += waited_s
        if self.spent > self.limit:
            raise SpentError(self.limit)
        if self.waited_s > self.patience_s:
            raise FetchError(SERVER, "the files of this build come too slowly", transient=True)


class Purse:
    """What a run may fetch. A build gets all that it may need before it begins, and gives back the rest: so
    no run goes beyond its limit, however many builds are under way at once."""

    def __init__(self, of_run: int, of_build: int) -> None:
        self._left, self._of_build = of_run, of_build
        self._out = 0

    def take(self) -> int | None:
        """The allowance of the next build; None if one under way must give back first; 0 if all is spent."""
        if self._left < self._of_build and self._out:
            return None
        grant = min(self._left, self._of_build)
        self._left -= grant
        self._out += grant > 0
        return grant

    def back(self, grant: int, spent: int) -> None:
        """A build is done."""
        self._left += max(grant - spent, 0)
        self._out -= 1
