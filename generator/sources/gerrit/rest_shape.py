"""A change as Gerrit's REST API answers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

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
    stamp,
    text,
)

Record = Mapping[str, Any]
#: What is asked for with each change.
OPTIONS = ("MESSAGES", "DETAILED_ACCOUNTS", "ALL_REVISIONS", "DETAILED_LABELS")
FILES = "ALL_FILES"


def change(record: Record, server: str) -> Change:
    """The change of a record; BrokenError if it does not name one."""
    id, project = natural(record.get("_number")), text(record.get("project"))
    if id is None or project is None:
        raise BrokenError("no number or no project")
    patchsets = tuple(_patchsets(mapping(record.get("revisions"))))
    current = max((one.number for one in patchsets), default=None)
    messages = tuple(_messages(record))
    owner = mapping(record.get("owner"))
    who = text(owner.get("username")) or natural(owner.get("_account_id")) or text(owner.get("email"))
    return Change(
        server=server,
        number=id,
        project=project,
        branch=text(record.get("branch")),
        subject=text(record.get("subject")),
        owner=None if who is None else str(who),
        status=text(record.get("status"), 20),
        created=stamp(record.get("created")),
        updated=stamp(record.get("updated")),
        current=current,
        whole="labels" in record,
        patchsets=patchsets,
        messages=messages,
        votes=tuple(_votes(mapping(record.get("labels")), current)),
        undated=len(objects(record.get("messages"))) - len(messages),
    )


def _patchsets(revisions: Record) -> Iterator[Patchset]:
    for revision in map(mapping, revisions.values()):
        id = natural(revision.get("_number"))
        if id is None:
            continue
        created, kind = stamp(revision.get("created")), text(revision.get("kind"), 40)
        files = revision.get("files")
        if isinstance(files, dict):
            renamed = [mapping(file).get("old_path") for file in files.values()]
            yield Patchset(id, created, kind, *listed([*files, *renamed]))
        else:
            yield Patchset(id, created, kind)


def _messages(record: Record) -> Iterator[Message]:
    for one in objects(record.get("messages")):
        at = stamp(one.get("date"))
        if at is not None:
            who = account(one.get("author"))
            patchset = natural(one.get("_revision_number"))
            yield Message(who, at, patchset, message(one.get("message")), text(one.get("tag")))


def _votes(labels: Record, current: int | None) -> Iterator[Vote]:
    for name, votes in labels.items():
        named = label(name)
        for one in objects(mapping(votes).get("all")):
            value = number(one.get("value"))
            if value and abs(value) < 100 and named and current is not None:
                yield Vote(current, account(one), named, value, stamp(one.get("date")))
