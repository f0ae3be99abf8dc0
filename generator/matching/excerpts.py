"""Log lines fit to be published: without secrets, without control characters, of a sane length."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from generator.matching.log_text import cut
from generator.matching.redaction import MARK, redact_line

EXCERPT_CHARS = 400  # of a line that is shown
JUDGED_CHARS = 2000  # of a line that is searched for secrets; what is beyond is never shown
PASSES = 50  # what one rule replaces may be what another one waits for; two are the rule
REPEATED_CHARS = 6  # a shorter secret is replaced where it is found, but not looked for in the other lines

_KEY_START = re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY")
_KEY_END = re.compile(r"-----END [A-Z ]{0,30}PRIVATE KEY")
_KEY_BODY = re.compile(r"(?<![^\s|])[A-Za-z0-9+/=]{1,80}\s*$")

# Shown as they are: what a terminal would show, less marks that turn the direction of the text around.
_NAMED = {"\t": "\t", "\n": "\n", "\u200d": "\u200d", "\u200c": "\u200c"}
_HIDDEN_KINDS = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def redact(text: str) -> str:
    """Return `text`, of one line or several, with secrets and e-mail addresses as `[redacted]`.

    Of each line at most JUDGED_CHARS characters are kept. A secret that one line gives away is replaced in
    the others as well. Redacting twice changes nothing.
    """
    lines = text.split("\n")
    for _ in range(PASSES):
        before, lines = lines, _redacted(lines)
        if lines == before:
            break
    return "\n".join(lines)


def _redacted(lines: list[str]) -> list[str]:
    found: set[str] = set()
    short = [cut(line, JUDGED_CHARS) for line in lines]
    lines = [redact_line(line, found) for line in _without_key_bodies(short)]
    secrets = sorted((s for s in found if len(s) >= REPEATED_CHARS), key=lambda s: (-len(s), s))
    if not secrets:
        return lines
    repeated = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, secrets))})(?!\w|['\"]?\s?[=:])")
    return [repeated.sub(MARK, line) for line in lines]


def _without_key_bodies(lines: list[str]) -> list[str]:
    """Replace the body of a private key that spans lines, also where one end is outside of the text."""
    result = list(lines)
    starts = [number for number, line in enumerate(lines) if _KEY_START.search(line)]
    ends = [number for number, line in enumerate(lines) if _KEY_END.search(line)]
    for walk in [range(n + 1, len(lines)) for n in starts] + [range(n - 1, -1, -1) for n in ends]:
        for number in walk:
            result[number] = _KEY_BODY.sub(MARK, lines[number])
            if result[number] == lines[number]:
                break
    return result


def printable(text: str) -> str:
    """Return `text` with control characters and direction marks spelled out, as `\\x1b` and `\\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(char) for char in text)


def _spelled(char: str) -> str:
    if char in _NAMED or unicodedata.category(char) not in _HIDDEN_KINDS:
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def excerpt(lines: Sequence[bytes]) -> str:
    """Return log lines fit to be published: redacted, printable, cut to EXCERPT_CHARS, joined by newlines.

    Bytes that are not UTF-8 are spelled out as `\\xff`; a carriage return at the end of a line is dropped.
    """
    return published([line.rstrip(b"\r\n").decode("utf-8", "backslashreplace") for line in lines])


def published(lines: Sequence[str]) -> str:
    """Return lines of text as `excerpt` returns lines of bytes; a newline within a line is spelled out."""
    text = "\n".join(line.replace("\n", "\\n") for line in lines)
    return "\n".join(_shown(line) for line in redact(text).split("\n"))


def _shown(line: str) -> str:
    line = printable(line)
    return line if len(line) <= EXCERPT_CHARS else line[: EXCERPT_CHARS - 1] + "…"
