"""Progress of a long command: a bar on a terminal, plain lines elsewhere, nothing with --quiet.

Everything goes to standard error, so that standard output holds only the answer.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

_LINE_EVERY_S = 10.0


class Task(Protocol):
    """What the worker is handed: it says how far it is."""

    def advance(self, steps: int = 1) -> None:
        """So many more of the total are done."""


class _Silent:
    def advance(self, steps: int = 1) -> None:
        """Nobody looks."""


class _Lines:
    """A plain line now and then, for logs of CI jobs."""

    def __init__(self, what: str, total: int | None) -> None:
        self._what, self._total, self._done = what, total, 0
        self._last = time.monotonic()

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        if self._done != self._total and time.monotonic() - self._last >= _LINE_EVERY_S:
            self._last = time.monotonic()
            self.say()

    def say(self) -> None:
        of = f" of {self._total:,}" if self._total else ""
        print(f"{self._what}: {self._done:,}{of}", file=sys.stderr, flush=True)


class Progress:
    """How loud a command is: 0 quiet, 1 normal, 2 verbose."""

    def __init__(self, loudness: int = 1) -> None:
        self.loudness = loudness

    def note(self, text: str) -> None:
        """A line that most people want to see."""
        if self.loudness >= 1:
            print(text, file=sys.stderr, flush=True)

    def detail(self, text: str) -> None:
        """A line for --verbose."""
        if self.loudness >= 2:
            print(text, file=sys.stderr, flush=True)

    @contextmanager
    def task(self, what: str, total: int | None = None) -> Iterator[Task]:
        """A stretch of work with `total` steps (None: unknown)."""
        if self.loudness < 1:
            yield _Silent()
        elif sys.stderr.isatty():
            yield from _bar(what, total)
        else:
            lines = _Lines(what, total)
            yield lines
            lines.say()


def _bar(what: str, total: int | None) -> Iterator[Task]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with RichProgress(*columns, console=Console(stderr=True)) as bars:
        task_id = bars.add_task(what, total=total)

        class _Bar:
            def advance(self, steps: int = 1) -> None:
                bars.advance(task_id, steps)

        yield _Bar()
