"""Lucene's standard analyzer: words by UAX #29, lower case one code point at a time.

`word_classes.txt` holds the classes of code points that Lucene 9 and 10 tell apart (both use the word break
and emoji properties of Unicode 12.1), as found by asking their StandardTokenizer.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import NamedTuple

MAX_TOKEN = 255  # UTF-16 units
_AHEAD = 300
_STRETCH = 1024
_SHORT = 8192

_ASCII = re.compile(r"\w+(?:(?:(?<=[a-z])[.:'](?=[a-z])|(?<=[0-9])[.,;'](?=[0-9]))\w+)*", re.ASCII)


class Token(NamedTuple):
    """A lower-cased token and the code points of the text that it spans."""

    text: str
    start: int
    end: int


def lower(text: str) -> str:
    """Lower case as Java's Character.toLowerCase does it, one to one: no final sigma, `İ` to `i`."""
    return text.lower() if text.isascii() else text.replace("İ", "i").replace("Σ", "σ").lower()


def terms(text: str) -> list[str]:
    """The tokens' texts, in order."""
    if not text.isascii():
        return [token.text for token in tokens(text)]
    found = _ASCII.findall(text.lower())
    if len(text) > MAX_TOKEN and max(map(len, found), default=0) > MAX_TOKEN:
        return [token.text for token in tokens(text)]
    return [word for word in found if word[0] != "_" or word.strip("_")] if "_" in text else found


def tokens(text: str) -> list[Token]:
    """The tokens with the code points they span."""
    lowered = lower(text)
    return [Token(lowered[start:end], start, end) for start, end in _spans(text)]


def _spans(text: str) -> list[tuple[int, int]]:
    """Where tokens start and end."""
    table = _table()
    classes = text.translate(table.classes)
    # What is both letter and emoji may start either; a long token would fill the memory of a pattern.
    if len(text) <= _SHORT and "m" not in classes:
        spans = [found.span() for found in table.word.finditer(classes)]
        if all(end - start <= MAX_TOKEN // 2 for start, end in spans):
            return spans
    return _careful_spans(text, classes)


def _careful_spans(text: str, classes: str) -> list[tuple[int, int]]:
    """Like Lucene, look only as far ahead as a token may reach: cut what is longer, see the rest anew."""
    spans = []
    position = 0
    while position < len(text):
        limit = position + _STRETCH
        found = _table().word.search(classes, position, limit)
        start = found.start() if found else limit
        if limit < len(text) and start > limit - _AHEAD:
            position = limit - _AHEAD  # what starts there may be cut by the limit
            continue
        end = _end(classes, start, _window(text, start))
        if end > start:
            spans.append((start, end))
        position = max(end, start + 1)
    return spans


def _end(classes: str, start: int, limit: int) -> int:
    """The end of the longest token from `start` on, `start` if there is none."""
    found = [pattern.match(classes, start, limit) for pattern in (_table().word, _table().emoji)]
    return max((match.end() for match in found if match), default=start)


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text) + sum(1 for c in text if c > "\uffff")


def _window(text: str, start: int) -> int:
    """The end of the longest stretch from `start` that fits into a token."""
    end = min(start + MAX_TOKEN, len(text))
    while units(text[start:end]) > MAX_TOKEN:
        end -= (units(text[start:end]) - MAX_TOKEN + 1) // 2
    return end


class _Classes(dict[int, str]):
    """Maps code points to their class letter, `0` for those that are in no token."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        ranges = []
        for line in path.read_text(encoding="ascii").splitlines():
            letter, *parts = line.split(" ")
            ranges += [
                (int(low, 16), int(high or low, 16), letter)
                for low, _, high in (part.partition("-") for part in parts)
            ]
        ranges.sort()
        self._starts = [low for low, _, _ in ranges]
        self._ranges = ranges

    def __missing__(self, code_point: int) -> str:
        index = bisect_right(self._starts, code_point) - 1
        letter = self._ranges[index][2] if index >= 0 and code_point <= self._ranges[index][1] else "0"
        self[code_point] = letter
        return letter


class _Table(NamedTuple):
    classes: _Classes
    word: re.Pattern[str]
    emoji: re.Pattern[str]


@cache
def _table() -> _Table:
    # Class letters: a letter (w Hebrew, m also an emoji), n d number, k katakana, _ joins all,
    # : . ' join letters, , . ' join numbers, x z c v V S M extend what stands before them,
    # s S south-east Asian, i han, r hiragana, e emoji, M its modifier, R regional indicator, z joiner,
    # d # with c a keycap.
    ex = "[xzcvVSM]*"
    hebrew = f"w{ex}(?:'{ex}|\"{ex}w{ex})"
    letters = f"[awm]{ex}(?:[:.']{ex}[awm]{ex})*"
    numbers = f"[nd]{ex}(?:[,.']{ex}[nd]{ex})*"
    plain = f"(?:{hebrew}|{letters}|{numbers})+"
    katakana = f"k{ex}(?:(?:_{ex})*k{ex})*"
    lead = "(?:_[_xzcvVSM]{0,253}+)?"  # more would fill a token
    word = f"{lead}(?:{katakana}|{plain})(?:(?:_{ex})+(?:{katakana}|{plain}))*(?:_{ex})*"
    ej = "[xzcSM]*"
    emoji = f"(?:z{{0,254}}+[em]{ej}v?|M{ej})(?:(?:(?<=z)|z+)[em]{ej}v?|zM{ej})*"
    other = f"[sS][sSxzcvVM]*|[ir]{ex}|R{ex}R{ex}|[#d]{ej}v?c{ej}|{emoji}"
    classes = _Classes(Path(__file__).with_name("word_classes.txt"))
    return _Table(classes, re.compile(f"{word}|{other}"), re.compile(emoji))
