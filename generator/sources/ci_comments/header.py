"""What Gerrit puts before the text of a comment: patch set, votes, the number of comments in files."""

from __future__ import annotations

import re
from typing import NamedTuple

_PATCH_SET = re.compile(r"\s{0,9}Patch Set (\d{1,6}):[ \t]*([^\n]*)")
_VOTE = re.compile(r"(-?)([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z][A-Za-z0-9]*)*)([+-]\d)?")
_COMMENTS = re.compile(r"\s*\(\d{1,6} (?:inline )?comments?\)[ \t]*(?=\n|$)")
_FIRST = "Verified"  # of several votes the one that says what a CI found


class Header(NamedTuple):
    """The header's patch set, and its vote with its label; `body` is what the comment says after it."""

    patchset: int | None
    vote: int | None
    label: str | None
    body: str


def split(message: str) -> Header:
    """The header of a comment, all None if it has none."""
    found = _PATCH_SET.match(message)
    if not found:
        return Header(None, None, None, _without_count(message))
    votes = _votes(_without_count(found[2]))
    body = message[found.end() if votes is not None else found.start(2) :]
    label, vote = _most_telling(votes or {})
    return Header(int(found[1]), vote, label, _without_count(body))


def _without_count(text: str) -> str:
    found = _COMMENTS.match(text)
    return text[found.end() :] if found else text


def _votes(words: str) -> dict[str, int] | None:
    """Value by label, 0 where a vote was taken back; None if the line holds anything else."""
    votes = {}
    for word in words.split():
        found = _VOTE.fullmatch(word[:100])
        if word.startswith("(") and re.fullmatch(r"\(\d+ (?:inline )?comments?\)", words[words.index("(") :]):
            break
        if not found or bool(found[1]) == bool(found[3]):
            return None
        votes[found[2]] = int(found[3] or 0)
    return votes


def _most_telling(votes: dict[str, int]) -> tuple[str | None, int | None]:
    label = _FIRST if _FIRST in votes else next(iter(votes), None)
    return label, None if label is None else votes[label]
