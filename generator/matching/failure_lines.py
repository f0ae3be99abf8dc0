"""The few lines of a log that most likely say why it failed.

A line is judged by its words (`evidence`), by how often the log says the same, by how near the end it stands
and, with a log of the same job that passed, by whether that one says it too. What is indented below a
chosen line belongs to it; of a Python traceback the last frame and the exception do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from math import log2
from typing import NamedTuple

from generator.matching.chunks import Lines
from generator.matching.evidence import NONE, STATED, VERDICT, WELL, telling_lines, weight
from generator.matching.log_text import cut, plain, template, text_lines

LINE_CHARS = 1000  # of a longer line only the start is judged and kept
READ_BYTES = 4 * LINE_CHARS  # of a longer line, so that its cut falls between words
LINES = 10  # that are shown of a log
KEPT = 400  # candidates remembered, so that memory does not grow with the log
NEW = STATED / 2  # a line that the passed log lacks: as good as a hint
LATE = 1.0  # what comes last counts most, by tenths of the log: within a tenth the first line wins
REPEATED = 0.25  # for each time that a line's wording doubles in number
CONFIDENT = 0.6  # lines below this share of the best score are left out
TRACEBACK = "Traceback (most recent call last"


class Ranked(NamedTuple):
    """One line: its 1-based number, its score (higher is likelier), its text cut to LINE_CHARS."""

    line: int
    score: float
    text: str


@dataclass(slots=True)
class _Candidate:
    line: int
    indent: int
    base: float
    wording: int
    traceback: bool
    block: list[tuple[int, str]] = field(default_factory=list)


class Ranker:
    """Collects the candidates of one log in one pass; memory is bounded by KEPT blocks of `limit` lines."""

    def __init__(self, passed: Iterable[str] | None = None, limit: int = LINES) -> None:
        self._limit = limit
        self._passed = (
            None if passed is None else {_wording(plain(cut(line, LINE_CHARS)).text) for line in passed}
        )
        self._lines = 0
        self._kept: list[_Candidate] = []
        self._open: list[_Candidate] = []
        self._counts: Counter[int] = Counter()
        self._script = False

    def feed(self, lines: Iterable[str]) -> None:
        """Take the next lines of the log, without their line ends."""
        for line in lines:
            self._lines += 1
            line = cut(line, LINE_CHARS)
            indent, text = plain(line)
            if text:
                self._judge(line, indent, text)

    def feed_block(self, block: bytes) -> None:
        """Take whole lines: the same as `feed`, but what cannot matter is not even decoded."""
        if self._passed is not None:
            self.feed(text_lines([block], READ_BYTES))
            return
        if block and not block.endswith(b"\n"):
            block += b"\n"
        start = 0
        for telling in (*telling_lines(block), len(block)):
            while self._open and start < telling:
                start = self._take(block, start)
            self._lines += block.count(b"\n", start, telling)
            start = telling if telling == len(block) else self._take(block, telling)

    def _take(self, block: bytes, start: int) -> int:
        """Feed the line that starts there; where the next one does."""
        end = block.index(b"\n", start)
        self.feed((block[start : min(end, start + READ_BYTES)].decode("utf-8", "backslashreplace"),))
        return end + 1

    def _judge(self, line: str, indent: int, text: str) -> None:
        score = WELL if self._in_script(text) else weight(text)
        wording = None if self._passed is None and score <= NONE else _wording(text)
        new = self._passed is not None and wording not in self._passed
        if self._passed is not None and not new:
            score = min(score, NONE)
        if self._open:
            self._open = [c for c in self._open if self._continues(c, line, indent, score, new)]
        if score == WELL or (score == NONE and not new):
            return
        assert wording is not None
        self._counts[wording] += 1
        candidate = _Candidate(
            self._lines, indent, score + NEW * new, wording, text.startswith(TRACEBACK), [(self._lines, line)]
        )
        self._kept.append(candidate)
        if score > VERDICT:
            self._open.append(candidate)
        if len(self._kept) > 2 * KEPT:
            self._forget()

    def _forget(self) -> None:
        """Keep the best candidates, of equal ones the latest, and the counts of their wordings."""
        self._kept = sorted(self._kept, key=lambda c: (-c.base, -c.line))[:KEPT]
        kept = {c.wording for c in self._kept}
        self._counts = Counter({wording: self._counts[wording] for wording in kept})

    def _in_script(self, text: str) -> bool:
        """Tell whether GitHub's runner is printing the script and environment of a step here."""
        if text.startswith("##[group]Run "):
            self._script = True
        elif text.startswith("##[endgroup]"):
            self._script = False
        return self._script

    def _continues(self, c: _Candidate, line: str, indent: int, score: float, new: bool) -> bool:
        """Add `line` to the block of `c` if it belongs there; return whether the block stays open."""
        deeper = indent > c.indent
        if c.traceback:
            if len(c.block) > 2 and deeper:
                del c.block[1]
            c.block.append((self._lines, line))
            return deeper
        if score in (WELL, VERDICT) or not (deeper or new):
            return False
        c.block.append((self._lines, line))
        return len(c.block) < self._limit

    def result(self, limit: int = LINES) -> list[Ranked]:
        """Return at most `limit` lines, the likeliest first; fewer if the rest is far less likely."""
        scored = sorted(((self._score(c), c) for c in self._kept), key=lambda pair: (-pair[0], pair[1].line))
        chosen: dict[int, Ranked] = {}
        for score, candidate in scored:
            if score < CONFIDENT * scored[0][0]:
                break
            for number, text in candidate.block:
                if len(chosen) < limit:
                    chosen.setdefault(number, Ranked(number, round(score, 3), text))
        return list(chosen.values())

    def _score(self, c: _Candidate) -> float:
        late = int(10 * c.line / max(self._lines, 1)) / 10
        return c.base + LATE * late - REPEATED * log2(self._counts[c.wording])


def rank(lines: Sequence[str], passed: Sequence[str] | None = None, limit: int = LINES) -> list[Ranked]:
    """Return the lines, at most `limit`, that most likely say why a log's job failed, the likeliest first."""
    ranker = Ranker(passed, limit)
    ranker.feed(lines)
    return ranker.result(limit)


def rank_log(
    blocks: Iterable[bytes], passed: Iterable[bytes] | None = None, limit: int = LINES
) -> list[Ranked]:
    """`rank` for logs as unpacked blocks of bytes, cut anywhere; memory does not grow with the log."""
    ranker = ranker_against(passed, limit)
    for chunk in Lines(blocks):
        ranker.feed_block(chunk)
    return ranker.result(limit)


def ranker_against(passed: Iterable[bytes] | None, limit: int = LINES) -> Ranker:
    """A `Ranker` for a log that comes later, compared with one that passed, given as unpacked blocks."""
    return Ranker(None if passed is None else text_lines(passed, READ_BYTES), limit)


def _wording(text: str) -> int:
    # Python's own hash of a text is another one in each process
    digest = blake2b(template(text).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest)
