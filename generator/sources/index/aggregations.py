"""The searches that find builds and hits by aggregation in the cluster, and the reading of their answers.

Two kinds: all signatures at once (`together`: a filter each, in it the days, in these the builds), and one
query alone by pages (`paged`), which is exact for any number of builds. Measured on Elasticsearch 8.15 and
9.2, OpenSearch 2.19 and 3.3: the size of `terms` does not count as buckets, what is found does; that of a
page counts before anything is found. 65,535 (OpenSearch) or 65,536 are the most, or what `search.max_buckets`
says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from generator.sources.index.asking import Fields

#: Builds of one signature in one day that are found without paging.
TERMS = 10_000
_MOST = 2**53  # documents that JSON can count
_TERMS, _DAYS, _BUILDS, _UUID = "signatures", "days", "builds", "uuid"


class Found(NamedTuple):
    """A build in a slice: documents that match, first and last time in epoch milliseconds, one of them."""

    build_uuid: str
    lines: int
    first: float
    last: float
    document: Mapping[str, Any] | None = None


ByDay = dict[date, list[Found]]


class Page(NamedTuple):
    """Builds by day, and from where to go on; `after` None: that was all."""

    found: ByDay
    after: Mapping[str, Any] | None


def lucene(query: str) -> dict[str, Any]:
    """A query as it stands, with the meaning that signatures have."""
    options = {"query": query, "default_field": "*", "lenient": True, "default_operator": "OR"}
    return {"query_string": options}


def together(fields: Fields, span: Mapping[str, Any], queries: Mapping[str, str]) -> dict[str, Any]:
    """One search for the builds of each query (by hash), by day, in a time span."""
    filters = {hash_: lucene(query) for hash_, query in queries.items()}
    builds = {"terms": {"field": fields.exact["build_uuid"], "size": TERMS}, "aggs": _times(fields)}
    days = {"date_histogram": {**_by_day(fields), "min_doc_count": 1}, "aggs": {_BUILDS: builds}}
    signatures = {"filters": {"filters": filters}, "aggs": {_DAYS: days}}
    return _search({"bool": {"filter": [span]}}, {_TERMS: signatures})


def read_together(body: Mapping[str, Any], hashes: Collection[str]) -> dict[str, ByDay | None]:
    """The builds by hash and day; None for a query that found more builds than TERMS."""
    buckets = body["aggregations"][_TERMS]["buckets"]
    return {hash_: _read_terms(buckets[hash_].get(_DAYS, {}).get("buckets", ())) for hash_ in hashes}


def paged(
    fields: Fields,
    span: Mapping[str, Any],
    query: str,
    size: int,
    after: Mapping[str, Any] | None = None,
    metadata: Sequence[str] = (),
) -> dict[str, Any]:
    """One search for a page of the builds of one query; with `metadata` of the first document, if named."""
    sources = [
        {_DAYS: {"date_histogram": _by_day(fields)}},
        {_UUID: {"terms": {"field": fields.exact["build_uuid"]}}},
    ]
    composite: dict[str, Any] = {"size": size, "sources": sources}
    if after is not None:
        composite["after"] = after
    inner = _times(fields)
    if metadata:
        order = [{fields.time: {"order": "asc"}}]
        inner["document"] = {"top_hits": {"size": 1, "sort": order, "_source": list(metadata)}}
    matching = {"bool": {"filter": [span, lucene(query)]}}
    return _search(matching, {_BUILDS: {"composite": composite, "aggs": inner}})


def read_page(body: Mapping[str, Any], size: int) -> Page:
    """The builds of one page that was asked with this size."""
    builds = body.get("aggregations", {}).get(_BUILDS, {})  # the client leaves out what is empty
    found: ByDay = {}
    for bucket in builds.get("buckets", ()):
        key = bucket["key"]
        found.setdefault(_day(key[_DAYS]), []).append(_found(bucket, key[_UUID]))
    full = len(builds.get("buckets", ())) >= size
    return Page(found, builds.get("after_key") if full else None)


def _search(query: Mapping[str, Any], aggregations: Mapping[str, Any]) -> dict[str, Any]:
    return {"size": 0, "track_total_hits": False, "query": query, "aggs": aggregations}


def _by_day(fields: Fields) -> dict[str, Any]:
    return {"field": fields.time, "calendar_interval": "day"}


def _times(fields: Fields) -> dict[str, Any]:
    return {"first": {"min": {"field": fields.time}}, "last": {"max": {"field": fields.time}}}


def _read_terms(days: Sequence[Mapping[str, Any]]) -> ByDay | None:
    if any(day[_BUILDS].get("sum_other_doc_count", 0) for day in days):
        return None
    return {
        _day(day["key"]): [_found(bucket, bucket["key"]) for bucket in day[_BUILDS].get("buckets", ())]
        for day in days
    }


def _day(milliseconds: float) -> date:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date()


def _found(bucket: Mapping[str, Any], key: Any) -> Found:
    first, last = float(bucket["first"]["value"]), float(bucket["last"]["value"])
    lines = int(bucket["doc_count"])
    if not (first <= last and 0 < lines < _MOST and isinstance(key, str | int)):
        raise ValueError(f"{lines} documents of {key} from {first} to {last}")
    hits = bucket.get("document", {}).get("hits", {}).get("hits", [])
    return Found(str(key), lines, first, last, dict(hits[0].get("_source", {})) if hits else None)
