"""The few lines of a failed build that no signature knows, so that a later signature can be tried on them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

from generator.matching.excerpts import excerpt
from generator.matching.failure_lines import READ_BYTES, Ranked, Ranker
from generator.matching.folders import shown
from generator.matching.log_text import text_lines
from generator.matching.reading import Limits, open_log
from generator.matching.tags import FileList, log_name
from generator.sources.rows import Row

LIMIT = 10
FILES = 4
#: Of a file only the end is judged: failures stand there, and ranking is slow beside matching.
TAIL_BYTES = 4 << 20


def failure_lines(folder: Path, names: Sequence[str], files: FileList, limits: Limits) -> list[Row]:
    """Up to LIMIT rows without build_uuid, likeliest first: of the console, else of the first FILES files."""
    consoles = [name for name in names if "console" in files.tags(name)]
    ranked = [
        (line, name) for name in (consoles[:1] or names[:FILES]) for line in _rank(folder / name, limits)
    ]
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


def _rank(path: Path, limits: Limits) -> list[Ranked]:
    before, data = tail(open_log(path, limits), TAIL_BYTES)
    ranker = Ranker()
    ranker.feed(text_lines([data], READ_BYTES))
    return [line._replace(line=line.line + before) for line in ranker.result(LIMIT)]


def tail(chunks: Iterable[bytes], size: int) -> tuple[int, bytes]:
    """How many lines stand before about the last `size` bytes, and those, from the start of a line if any."""
    kept: deque[bytes] = deque()
    held = dropped = before = 0
    for chunk in chunks:
        kept.append(chunk)
        held += len(chunk)
        while held - len(kept[0]) >= size:
            gone = kept.popleft()
            held -= len(gone)
            dropped += len(gone)
            before += gone.count(b"\n")
    data = b"".join(kept)
    start = data.find(b"\n") + 1 if dropped else 0
    return (before + 1, data[start:]) if start else (before, data)
