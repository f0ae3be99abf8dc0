"""What a Gerrit tells of a change, whichever way it tells it. Times are microseconds since 1970, UTC."""

from __future__ import annotations

import math
from calendar import timegm
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from generator.matching.excerpts import printable
from generator.sources.rows import shown

#: Of a name, an address, the first line of a message.
_CHARS = 1000
#: Of a comment; what is beyond no CI means to be read.
_MESSAGE_CHARS = 200_000
#: The names of so many files of a patch set are kept.
PATHS = 100
_PATH_CHARS = 300
#: Not files of the change, though listed with them.
_NO_FILES = frozenset({"/COMMIT_MSG", "/MERGE_LIST", "/PATCHSET_LEVEL"})
#: Gerrit's short words for labels, in what its ssh commands print.
_LABELS = {"VRIF": "Verified", "CRVW": "Code-Review", "APRV": "Approved"}
#: Gerrit is younger than the first; microseconds since 1970.
_EARLIEST, _LATEST = 946_684_800_000_000, (1 << 33) * 1_000_000

#: A reason beside those of BrokenError.
UNDATED = "a comment without a time"


class BrokenError(Exception):
    """A record that cannot be used; its text says why in a few fixed words."""


class Account(NamedTuple):
    """Who did something; `key` is the username, else `#` and the number, else the name that is shown."""

    key: str | None
    username: str | None
    name: str | None


class Vote(NamedTuple):
    """A vote on a patch set; `value` 0: it was taken back."""

    patchset: int
    account: Account
    label: str
    value: int
    time: int | None


class Message(NamedTuple):
    """A comment on a change; `votes` as (label, value) where they are told beside the text."""

    account: Account
    time: int
    patchset: int | None
    text: str
    tag: str | None = None
    votes: tuple[tuple[str, int], ...] = ()


class Patchset(NamedTuple):
    """`paths`: the first of the files that it changes, `files`: how many these are; None is unknown."""

    number: int
    created: int | None
    kind: str | None
    paths: tuple[str, ...] | None = None
    files: int | None = None


class Change(NamedTuple):
    """One change, or what an event tells of it; `whole`: all its votes are among those told.

    Comments without a time are not among the messages: `undated` counts them.
    """

    server: str
    number: int
    project: str
    branch: str | None
    subject: str | None
    owner: str | None
    status: str | None
    created: int | None
    updated: int | None
    current: int | None
    whole: bool
    patchsets: tuple[Patchset, ...] = ()
    messages: tuple[Message, ...] = ()
    votes: tuple[Vote, ...] = ()
    undated: int = 0


def number(value: Any) -> int | None:
    """A whole number of 64 bits, also as text."""
    try:
        found = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except ValueError:
        return None
    return found if found is not None and -(1 << 62) < found < 1 << 62 else None


def natural(value: Any) -> int | None:
    """Such a number from 1 on."""
    found = number(value)
    return found if found is not None and found > 0 else None


def text(value: Any, most: int = _CHARS) -> str | None:
    """A text that is not empty, cut, without what is no character."""
    if not isinstance(value, str) or not value:
        return None
    cut: str = value[:most]
    return cut if cut.isascii() else cut.encode("utf-8", "replace").decode()


def message(value: Any) -> str:
    """The text of a comment."""
    return text(value, _MESSAGE_CHARS) or ""


def seconds(value: Any) -> int | None:
    """Seconds since 1970 as microseconds."""
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) else None
    found = natural(value)
    return None if found is None else _credible(found * 1_000_000)


def stamp(value: Any) -> int | None:
    """`2014-05-06 21:07:34.000000000`, which is UTC, as microseconds since 1970."""
    try:
        at = datetime.fromisoformat(value[:26] if isinstance(value, str) else "")
        return _credible(timegm(at.timetuple()) * 1_000_000 + at.microsecond)
    except ValueError:
        return None


def _credible(at: int) -> int | None:
    return at if _EARLIEST <= at < _LATEST else None


def account(value: Any) -> Account:
    """An account as Gerrit describes it; nothing of it where there is none."""
    who = mapping(value)
    return _account(text(who.get("username")), text(who.get("name")), natural(who.get("_account_id")))


@lru_cache(65_536)
def _account(username: str | None, name: str | None, id: int | None) -> Account:
    # an e-mail address is nobody's name here
    username, name = (printable(shown(one)) if one and "@" not in one else None for one in (username, name))
    return Account(username or (f"#{id}" if id else name), username, name)


def label(value: Any) -> str | None:
    """The name of a label, also of a short one."""
    found = text(value, 100)
    return _LABELS.get(found, printable(found)) if found else None


def listed(names: Iterable[Any]) -> tuple[tuple[str, ...], int]:
    """The first names of files, and how many there are."""
    known = {name: None for value in names if (name := text(value, _PATH_CHARS)) and name not in _NO_FILES}
    clean = (name for name in known if "\n" not in name)
    return tuple(name for name, _ in zip(clean, range(PATHS), strict=False)), len(known)


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
