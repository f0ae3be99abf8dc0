"""The meaning of a query, as a tree: what `parse` returns and `matching` evaluates.

Field `None` is the default field `*`: any field of the document. Text is as written after removing
Lucene's escapes, not yet analysed: analysis depends on the field and is done by `matching`.
`at` is where a leaf starts in the query (0-based); it plays no part in equality.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as _field
from enum import Enum
from typing import NamedTuple


class Occur(Enum):
    """What a clause of a boolean sequence is, as in Lucene's BooleanClause."""

    MUST = "+"
    SHOULD = ""
    MUST_NOT = "-"


@dataclass(frozen=True)
class Term:
    """Unquoted words: analysed, and several tokens mean OR (of one field).

    Neighbouring words (`a b`) are one term with a space in its text, as Elasticsearch has it: no
    difference for text, but a field that is not analysed (`.keyword`, numbers) must equal the whole.
    """

    field: str | None
    text: str
    at: int = _field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Phrase:
    """A quoted text: its tokens in order, at most `slop` moves apart."""

    field: str | None
    text: str
    slop: int = 0
    at: int = _field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Wildcard:
    """A term with unescaped `*` or `?`: one token must match.

    `pattern` holds pairs (kind, text): ("lit", "foo"), ("any", "*") for any characters, also none,
    ("one", "?") for exactly one. Literals are normalised as the field's tokens are, e.g. lower-cased.
    """

    field: str | None
    pattern: tuple[tuple[str, str], ...]
    at: int = _field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Regexp:
    """`/…/`: a Lucene regular expression that must match one whole token."""

    field: str | None
    text: str
    at: int = _field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Range:
    """`[a TO b]`, `{a TO b}`, `>=a` …: `None` is an open end."""

    field: str | None
    low: str | None
    high: str | None
    include_low: bool = True
    include_high: bool = True
    at: int = _field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Exists:
    """`_exists_:field` or `field:*`."""

    field: str
    at: int = _field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class MatchAll:
    """`*:*` or a bare `*`."""


@dataclass(frozen=True)
class MatchNone:
    """The empty query."""


class Item(NamedTuple):
    """A clause of a sequence as written: was it introduced by AND, what stood before it (+, -, nothing)?"""

    joined: bool
    modifier: Occur
    query: Query


@dataclass(frozen=True)
class Bool:
    """A sequence of clauses as written; `clauses` says what each of them is."""

    items: tuple[Item, ...]

    def clauses(self, vanishes: Callable[[Query], bool] | None = None) -> tuple[tuple[Occur, Query], ...]:
        """What each clause is by the rules of Lucene's classic parser, without those that `vanishes` names.

        A clause that is analysed to no token vanishes before the rules apply: in `a OR "---" AND b`
        it is `a` that AND makes required.
        """
        lowered: list[tuple[Occur, Query]] = []
        for joined, modifier, query in self.items:
            if joined and lowered and lowered[-1][0] is Occur.SHOULD:
                lowered[-1] = (Occur.MUST, lowered[-1][1])
            if vanishes is not None and vanishes(query):
                continue
            required = joined and modifier is Occur.SHOULD
            lowered.append((Occur.MUST if required else modifier, query))
        return tuple(lowered)


Leaf = Term | Phrase | Wildcard | Regexp | Range | Exists
Query = Leaf | MatchAll | MatchNone | Bool


def leaves(query: Query) -> Iterator[Leaf]:
    """The leaves of a tree, from left to right."""
    if isinstance(query, Bool):
        for item in query.items:
            yield from leaves(item.query)
    elif not isinstance(query, MatchAll | MatchNone):
        yield query


def reduced(query: Query, vanishes: Callable[[Query], bool]) -> Query | None:
    """The same query without the leaves that `vanishes` names, lowered; None if nothing is left.

    Each Bool of the result has items that are what they say: `clauses()` gives them unchanged.
    """
    if not isinstance(query, Bool):
        return None if vanishes(query) else query
    items = [(item, reduced(item.query, vanishes)) for item in query.items]
    # AND reaches back over what vanished, so the vanished items stay until the rules were applied.
    kept = Bool(tuple(item._replace(query=inner or _GONE) for item, inner in items))
    clauses = kept.clauses(lambda inner: inner is _GONE)
    if len(clauses) == 1 and clauses[0][0] is not Occur.MUST_NOT:
        return clauses[0][1]
    return Bool(tuple(Item(False, occur, inner) for occur, inner in clauses)) if clauses else None


_GONE = MatchNone()
