"""What `gatepost check` says of an index."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from engines.servers import Server
from index_kit import document, settings

from generator.errors import GatepostError
from generator.sources import source

pytestmark = pytest.mark.engines


def check(server: Server, pattern: str, **more: Any) -> str:
    chosen = settings(server, pattern, **more)
    return source(chosen.type).check(chosen)


def days_ago(n: int) -> str:
    return (datetime.now(UTC) - timedelta(days=n)).strftime("%Y-%m-%dT00:00:00")


def test_the_line_says_what_the_index_holds(engine: Server, index_prefix: str) -> None:
    full = [{**document(f"u{n}"), "@timestamp": days_ago(1)} for n in range(3)]
    others = [
        {**document("old"), "@timestamp": days_ago(4)},
        {**document("today"), "@timestamp": days_ago(0)},
    ]
    engine.index(f"{index_prefix}a", [*full, full[0], *others, {**document("no"), "voting": 0}])
    line = check(engine, f"{index_prefix}*", builds="voting:1")
    assert line.startswith({"elasticsearch": "Elasticsearch", "opensearch": "OpenSearch"}[engine.kind])
    assert f"{index_prefix}*: 4 d from {min('2026-11-10', days_ago(4)[:10])}, 7 documents" in line
    assert " ago; fields: missing: tenant, " in line
    assert line.endswith("builds: 3 in the newest full day")
    if engine.kind == "opensearch":
        assert f"OpenSearch {engine.version}, " in line


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "no document matches the query of `builds`: filename:"),
        ({"builds": "message:a/b"}, "`builds`: Failed to parse query [message:a/b]"),
        ({"time_field": "when"}, "has no field when"),
        ({"preset": "zuul", "fields": {"message": "build_uuid"}}, "no document matches"),
    ],
)
def test_what_a_report_cannot_be_made_of(
    engine: Server, index_prefix: str, more: dict[str, Any], said: str
) -> None:
    engine.index(f"{index_prefix}a", [document("u")])
    with pytest.raises(GatepostError) as caught:
        check(engine, f"{index_prefix}*", **more)
    assert said in caught.value.message
    assert caught.value.hint


def test_the_name_of_an_index_in_the_url(engine: Server, index_prefix: str) -> None:
    engine.index(f"{index_prefix}a", [document("u")])
    with pytest.raises(GatepostError) as caught:
        check(engine, f"{index_prefix}*", url=f"{engine.url}/{index_prefix}a")
    assert "but one below it" in caught.value.message or "answers, but is no" in caught.value.message


def test_an_empty_index_and_a_blocked_one(engine: Server, index_prefix: str) -> None:
    known = {"@timestamp": {"type": "date"}, "build_uuid": {"type": "keyword"}}
    engine.request("PUT", f"{index_prefix}a", {"mappings": {"properties": known}})
    with pytest.raises(GatepostError, match="holds no documents with @timestamp"):
        check(engine, f"{index_prefix}*")
    engine.request("PUT", f"{index_prefix}a/_settings", {"index.blocks.read": True})
    with pytest.raises(GatepostError, match="blocked"):
        check(engine, f"{index_prefix}*")


def test_a_closed_index_is_told(engine: Server, index_prefix: str) -> None:
    engine.index(f"{index_prefix}a", [document("u")])
    engine.index(f"{index_prefix}b", [document("u")])
    engine.request("POST", f"{index_prefix}b/_close")
    assert f"; closed, so left out: {index_prefix}b; builds: 1" in check(
        engine, f"{index_prefix}*", builds="*"
    )
