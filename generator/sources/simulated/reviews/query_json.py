"""The reviews as `gerrit query --format=JSON --comments --all-approvals --files` prints them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from generator.sources.simulated.reviews.acting import Comment
from generator.sources.simulated.reviews.cast import PEOPLE, URL, Ci, address
from generator.sources.simulated.reviews.wording import message
from generator.sources.simulated.reviews.world import Change, Patchset


def lines(changes: list[Change], comments: list[Comment], seed: int) -> Iterator[str]:
    """One object a change, that changed last first, and the trailer; `comments` in the order of time."""
    said: dict[int, list[Comment]] = {change.number: [] for change in changes}
    for comment in comments:
        if comment.change.number in said:
            said[comment.change.number].append(comment)
    listed = [_change(change, said[change.number], seed) for change in changes]
    for one in sorted(listed, key=lambda one: (-one["lastUpdated"], one["number"])):
        yield json.dumps(one)
    stats = {"type": "stats", "rowCount": len(listed), "runTimeMilliseconds": 81, "moreChanges": False}
    yield json.dumps(stats)


def _change(change: Change, said: list[Comment], seed: int) -> dict[str, Any]:
    latest = [change.current.created, change.closed, *(comment.time for comment in said)]
    return {
        "project": change.project,
        "branch": change.branch,
        "id": f"I{Random(f'{seed} {change.number}').getrandbits(160):040x}",
        "number": change.number,
        "subject": change.subject,
        "owner": _person(change.owner),
        "url": f"{URL}/c/{change.project}/+/{change.number}",
        "createdOn": _seconds(change.patchsets[0].created),
        "lastUpdated": _seconds(max(at for at in latest if at)),
        "open": change.status == "NEW",
        "status": change.status,
        "comments": [_comment(comment, seed) for comment in said],
        "patchSets": [_patchset(change, patchset, said) for patchset in change.patchsets],
    }


def _comment(comment: Comment, seed: int) -> dict[str, Any]:
    who = comment.ci.username if comment.ci else comment.person
    rng = Random(f"{seed} {comment.change.number} {_seconds(comment.time)} {who}")
    return {
        "timestamp": _seconds(comment.time),
        "reviewer": _account(comment.ci) if comment.ci else _person(comment.person),
        "message": message(comment, rng),
    }


def _patchset(change: Change, patchset: Patchset, said: list[Comment]) -> dict[str, Any]:
    votes = {c.ci.username: c for c in said if c.patchset is patchset and c.ci and c.vote is not None}
    files = [{"file": "/COMMIT_MSG", "type": "ADDED", "insertions": 9, "deletions": 0}]
    files += [{"file": name, "type": "MODIFIED", "insertions": 4, "deletions": -2} for name in patchset.files]
    return {
        "number": patchset.number,
        "revision": f"{Random(f'{change.number} {patchset.number}').getrandbits(160):040x}",
        "ref": f"refs/changes/{change.number % 100:02}/{change.number}/{patchset.number}",
        "uploader": _person(change.owner),
        "createdOn": _seconds(patchset.created),
        "author": _person(change.owner),
        "kind": patchset.kind,
        "approvals": [_approval(comment) for comment in votes.values()],
        "files": files,
    }


def _approval(comment: Comment) -> dict[str, Any]:
    by = _account(comment.ci) if comment.ci else {}
    value = str(comment.vote)
    return {
        "type": "Verified",
        "description": "Verified",
        "value": value,
        "grantedOn": _seconds(comment.time),
        "by": by,
    }


def _person(name: str) -> dict[str, str]:
    return {"name": name, "email": address(name), "username": f"person{PEOPLE.index(name)}"}


def _account(ci: Ci) -> dict[str, str]:
    return {"name": ci.name, "email": address(ci.name), "username": ci.username}


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
