"""Finds texts in whatever form a site has written them, and puts a mark in their place."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from generator.errors import GatepostError

Form = Literal["text", "html", "json"]
MARK = "[removed]"
#: A shorter text would be found everywhere.
SHORTEST, LONGEST, MOST = 4, 2000, 1000
#: Of a text that was cut, so many characters before the ellipsis still give it away.
_TELLING = 6

_ELLIPSIS = rb"(?:\xe2\x80\xa6|\\u2026|\.\.\.|&hellip;|&#8230;)"
_SPACE = rb"(?:\s|\\[nrt]|&nbsp;|&#160;|%20|\xc2\xa0)+"
_TAGS = rb"(?:</?[bi]>)*"
_NAMED = {"&": b"&amp;", "<": b"&lt;", ">": b"&gt;", '"': b'&quot;|""', "'": b"&apos;", "\t": rb"\\t"}
# what stands before a word in JSON and in addresses looks like a letter of it
_START = rb"(?:(?<![\w\x80-\xff])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
_END = rb"(?![\w\x80-\xff])"


@dataclass(frozen=True)
class Remover:
    """`texts` of one line each; of a person (`words`): as whole words, in upper or lower case."""

    texts: tuple[str, ...]
    words: bool = False

    def text(self, text: str) -> str:
        """Plain text without them."""
        return self._plain.sub(MARK, text)

    def data(self, data: bytes, form: Form = "text") -> tuple[bytes, int]:
        """The bytes of a file without them, escaped or not, and how often they were found."""
        return self._patterns[form].subn(MARK.encode(), data)

    @cached_property
    def _plain(self) -> re.Pattern[str]:
        found = "|".join(_plain(text) for text in self._longest_first)
        around = rf"(?<!\w)(?:{found})(?!\w)" if self.words else found
        return re.compile(around, re.IGNORECASE if self.words else 0)

    @cached_property
    def _patterns(self) -> dict[Form, re.Pattern[bytes]]:
        # in JSON the n of a new line is no letter of the word after it
        return {
            "text": self._pattern(b"", b""),
            "html": self._pattern(b"", _TAGS),
            "json": self._pattern(rb"(?<!(?<!\\)\\)", b""),
        }

    @property
    def _longest_first(self) -> list[str]:
        return sorted(self.texts, key=len, reverse=True)

    def _pattern(self, before: bytes, between: bytes) -> re.Pattern[bytes]:
        whole, begun = [], []
        for text in self._longest_first:
            chars = [_char(char, self.words) for char in text]
            start = before if text[0].isalnum() and not self.words else b""
            whole.append(start + between.join(chars) + (_END if self.words else b""))
            begun += [start + cut for cut in _begun(chars, between)]
        found = b"|".join([*whole, *begun])
        return re.compile(_START + b"(?:" + found + b")" if self.words else found)


def _plain(text: str) -> str:
    whole = r"\s+".join(re.escape(part) for part in text.split())
    telling = max(_TELLING, (len(text) + 1) // 2)
    if len(text) <= telling:
        return whole
    rest = "".join(f"(?:{re.escape(char)}" for char in text[telling:-1]) + ")?" * len(text[telling:-1])
    return rf"{whole}|{re.escape(text[:telling])}{rest}(?:…|\.\.\.)"


def _begun(chars: list[bytes], between: bytes) -> list[bytes]:
    """The beginnings of a text that was cut, each with the ellipsis after it."""
    telling = max(_TELLING, (len(chars) + 1) // 2)
    if len(chars) <= telling:
        return []
    more = chars[telling:-1]
    rest = b"".join(b"(?:" + between + char for char in more) + b")?" * len(more)
    return [between.join(chars[:telling]) + rest + between + _ELLIPSIS]


def _char(char: str, words: bool) -> bytes:
    """One character in all the ways in which pages, JSON, CSV, Markdown and addresses write it."""
    if char.isspace():
        return _SPACE
    cases = sorted({char, char.lower(), char.upper()}) if words else [char]
    forms = [form for case in cases if len(case) == 1 for form in _forms(case)]
    found = forms[0] if len(forms) == 1 else b"(?:" + b"|".join(forms) + b")"
    return found if char.isalnum() else rb"\\{0,4}" + found


def _forms(char: str) -> list[bytes]:
    raw, code = char.encode("utf-8", "surrogatepass"), ord(char)
    plain = re.escape(raw)
    if char.isascii() and (char.isalnum() or char in "-_"):
        return [plain]
    units = char.encode("utf-16-be", "surrogatepass").hex()
    escaped = "".join(rf"\\+u(?i:{units[i : i + 4]})" for i in range(0, len(units), 4))
    quoted = "".join(f"%(?i:{byte:02x})" for byte in raw)
    numbered = f"&#0*{code};|&#[xX]0*(?i:{code:x});"
    named = [_NAMED[char]] if char in _NAMED else []
    return [plain, *named, *(form.encode() for form in (escaped, quoted, numbered))]


def remover(texts: Iterable[str], *, words: bool = False) -> Remover:
    """One for these texts, white space joined; GatepostError, which never says them, for what cannot be."""
    joined = tuple(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))
    if not joined:
        raise GatepostError("there is no text to remove", "give it in a file: --file F, or --file -")
    if min(map(len, joined)) < SHORTEST or max(map(len, joined)) > LONGEST or len(joined) > MOST:
        raise GatepostError(
            f"each line must have {SHORTEST} to {LONGEST} characters, and there may be {MOST} lines",
            "a shorter text stands in too many places that have nothing to do with it",
        )
    if any(text in MARK for text in joined):
        raise GatepostError("a text is part of the mark that is left in its place", "name more of it")
    return Remover(joined, words)


def from_input(text: str | None, file: Path | None, *, words: bool = False) -> Remover:
    """One for a text, or for the lines of a file (`-`: standard input); GatepostError if that cannot be."""
    if (text is None) == (file is None):
        raise GatepostError("name one text, or a file with a text a line", "gatepost takedown --file F")
    if file is None:
        return remover([text or ""], words=words)
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise GatepostError(f"{file}: cannot be read: {error.strerror}", "check the path") from None
    return remover(data.decode("utf-8", "surrogateescape").splitlines(), words=words)
