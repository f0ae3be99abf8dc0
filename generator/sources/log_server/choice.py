"""Whose logs are searched: of builds that failed, and of some that passed; again for a new signature."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from generator.signatures.model import Signature
from generator.sources import Context
from generator.sources.log_server.faults import GONE
from generator.sources.log_server.settings import LogServerSettings, Wanted
from generator.sources.queries import usable
from generator.sources.rows import Origin, Row

FAILED, PASSED, AGAIN = "failed", "passed sample", "again"
_Queries = frozenset[tuple[str, str]]


def wanted(
    candidates: Iterable[Row], settings: LogServerSettings, context: Context, origin: Origin
) -> list[Wanted]:
    """Which of these rows of `builds`, the newest first; each build once.

    A build that was examined is wanted again, within `again_days`, if a signature is new or has changed
    since: not because one was removed. Logs that are gone are not asked for a second time.
    """
    gone = _gone(context, origin)
    present = _hashes(usable(context.signatures))
    sets = _query_sets(context)
    since = context.now - timedelta(days=settings.again_days)
    found = {}
    for build in candidates:
        why = _why(build, settings, gone)
        if why is not None and build["examined"]:
            outdated = not present <= sets.get(build["query_set"], frozenset())
            why = AGAIN if outdated and _end(build) >= since else None
        if why is not None:
            found[build["build_uuid"]] = Wanted(build, why)
    return sorted(found.values(), key=lambda one: (_end(one.build), one.build["build_uuid"]), reverse=True)


def sampled(uuid: str, share: float) -> bool:
    """Whether a build is of the sample: always the same ones, and those of a smaller share among them."""
    digest = hashlib.sha256(uuid.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def _why(build: Row, settings: LogServerSettings, gone: Collection[str]) -> str | None:
    """Why its logs are of interest at all."""
    if not build["log_url"] or build["end_time"] is None or build["build_uuid"] in gone:
        return None
    if build["outcome"] == "failure":
        return FAILED
    passed = build["outcome"] == "success" and sampled(build["build_uuid"], settings.passed)
    return PASSED if passed else None


def _end(build: Row) -> datetime:
    end: datetime = build["end_time"]
    return end


def _hashes(signatures: Iterable[Signature]) -> _Queries:
    return frozenset((signature.id, signature.query_hash) for signature in signatures)


def _query_sets(context: Context) -> Mapping[str, _Queries]:
    """The queries of each set that the store knows."""
    frame = context.stored("queries")
    rows = zip(frame["query_set"], frame["signature"], frame["query_hash"], strict=True)
    sets: dict[str, set[tuple[str, str]]] = {}
    for name, signature, query_hash in rows:
        sets.setdefault(name, set()).add((signature, query_hash))
    return {name: frozenset(queries) for name, queries in sets.items()}


def _gone(context: Context, origin: Origin) -> frozenset[str]:
    """The builds of this source whose logs were not there any more."""
    frame = context.stored("skipped")
    rows = zip(frame["source"], frame["reason"], frame["build_uuid"], strict=True)
    return frozenset(uuid for source, reason, uuid in rows if source == origin.source and reason == GONE)
