"""The fast, exact engine: all signatures in one pass over the bytes of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock

from generator.matching.chunks import Lines
from generator.matching.database import Databases
from generator.matching.facts import Facts
from generator.matching.passing import Pass
from generator.matching.plan import Planner
from generator.matching.results import DocumentScan, Match, Scan
from generator.signatures.model import Signature

__all__ = ["DocumentScan", "Engine", "Match", "Scan", "scan_documents"]


class Engine:
    """Matches a set of signatures; databases are kept in memory and, with `cache`, in that folder.

    `refused` holds, by id, the signatures whose query the engine cannot answer exactly, with the error.
    Threads may share one: they take turns, so that it pays where they wait for their files.
    """

    def __init__(self, signatures: Sequence[Signature], cache: Path | None = None) -> None:
        self.signatures = tuple(signatures)
        self.query_hashes = {signature.id: signature.query_hash for signature in signatures}
        self.planner = Planner(self.signatures, Databases(cache))
        self.refused = self.planner.refused
        self._turn = Lock()

    def scan(self, chunks: Iterable[bytes], facts: Facts) -> Scan:
        """One pass over a file's unpacked bytes, cut anywhere; memory does not grow with the file."""
        with self._turn:
            lines, state = Lines(chunks), Pass(self.planner.plan(facts))
        for chunk in lines:
            with self._turn:  # Hyperscan's scratch space is one to a database
                state.take(chunk)
        matches = {self.signatures[number].id: match for number, match in state.matches().items()}
        return Scan(state.lines, lines.bytes, lines.long_lines, matches)

    def looks_for(self, facts: Facts) -> bool:
        """Whether any signature could match in a file of which `facts` are known."""
        with self._turn:
            return self.planner.looks_for(facts)


def scan_documents(
    engine: Engine, lines: Iterable[bytes], fields: Mapping[str, str] | None = None
) -> DocumentScan:
    """NDJSON documents, bare or under `_source`; `fields` maps field names of the input to ours."""
    from generator.matching.documents import scan

    return scan(engine.signatures, engine.planner, lines, fields or {})
