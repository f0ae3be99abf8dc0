"""What a clause asks of a number, a boolean or the date; what makes no sense there is false."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from decimal import Decimal

from generator.errors import GatepostError
from generator.matching.mapping import DATE, Field, Kind, Value, decimal
from generator.signatures.query import Phrase, Range, Regexp, Term, Wildcard

Test = Callable[[Field], bool]
Indexed = Term | Phrase | Wildcard | Regexp | Range
Number = int | float | Decimal

_FLOAT = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?\s*")
_TRUTH = {"true": True, "false": False}
# What the date field understands and falls into this century: years, dates, milliseconds, date math.
_MOMENT = re.compile(r"20\d\d(-.*|T.*)?|[1-4]\d{12}(\..*)?|now[-+/].*|\d.*\|\|.*", re.ASCII | re.DOTALL)
_BOUND = re.compile(r"[-+]?\d+(\.\d*)?|\d{4}\D.*|now.*|\d.*\|\|.*", re.ASCII | re.DOTALL)


def typed_test(leaf: Indexed, kind: Kind) -> Test:
    """The test that a clause makes on a field of this kind; GatepostError for a moment among all fields."""
    if kind is Kind.DATE:
        return _date_test(leaf)
    if isinstance(leaf, Term | Phrase):
        wanted = _READERS[kind](leaf.text)
        return lambda found: wanted is not None and any(_stored(value) == wanted for value in found.values)
    if isinstance(leaf, Range):
        return _range_test(leaf, _READERS[kind])
    return _never


def _range_test(leaf: Range, read: Callable[[str], Number | None]) -> Test:
    low, high = (None if bound is None else read(bound) for bound in (leaf.low, leaf.high))
    if (leaf.low is not None and low is None) or (leaf.high is not None and high is None):
        return _never

    def inside(value: Number) -> bool:
        above = low is None or value > low or (leaf.include_low and value == low)
        return above and (high is None or value < high or (leaf.include_high and value == high))

    return lambda found: any(inside(_stored(value)) for value in found.values)


def _never(found: Field) -> bool:
    return False


def _stored(value: Value) -> Number:
    """A number as the index keeps it: fractions in single precision."""
    return single(value) if isinstance(value, float) else int(value)


def single(number: float) -> float:
    """The nearest number in single precision."""
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _single(text: str) -> float | None:
    found = _FLOAT.fullmatch(text)
    return single(float(found[1])) if found else None


_READERS: dict[Kind, Callable[[str], Number | None]] = {
    Kind.LONG: decimal,
    Kind.FLOAT: _single,
    Kind.BOOLEAN: _TRUTH.get,
}


def _date_test(leaf: Indexed) -> Test:
    """Of the date only its existence is known: every line has one, which is not read."""
    if isinstance(leaf, Range):
        bounds = [bound for bound in (leaf.low, leaf.high) if bound is not None]
        if not bounds:
            return lambda found: bool(found.values)
        moment = next((bound for bound in bounds if _BOUND.fullmatch(bound)), None)
        moment = moment if all(map(_BOUND.fullmatch, bounds)) else None
    else:
        text = leaf.text if isinstance(leaf, Term | Phrase) else ""
        moment = text if _MOMENT.fullmatch(text) else None
    if moment is not None:
        what = f"{moment} in all fields would ask {DATE} too, which is not supported"
        raise GatepostError(what, f"name the field, e.g. message:{moment}")
    return _never
