"""Byte patterns of which at least one is found in every line that fulfils a formula."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from generator.matching.analyzer import lower, terms
from generator.matching.formula import And, Atom, Constant, Formula, Not, Or, negation
from generator.matching.mapping import KEYWORD
from generator.signatures.query import Phrase, Term, Wildcard

#: The only characters beyond ASCII whose lower case is ASCII: İ (i) and the Kelvin sign (k). A line that
#: holds one is decided for every signature, so that all other patterns may ignore them.
FOREIGN_FOLDS = b"\\xc4\\xb0|\\xe2\\x84\\xaa"

# Between two tokens stands at least one character that is in none, and no letter or digit of ASCII. Tokens
# that are next to each other without one are not of ASCII, or were cut for their length.
_GAP, _MAYBE_GAP = b"[^0-9A-Za-z\\n]+", b"[^0-9A-Za-z\\n]*"
_SURELY_UNCUT = 250
_MAX_LITERAL = 160
_MIN_LITERAL = 2

# Words that stand in very many lines of CI logs: a clause is rare for its other words.
_COMMON_WORDS = """
    a and api at by debug error exception failed file for from host http id in info instance is line log name
    network neutron no none not nova of on openstack package packages port python request root run server
    service stack state status test tests the time to true use user warning with 0 00 1 2 3 127.0.0.1
"""
_COMMON = frozenset(_COMMON_WORDS.split())


class Cover(NamedTuple):
    """`patterns`: regular expressions for bytes, without regard to ASCII case; `weight`: smaller is rarer."""

    patterns: frozenset[bytes]
    weight: float


def cover(formula: Formula) -> Cover | None:
    """The rarest such patterns that are known; None if the formula may hold without any."""
    if isinstance(formula, Constant):
        return None if formula.value else Cover(frozenset(), 0.0)
    if isinstance(formula, Atom):
        return _atom_cover(formula)
    if isinstance(formula, Not):
        return _negated_cover(formula.part)
    found = [cover(part) for part in formula.parts]
    if isinstance(formula, And):
        return min((c for c in found if c is not None), key=_weight, default=None)
    return _union(found)


def _negated_cover(part: Formula) -> Cover | None:
    if isinstance(part, And):
        return cover(Or(tuple(map(negation, part.parts))))
    if isinstance(part, Or):
        return cover(And(tuple(map(negation, part.parts))))
    return None


def _union(found: list[Cover | None]) -> Cover | None:
    sure = [c for c in found if c is not None]
    if len(sure) < len(found):
        return None
    return Cover(frozenset().union(*(c.patterns for c in sure)), sum(c.weight for c in sure))


def _atom_cover(atom: Atom) -> Cover | None:
    leaf = atom.leaf
    keyword = atom.name.endswith(KEYWORD)
    if isinstance(leaf, Wildcard):
        pieces = [text for kind, text in leaf.pattern if kind == "lit"]
        return _rarest_piece(pieces if keyword else [lower(piece) for piece in pieces])
    if not isinstance(leaf, Term | Phrase):
        return None
    if keyword:
        return _rarest_piece([leaf.text])
    words = terms(leaf.text)
    if isinstance(leaf, Term):
        return _union([_phrase([word]) for word in words])
    return min(map(_phrase, ([word] for word in words)), key=_weight) if leaf.slop else _phrase(words)


def _weight(found: Cover) -> tuple[float, list[bytes]]:
    return found.weight, sorted(found.patterns)


def _rarest_piece(pieces: list[str]) -> Cover | None:
    """The longest ASCII stretch; what else a value holds may be the trace of invalid bytes."""
    runs = [run for piece in pieces for run in re.findall(r"[\x01-\t\x0b-\x7f]+", piece)]
    longest = max(runs, key=len, default="")[:_MAX_LITERAL]
    if len(longest) < _MIN_LITERAL:
        return None
    return Cover(frozenset({_escaped(longest)}), 2.0 ** -len(longest))


def _phrase(words: list[str]) -> Cover:
    first, last = _window(words)
    words = words[first:last]
    pattern = _token(words[0])
    for before, word in pairwise(words):
        plain = before.isascii() and word.isascii() and len(before) < _SURELY_UNCUT
        pattern += (_GAP if plain else _MAYBE_GAP) + _token(word)
    if words[-1].isascii() and len(words[-1]) < _SURELY_UNCUT:
        pattern += b"\\b"
    return Cover(frozenset({pattern}), 2.0 ** -sum(map(_bits, words)))


def _window(words: list[str]) -> tuple[int, int]:
    """The words to look for, as many as are needed to be rare: a part of a phrase is in every place it is."""
    best, first, size = (0.0, 0, 0), 0, 0
    for last, word in enumerate(words):
        size += len(word)
        while size > _MAX_LITERAL and first < last:
            size -= len(words[first])
            first += 1
        bits = sum(map(_bits, words[first : last + 1]))
        best = max(best, (bits, first, last + 1), key=lambda found: found[0])
    return best[1], best[2]


def _bits(word: str) -> float:
    return 3.0 if word in _COMMON else 2.0 + min(len(word), 20)


def _token(word: str) -> bytes:
    return b"".join(map(_char, word))


def _char(char: str) -> bytes:
    if char.isascii():
        return _escaped(char)
    upper = [char, *_upper_cases().get(char, ())]
    return b"(?:" + b"|".join(_escaped(c) for c in upper) + b")"


def _escaped(text: str) -> bytes:
    return re.sub(rb"[^0-9A-Za-z]", lambda found: b"\\x%02x" % found[0][0], text.encode())


@cache
def _upper_cases() -> dict[str, list[str]]:
    """All characters beyond ASCII by their lower case, where that is another one."""
    found: dict[str, list[str]] = {}
    for code_point in (*range(0x80, 0xD800), *range(0xE000, 0x20000)):
        small = lower(chr(code_point))
        if small != chr(code_point):
            found.setdefault(small, []).append(chr(code_point))
    return found
