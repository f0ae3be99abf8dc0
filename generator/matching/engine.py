"""The fast, exact engine: all signatures in one pass over the bytes of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from generator.matching.facts import Facts
from generator.matching.results import DocumentScan, Match, Scan
from generator.signatures.model import Signature

__all__ = ["DocumentScan", "Engine", "Match", "Scan", "scan_documents"]


class Engine:
    """Matches a set of signatures; databases are kept in memory and, with `cache`, in that folder."""

    def __init__(self, signatures: Sequence[Signature], cache: Path | None = None) -> None:
        self.signatures = tuple(signatures)

    def scan(self, chunks: Iterable[bytes], facts: Facts) -> Scan:
        """One pass over a file's unpacked bytes, cut anywhere; memory does not grow with the file."""
        raise NotImplementedError


def scan_documents(engine: Engine, lines: Iterable[bytes], fields: Mapping[str, str] | None = None) -> DocumentScan:
    """NDJSON documents, bare or under `_source`; `fields` maps field names of the input to ours."""
    raise NotImplementedError
