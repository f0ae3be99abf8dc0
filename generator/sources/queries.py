"""Which queries builds are searched for: the set's id, and the rows that say what it held."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from generator.errors import GatepostError
from generator.matching.engine import Engine
from generator.signatures.model import Signature
from generator.sources.rows import Row


def refused(signatures: Sequence[Signature]) -> dict[str, GatepostError]:
    """Why the engine cannot answer some of the signatures exactly, by id."""
    return dict(_refused(tuple(signatures)))


@lru_cache(4)
def _refused(signatures: tuple[Signature, ...]) -> dict[str, GatepostError]:
    return Engine(signatures, None).refused


def usable(signatures: Sequence[Signature]) -> tuple[Signature, ...]:
    """The signatures that the engine can answer exactly."""
    without = refused(signatures)
    return tuple(signature for signature in signatures if signature.id not in without)


def query_set(signatures: Iterable[Signature]) -> str:
    """The id of a set of queries: twelve hexadecimal digits, the same whatever their order."""
    lines = sorted(f"{signature.id} {signature.query_hash}\n" for signature in signatures)
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:12]


def query_rows(signatures: Sequence[Signature]) -> list[Row]:
    """The rows of `queries` for the present set."""
    which = query_set(signatures)
    return [{"query_set": which, "signature": s.id, "query_hash": s.query_hash} for s in signatures]


def signature_rows(signatures: Sequence[Signature]) -> list[Row]:
    """The rows of `signatures`; where the folder lies is of no use to readers of the published tables."""
    names = ("title", "bug", "query", "query_hash", "owner", "suppress_graph", "allow_nonvoting")
    return [
        {
            "signature": s.id,
            **{name: getattr(s, name) for name in names},
            "path": Path(s.path).name,
            "resolved_at": _midnight(s),
        }
        for s in signatures
    ]


def _midnight(signature: Signature) -> datetime | None:
    day = signature.resolved_at
    return datetime(day.year, day.month, day.day) if day else None  # naive is UTC
