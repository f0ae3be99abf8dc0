"""Sends the documents of the simulated builds into an engine, in place of those of an earlier demo."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from generator import words
from generator.matching.tags import FileList
from generator.progress import Progress
from generator.sources.index.faults import reason_of
from generator.sources.simulated.build import Build
from generator.sources.simulated.documents import Document, buildsets, lines, reported, sent
from generator.sources.simulated.logs import place
from generator.sources.simulated.target import Target

_BATCH = 4000
_NAMES_AT_ONCE = 50  # the address of a request may have 4,096 bytes


class _Entry(NamedTuple):
    """A document for the engine: with an identity, so that it is there once, also if it is sent again."""

    into: str
    identity: str
    document: Document

    def data(self) -> bytes:
        action = {"index": {"_index": self.into, "_id": self.identity}}
        return f"{json.dumps(action)}\n{json.dumps(self.document)}\n".encode()


def send(target: Target, folder: Path, builds: list[Build], progress: Progress) -> int:
    """Send the logs in the demo's folder, and what Zuul's reporter says; the number of documents sent.

    What an earlier demo sent is deleted. Raises GatepostError if the engine refuses anything.
    """
    remove(target, progress)
    count = 0
    with progress.task("Sending the documents of builds", len(builds)) as task:
        entries = _entries(target, folder, builds, task.advance)
        while batch := list(islice(entries, _BATCH)):
            _bulk(target, batch)
            count += len(batch)
    target.ask("POST", f"/{target.prefix}-*/_refresh")
    return count


def remove(target: Target, progress: Progress) -> None:
    """Delete what an earlier demo sent, and nothing else, after saying so."""
    found = target.ask("GET", f"/{target.prefix}-*/_alias").data
    names = sorted(name for name in found if target.is_ours(name))
    if names:
        indices = words.plural(len(names), "index", "indices")
        progress.note(f"Deleting {indices} of an earlier demo, {names[0]} … {names[-1]}")
    for start in range(0, len(names), _NAMES_AT_ONCE):
        target.ask("DELETE", f"/{','.join(names[start : start + _NAMES_AT_ONCE])}")


def _entries(
    target: Target, folder: Path, builds: list[Build], advance: Callable[[], None]
) -> Iterator[_Entry]:
    """All documents; `advance` is called after each build."""
    for buildset in buildsets(builds):
        at, told = reported(buildset)
        index = target.runs_index(buildset[0].ci.tenant, at)
        yield from (_Entry(index, document["uuid"], document) for document in told)
    files = FileList.load(folder / "files.yaml")
    for build in builds:
        index = target.logs_index(sent(build))
        for number, document in enumerate(lines(build, folder / "logs" / place(build), files)):
            yield _Entry(index, f"{build.uuid}-{number}", document)
        advance()


def _bulk(target: Target, batch: list[_Entry]) -> None:
    body = b"".join(entry.data() for entry in batch)
    reply = target.ask("POST", "/_bulk?filter_path=errors,items.*.error", body)
    if reply.data.get("errors"):
        failed = next(item["index"]["error"] for item in reply.data["items"] if item)
        raise target.refusal(reason_of(failed))
