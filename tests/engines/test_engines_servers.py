"""The fixtures start real servers, share them, and leave nothing behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from engines.servers import OwnServer, Server

pytestmark = pytest.mark.engines


def test_every_engine_answers_and_is_what_it_is_called(engine: Server, index_prefix: str) -> None:
    assert engine.index(f"{index_prefix}a", [{"message": "one"}, {"message": "two"}]) == 2
    found = engine.request("POST", f"{index_prefix}*/_search", {"query": {"match": {"message": "two"}}})
    assert [hit["_source"] for hit in found["hits"]["hits"]] == [{"message": "two"}]
    nodes = engine.request("GET", "_nodes/_local/process")["nodes"]
    assert {node["version"] for node in nodes.values()} == {engine.version}


def test_a_killed_server_starts_again_on_its_data_and_port(own_engine: Callable[..., OwnServer]) -> None:
    server = own_engine("elasticsearch", settings={"search.max_buckets": 7})
    server.index("a", [{"a": 1}])
    server.kill()
    with pytest.raises(OSError):
        server.ask("GET", "/")
    server.restart()
    assert server.request("GET", "a/_count")["count"] == 1
    found = server.request("GET", "_nodes/settings?filter_path=**.max_buckets")
    assert "'7'" in str(found)
