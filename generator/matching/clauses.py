"""What one clause asks of one field: text, its `.keyword` or a number, mapped as Elasticsearch does it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property

from generator.errors import GatepostError
from generator.matching.analyzer import lower, terms, units
from generator.matching.regexps import whole
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
    reduced,
)

Multi = Wildcard | Regexp
Indexed = Term | Phrase | Multi | Range
Value = str | int
Test = Callable[["Field"], bool]

NUMBERS = frozenset({"voting", "build_change"})
KEYWORD = ".keyword"
IGNORE_ABOVE = 256  # UTF-16 units
VALUE_GAP = 100


class Field:
    """The values that a document has in one field; tokens are computed once, when first asked for."""

    def __init__(self, values: Sequence[Value]) -> None:
        self.values = values

    @cached_property
    def terms(self) -> list[list[str]]:
        """The tokens of each value."""
        return [terms(str(value)) for value in self.values]

    @cached_property
    def joined(self) -> str:
        """All tokens, each between NULs (no token holds one); values are kept apart."""
        return "\0" + "\0\1\0".join("\0".join(part) for part in self.terms) + "\0"

    def positions(self, term: str) -> list[int]:
        """The positions of a token, ascending; values lie 100 apart."""
        found, offset = [], 0
        for part in self.terms:
            found += [offset + index for index, word in enumerate(part) if word == term]
            offset += len(part) + VALUE_GAP
        return found


def base(name: str) -> str:
    """The field that holds the values: `tags` for `tags.keyword`."""
    return name.removesuffix(KEYWORD)


def field(name: str, values: Sequence[Value]) -> Field:
    """The values of `base(name)` as the field `name` has them."""
    if name.endswith(KEYWORD):
        values = () if base(name) in NUMBERS else values
        return Field([text for text in map(str, values) if units(text) <= IGNORE_ABOVE])
    return Field([n for n in map(_number, values) if n is not None] if name in NUMBERS else values)


def leaf_test(leaf: Leaf, name: str) -> Test | None:
    """The test that a clause makes on field `name`; None if no token is left of the clause: it vanishes."""
    if isinstance(leaf, Exists):
        return _exists
    if name in NUMBERS:
        return _number_test(leaf)
    return _keyword_test(leaf) if name.endswith(KEYWORD) else _text_test(leaf)


def settled(query: Query) -> Query:
    """The query without the clauses that vanish, since analysis leaves no token of them."""
    return reduced(query, _vanishes) or MatchNone()


def _vanishes(query: Query) -> bool:
    if isinstance(query, MatchAll | MatchNone | Bool) or query.field is None:
        return False
    return leaf_test(query, query.field) is None


def named_fields(name: str | None, known: Iterable[str]) -> list[str]:
    """The fields that a clause asks: one, or for the default field all of `known` and their `.keyword`."""
    if name is not None:
        return [name]
    return [found for stem in known for found in ((stem,) if stem in NUMBERS else (stem, stem + KEYWORD))]


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


def _number_test(leaf: Indexed) -> Test:
    """Numbers compare by value; what is no number matches nothing (lenient)."""
    if isinstance(leaf, Term | Phrase):
        wanted = _decimal(leaf.text)
        return lambda found: wanted is not None and wanted in found.values
    if not isinstance(leaf, Range):
        return lambda found: False
    low, high = leaf.low and _decimal(leaf.low), leaf.high and _decimal(leaf.high)
    if (leaf.low is not None and low is None) or (leaf.high is not None and high is None):
        return lambda found: False

    def check(found: Field) -> bool:
        return any(
            (low is None or value > low or (leaf.include_low and value == low))  # type: ignore[operator]
            and (high is None or value < high or (leaf.include_high and value == high))  # type: ignore[operator]
            for value in found.values
        )

    return check


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _number(value: Value) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def each_value(value: object) -> Iterable[Value]:
    """The values in a document's field: lists are flattened, nulls dropped, booleans spelled as JSON does."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from each_value(part)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, str | int):
        yield value
    elif isinstance(value, float):
        yield repr(value)
