"""Lines that Gerrit's ssh commands printed → columns, in a process that loads no tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from generator.sources.gerrit.printed_shape import EVENTS, change, event
from generator.sources.gerrit.rows import Columns, Recorder, Scope
from generator.sources.gerrit.told import UNDATED, BrokenError, text


class Piece(NamedTuple):
    """Some lines of one file, whose place in the list of files is `file`."""

    file: int
    lines: list[bytes]


class Read(NamedTuple):
    """What a piece gave: `broken` by reason, `other` events by type, `more`: the query was cut off."""

    file: int
    columns: Columns
    lines: int
    records: int
    broken: Counter[str]
    other: Counter[str]
    more: bool


_here: tuple[Recorder, str | None] | None = None


def prepare(scope: Scope, server: str | None) -> None:
    """Make a process ready; `server` None: the address of each change names its host."""
    global _here
    _here = (Recorder(scope), server)


def read(piece: Piece) -> Read:
    """Read a piece, in a process that was made ready."""
    assert _here is not None
    recorder, server = _here
    broken: Counter[str] = Counter()
    other: Counter[str] = Counter()
    records, more = 0, False
    for line in piece.lines:
        try:
            record = _parsed(line)
            kind = text(record.get("type"), 40)
            if kind == "stats":
                more |= record.get("moreChanges") is True
            elif kind is None or kind in EVENTS:
                told = (event if kind else change)(record, server)
                recorder.take(told)
                broken[UNDATED] += told.undated
                records += 1
            else:
                other[kind] += 1
        except BrokenError as error:
            broken[str(error)] += 1
    return Read(piece.file, recorder.columns(), len(piece.lines), records, +broken, other, more)


def _parsed(line: bytes) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise BrokenError("no JSON") from None
    if not isinstance(record, dict):
        raise BrokenError("no JSON object")
    return record
