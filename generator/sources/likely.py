"""The few lines of a failed build that no signature knows, so that a later signature can be tried on them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from generator.matching.excerpts import excerpt
from generator.matching.failure_lines import Ranked, Ranker
from generator.matching.folders import shown
from generator.matching.tags import FileList, log_name
from generator.sources.rows import Row

LIMIT = 10
FILES = 4
#: Of a file only the end is judged: failures stand there, and ranking is slow beside matching.
TAIL_BYTES = 4 << 20


def judged(names: Sequence[str], files: FileList) -> Sequence[str]:
    """The files that failure lines are looked for in: the console, else the first FILES."""
    consoles = [name for name in names if "console" in files.tags(name)]
    return consoles[:1] or names[:FILES]


def failure_lines(ends: Mapping[str, Tail]) -> list[Row]:
    """Up to LIMIT rows without build_uuid, likeliest first, from the ends of files by their names."""
    ranked = [(line, name) for name, end in ends.items() for line in _rank(end)]
    ranked.sort(key=lambda pair: -pair[0].score)
    return [
        {
            "file": shown(log_name(name)),
            "line": line.line,
            "text": excerpt([line.text.encode("utf-8", "backslashreplace")]),
            "score": line.score,
        }
        for line, name in ranked[:LIMIT]
    ]


def _rank(end: Tail) -> list[Ranked]:
    before, data = end.lines()
    ranker = Ranker()
    ranker.feed_block(data)
    return [line._replace(line=line.line + before) for line in ranker.result(LIMIT)]


class Tail:
    """The last `size` bytes or a little more of a file that passes by, and how many lines stood before."""

    def __init__(self, size: int = TAIL_BYTES) -> None:
        self._size = size
        self._kept: deque[bytes] = deque()
        self._held = self._before = 0
        self._whole = True

    def watch(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks; their end is kept."""
        for chunk in chunks:
            self._kept.append(chunk)
            self._held += len(chunk)
            while self._held - len(self._kept[0]) >= self._size:
                gone = self._kept.popleft()
                self._held -= len(gone)
                self._before += gone.count(b"\n")
                self._whole = False
            yield chunk

    def lines(self) -> tuple[int, bytes]:
        """How many lines stand before, and the bytes, from the start of a line if one begins in them."""
        data = b"".join(self._kept)
        start = 0 if self._whole else data.find(b"\n") + 1
        return (self._before + 1, data[start:]) if start else (self._before, data)
