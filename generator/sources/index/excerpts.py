"""A line of log for each hit that is shown, and the likeliest failures of builds that no signature explains.

Only these documents are ever fetched, for the newest builds, all in one request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from heapq import nlargest
from typing import Any, NamedTuple

from generator.matching.excerpts import excerpt
from generator.sources.index.aggregations import lucene
from generator.sources.index.asking import Answer, Fields, Index, between
from generator.sources.index.derive import Hit
from generator.sources.index.faults import understood
from generator.sources.index.slices import DAY, midnight
from generator.sources.metadata import Seen, as_text, field_names
from generator.sources.rows import Row
from generator.sources.unexplained import ranked

#: Lines that are shown of a message that holds several.
LINES = 20
#: Builds without a hit whose likely failures are fetched, and documents of each.
UNEXPLAINED, DOCUMENTS = 50, 40
#: As exact as an index keeps times.
MOMENT = timedelta(milliseconds=1)
_FAILURE = (
    "error errors failed failure fail fatal critical exception traceback timeout timed killed refused denied"
)


class Fetched(NamedTuple):
    """First matching lines by build and query hash, rows of `failure_lines`; `unknown`: why not, by build."""

    quotes: dict[tuple[str, str], Quote]
    failure_lines: list[Row]
    unknown: dict[str, str]


class Quote(NamedTuple):
    """The first line of a hit, fit to be published, and its file."""

    excerpt: str
    file: str | None


def unquoted(
    hits: Iterable[Hit],
    ends: Mapping[str, datetime],
    days: Collection[date],
    quoted: Collection[tuple[str, str]],
    most: int,
) -> dict[str, list[Hit]]:
    """By query hash those of its newest `most` hits that have no quote and whose first line is of `days`."""
    by_hash: dict[str, dict[str, Hit]] = {}
    for hit in hits:
        by_hash.setdefault(hit.query_hash, {})[hit.build_uuid] = hit
    newest = {
        hash_: nlargest(most, found.values(), key=lambda hit: (ends[hit.build_uuid], hit.build_uuid))
        for hash_, found in by_hash.items()
    }
    missing = {
        hash_: [hit for hit in found if (hit.build_uuid, hash_) not in quoted and hit.first.date() in days]
        for hash_, found in newest.items()
    }
    return {hash_: found for hash_, found in missing.items() if found}


def fetch(
    index: Index,
    queries: Mapping[str, str],
    missing: Mapping[str, Sequence[Hit]],
    unexplained: Mapping[str, Sequence[date]],
) -> Fetched:
    """The first lines of hits without one (by query hash), and the likeliest failures of builds (by days).

    One request for all. What is not answered wholly is left out; raises UnreachableError.
    """
    quoting = [_quotation(index.fields, queries[hash_], hits) for hash_, hits in missing.items()]
    failing = [_failures(index.fields, uuid, days) for uuid, days in unexplained.items()]
    bodies = [*quoting, *failing]
    answers = index.search(bodies) if bodies else []
    reader = Seen(field_names(index.settings.fields))
    quotes: dict[tuple[str, str], Quote] = {}
    rows: list[Row] = []
    unknown: dict[str, str] = {}
    with understood(index.settings):
        for (hash_, hits), answer in zip(missing.items(), answers, strict=False):
            asked = {hit.build_uuid for hit in hits}
            found = _quoted(index.fields, reader, answer)
            quotes |= {(uuid, hash_): quote for uuid, quote in found if uuid in asked}
        for uuid, answer in zip(unexplained, answers[len(quoting) :], strict=True):
            rows += ranked(uuid, _told(reader, answer))
            if answer.problem is not None:
                unknown[uuid] = answer.problem.reason
    return Fetched(quotes, rows, unknown)


def _hits(answer: Answer) -> Sequence[Mapping[str, Any]]:
    return () if answer.problem is not None else answer.body.get("hits", {}).get("hits", ())


def _quoted(fields: Fields, reader: Seen, answer: Answer) -> Iterator[tuple[str, Quote]]:
    for hit in _hits(answer):
        document = hit.get("_source", {})
        lines = str(reader.value(document, "message") or "").encode("utf-8", "replace").split(b"\n")
        file = as_text(reader.value(document, "filename"))
        yield str(hit["fields"][fields.exact["build_uuid"]][0]), Quote(excerpt(lines[:LINES]), file)


def _told(reader: Seen, answer: Answer) -> list[tuple[str, str | None]]:
    """First lines of messages with their files, by time; the search gives the last first."""
    documents = [hit.get("_source", {}) for hit in reversed(_hits(answer))]
    return [
        (
            str(reader.value(document, "message") or "").split("\n", 1)[0],
            as_text(reader.value(document, "filename")),
        )
        for document in documents
    ]


def _quotation(fields: Fields, query: str, hits: Sequence[Hit]) -> dict[str, Any]:
    uuids = [hit.build_uuid for hit in hits]
    span = between(
        fields.time, min(hit.first for hit in hits) - MOMENT, max(hit.first for hit in hits) + MOMENT
    )
    return {
        **_documents(fields, len(uuids)),
        "query": {"bool": {"filter": [span, _of(fields, uuids), lucene(query)]}},
        "collapse": {"field": fields.exact["build_uuid"]},
        "sort": [_by(fields.time), *(_by(name) for name in (fields.exact.get("filename"),) if name)],
    }


def _failures(fields: Fields, uuid: str, days: Sequence[date]) -> dict[str, Any]:
    """The last documents of a build that look like a failure, those of its console before others."""
    span = between(fields.time, midnight(min(days)), midnight(max(days)) + DAY)
    looks = {"match": {fields.source.get("message", "message"): {"query": _FAILURE, "operator": "or"}}}
    console = {"match": {fields.source.get("tags", "tags"): "console console.html"}}
    return {
        **_documents(fields, DOCUMENTS),
        "query": {
            "bool": {
                "filter": [span, _of(fields, [uuid]), looks],
                "should": [{"constant_score": {"filter": console}}],
            }
        },
        "sort": [{"_score": {"order": "desc"}}, {fields.time: {"order": "desc"}}],
    }


def _documents(fields: Fields, size: int) -> dict[str, Any]:
    shown = [fields.source[name] for name in ("message", "filename") if name in fields.source]
    return {"size": size, "track_total_hits": False, "_source": shown}


def _of(fields: Fields, uuids: Sequence[str]) -> dict[str, Any]:
    return {"terms": {fields.exact["build_uuid"]: list(uuids)}}


def _by(name: str) -> dict[str, Any]:
    return {name: {"order": "asc"}}
