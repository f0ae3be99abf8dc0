"""Puts documents into an index mapped as OpenStack's is, and asks queries of it as Gatepost sends them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from engines.client import Server

_INDEX = {
    "settings": {"number_of_shards": 1, "number_of_replicas": 0, "index.max_result_window": 200_000},
    "mappings": {
        "properties": {
            "@timestamp": {"type": "date"},
            "voting": {"type": "long"},
            "build_change": {"type": "long"},
        }
    },
}
_BULK, _SEARCHES = 4000, 200


def plant(server: Server, index: str, documents: Sequence[str]) -> None:
    """Index documents (each as JSON) under their positions; strings are mapped by what the server sees."""
    assert server.ask("PUT", index, _INDEX).status == 200
    for first in range(0, len(documents), _BULK):
        lines = [
            f'{{"index":{{"_id":"{first + n}"}}}}\n{document}\n'
            for n, document in enumerate(documents[first : first + _BULK])
        ]
        answer = server.ask("POST", f"{index}/_bulk?filter_path=errors", "".join(lines).encode())
        assert answer.body == {"errors": False}
    assert server.ask("POST", f"{index}/_refresh").status == 200


def asked(server: Server, index: str, queries: Sequence[str]) -> list[frozenset[int] | str]:
    """For each query the positions of its documents, or why the server refuses it."""
    found: list[frozenset[int] | str] = []
    for first in range(0, len(queries), _SEARCHES):
        found += map(_positions, _responses(server, index, queries[first : first + _SEARCHES]))
    return found


def _responses(server: Server, index: str, queries: Iterable[str]) -> list[dict]:
    lines = []
    for query in queries:
        text = {"query": query, "default_field": "*", "lenient": True, "default_operator": "OR"}
        search = {"query": {"query_string": text}, "size": 200_000, "_source": False, "sort": ["_doc"]}
        lines.append(f"{{}}\n{json.dumps(search)}\n")
    path = f"{index}/_msearch?filter_path=responses.hits.hits._id,responses.error.root_cause,responses.status"
    return server.ask("POST", path, "".join(lines).encode()).body["responses"]


def _positions(response: dict) -> frozenset[int] | str:
    if "error" in response:
        return response["error"]["root_cause"][0]["reason"] or "refused"
    return frozenset(int(hit["_id"]) for hit in response.get("hits", {}).get("hits", ()))
