"""The slow, obvious engine: one document, all its fields known, the query tree walked as Lucene means it."""

from __future__ import annotations

from collections.abc import Mapping

from generator.matching.clauses import leaf_test, settled
from generator.matching.mapping import Value, base, each_value, field, named_fields
from generator.signatures.query import Bool, MatchAll, MatchNone, Occur, Query

Document = Mapping[str, object]


def matches(query: Query, document: Document) -> bool:
    """Whether the document (field to text, number or list of those) is an answer to the query."""
    values = {name: tuple(each_value(value)) for name, value in document.items()}
    return _answer(settled(query), values)


def _answer(query: Query, values: Mapping[str, tuple[Value, ...]]) -> bool:
    if isinstance(query, MatchAll):
        return True
    if isinstance(query, MatchNone):
        return False
    if isinstance(query, Bool):
        return _sequence(query, values)
    return any(
        test(field(name, values.get(base(name), ())))
        for name in named_fields(query.field, values)
        if (test := leaf_test(query, name)) is not None
    )


def _sequence(query: Bool, values: Mapping[str, tuple[Value, ...]]) -> bool:
    answers = [(occur, _answer(part, values)) for occur, part in query.clauses()]
    required = [answer for occur, answer in answers if occur is Occur.MUST]
    optional = [answer for occur, answer in answers if occur is Occur.SHOULD]
    if any(answer for occur, answer in answers if occur is Occur.MUST_NOT):
        return False
    if required:
        return all(required)
    return any(optional) if optional else True
