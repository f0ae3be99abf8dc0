"""The slow, obvious engine: one document, all its fields known, the query tree walked as Lucene means it."""

from __future__ import annotations

from collections.abc import Mapping

from generator.matching.clauses import KEYWORD, NUMBERS, Value, base, each_value, field, leaf_test
from generator.signatures.query import Bool, MatchAll, MatchNone, Occur, Query

Document = Mapping[str, object]


def matches(query: Query, document: Document) -> bool:
    """Whether the document (field to text, number or list of those) is an answer to the query."""
    values = {name: tuple(each_value(value)) for name, value in document.items()}
    return bool(_answer(query, values))


def _answer(query: Query, values: Mapping[str, tuple[Value, ...]]) -> bool | None:
    """None if the clause vanishes, since its text has no token."""
    if isinstance(query, MatchAll):
        return True
    if isinstance(query, MatchNone):
        return False
    if isinstance(query, Bool):
        return _sequence(query, values)
    if query.field is None:
        return any(_leaf_answer(query, name, values) for name in every_field(values))
    return _leaf_answer(query, query.field, values)


def _sequence(query: Bool, values: Mapping[str, tuple[Value, ...]]) -> bool | None:
    answers = [(occur, answer) for occur, part in query.clauses
               if (answer := _answer(part, values)) is not None]
    if not answers:
        return None
    required = [answer for occur, answer in answers if occur is Occur.MUST]
    optional = [answer for occur, answer in answers if occur is Occur.SHOULD]
    if any(answer for occur, answer in answers if occur is Occur.MUST_NOT):
        return False
    if required:
        return all(required)
    return any(optional) if optional else True


def _leaf_answer(leaf: Query, name: str, values: Mapping[str, tuple[Value, ...]]) -> bool | None:
    test = leaf_test(leaf, name)  # type: ignore[arg-type]
    return None if test is None else test(field(name, values.get(base(name), ())))


def every_field(values: Mapping[str, object]) -> list[str]:
    """What the default field `*` stands for: all fields, and the `.keyword` of those that are text."""
    return [name for stem in values for name in (stem, stem + KEYWORD) if name == stem or stem not in NUMBERS]
