"""Rows for the store out of what was derived: builds, hits; and whether a source can show all builds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from generator.errors import GatepostError
from generator.matching.clauses import settled
from generator.matching.facts import Facts, reduce
from generator.matching.formula import FALSE
from generator.signatures.parse import parse
from generator.sources.index.derive import Examined, Hit
from generator.sources.index.excerpts import Quote
from generator.sources.index.presets import builds_query, names
from generator.sources.index.runs import run_columns
from generator.sources.metadata import Seen, SeenBuild, columns
from generator.sources.outcomes import OUTCOMES
from generator.sources.rows import Origin, Row, build_row

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

Document = Mapping[str, Any]


def line_columns(reader: Seen, documents: Sequence[Document], uuid: str, end: datetime) -> dict[str, object]:
    """What documents of a build, by time, say of it; when it began they do not tell."""
    build = SeenBuild(uuid, last=end.timestamp())
    for document in documents:
        reader.tell(build, document)
    return columns(build)


def told_columns(
    settings: IndexSettings, reader: Seen, documents: Sequence[Document], uuid: str, end: datetime
) -> dict[str, object]:
    """What is known of a build that was just found, by the columns of `model.BUILDS`."""
    if settings.preset == "zuul":
        return run_columns(reader, documents[-1], uuid, end)
    return line_columns(reader, documents, uuid, end)


def row_of(origin: Origin, known: Mapping[str, object], uuid: str, with_: Examined) -> Row:
    """A row of `builds`; `known` by its columns, of documents or of the row that the store has."""
    mine = replace(origin, query_set=with_.id or "")
    return build_row(mine, known, uuid, with_.id is not None, known.get("job") is not None)


def hit_rows(hits: Iterable[Hit], quotes: Mapping[tuple[str, str], Quote]) -> list[Row]:
    """Rows of `hits`; an index does not tell line numbers."""
    rows: list[Row] = []
    for hit in hits:
        quote = quotes.get((hit.build_uuid, hit.query_hash))
        row = {"build_uuid": hit.build_uuid, "signature": hit.signature, "query_hash": hit.query_hash}
        shown = {} if quote is None else {"file": quote.file, "excerpt": quote.excerpt}
        rows.append({**row, "lines": hit.lines, **shown, "assumed": False})
    return rows


def shows_passed(settings: IndexSettings, outcomes: Mapping[str, str]) -> bool | None:
    """Whether the query for builds can find one that passed; None if Gatepost does not understand it.

    Decided by what is left of the query once the result is known: nothing, or something that may be true.
    """
    try:
        query = settled(parse(builds_query(settings)))
    except GatepostError:
        return None
    results = {
        result for table in (OUTCOMES, outcomes) for result, what in table.items() if what == "success"
    }
    each = (
        Facts(dict.fromkeys(names(settings)["build_status"], (result,)), unknown=True) for result in results
    )
    return any(reduce(query, facts).formula != FALSE for facts in each)
