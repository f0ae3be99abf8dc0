"""Lucene's regular expressions, as far as all engines agree on them, without backtracking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.errors import GatepostError

_REFUSED = {"~": "complement", "<": "interval", "&": "intersection", "@": "any string", "#": "empty language",
            '"': "quoted text"}
_MOST_REPEATS = 1000


@dataclass(frozen=True)
class _Set:
    """One character: in one of the ranges, or in none of them if negated."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def has(self, char: str) -> bool:
        return self.negated != any(low <= char <= high for low, high in self.ranges)


@dataclass(frozen=True)
class _Repeat:
    part: _Node
    least: int
    most: int | None


@dataclass(frozen=True)
class _Seq:
    parts: tuple[_Node, ...]


@dataclass(frozen=True)
class _Either:
    parts: tuple[_Node, ...]


_Node = _Set | _Repeat | _Seq | _Either
_ANY = _Set((), negated=True)


def whole(expression: str) -> Callable[[str], bool]:
    """A test whether the expression matches a whole token; raises GatepostError for what is refused."""
    parser = _Parser(expression)
    node = parser.either()
    if parser.rest():
        raise _error(expression, parser.position, "an unexpected character")
    return lambda token: len(token) in _ends(node, token, frozenset({0}))


def _ends(node: _Node, token: str, starts: frozenset[int]) -> frozenset[int]:
    """Where the node can end if it starts at one of `starts`."""
    if not starts:
        return starts
    if isinstance(node, _Set):
        return frozenset(at + 1 for at in starts if at < len(token) and node.has(token[at]))
    if isinstance(node, _Either):
        return frozenset().union(*(_ends(part, token, starts) for part in node.parts))
    if isinstance(node, _Seq):
        for part in node.parts:
            starts = _ends(part, token, starts)
        return starts
    return _repeated(node, token, starts)


def _repeated(node: _Repeat, token: str, starts: frozenset[int]) -> frozenset[int]:
    for _ in range(node.least):
        starts = _ends(node.part, token, starts)
    found, fresh, left = starts, starts, None if node.most is None else node.most - node.least
    while fresh and left != 0:
        fresh = _ends(node.part, token, fresh) - found
        found |= fresh
        left = None if left is None else left - 1
    return found


def _error(expression: str, position: int, what: str) -> GatepostError:
    return GatepostError(f"regular expression /{expression}/: {what} at character {position + 1}",
                         "supported are . ? + * | ( ) [ ] { } and \\ before a character")


class _Parser:
    def __init__(self, expression: str) -> None:
        self.expression, self.position = expression, 0

    def rest(self) -> str:
        return self.expression[self.position:]

    def either(self) -> _Node:
        parts = [self.sequence()]
        while self.rest().startswith("|"):
            self.position += 1
            parts.append(self.sequence())
        return parts[0] if len(parts) == 1 else _Either(tuple(parts))

    def sequence(self) -> _Node:
        parts: list[_Node] = []
        while self.rest() and self.rest()[0] not in "|)":
            parts.append(self.repeated())
        return _Seq(tuple(parts))

    def repeated(self) -> _Node:
        node = self.atom()
        while (sign := self.rest()[:1]) and sign in "?*+{":
            self.position += 1
            least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(sign) or self._bounds()
            node = _Repeat(node, least, most)
        return node

    def _bounds(self) -> tuple[int, int | None]:
        inner, brace, _ = self.rest().partition("}")
        low, comma, high = inner.partition(",")
        if not brace or not low.isdecimal() or (high and not high.isdecimal()):
            raise _error(self.expression, self.position, "a malformed {repetition}")
        self.position += len(inner) + 1
        least, most = int(low), int(high) if high else None if comma else int(low)
        if max(least, most or 0) > _MOST_REPEATS or (most is not None and most < least):
            raise _error(self.expression, self.position, "an impossible or too large {repetition}")
        return least, most

    def atom(self) -> _Node:
        char = self._next()
        if char == "(":
            node = self.either()
            if not self.rest().startswith(")"):
                raise _error(self.expression, self.position, "a ) is missing")
            self.position += 1
            return node
        if char == "[":
            return self._set()
        if char == ".":
            return _ANY
        if char in "?*+{":
            raise _error(self.expression, self.position - 1, "nothing to repeat")
        return self._one(self._literal(char))

    def _set(self) -> _Set:
        negated = self.rest().startswith("^")
        self.position += negated
        ranges: list[tuple[str, str]] = []
        while not ranges or not self.rest().startswith("]"):
            low = high = self._literal(self._next(), inside=True)
            if self.rest().startswith("-") and self.rest()[1:2] not in ("]", ""):
                self.position += 1
                high = self._literal(self._next(), inside=True)
            ranges.append((low, high))
        self.position += 1
        return _Set(tuple(ranges), negated)

    def _literal(self, char: str, inside: bool = False) -> str:
        if char == "\\":
            char = self._next()
            if char in "dDsSwW":
                raise _error(self.expression, self.position - 1, f"the class \\{char}")
        elif char in _REFUSED and not inside:
            raise _error(self.expression, self.position - 1, f"the {_REFUSED[char]} operator {char}")
        if char != char.lower():
            raise _error(self.expression, self.position - 1, "an upper-case letter (the engines differ)")
        return char

    @staticmethod
    def _one(char: str) -> _Set:
        return _Set(((char, char),))

    def _next(self) -> str:
        if not self.rest():
            raise _error(self.expression, self.position, "an unexpected end")
        self.position += 1
        return self.expression[self.position - 1]
