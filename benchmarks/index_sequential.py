"""The work of elastic-recheck's graph and unclassified pages, in its order: the baseline of `index`.

One search a signature for each of two graph pages (all queues; gate), the query for all failures, one search
a signature for each of two pages of unclassified builds: 345 requests with 86 signatures. Each fetches the
newest 3,000 documents with their source, and builds are counted in Python, by status, hour and uuid.
A connection is kept, and nothing is parsed or counted that a page does not show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from elasticsearch import Elasticsearch

from generator.signatures.model import Signature

SIZE = 3_000
ALL_BUILDS = 'filename:"job-output.txt" AND message:"POST-RUN END" AND message:"playbooks/base/post.yaml"'
FAILURES = f'{ALL_BUILDS} AND build_status:"FAILURE"'
_GRAPHS = ("", ' AND build_queue:"gate"')
_PAGES = ("gate", "others")

Document = Mapping[str, Any]


class Findings(NamedTuple):
    """Failed builds by signature; those that no signature hit, by page; lines in all by signature."""

    failed: dict[str, set[str]]
    unclassified: dict[str, set[str]]
    lines: dict[str, int]


class Sequential:
    """A client that asks one thing after the other, in `indices`."""

    def __init__(self, url: str, indices: Sequence[str], compressed: bool = False) -> None:
        self._client = Elasticsearch(url, http_compress=compressed, request_timeout=120)
        self._indices = list(indices)

    def findings(self, signatures: Sequence[Signature], pages: int = 2) -> Findings:
        """What the pages show; with `pages=1` one graph and one page of unclassified builds only."""
        graphs = [{s.id: self._graph(s, more) for s in signatures} for more in _GRAPHS[:pages]]
        failures = self._newest(FAILURES)[1]
        unclassified = {}
        for page in _PAGES[:pages]:
            builds = {d["build_uuid"] for d in failures if pages == 1 or _page(d) == page}
            for signature in signatures:
                builds -= {document["build_uuid"] for document in self._newest(signature.query)[1]}
            unclassified[page] = builds
        failed = {name: set().union(*hours.values()) for name, (_, hours) in graphs[0].items()}
        return Findings(failed, unclassified, {name: lines for name, (lines, _) in graphs[0].items()})

    def failed_in_all(self, query: str) -> set[str]:
        """The failed builds of a query whatever its number of lines: what is true."""
        failed = {"term": {"build_status.keyword": "FAILURE"}}
        builds = {"terms": {"field": "build_uuid.keyword", "size": 10_000}}
        answer = self._search(query, post=failed, size=0, aggs={"builds": builds})
        return {bucket["key"] for bucket in answer["aggregations"]["builds"]["buckets"]}

    def _graph(self, signature: Signature, more: str) -> tuple[int, dict[str, set[str]]]:
        """Number of lines in all, and the failed builds by hour."""
        total, documents = self._newest(f"({signature.query}){more}" if more else signature.query)
        hours: dict[str, set[str]] = defaultdict(set)
        for document in documents:
            if document["build_status"] == "FAILURE":
                hours[document["@timestamp"][:13]].add(document["build_uuid"])
        return total, hours

    def _newest(self, query: str) -> tuple[int, list[Document]]:
        answer = self._search(query, size=SIZE, track_total_hits=True)["hits"]
        return answer["total"]["value"], [hit["_source"] for hit in answer["hits"]]

    def _search(self, query: str, post: Mapping[str, Any] | None = None, **more: Any) -> Any:
        asked = {"query_string": {"query": query, "default_field": "*", "lenient": True}}
        both = {"bool": {"must": asked, "filter": post}} if post else asked
        newest = [{"@timestamp": {"order": "desc"}}]
        return self._client.search(index=self._indices, query=both, sort=newest, **more)


def _page(document: Document) -> str:
    return "gate" if document["build_queue"] == "gate" else "others"
