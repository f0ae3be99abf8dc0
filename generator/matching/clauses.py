"""What one clause asks of one field, as Elasticsearch has it; `mapping` says what fields there are."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache

from generator.errors import GatepostError
from generator.matching.analyzer import lower, terms
from generator.matching.mapping import DATE, MESSAGE, Field, Kind, base, kind_of, named_fields
from generator.matching.regexps import whole
from generator.matching.typed import Indexed, Test, typed_test
from generator.signatures.query import (
    Bool,
    Exists,
    Leaf,
    MatchAll,
    MatchNone,
    Phrase,
    Query,
    Range,
    Regexp,
    Term,
    Wildcard,
    leaves,
    reduced,
)

Multi = Wildcard | Regexp


@lru_cache(1 << 14)
def leaf_test(leaf: Leaf, name: str) -> Test | None:
    """The test that a clause makes on field `name`; None if no token is left of the clause: it vanishes."""
    if leaf.field is not None:
        _refuse_field(leaf)
    if isinstance(leaf, Exists):
        return _exists
    kind = kind_of(name)
    if kind is None:
        return _dynamic_test(leaf)
    if kind is Kind.TEXT:
        return _text_test(leaf)
    return _keyword_test(leaf) if kind is Kind.KEYWORD else typed_test(leaf, kind)


def _refuse_field(leaf: Leaf) -> None:
    name = leaf.field or ""
    if name.startswith("_"):
        raise GatepostError(f"{name}: what the index keeps for itself is not supported", "name another field")
    if base(name) == DATE:
        raise GatepostError(f"clauses about {DATE} are not supported", "leave the time to the window")


def _dynamic_test(leaf: Indexed) -> Test:
    """For a field that is not ours: what it holds in a document says how it is mapped."""
    text = _text_test(leaf)
    if text is None:
        if leaf.field is None:
            return lambda found: False
        what = f"a clause without a word about {leaf.field} is not supported"
        raise GatepostError(what, "whether it vanishes depends on the index: remove it, or search for words")
    tests = {kind: typed_test(leaf, kind) for kind in (Kind.LONG, Kind.FLOAT, Kind.BOOLEAN)}
    tests[Kind.TEXT] = text
    return lambda found: tests[found.kind](found)


def settled(query: Query) -> Query:
    """The query without the clauses that vanish, since analysis leaves no token of them.

    GatepostError for a clause that cannot be answered exactly.
    """
    for leaf in leaves(query):
        for name in named_fields(leaf.field, (MESSAGE, DATE)):
            leaf_test(leaf, name)
    return reduced(query, _vanishes) or MatchNone()


def _vanishes(query: Query) -> bool:
    if isinstance(query, MatchAll | MatchNone | Bool) or query.field is None:
        return False
    return leaf_test(query, query.field) is None


def _exists(found: Field) -> bool:
    return bool(found.values)


def _text_test(leaf: Indexed) -> Test | None:
    if isinstance(leaf, Phrase):
        return _phrase_test(terms(leaf.text), leaf.slop)
    if isinstance(leaf, Term):
        return _any_term_test(terms(leaf.text))
    if isinstance(leaf, Range):
        within = _between(leaf.low and lower(leaf.low), leaf.high and lower(leaf.high), leaf)
        return lambda found: any(within(word) for part in found.terms for word in part)
    full = _token_test(leaf, lower)
    return lambda found: any(full(word) for part in found.terms for word in part)


def _keyword_test(leaf: Indexed) -> Test:
    if isinstance(leaf, Term | Phrase):
        text = leaf.text
        return lambda found: text in found.values
    check = _between(leaf.low, leaf.high, leaf) if isinstance(leaf, Range) else _token_test(leaf, str)
    return lambda found: any(check(str(value)) for value in found.values)


def _any_term_test(words: list[str]) -> Test | None:
    if not words:
        return None
    wanted = [f"\0{word}\0" for word in words]
    return lambda found: any(word in found.joined for word in wanted)


def _phrase_test(words: list[str], slop: int) -> Test | None:
    if not words:
        return None
    if slop and len(words) > 1:
        return _sloppy_test(words, slop)
    wanted = "\0" + "\0".join(words) + "\0"
    return lambda found: wanted in found.joined


def _sloppy_test(words: list[str], slop: int) -> Test:
    """Whether words can be chosen whose places, each less its place in the phrase, differ by at most slop."""
    if len(set(words)) < len(words):
        raise GatepostError(
            "a phrase with ~ in which a word comes twice is not supported",
            "write it without ~, or without the second occurrence",
        )

    def check(found: Field) -> bool:
        lists = [[place - index for place in found.positions(word)] for index, word in enumerate(words)]
        if not all(lists):
            return False
        starts = sorted({place for places in lists for place in places})
        return any(all(_has(places, start, start + slop) for places in lists) for start in starts)

    return check


def _has(places: list[int], low: int, high: int) -> bool:
    index = bisect_left(places, low)
    return index < len(places) and places[index] <= high


def _token_test(leaf: Multi, normalise: Callable[[str], str]) -> Callable[[str], bool]:
    if isinstance(leaf, Regexp):
        return whole(leaf.text)
    parts = {"any": ".*", "one": "."}
    pattern = "".join(parts.get(kind) or re.escape(normalise(text)) for kind, text in leaf.pattern)
    return _globbed(re.sub(r"(\.\*)+", ".*", pattern))


def _globbed(pattern: str) -> Callable[[str], bool]:
    # Each piece up to a star is matched at its first place only: no backtracking beyond it.
    pieces = pattern.split(".*")
    atomic = "".join(f"(?>.*?{piece})" for piece in pieces[1:-1])
    if len(pieces) > 1:
        pattern = f"{pieces[0]}{atomic}.*{pieces[-1]}"
    compiled = re.compile(pattern, re.DOTALL)
    return lambda word: compiled.fullmatch(word) is not None


def _between(low: str | None, high: str | None, leaf: Range) -> Callable[[str], bool]:
    def check(word: str) -> bool:  # by code point, which is the order of UTF-8 bytes
        above = low is None or word > low or (leaf.include_low and word == low)
        return above and (high is None or word < high or (leaf.include_high and word == high))

    return check
