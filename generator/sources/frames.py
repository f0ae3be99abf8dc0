"""The tables of a collection, from its rows."""

from __future__ import annotations

from generator.model import TABLES
from generator.signatures.model import Signature
from generator.sources.queries import query_rows, signature_rows
from generator.sources.rows import Rows
from generator.tables import Tables, from_rows


def tables(rows: Rows, used: tuple[Signature, ...], kind: str) -> Tables:
    """Typed tables of the rows of a source that shows passed builds, and of the signatures looked for."""
    cis = sorted({(row["source"], row["ci"]) for row in rows.builds})
    by_name = {
        "builds": rows.builds,
        "hits": rows.hits,
        "failure_lines": rows.failure_lines,
        "skipped": rows.skipped,
        "queries": query_rows(used),
        "signatures": signature_rows(used),
        "sources": [{"source": source, "ci": ci, "kind": kind, "passed": True} for source, ci in cis],
    }
    return Tables.of(**{name: from_rows(values, TABLES[name]) for name, values in by_name.items()})
