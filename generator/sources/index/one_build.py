"""What an index knows of one build: its metadata, its lines, which signatures match, what may have failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from generator import words
from generator.errors import GatepostError
from generator.matching.inputs import Skipped
from generator.signatures.model import Signature
from generator.sources.index import excerpts
from generator.sources.index.aggregations import lucene
from generator.sources.index.asking import Answer, Fields, Index, between
from generator.sources.index.faults import understood
from generator.sources.index.moments import moment, sort_time
from generator.sources.index.rows_of import line_columns
from generator.sources.index.slices import EVER
from generator.sources.metadata import METADATA, Seen, as_text, field_names
from generator.sources.rows import Row

SHORTEST = 7  # characters of a uuid that are asked for, as git does it
_NAMED = 5
_UUID, _FOUND = "build_uuid", "found"
_FILES = 10_000
NOT_ANSWERED = "not answered"


class Found(NamedTuple):
    """A signature that matches: how many lines, and of the first its time, file and raw text."""

    signature: Signature
    lines: int
    time: datetime
    file: str | None
    text: str


@dataclass
class IndexedBuild:
    """A build: columns of `model.BUILDS` that are known.

    `failure_lines` only if no signature matches; None if the index did not answer for them.
    """

    uuid: str
    lines: int
    first: datetime
    last: datetime
    build: Mapping[str, object]
    files: int = 0
    found: list[Found] = field(default_factory=list)
    failure_lines: list[Row] | None = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def look_up(index: Index, start: str, signatures: Sequence[Signature]) -> IndexedBuild:
    """The build whose uuid begins so; GatepostError if there is none, or more than one."""
    with understood(index.settings):
        return _looked_up(index, start, signatures)


def _looked_up(index: Index, start: str, signatures: Sequence[Signature]) -> IndexedBuild:
    build = _identified(index, start)
    span = between(index.fields.time, build.first, build.last + excerpts.MOMENT)
    of_build = [span, {"term": {index.fields.exact[_UUID]: build.uuid}}]
    bodies = [_files(index, of_build), *(_first(index, of_build, one.query) for one in signatures)]
    files, *answers = index.search(bodies)
    build.files = len(_buckets(files))
    if files.problem is not None:
        build.skipped.append(Skipped("files", NOT_ANSWERED, files.problem.reason))
    for signature, answer in zip(signatures, answers, strict=True):
        _add(index, build, signature, answer)
    build.skipped += [Skipped(name, "closed index", "it was not searched") for name in index.closed]
    if not build.found:
        days = {build.uuid: (build.first.date(), build.last.date())}
        _, lines, unknown = excerpts.fetch(index, {}, {}, days)
        build.failure_lines = None if unknown else lines
        build.skipped += [Skipped("failure lines", NOT_ANSWERED, reason) for reason in unknown.values()]
    return build


def _identified(index: Index, start: str) -> IndexedBuild:
    """The only build whose uuid begins so, with its metadata, lines and times."""
    if len(start) < SHORTEST:
        raise GatepostError(
            f"--index {start}: too short to tell a build", f"give at least {SHORTEST} characters of its uuid"
        )
    answer = index.search([_beginning(index.fields, start)])[0]
    if answer.problem is not None:
        raise GatepostError(f"the index does not answer wholly: {answer.problem.reason}", "ask again later")
    found = _buckets(answer)
    same = [one for one in found if one["key"][_UUID] == start] or found
    if not same:
        raise _unknown(index, start)
    if len(same) > 1:
        named = ", ".join(one["key"][_UUID] for one in same[:_NAMED])
        more = " and more" if len(same) > _NAMED else ""
        raise GatepostError(f"--index {start}: begins several builds: {named}{more}", "give more of the uuid")
    one = same[0]
    first, last = (moment(one[name].get("value")) for name in ("first", "last"))
    if first is None or last is None:
        wrong = f"--index {start}: no line of {one['key'][_UUID]} has a usable {index.fields.time}"
        raise GatepostError(wrong, "its lines cannot be put in order: `gatepost query` counts them")
    documents = [hit.get("_source", {}) for hit in one["document"]["hits"]["hits"]]
    known = line_columns(Seen(field_names(index.settings.fields)), documents, one["key"][_UUID], last)
    return IndexedBuild(one["key"][_UUID], one["doc_count"], first, last, known)


def _beginning(fields: Fields, start: str) -> dict[str, Any]:
    """A search for the builds whose uuid begins so, a few of them, each with its first document."""
    uuid = fields.exact[_UUID]
    order = [{fields.time: {"order": "asc"}}]
    told = [fields.source[name] for name in (*METADATA, "filename") if name in fields.source]
    each = {
        "first": {"min": {"field": fields.time}},
        "last": {"max": {"field": fields.time}},
        "document": {"top_hits": {"size": 1, "sort": order, "_source": told}},
    }
    builds = {"size": _NAMED + 1, "sources": [{_UUID: {"terms": {"field": uuid}}}]}
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": [{"prefix": {uuid: {"value": start}}}]}},
        "aggs": {_FOUND: {"composite": builds, "aggs": each}},
    }


def _unknown(index: Index, start: str) -> GatepostError:
    days = sorted(index.days(*EVER).counts)
    where = f"source {index.settings.name}: no build {start}"
    if not days:
        return GatepostError(f"{where}: the index holds no documents", "is `index` right?")
    held = f"the index holds {words.plural(len(days), 'day')}, {days[0]} to {days[-1]}"
    if index.closed:
        held += f"; closed, so not searched: {words.listed(list(index.closed), _NAMED)}"
    return GatepostError(
        f"{where}: {held}", "is it older, is the uuid right, and were its logs sent already?"
    )


def _files(index: Index, of_build: list[dict[str, Any]]) -> dict[str, Any]:
    """A search for the files of a build."""
    body = {"size": 0, "track_total_hits": False, "query": {"bool": {"filter": of_build}}}
    name = index.fields.exact.get("filename")
    return {**body, "aggs": {_FOUND: {"terms": {"field": name, "size": _FILES}}}} if name else body


def _buckets(answer: Answer) -> Sequence[Any]:
    found: Sequence[Any] = answer.body.get("aggregations", {}).get(_FOUND, {}).get("buckets", ())
    return found


def _first(index: Index, of_build: list[dict[str, Any]], query: str) -> dict[str, Any]:
    """A search for the first document that a query matches, and for how many it does."""
    fields = index.fields
    order = [name for name in (fields.time, fields.exact.get("filename")) if name]
    return {
        "size": 1,
        "track_total_hits": True,
        "query": {"bool": {"filter": [*of_build, lucene(query)]}},
        "sort": [{name: {"order": "asc"}} for name in order],
        "_source": [fields.source[name] for name in ("message", "filename") if name in fields.source],
    }


def _add(index: Index, build: IndexedBuild, signature: Signature, answer: Answer) -> None:
    """Take note of what one signature matches, or why nobody knows."""
    if answer.problem is not None:
        reason = "refused by the index" if answer.problem.kind == "rejected" else NOT_ANSWERED
        build.skipped.append(Skipped(signature.path or signature.id, reason, answer.problem.reason))
    for hit in answer.body.get("hits", {}).get("hits", ()) if answer.problem is None else ():
        reader = Seen(field_names(index.settings.fields))
        text, file = (reader.value(hit.get("_source", {}), name) for name in ("message", "filename"))
        at = moment(sort_time(hit)) or build.first
        lines = answer.body["hits"]["total"]["value"]
        build.found.append(Found(signature, lines, at, as_text(file), str(text or "")))
