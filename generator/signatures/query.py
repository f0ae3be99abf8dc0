"""The meaning of a query, as a tree: what `parse` returns and `matching` evaluates.

Field `None` is the default field `*`: any field of the document. Text is as written after
removing Lucene's escapes, not yet analysed: analysis depends on the field and is done by `matching`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Occur(Enum):
    """What a clause of a boolean sequence is, as in Lucene's BooleanClause."""

    MUST = "+"
    SHOULD = ""
    MUST_NOT = "-"


@dataclass(frozen=True)
class Term:
    """An unquoted word: analysed, and several tokens mean OR (of one field)."""

    field: str | None
    text: str


@dataclass(frozen=True)
class Phrase:
    """A quoted text: its tokens in order, at most `slop` moves apart."""

    field: str | None
    text: str
    slop: int = 0


@dataclass(frozen=True)
class Wildcard:
    """A term with unescaped `*` or `?`: one token must match; `parts` alternates literal text and wildcards.

    `pattern` is a tuple of str: a literal piece, or exactly "*" / "?" marked by `(kind, text)` pairs:
    ("lit", "foo"), ("any", "*"), ("one", "?").
    """

    field: str | None
    pattern: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Regexp:
    """`/…/`: a Lucene regular expression that must match one whole token."""

    field: str | None
    text: str


@dataclass(frozen=True)
class Range:
    """`[a TO b]`, `{a TO b}`, `>=a` …: `None` is an open end."""

    field: str | None
    low: str | None
    high: str | None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True)
class Exists:
    """`_exists_:field` or `field:*`."""

    field: str


@dataclass(frozen=True)
class MatchAll:
    """`*:*` or a bare `*`."""


@dataclass(frozen=True)
class MatchNone:
    """The empty query."""


@dataclass(frozen=True)
class Bool:
    """A sequence of clauses, lowered by the rules of Lucene's classic parser."""

    clauses: tuple[tuple[Occur, Query], ...]


Query = Term | Phrase | Wildcard | Regexp | Range | Exists | MatchAll | MatchNone | Bool
