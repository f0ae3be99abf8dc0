"""Finds texts in whatever form a site has written them, and puts a mark in their place."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from generator import site
from generator.errors import GatepostError
from generator.text.names import plain

Form = Literal["text", "html", "json"]
MARK = "[removed]"
#: A shorter text would be found everywhere.
SHORTEST, LONGEST, MOST = 4, 2000, 1000
#: Of a text that was cut, so many characters before the ellipsis still give it away.
_TELLING = 6

_ELLIPSIS = r"(?:…|\\u2026|\.\.\.|&hellip;|&#8230;)"
_SPACE = r"(?:\s|\\[nrt]|&nbsp;|&#160;|%20|\+)+"
_TAGS = r"(?:</?[bi]>)*"
# a page that shows what was written for another page escapes it once more
_AMP = "&(?:amp;)*"
_NAMED = {"&": "amp;", "<": "lt;", ">": "gt;", '"': "quot;", "'": "apos;"}
# what stands before a word in JSON and in addresses looks like a letter of it
_START = r"(?:(?<!\w)|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"
_END = r"(?!\w)"
# in JSON the n of a new line is no letter of the word after it
_NO_ESCAPE = r"(?<!(?<!\\)\\)"


@dataclass(frozen=True)
class Remover:
    """`texts` of one line each; of a person (`words`): as whole words, in upper or lower case."""

    texts: tuple[str, ...]
    words: bool = False

    def text(self, text: str) -> str:
        """A text without them, escaped or not."""
        return self._patterns["text"].sub(MARK, text)

    def data(self, data: bytes, form: Form = "text") -> tuple[bytes, int]:
        """The bytes of a file without them, and how often they were found."""
        new, found = self._patterns[form].subn(MARK, data.decode("utf-8", "surrogateescape"))
        return (new.encode("utf-8", "surrogateescape"), found) if found else (data, 0)

    @cached_property
    def _patterns(self) -> dict[Form, re.Pattern[str]]:
        return {
            "text": self._pattern("", ""),
            "html": self._pattern("", _TAGS),
            "json": self._pattern(_NO_ESCAPE, ""),
        }

    def _pattern(self, before: str, between: str) -> re.Pattern[str]:
        whole, begun = [], []
        for text in sorted(self.texts, key=len, reverse=True):
            # a mail writes `?` for what has no ASCII form; nothing but those stands for anything
            told = sum(plain(char) != "?" for char in text) * 2 >= len(text)
            chars = [_char(char, self.words, told) for char in text]
            start = before if text[0].isalnum() and not self.words else ""
            whole.append(start + between.join(chars) + _END * self.words)
            whole += _slug(text)
            begun += [start + cut for cut in _begun(chars, between)]
        return re.compile(f"{_START * self.words}(?:{'|'.join([*whole, *begun])})")


def _begun(chars: list[str], between: str) -> list[str]:
    """The beginnings of a text that was cut, each with the ellipsis after it."""
    telling = max(_TELLING, (len(chars) + 1) // 2)
    if len(chars) <= telling:
        return []
    more = chars[telling:-1]
    rest = "".join(f"(?:{between}{char}" for char in more) + ")?" * len(more)
    return [between.join(chars[:telling]) + rest + between + _ELLIPSIS]


def _slug(text: str) -> list[str]:
    """How the names of pages write it, before the hash of the whole name."""
    slug = site.readable(text)
    return [rf"(?<![a-z0-9]){slug}(?=[a-z0-9-]*~[0-9a-f]{{16}})"] if len(slug) >= SHORTEST else []


def _char(char: str, words: bool, told: bool) -> str:
    """One character in all the ways in which pages, JSON, CSV, Markdown and addresses write it."""
    if char.isspace():
        return _SPACE
    cases = sorted({char, char.lower(), char.upper()}) if words else [char]
    forms = [form for case in cases if len(case) == 1 for form in _forms(case, told)]
    found = forms[0] if len(forms) == 1 else f"(?:{'|'.join(forms)})"
    return found if char.isalnum() else rf"\\{{0,4}}{found}"


def _forms(char: str, told: bool) -> list[str]:
    if char.isascii() and (char.isalnum() or char in "-_"):
        return [re.escape(char)]
    units = char.encode("utf-16-be", "surrogatepass").hex()
    escaped = "".join(rf"\\+u(?i:{units[i : i + 4]})" for i in range(0, len(units), 4))
    quoted = "".join(f"%(?i:{byte:02x})" for byte in char.encode("utf-8", "surrogatepass"))
    numbered = f"{_AMP}#0*{ord(char)};|{_AMP}#[xX]0*(?i:{ord(char):x});"
    apart, mailed = unicodedata.normalize("NFD", char), plain(char)
    written = {apart, mailed if told or mailed != "?" else ""} - {char, ""}
    # the plain one last: an ampersand begins its own entity
    named = [_AMP + _NAMED[char]] if char in _NAMED else []
    named += ['""'] if char == '"' else []  # in CSV
    return [*named, escaped, quoted, numbered, *sorted(map(re.escape, written)), re.escape(char)]


def remover(texts: Iterable[str], *, words: bool = False) -> Remover:
    """One for these texts, white space joined; GatepostError, which never says them, for what cannot be."""
    given = [text for text in texts if text.strip()]
    # as it was given too: a few characters are others in the normal form
    one = (form for text in given for form in (text, unicodedata.normalize("NFC", text)))
    joined = tuple(dict.fromkeys(" ".join(text.split()) for text in one))
    if not joined:
        raise GatepostError("there is no text to remove", "give it in a file: --file F, or --file -")
    if min(map(len, joined)) < SHORTEST or max(map(len, joined)) > LONGEST or len(given) > MOST:
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
