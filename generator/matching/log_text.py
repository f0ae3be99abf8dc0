"""What a log line says once its clock, colours and ever-changing numbers are taken off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

#: Terminal control sequences (ECMA-48 CSI, and OSC up to its end mark).
ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")

# A clock at the start of a line, often twice ("a | b "): ISO 8601 (Zuul, Jenkins, GitHub, oslo) or syslog's.
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
_SYSLOG = r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?"
_CLOCK = re.compile(rf"(?:[\[(]?(?:{_ISO}|{_SYSLOG})[\])]?(?: \| ?| |$)){{1,2}}")
# After the clock Zuul names the node that the line is from.
_NODE = re.compile(r"[A-Za-z][\w.-]{0,80} \| ?")

# What differs between two runs of the same job. Hexadecimal needs a digit: words such as "added" stay.
_VARIES = re.compile(
    r"0x[0-9a-fA-F]+|(?<![A-Za-z])(?=[a-f]*\d)[0-9a-f-]{8,}(?![A-Za-z])|(?:/[\w.@+-]{1,255}){2,}|\d+"
)

# A word that a cut goes through is dropped, up to so many characters: half a secret may not look like one.
_CUT_WORD = 256


class Plain(NamedTuple):
    """A line without clock and colours: its indentation (in characters) and the text after it."""

    indent: int
    text: str


def plain(line: str) -> Plain:
    """Return `line` without terminal codes, leading clocks and the name of the node."""
    if "\x1b" in line:
        line = ANSI.sub("", line)
    clock = _CLOCK.match(line)
    if clock:
        line = line[clock.end() :]
        node = _NODE.match(line)
        line = line[node.end() :] if node else line
    text = line.strip()
    return Plain(len(line) - len(line.lstrip()), text)


def template(text: str) -> str:
    """Return `text` with numbers, hexadecimal ids and paths as `#`, the same for two runs of a job."""
    return _VARIES.sub("#", text)


def cut(text: str, limit: int) -> str:
    """Return the start of `text`, at most `limit` characters, ending with a whole word."""
    if len(text) <= limit:
        return text
    safe = max(limit - _CUT_WORD, 0)
    words, space, _ = text[safe:limit].rpartition(" ")
    return text[:safe] + words + space


def byte_lines(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Yield the lines of unpacked blocks, cut anywhere; of a longer line the first `limit` bytes."""
    rest = b""
    for chunk in chunks:
        *lines, last = chunk.split(b"\n")
        for line in lines:
            yield rest + line[: limit - len(rest)]
            rest = b""
        rest += last[: limit - len(rest)]
    if rest:
        yield rest


def text_lines(chunks: Iterable[bytes], limit: int) -> Iterator[str]:
    """`byte_lines` as text; bytes that are not UTF-8 are spelled out."""
    return (line.decode("utf-8", "backslashreplace") for line in byte_lines(chunks, limit))
