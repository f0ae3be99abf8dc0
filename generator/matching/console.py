"""What Zuul's own lines in a job-output.txt say: first and last time stamp, and how each playbook ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

_STAMP = rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) \| "
_ANY_STAMP = re.compile(rb"^" + _STAMP, re.M)
# A line of the job itself has the host's name after the time, so it cannot pose as one of these.
_BANNER = re.compile(_STAMP + rb"((?:[A-Z]+-)?RUN) (?:(START)|END RESULT_([A-Z_]+)): \[(?:un)?trusted : ")
_RECAP = re.compile(_STAMP + rb"PLAY RECAP\s*$")
_HOST = re.compile(_STAMP + rb"\S+ \| ok: \d+ +changed: \d+ +unreachable: (\d+) +failed: (\d+)\b")
_TRIGGERS = (b"| PLAY RECAP", b"RUN END RESULT_", b"RUN START: [")
_EDGE = 1 << 16
_LINE = 1 << 20


class Playbook(NamedTuple):
    """One playbook: PRE-RUN, RUN, POST-RUN or CLEANUP-RUN; how it ended, None if not yet; did a task fail?"""

    phase: str
    status: str | None
    failed: bool | None


@dataclass(frozen=True)
class Console:
    """One job-output.txt; times are UTC, None if no line begins with one."""

    start: datetime | None = None
    end: datetime | None = None
    playbooks: tuple[Playbook, ...] = ()


def read_console(chunks: Iterable[bytes]) -> Console:
    """One pass over the unpacked bytes, cut anywhere; memory does not grow with the log."""
    reader = _Reader()
    for block in _whole_lines(chunks):
        reader.take(block)
    return Console(_stamp(_ANY_STAMP.finditer(reader.head)), reader.last, tuple(reader.playbooks))


def _whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes cut at line ends; of an overlong line only pieces."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        end = rest.rfind(b"\n") + 1
        if end or len(rest) > _LINE:
            yield rest[: end or None]
            rest = rest[end:] if end else b""
    yield rest


class _Reader:
    def __init__(self) -> None:
        self.head = b""
        self.last: datetime | None = None
        self.playbooks: list[Playbook] = []
        self._in_recap = False
        self._failed: bool | None = None

    def take(self, block: bytes) -> None:
        if len(self.head) < _EDGE:
            self.head += block[:_EDGE]
        ends = reversed(block[-_EDGE:].split(b"\n"))
        self.last = _stamp(found for line in ends if (found := _ANY_STAMP.match(line))) or self.last
        if self._in_recap or any(trigger in block for trigger in _TRIGGERS):
            for line in block.split(b"\n"):
                self._line(line)

    def _line(self, line: bytes) -> None:
        banner = _BANNER.match(line)
        if banner:
            self._banner(banner[2].decode(), started=bool(banner[3]), status=(banner[4] or b"").decode())
        elif self._in_recap:
            host = _HOST.match(line)
            self._in_recap = bool(host)
            if host:
                self._failed = bool(self._failed) or int(host[2]) > 0 or int(host[3]) > 0
        elif _RECAP.match(line):
            self._in_recap = True

    def _banner(self, phase: str, started: bool, status: str) -> None:
        open_one = bool(self.playbooks) and self.playbooks[-1].status is None
        if started:
            self.playbooks.append(Playbook(phase, None, None))
        else:
            if open_one and self.playbooks[-1].phase == phase:
                self.playbooks.pop()
            self.playbooks.append(Playbook(phase, status, self._failed))
        self._in_recap, self._failed = False, None


def _stamp(found: Iterable[re.Match[bytes]]) -> datetime | None:
    """The first of these that is a time."""
    for match in found:
        try:
            return datetime.fromisoformat(match[1].decode()).replace(tzinfo=UTC)
        except ValueError:  # 2021-99-99: not a time after all
            continue
    return None
