"""What a query as a whole may have wrong: clauses that do not count, and what it asks of a line's text."""

from __future__ import annotations

from collections.abc import Iterator

from generator.lint.clauses import Remark, shown, why_never
from generator.matching.analyzer import terms
from generator.matching.clauses import settled
from generator.matching.facts import Facts, reduce
from generator.matching.formula import FALSE, And, Atom, Constant, Formula, Or
from generator.signatures.query import Bool, Exists, MatchNone, Occur, Phrase, Query, Term, Wildcard, leaves

_COMMON_WORDS = """
a all an and at be by call code command console debug default do done end error errors exception execute
failed failure false file for from get got has http https id in info information is it job line log
message module name no none not null of off ok on or output path pass passed post put python request
response result return root run running server service start started starting status stderr stdout step
stop task test tests the time timed timeout to traceback true type url user value version warn warning
was will with
"""
#: Words that stand in very many lines of every log: alone they tell nothing.
COMMON = frozenset(_COMMON_WORDS.split())

_NOTHING, _COMMON_WORD, _TELLING = 0, 1, 2


def remarks(query: Query) -> Iterator[Remark]:
    """Remarks about a query that has no syntax error; what vanishes is left out first."""
    kept = settled(query)
    yield from _swallowed(kept)
    formula = reduce(_without_the_impossible(kept), Facts(unknown=True)).formula
    if formula == FALSE:
        message = (
            "it is empty"
            if isinstance(query, MatchNone)
            else "every way to meet it needs a clause that never matches"
        )
        yield Remark(
            "error", "dead", 0, f"the query can never match: {message}", "mend or remove the signature"
        )
        return
    strength = _strength(formula)
    if strength == _NOTHING:
        message = (
            "the query can be met by every line of a file: some way to meet it asks nothing of the message"
        )
        yield Remark(
            "warning", "no-message", _first(query), message, "join the message and the other clauses with AND"
        )
    elif strength == _COMMON_WORD:
        message = "the query can be met by one very common word in the message"
        yield Remark("warning", "common-word", _first(query), message, "ask for a longer phrase of the line")


def _first(query: Query) -> int:
    return next((leaf.at for leaf in leaves(query)), 0)


def _swallowed(query: Query) -> Iterator[Remark]:
    """Optional clauses beside required ones only raise a score."""
    if not isinstance(query, Bool):
        return
    clauses = query.clauses()
    required = any(occur is Occur.MUST for occur, _ in clauses)
    for occur, inner in clauses:
        if required and occur is Occur.SHOULD:
            message = f"{shown(inner)} changes nothing: AND beside it makes only its own neighbours required"
            yield Remark(
                "warning", "swallowed", _first(inner), message, "put brackets around what belongs together"
            )
        yield from _swallowed(inner)


def _without_the_impossible(query: Query) -> Query:
    if isinstance(query, Bool):
        return Bool(tuple(item._replace(query=_without_the_impossible(item.query)) for item in query.items))
    return MatchNone() if any(why_never(leaf) for leaf in leaves(query)) else query


def _strength(formula: Formula) -> int:
    """How much a line's text must tell at least to meet the formula."""
    if isinstance(formula, Constant):
        return _NOTHING if formula.value else _TELLING
    if isinstance(formula, And):
        return max(map(_strength, formula.parts))
    if isinstance(formula, Or):
        return min(map(_strength, formula.parts))
    return _strength_of(formula.leaf) if isinstance(formula, Atom) else _NOTHING


def _strength_of(leaf: Query) -> int:
    if isinstance(leaf, Exists) or (
        isinstance(leaf, Wildcard) and {kind for kind, _ in leaf.pattern} == {"any"}
    ):
        return _NOTHING
    words = terms(leaf.text) if isinstance(leaf, Term | Phrase) else []
    common = COMMON.intersection(words)
    if isinstance(leaf, Term):
        return _COMMON_WORD if common else _TELLING
    return _COMMON_WORD if len(words) == 1 and common else _TELLING
