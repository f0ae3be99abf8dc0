"""Rows with the result of a job: `- job url : RESULT in 5m 32s (non-voting)`, and what comes near to it.

Every expression runs in time linear in the line; links, where that is hard to see, are found with RE2.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import re2

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_UNIT = r"(?:days?|d|hours?|hrs?|hr|h|minutes?|mins?|m|seconds?|secs?|s)"
# What Zuul writes, read at once: nearly all rows are such.
_ZUUL = re.compile(
    r"- ([^\s<]\S{0,299}) (\w{2,10}://\S{1,2000}|N/A) : ([A-Z][A-Z0-9_]{0,39})"
    r"(?: in ([0-9dhms ]{2,40}))?( \(non-voting\))?\s*"
)
_SHOWN = re.compile(r"- [^ ]+ [^ ]+ : [^ ]")
_BULLET = re.compile(r"[ \t]{0,8}(?:[-*•+][ \t]+|<li>[ \t]*)", re.I)
_TAIL = re.compile(r"([A-Za-z][A-Za-z0-9_-]{1,39})(?![^\s(.,;<])\s*(https?://\S+)?(.*)", re.S)
_TIME = re.compile(rf"\bin ((?:\d{{1,6}} ?{_UNIT}[ ,]{{0,2}})+|\d{{1,4}}:\d\d:\d\d)")
_PART = re.compile(r"(\d{1,6}) ?([dhms])")
_REMARK = re.compile(r"\([^()]{0,200}\)")
_TAG = re.compile(r"</?(?:li|ul|ol|p|br|b|i|em|strong|tt|code|pre|div|span)[ \t]{0,4}/?>", re.I)
_USUAL_ADDRESS = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?::\d{1,5})?/[!-~]*")  # need not be taken apart
_BLANK = "\x00"  # stands for a blank within the text of a link


class Row(NamedTuple):
    """A result as it is written; `shown` tells whether Gerrit's summary of Zuul's results shows the row."""

    job: str
    word: str
    voting: bool
    duration_s: float | None
    url: str | None
    shown: bool


def read_row(line: str, known: Container[str]) -> Row | None:
    """The result that a line tells, None if it is no such row; `known` are words that are results."""
    found = _ZUUL.fullmatch(line)
    if found:
        job, place, word, time, non_voting = found.groups()
        return Row(job, word, non_voting is None, _seconds(time or ""), web_address(place), True)
    return _loose(line, known) if ":" in line else None


def _loose(line: str, known: Container[str]) -> Row | None:
    bullet = _BULLET.match(line)
    text = line[bullet.end() :] if bullet else line.strip()
    if "<" in text or "](" in text:
        text = _plain(text)
    if not bullet and not text.startswith("http"):
        return None
    head, tail = _parts(text)
    found = _TAIL.match(tail)
    if not found:
        return None
    word, rest = found[1], found[3].replace("<<<", "")
    job, url, placed = _job(head)
    url, placed = url or web_address(found[2]), placed or bool(found[2])
    time = _TIME.search(rest)
    if not job or not _sure(word, rest, time, placed, known):
        return None
    voting = "(non-voting" not in rest.lower()
    seconds = _seconds(time[1]) if time else None
    return Row(job, word.upper().replace("-", "_"), voting, seconds, url, bool(_SHOWN.match(line)))


def _parts(text: str) -> tuple[str, str]:
    """What is before and after the colon that leads to the result; the first that no address follows."""
    head, _, tail = text.partition(" : ")
    if tail.startswith(("http://", "https://")) and " : " in tail:
        place, _, tail = tail.partition(" : ")
        head = f"{head} {place}"
    if not tail:
        head, _, tail = text.rpartition(": ")
    return head, tail.replace("**", "").replace("`", "").strip()


def _sure(word: str, rest: str, time: re.Match[str] | None, placed: bool, known: Container[str]) -> bool:
    """Whether a word stands where a result stands, and not in prose: "failed" in a sentence is none."""
    capitals = word.isupper()
    untimed = rest[: time.start()] + rest[time.end() :] if time else rest
    bare = not _REMARK.sub("", untimed).strip(" .\t")
    if placed:
        return (capitals and (bare or word in known)) or (bare and word.upper() in known)
    return capitals and bare and (time is not None or word in known)


def _job(head: str) -> tuple[str | None, str | None, bool]:
    """The job and the address that are before the colon; and whether a place is named, of the web or not."""
    words = [word.rstrip(":") for word in head.split() if word not in ("-", "–", "|", ":")]
    places = [word for word in words if "://" in word or word == "N/A"]
    names = [word for word in words if word not in places]
    if len(names) > 1 or len(places) > 1:
        return None, None, False
    url = web_address(places[0]) if places else None
    job = names[0].replace(_BLANK, " ") if names else _jenkins_job(url)
    return job, url, bool(places)


def web_address(text: str | None) -> str | None:
    """The text if it is an address of the web that can be linked to, without a password."""
    if not text or len(text) > 2000:
        return None
    if _USUAL_ADDRESS.fullmatch(text):
        return text
    if not text.startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.netloc and "@" not in parts.netloc and text.isprintable() else None


def _jenkins_job(url: str | None) -> str | None:
    steps = urlsplit(url).path.split("/") if url else []
    names = [name for step, name in pairwise(steps) if step == "job" and name]
    return "/".join(names) or None


@lru_cache(1 << 14)
def _seconds(time: str) -> float | None:
    """Seconds of `1h 04m 35s`, `5 min 3 sec` or `1:04:35`; None if it tells none."""
    if ":" in time:
        hours, minutes, seconds = time.split(":")
        return float(int(hours) * 3600 + int(minutes) * 60 + int(seconds))
    parts = _PART.findall(time)
    return float(sum(int(number) * _UNITS[unit] for number, unit in parts)) if parts else None


@cache
def _links() -> tuple[re2._Regexp[str], ...]:
    import re2

    anchor = r"""(?i)<a\s[^<>]*href=["']?([^"'<>\s]+)["']?[^<>]*>([^<>]+)</a>"""
    return re2.compile(anchor), re2.compile(r"\[([^\[\]]+)\]\((https?://[^()\s]+)\)")


def _plain(text: str) -> str:
    """The text with links of HTML and Markdown as `text address`, and without other tags."""
    anchor, markdown = _links()
    text = anchor.sub(lambda found: _named(found[2], found[1]), text)
    text = markdown.sub(lambda found: _named(found[1], found[2]), text)
    return _TAG.sub(" ", text).replace("<http", " http").replace(">", " ").strip()


def _named(name: str, address: str) -> str:
    return address if "://" in name else f"{_BLANK.join(name.split())} {address}"
