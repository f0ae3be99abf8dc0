"""Clauses about the message joined by and, or, not: what is left of a query within one file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from generator.matching.typed import Test
from generator.signatures.query import Leaf


@dataclass(frozen=True)
class Atom:
    """A clause about `message` or `message.keyword`; `test` decides it for one line."""

    name: str
    leaf: Leaf
    test: Test = field(compare=False, repr=False)


@dataclass(frozen=True)
class Constant:
    """True or false for every line."""

    value: bool


@dataclass(frozen=True)
class Not:
    """True where `part` is false."""

    part: Formula


@dataclass(frozen=True)
class And:
    """True where all parts are."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Or:
    """True where any part is."""

    parts: tuple[Formula, ...]


Formula = Atom | Constant | Not | And | Or
TRUE, FALSE = Constant(True), Constant(False)


def negation(part: Formula) -> Formula:
    """The opposite, with constants worked out."""
    if isinstance(part, Constant):
        return FALSE if part.value else TRUE
    return part.part if isinstance(part, Not) else Not(part)


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of them, with constants and doubles worked out."""
    kept = dict.fromkeys(part for part in parts if part != TRUE)
    if FALSE in kept:
        return FALSE
    return And(tuple(kept)) if len(kept) > 1 else next(iter(kept), TRUE)


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Any of them, with constants and doubles worked out."""
    kept = dict.fromkeys(part for part in parts if part != FALSE)
    if TRUE in kept:
        return TRUE
    return Or(tuple(kept)) if len(kept) > 1 else next(iter(kept), FALSE)
