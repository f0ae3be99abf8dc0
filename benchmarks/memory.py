"""The peak memory of a process and all that it started, by looking often."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

_EVERY_S = 0.1


class Peak:
    """While a `with` lasts: `mb` is the largest sum of what the processes hold of the machine's memory.

    Pages that several share are counted once (PSS).
    """

    def __init__(self, pid: int) -> None:
        self.mb = 0.0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_EVERY_S):
            self.mb = max(self.mb, sum(map(_held, _family(self._pid))) / 1e6)


def _family(pid: int) -> list[int]:
    """A process and those that it started, and they."""
    found = [pid]
    for parent in found:
        with suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _held(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
