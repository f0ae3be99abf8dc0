"""What a signature file holds, once loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property


@dataclass(frozen=True)
class Signature:
    """A named failure. `query` is Lucene query_string text, exactly as written in the file."""

    id: str
    query: str
    path: str = ""
    title: str | None = None
    bug: str | None = None
    owner: str | None = None
    suppress_graph: bool = False
    suppress_notification: bool = False
    allow_nonvoting: bool = False
    test_ids: tuple[str, ...] = ()
    resolved_at: date | None = None
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()

    @cached_property
    def query_hash(self) -> str:
        """Twelve hexadecimal digits of the SHA-256 of the query without outer white space."""
        import hashlib

        return hashlib.sha256(self.query.strip().encode()).hexdigest()[:12]
