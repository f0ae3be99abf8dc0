"""The tables of a collection, from its rows."""

from __future__ import annotations

from generator.model import TABLES
from generator.signatures.model import Signature
from generator.sources.rows import Rows, query_rows, signature_rows
from generator.tables import Tables, from_rows


def tables(rows: Rows, signatures: tuple[Signature, ...]) -> Tables:
    """Typed tables of the rows and of the signatures that were looked for."""
    by_name = {
        "builds": rows.builds,
        "hits": rows.hits,
        "failure_lines": rows.failure_lines,
        "skipped": rows.skipped,
        "queries": query_rows(signatures),
        "signatures": signature_rows(signatures),
    }
    return Tables.of(**{name: from_rows(values, TABLES[name]) for name, values in by_name.items()})
