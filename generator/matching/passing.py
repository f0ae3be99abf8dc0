"""The state of one pass over a file: lines counted, matches found, context still to come."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.matching.plan import Message, Plan, Wanted
from generator.matching.results import Match

CONTEXT = 3
MAX_TEXT = 64 << 10


@dataclass
class _Found:
    first_line: int
    first_text: bytes
    context: list[bytes]
    before: int
    assumed: bool
    lines: int = 0
    missing: int = CONTEXT


@dataclass
class Pass:
    """Takes chunks of whole lines in order; `matches` gives what was found by number of the signature."""

    plan: Plan
    lines: int = 0
    _found: dict[int, _Found] = field(default_factory=dict)
    _waiting: list[_Found] = field(default_factory=list)
    _tail: list[bytes] = field(default_factory=list)

    def take(self, chunk: bytes) -> None:
        """Look through the next chunk; it ends with a newline."""
        if self._waiting:
            self._waiting = [found for found in self._waiting if _continued(found, chunk, 0)]
        for wanted in self.plan.all:
            self._matched(wanted, chunk, 0, chunk.index(b"\n"))
            self._found[wanted.signature].lines += chunk.count(b"\n") - 1
        if self.plan.each:
            self._each(chunk)
        if self.plan.database is not None:
            self._scan(chunk)
        self.lines += chunk.count(b"\n")
        self._tail = _last_lines(chunk, len(chunk), self._tail)

    def _scan(self, chunk: bytes) -> None:
        hits: list[tuple[int, int]] = []
        add = hits.append

        def note(pattern: int, start: int, end: int, flags: int, context: object) -> None:
            add((end, pattern))

        assert self.plan.database is not None
        self.plan.database.scan(chunk, match_event_handler=note)
        if hits:
            self._decide(chunk, hits)

    def _decide(self, chunk: bytes, hits: list[tuple[int, int]]) -> None:
        asking, line_end = self.plan.asking, -1
        start, message, done = 0, Message(tuple), set[int]()
        for end, pattern in sorted(hits):
            if end > line_end:
                start, line_end = chunk.rfind(b"\n", 0, end) + 1, chunk.index(b"\n", end)
                message, done = _message(chunk[start:line_end]), set()
            for wanted in asking[pattern]:
                if wanted.signature not in done:
                    done.add(wanted.signature)
                    if wanted.decide(message):
                        self._matched(wanted, chunk, start, line_end)

    def _each(self, chunk: bytes) -> None:
        start = 0
        while start < len(chunk):
            end = chunk.index(b"\n", start)
            message = _message(chunk[start:end])
            for wanted in self.plan.each:
                if wanted.decide(message):
                    self._matched(wanted, chunk, start, end)
            start = end + 1

    def _matched(self, wanted: Wanted, chunk: bytes, start: int, end: int) -> None:
        found = self._found.get(wanted.signature)
        if found is None:
            before = _last_lines(chunk, start, self._tail)
            text = chunk[start : min(end, start + MAX_TEXT)]
            number = self.lines + chunk.count(b"\n", 0, start) + 1
            found = _Found(number, text, [*before, text], len(before), wanted.assumed)
            self._found[wanted.signature] = found
            if _continued(found, chunk, end + 1):
                self._waiting.append(found)
        found.lines += 1

    def matches(self) -> dict[int, Match]:
        """What was found so far, by number of the signature."""
        return {
            number: Match(
                found.lines,
                found.first_line,
                found.first_text,
                tuple(found.context),
                found.first_line - found.before,
                found.assumed,
            )
            for number, found in sorted(self._found.items())
        }


def _message(line: bytes) -> Message:
    return Message(lambda: (line.decode("utf-8", "replace"),))


def _continued(found: _Found, chunk: bytes, start: int) -> bool:
    """Add the lines after the first match; tells whether some are still missing."""
    while found.missing and start < len(chunk):
        end = chunk.index(b"\n", start)
        found.context.append(chunk[start : min(end, start + MAX_TEXT)])
        found.missing -= 1
        start = end + 1
    return found.missing > 0


def _last_lines(chunk: bytes, end: int, before: list[bytes]) -> list[bytes]:
    """The last lines that end at `end`, with those of earlier chunks if the chunk has too few."""
    lines: list[bytes] = []
    while len(lines) < CONTEXT and end > 0:
        start = chunk.rfind(b"\n", 0, end - 1) + 1
        lines.insert(0, chunk[start : min(end - 1, start + MAX_TEXT)])
        end = start
    return [*before[len(lines) - CONTEXT :], *lines] if len(lines) < CONTEXT else lines
