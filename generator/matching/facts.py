"""What is constant in one file of a build, and what remains of a query once that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.matching import clauses, mapping
from generator.matching.formula import FALSE, TRUE, Atom, Formula, conjunction, disjunction, negation
from generator.signatures.query import Bool, Leaf, MatchAll, MatchNone, Occur, Query

Value = mapping.Value
MESSAGE = mapping.MESSAGE


@dataclass(frozen=True)
class Facts:
    """The fields that every line of a file shares; `()` is a field that is known to be missing.

    `unknown` says what a field that is not in `fields` is: True for unknown (a clause about it is
    taken as met, also a negated one, and the hit is marked assumed), False for missing.
    """

    fields: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    unknown: bool = False


@dataclass(frozen=True)
class Reduced:
    """What a line must fulfil, and whether unknown metadata was taken as met to get there."""

    formula: Formula
    assumed: bool


def reduce(query: Query, facts: Facts) -> Reduced:
    """The query (already `settled`) with all that is known of the file worked out."""
    hopeful = _reduced(query, facts, True)
    return Reduced(hopeful, facts.unknown and hopeful != _reduced(query, facts, False))


def _reduced(query: Query, facts: Facts, unknown: bool) -> Formula:
    """`unknown` is what a clause about an unknown field is taken to be."""
    if isinstance(query, MatchAll):
        return TRUE
    if isinstance(query, MatchNone):
        return FALSE
    if isinstance(query, Bool):
        return _sequence(query, facts, unknown)
    names = mapping.named_fields(query.field, [MESSAGE, *(name for name in facts.fields if name != MESSAGE)])
    return disjunction(_leaf(query, name, facts, unknown) for name in names)


def _sequence(query: Bool, facts: Facts, unknown: bool) -> Formula:
    parts = [
        (occur, _reduced(inner, facts, unknown is not (occur is Occur.MUST_NOT)))
        for occur, inner in query.clauses()
    ]
    barred = [negation(part) for occur, part in parts if occur is Occur.MUST_NOT]
    required = [part for occur, part in parts if occur is Occur.MUST]
    optional = [part for occur, part in parts if occur is Occur.SHOULD]
    if not required and optional:
        required = [disjunction(optional)]
    return conjunction([*required, *barred])


def _leaf(leaf: Leaf, name: str, facts: Facts, unknown: bool) -> Formula:
    test = clauses.leaf_test(leaf, name)
    if test is None:
        return FALSE
    stem = mapping.base(name)
    if stem == MESSAGE:
        return Atom(name, leaf, test)
    if facts.unknown and stem not in facts.fields:
        return TRUE if unknown else FALSE
    return TRUE if test(mapping.field(name, facts.fields.get(stem, ()))) else FALSE
