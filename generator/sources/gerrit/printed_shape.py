"""What Gerrit's ssh commands print: changes of `gerrit query --format=JSON`, and events of a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from generator.sources.gerrit.told import (
    BrokenError,
    Change,
    Message,
    Patchset,
    Vote,
    account,
    label,
    listed,
    mapping,
    message,
    natural,
    number,
    objects,
    seconds,
    text,
)

Record = Mapping[str, Any]
_PATCHSET = re.compile(r"Patch Set ([1-9][0-9]{0,8})\b")
#: Event → status of its change.
_STATUS = {"change-merged": "MERGED", "change-abandoned": "ABANDONED", "change-restored": "NEW"}
EVENTS = frozenset({"comment-added", "patchset-created", *_STATUS})


def change(record: Record, server: str | None) -> Change:
    """The change of a line of a query; BrokenError if it does not name one."""
    patchsets = objects(record.get("patchSets")) or objects([record.get("currentPatchSet")])
    known = [natural(one.get("number")) for one in patchsets]
    told = _change(record, server)
    messages = tuple(_messages(record))
    votes = tuple(vote for one in patchsets for vote in _approvals(one.get("approvals"), one, None))
    return told._replace(
        updated=seconds(record.get("lastUpdated")),
        current=max((one for one in known if one), default=None),
        whole="currentPatchSet" in record or any("approvals" in one for one in patchsets),
        patchsets=tuple(_patchsets(patchsets)),
        messages=messages,
        votes=votes,
        undated=len(objects(record.get("comments"))) - len(messages),
    )


def event(record: Record, server: str | None) -> Change:
    """What an event, whose `type` is one of EVENTS, tells of a change; BrokenError if it names none."""
    kind = text(record.get("type"))
    at = seconds(record.get("eventCreatedOn"))
    if at is None:
        raise BrokenError("no time")
    patchset = mapping(record.get("patchSet"))
    told = _change(mapping(record.get("change")), server)
    told = told._replace(
        status=_STATUS.get(kind or "", told.status),
        updated=at,
        current=natural(patchset.get("number")),
        patchsets=tuple(_patchsets([patchset])),
    )
    if kind != "comment-added":
        return told
    who = account(record.get("author"))
    votes = tuple(_approvals(record.get("approvals"), patchset, record))
    given = tuple((vote.label, vote.value) for vote in votes)
    said = Message(who, at, told.current, message(record.get("comment")), None, given)
    return told._replace(messages=(said,), votes=tuple(vote._replace(time=at) for vote in votes))


def _change(record: Record, server: str | None) -> Change:
    id, project = natural(record.get("number")), text(record.get("project"))
    if id is None or project is None:
        raise BrokenError("no number or no project")
    host = server or _host(record.get("url"))
    if host is None:
        raise BrokenError("no address of a change: `server` must name the Gerrit")
    owner = mapping(record.get("owner"))
    return Change(
        server=host,
        number=id,
        project=project,
        branch=text(record.get("branch")),
        subject=text(record.get("subject")),
        owner=text(owner.get("username")) or text(owner.get("email")) or text(owner.get("name")),
        status=text(record.get("status"), 20),
        created=seconds(record.get("createdOn")),
        updated=None,
        current=None,
        whole=False,
    )


def _host(url: Any) -> str | None:
    try:
        return urlsplit(text(url) or "").hostname
    except ValueError:
        return None


def _patchsets(records: list[Record]) -> Iterator[Patchset]:
    for one in records:
        id = natural(one.get("number"))
        if id is None:
            continue
        created, kind = seconds(one.get("createdOn")), text(one.get("kind"), 40)
        if isinstance(one.get("files"), list):
            files = objects(one["files"])
            names = [file.get(key) for key in ("file", "fileOld") for file in files]
            yield Patchset(id, created, kind, *listed(names))
        else:
            yield Patchset(id, created, kind)


def _messages(record: Record) -> Iterator[Message]:
    """The comments; which patch set one is on is only told by its own words."""
    for one in objects(record.get("comments")):
        at = seconds(one.get("timestamp"))
        if at is not None:
            said = message(one.get("message"))
            found = _PATCHSET.match(said)
            yield Message(account(one.get("reviewer")), at, int(found[1]) if found else None, said)


def _approvals(value: Any, patchset: Record, event: Record | None) -> Iterator[Vote]:
    """The votes on a patch set; of an event those that it gave or took back."""
    id = natural(patchset.get("number"))
    for one in objects(value):
        given, kind = number(one.get("value")), label(one.get("type"))
        if given is None or abs(given) > 99 or kind in (None, "SUBM") or id is None:
            continue
        # Gerrit lists all labels in an event, those that were not voted on with 0
        if given or (event is not None and number(one.get("oldValue"))):
            by = account(event.get("author") if event is not None else one.get("by"))
            yield Vote(id, by, kind or "", given, seconds(one.get("grantedOn")))
