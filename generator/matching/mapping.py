"""The fields of a document as the index maps them: text with a `.keyword`, numbers, booleans, a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from enum import Enum
from functools import cached_property

from generator.matching.analyzer import terms, units

Value = str | int | float

#: The fields of a line (design, "Signature files"); those that hold text have a `.keyword` too.
FIELDS = (
    "message", "filename", "tags", "build_name", "build_status", "build_queue", "build_branch",
    "build_change", "build_patchset", "build_ref", "build_uuid", "build_set", "project", "tenant",
    "voting", "node_provider", "hosts_region", "log_url", "@timestamp",
)  # fmt: skip
MESSAGE = "message"
NUMBERS = frozenset({"voting", "build_change"})
DATE = "@timestamp"
TEXTS = frozenset(FIELDS) - NUMBERS - {DATE}
KEYWORD = ".keyword"
IGNORE_ABOVE = 256  # UTF-16 units
VALUE_GAP = 100

LARGEST = 2**63
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")


class Kind(Enum):
    """How a field is mapped, which says what a clause about it means."""

    TEXT = "text"
    KEYWORD = "keyword"
    LONG = "long"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"


class Field:
    """The values that a document has in one field; tokens are computed once, when first asked for."""

    def __init__(self, values: Sequence[Value], kind: Kind = Kind.TEXT) -> None:
        self.values = values
        self.kind = kind

    @cached_property
    def terms(self) -> list[list[str]]:
        """The tokens of each value."""
        return [terms(spelled(value)) for value in self.values]

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


def kind_of(name: str) -> Kind | None:
    """How the field of that name is mapped; None for a field that is not ours: its first values tell."""
    if name in TEXTS:
        return Kind.TEXT
    if name in NUMBERS:
        return Kind.LONG
    if name == DATE:
        return Kind.DATE
    return Kind.KEYWORD if name.endswith(KEYWORD) else None


def field(name: str, values: Sequence[Value]) -> Field:
    """The values of `base(name)` as the field `name` has them."""
    kind = kind_of(name)
    if kind is Kind.KEYWORD:
        mapped = kind_of(base(name)) or _kind_of_values(values)
        texts = map(spelled, values) if mapped is Kind.TEXT else ()
        return Field([text for text in texts if units(text) <= IGNORE_ABOVE], Kind.KEYWORD)
    if kind is Kind.LONG:
        return Field([number for number in map(_whole, values) if number is not None], kind)
    return Field(values, kind or _kind_of_values(values))


def _kind_of_values(values: Sequence[Value]) -> Kind:
    if any(isinstance(value, str) for value in values):
        return Kind.TEXT
    if any(isinstance(value, bool) for value in values):
        return Kind.BOOLEAN
    if any(isinstance(value, float) for value in values):
        return Kind.FLOAT
    return Kind.LONG


def named_fields(name: str | None, known: Iterable[str]) -> list[str]:
    """The fields that a clause asks: one, or for the default field all of `known` and their `.keyword`."""
    if name is not None:
        return [name]
    bare = NUMBERS | {DATE}
    return [found for stem in known for found in ((stem,) if stem in bare else (stem, stem + KEYWORD))]


def decimal(text: str) -> Decimal | None:
    """The number that a text says; None for what is none, or too large for a long."""
    if not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    return number if -LARGEST - 1 < number < LARGEST else None


def _whole(value: Value) -> int | None:
    """A value as the index keeps it in a long: without its fraction."""
    if isinstance(value, bool):
        return None
    number = decimal(spelled(value))
    return None if number is None else int(number)


def spelled(value: Value) -> str:
    """A value as text, as JSON writes it."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def each_value(value: object) -> Iterator[Value]:
    """The values in a document's field: lists are flattened, nulls dropped."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from each_value(part)
    elif isinstance(value, str | int | float):
        yield value
