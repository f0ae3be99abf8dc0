"""Signatures that mean the same, and signatures whose every hit is a hit of another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, NamedTuple

from generator.matching.analyzer import lower, terms
from generator.matching.clauses import settled
from generator.matching.mapping import KEYWORD, NUMBERS
from generator.signatures.query import Bool, Occur, Phrase, Query, Term, Wildcard


class Words(NamedTuple):
    """A phrase as the field holds it: its tokens, or the whole value."""

    field: str | None
    words: tuple[str, ...]
    slop: int = 0


class Joined(NamedTuple):
    """All (`and`) or any (`or`) of the parts, or none of them (`not`)."""

    how: Literal["and", "or", "not"]
    parts: frozenset[Form]


Form = Words | Joined | Query


class Relation(NamedTuple):
    """`narrow` hits only where `wide` does; `same`: also the other way round."""

    narrow: str
    wide: str
    same: bool


def relations(queries: Mapping[str, Query]) -> Iterator[Relation]:
    """Pairs of signatures of which one provably contains the other, by their form alone, in order of ids."""
    forms = {name: form(settled(query)) for name, query in queries.items()}
    needed = {name: _needed(each) for name, each in forms.items()}
    mentioned = {name: _mentioned(each) for name, each in forms.items()}
    names = sorted(forms)
    for one in names:
        for other in names:
            if one == other or not needed[other] <= mentioned[one] or not _implies(forms[one], forms[other]):
                continue
            same = needed[one] <= mentioned[other] and _implies(forms[other], forms[one])
            if not same or one > other:
                yield Relation(one, other, same)


def form(query: Query) -> Form:
    """A normal form: nested groups of one kind joined, order and repetition dropped, text analysed."""
    if isinstance(query, Bool):
        return _sequence(query)
    if isinstance(query, Term | Phrase):
        return _words(query)
    if isinstance(query, Wildcard) and not (query.field or "").endswith(KEYWORD):
        return Wildcard(query.field, tuple((kind, lower(text)) for kind, text in query.pattern))
    return query


def _words(leaf: Term | Phrase) -> Form:
    if leaf.field is None or leaf.field in NUMBERS or leaf.field.endswith(KEYWORD):
        return Words(leaf.field, (leaf.text,)) if leaf.field is not None else leaf
    words = tuple(terms(leaf.text))
    if isinstance(leaf, Phrase):
        return Words(leaf.field, words, leaf.slop if len(words) > 1 else 0)
    return _join("or", [Words(leaf.field, (word,)) for word in words])


def _sequence(query: Bool) -> Form:
    parts = [(occur, form(inner)) for occur, inner in query.clauses()]
    required = [part for occur, part in parts if occur is Occur.MUST]
    optional = [part for occur, part in parts if occur is Occur.SHOULD]
    barred: list[Form] = [
        Joined("not", frozenset([part])) for occur, part in parts if occur is Occur.MUST_NOT
    ]
    if not required and optional:
        required = [_join("or", optional)]
    return _join("and", required + barred)


def _join(how: Literal["and", "or"], parts: list[Form]) -> Form:
    flat: set[Form] = set()
    for part in parts:
        flat |= part.parts if isinstance(part, Joined) and part.how == how else {part}
    return next(iter(flat)) if len(flat) == 1 else Joined(how, frozenset(flat))


def _needed(each: Form) -> frozenset[str]:
    """Words that every form must mention from which this one can follow."""
    if isinstance(each, Words):
        return frozenset(each.words)
    if not isinstance(each, Joined) or each.how == "not":
        return frozenset()
    inner = [_needed(part) for part in each.parts]
    return frozenset.union(*inner) if each.how == "and" else frozenset.intersection(*inner)


def _mentioned(each: Form) -> frozenset[str]:
    if isinstance(each, Words):
        return frozenset(each.words)
    return frozenset().union(*map(_mentioned, each.parts)) if isinstance(each, Joined) else frozenset()


@cache
def _implies(one: Form, other: Form) -> bool:
    """Whether what meets `one` always meets `other`; False where that does not follow from the form."""
    if one == other:
        return True
    if isinstance(other, Joined) and other.how == "and":
        return all(_implies(one, part) for part in other.parts)
    if isinstance(one, Joined) and one.how == "or":
        return all(_implies(part, other) for part in one.parts)
    if isinstance(one, Joined) and one.how == "and" and any(_implies(part, other) for part in one.parts):
        return True
    if isinstance(other, Joined) and other.how == "or":
        return any(_implies(one, part) for part in other.parts)
    if isinstance(one, Joined) and isinstance(other, Joined) and one.how == other.how == "not":
        return all(any(_implies(b, a) for a in one.parts) for b in other.parts)
    return isinstance(one, Words) and isinstance(other, Words) and _phrase_within(one, other)


def _phrase_within(one: Words, other: Words) -> bool:
    """A phrase holds each phrase of its own neighbouring words."""
    if one.field != other.field or one.slop > other.slop:
        return False
    size = len(other.words)
    return any(one.words[i : i + size] == other.words for i in range(len(one.words) - size + 1))
