"""The likely failure lines of builds that only documents tell of, when no signature explains them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nlargest

from generator.matching.excerpts import excerpt
from generator.matching.failure_lines import Ranker
from generator.sources.exports import Export
from generator.sources.likely import LIMIT
from generator.sources.metadata import Seen, SeenFile, as_text, parsed
from generator.sources.rows import Row

#: Only so many builds, the newest, and of each only so many documents, the last of its console.
BUILDS, DOCUMENTS = 200, 5000

_Place = tuple[float, int, int]  # time, file, position


def failure_lines(
    exports: Sequence[Export], files: Sequence[SeenFile], seen: Seen, builds: Iterable[int]
) -> list[Row]:
    """Rows of `failure_lines`, the likeliest of each build first; an index does not tell line numbers."""
    newest = nlargest(BUILDS, builds, key=lambda number: (seen.builds[number].last, -number))
    places = _places(files, set(newest))
    messages = _messages(exports, seen, {place for found in places.values() for place in found})
    rows: list[Row] = []
    for number in sorted(places, key=lambda number: seen.builds[number].uuid):
        told = [messages[place] for place in places[number] if place in messages]
        rows += ranked(seen.builds[number].uuid, told)
    return rows


def ranked(uuid: str, told: Sequence[tuple[str, str | None]]) -> list[Row]:
    """The rows of one build, from messages in order of time and the files they are of."""
    ranker = Ranker()
    ranker.feed(message for message, _ in told)
    return [
        {
            "build_uuid": uuid,
            "file": told[line.line - 1][1],
            "text": excerpt([line.text.encode("utf-8", "replace")]),
            "score": line.score,
        }
        for line in ranker.result(LIMIT)
    ]


def _places(files: Sequence[SeenFile], builds: set[int]) -> dict[int, list[_Place]]:
    """Where the last documents of each build's console are, by time; of all its files without one."""
    found: dict[tuple[int, bool], list[_Place]] = {}
    for which, file in enumerate(files):
        for position, number in enumerate(file.builds):
            if number in builds:
                place = (file.times[position], which, position)
                found.setdefault((number, bool(file.console[position])), []).append(place)
    chosen = {number: found.get((number, True)) or found[number, False] for number, _ in found}
    return {number: sorted(places)[-DOCUMENTS:] for number, places in chosen.items()}


def _messages(
    exports: Sequence[Export], seen: Seen, wanted: set[_Place]
) -> dict[_Place, tuple[str, str | None]]:
    """First line of the message, and the file, of the documents at some places."""
    at = {(which, position): place for place in wanted for _, which, position in (place,)}
    files = sorted({which for which, _ in at})
    found: dict[_Place, tuple[str, str | None]] = {}
    for which in files:
        for position, line in enumerate(exports[which].documents()):
            document = parsed(line) if (which, position) in at else None
            if document is not None:
                message = str(seen.value(document, "message") or "").split("\n", 1)[0]
                found[at[which, position]] = (message, as_text(seen.value(document, "filename")))
    return found
