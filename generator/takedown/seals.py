"""Recognises a text that was removed without keeping it: by the salted hash of every place of its length.

A hash of each place of each text would be slow. So a sum of 64 bits runs over all places at once, of which
16 are kept beside the hash: only where they agree the place is hashed.
"""

from __future__ import annotations

import hashlib
import html
import json
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

import numpy as np
from numpy.typing import NDArray

from generator.takedown.remover import LONGEST, MARK, Remover

_CHUNK = 1 << 20
_SALT = 16  # bytes
_MOST_ESCAPED = 12  # characters for one
Numbers = NDArray[np.uint64]


@dataclass(frozen=True)
class Seal:
    """A text of `length` characters; `words`: as whole words, in upper or lower case."""

    length: int
    words: bool
    sum: int
    hash: str


@dataclass(frozen=True)
class Seals:
    """The texts that must not come back."""

    salt: str
    seals: tuple[Seal, ...] = ()

    def with_texts(self, remover: Remover) -> Seals:
        """These and the texts of a remover; the same where all are known."""
        new = {self._seal(form, remover.words) for text in remover.texts for form in _forms(text)}
        every = {*self.seals, *new}
        return Seals(self.salt, tuple(sorted(every, key=lambda seal: (seal.length, seal.words, seal.hash))))

    def clean(self, texts: Sequence[str]) -> list[str]:
        """The texts with a mark in each place of one that must not come back."""
        if not self.seals:
            return list(texts)
        cleaned: list[str] = []
        part: list[str] = []
        size = 0
        for text in texts:
            part.append(text)
            size += len(text) + 1
            if size > _CHUNK:
                cleaned += self._clean(part)
                part, size = [], 0
        return cleaned + self._clean(part)

    def _clean(self, texts: list[str]) -> list[str]:
        joined = "\n".join(texts)
        found: dict[int, list[tuple[int, int]]] = {}
        starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
        for words in sorted({seal.words for seal in self.seals}):
            for start, end in self._places(_folded(joined) if words else joined, words):
                which = int(np.searchsorted(starts, start, side="right")) - 1
                found.setdefault(which, []).append((start - int(starts[which]), end - int(starts[which])))
        return [_marked(text, found[i]) if i in found else text for i, text in enumerate(texts)]

    def _places(self, joined: str, words: bool) -> list[tuple[int, int]]:
        """Start and end of what is sealed."""
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        found = []
        sums = _Sums(codes, self._base)
        for length in sorted({seal.length for seal in self.seals if seal.words == words}):
            mine = [seal for seal in self.seals if (seal.length, seal.words) == (length, words)]
            hashes = {seal.hash for seal in mine}
            for at in sums.places(length, [seal.sum for seal in mine]):
                end = at + length
                if _stands(joined, at, end, words) and self._hash(joined[at:end]) in hashes:
                    found.append((at, end))
        return found

    def _seal(self, text: str, words: bool) -> Seal:
        text = _folded(text) if words else text
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        own = int(_Sums(codes, self._base).of(len(text))[0])
        return Seal(len(text), words, own, self._hash(text))

    def _hash(self, text: str) -> str:
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=bytes.fromhex(self.salt), digest_size=16).hexdigest()

    @property
    def _base(self) -> int:
        own = hashlib.blake2b(b"base", key=bytes.fromhex(self.salt), digest_size=8).digest()
        return int.from_bytes(own, "big") | 1


class _Sums:
    """Of a text, the upper 16 bits of a sum over each place of a length, whatever stands before it."""

    def __init__(self, codes: Numbers, base: int) -> None:
        size = len(codes)
        self._back = _powers(pow(base, -1, 1 << 64), size)
        self._sums = np.zeros(size + 1, dtype=np.uint64)
        np.cumsum((codes + np.uint64(1)) * _powers(base, size), out=self._sums[1:])

    def of(self, length: int) -> Numbers:
        """One for each place at which so many characters begin."""
        if length >= len(self._sums):
            return np.zeros(0, dtype=np.uint64)
        within = self._sums[length:] - self._sums[:-length]
        return (within * self._back[: len(within)]) >> np.uint64(48)

    def places(self, length: int, wanted: list[int]) -> list[int]:
        """The places whose number is among those wanted."""
        found: list[int] = np.flatnonzero(np.isin(self.of(length), np.array(wanted, np.uint64))).tolist()
        return found


def _powers(base: int, size: int) -> Numbers:
    powers = np.full(size, base, dtype=np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _forms(text: str) -> Iterator[str]:
    """A text, and how logs hold it in addresses, in JSON and in pages."""
    yield from (text, unicodedata.normalize("NFD", text), html.escape(text), repr(text)[1:-1])
    yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    for write, safe in ((quote, "/"), (quote, ""), (quote_plus, "")):
        yield write(text, safe, errors="surrogateescape")


def _folded(text: str) -> str:
    """In lower case, each character as one: places stay where they are."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _stands(text: str, start: int, end: int, words: bool) -> bool:
    return not words or not (_letter(text[start - 1 : start]) or _letter(text[end : end + 1]))


def _letter(char: str) -> bool:
    return char.isalnum() or char == "_"


def _marked(text: str, places: list[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in sorted(places):
        if end > at:
            parts.append(text[at : max(start, at)] + (MARK if start >= at else ""))
            at = end
    return "".join(parts) + text[at:]


def fresh() -> Seals:
    """None yet, with a salt of their own."""
    return Seals(secrets.token_hex(_SALT))


def from_json(data: dict[str, Any]) -> Seals:
    """What `as_json` gave; ValueError, TypeError or KeyError for what it would not give."""
    seals = tuple(Seal(**seal) for seal in data["seals"])
    if len(bytes.fromhex(data["salt"])) != _SALT or not all(map(_is_one, seals)):
        raise ValueError
    return Seals(data["salt"], seals)


def _is_one(seal: Seal) -> bool:
    numbers = type(seal.length) is int and type(seal.sum) is int and type(seal.words) is bool
    return numbers and 0 < seal.length <= _MOST_ESCAPED * LONGEST and 0 <= seal.sum < 1 << 16


def as_json(seals: Seals) -> dict[str, Any]:
    """Plain values: nothing of the texts but their length, and what a guess can be checked with."""
    return {"salt": seals.salt, "seals": [vars(seal) for seal in seals.seals]}
