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

_ASCII = re.compile(r"\w+(?:(?:(?<=[a-z])[.:'](?=[a-z])|(?<=[0-9])[.,;'](?=[0-9]))\w+)*", re.ASCII)
_CONNECTORS = re.compile("[_xzcvVSM]*")


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
    """Where tokens start and end; one that is too long is cut, and the rest looked at anew."""
    table = _table()
    classes = text.translate(table.classes)
    spans = []
    position = 0
    while found := table.word.search(classes, position):
        start, position = found.span()
        if position - start > MAX_TOKEN // 2 and units(text[start:position]) > MAX_TOKEN:
            cut = table.word.match(classes, start, _window(text, start))
            if cut is None:  # its connectors alone fill a token: it starts as late as they may
                connectors = _CONNECTORS.match(classes, start)
                position = _late_start(text, connectors.end() if connectors else start)
                continue
            position = cut.end()
        spans.append((start, position))
    return spans


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text) + sum(1 for c in text if c > "\uffff")


def _window(text: str, start: int) -> int:
    """The end of the longest stretch from `start` that fits into a token."""
    units, end = 0, start
    while end < len(text) and (units := units + 1 + (text[end] > "\uffff")) <= MAX_TOKEN:
        end += 1
    return end


def _late_start(text: str, last: int) -> int:
    """The start of the longest stretch up to and with `last` that fits into a token."""
    units, start = 0, last + 1
    while (units := units + 1 + (text[start - 1] > "\uffff")) <= MAX_TOKEN:
        start -= 1
    return start


class _Classes(dict[int, str]):
    """Maps code points to their class letter, `0` for those that are in no token."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        ranges = []
        for line in path.read_text(encoding="ascii").splitlines():
            letter, *parts = line.split(" ")
            ranges += [(int(low, 16), int(high or low, 16), letter)
                       for low, _, high in (part.partition("-") for part in parts)]
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
    word = f"(?:_{ex})*(?:{katakana}|{plain})(?:(?:_{ex})+(?:{katakana}|{plain}))*(?:_{ex})*"
    ej = "[xzcSM]*"
    joined = f"(?:(?:(?<=z)|z+)[em]{ej}v?)"
    emoji = f"(?:z*[em]{ej}v?|M{ej}){joined}*"
    other = f"[sS][sSxzcvVM]*|[ir]{ex}|R{ex}R{ex}|[#d]{ej}v?c{ej}|{emoji}"
    word = f"m{ej}v?{joined}+|{word}|{other}"
    return _Table(_Classes(Path(__file__).with_name("word_classes.txt")), re.compile(word))
