"""Which field counts builds, by the mappings that real servers have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from engines.servers import Server
from index_kit import document, settings

from generator.errors import GatepostError
from generator.sources.index.asking import Fields, connect

pytestmark = pytest.mark.engines

KEYWORD, TEXT, DATE = {"type": "keyword"}, {"type": "text"}, {"type": "date"}
WITH_KEYWORD = {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}
WITH_RAW = {"type": "text", "fields": {"raw": {"type": "keyword"}}}


def made(server: Server, index: str, **properties: Mapping[str, Any]) -> None:
    """An empty index with a mapping; `at` stands for @timestamp."""
    named = {{"at": "@timestamp"}.get(name, name): kind for name, kind in properties.items()}
    mappings = {"properties": {"@timestamp": DATE, **named}}
    server.request("PUT", index, {"mappings": mappings})


def fields(server: Server, pattern: str, **more: Any) -> Fields:
    return connect(settings(server, pattern, **more)).fields


def complaint(server: Server, pattern: str, **more: Any) -> str:
    with pytest.raises(GatepostError) as caught:
        fields(server, pattern, **more)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize(
    ("mapping", "name"),
    [
        (KEYWORD, "build_uuid"),
        (WITH_KEYWORD, "build_uuid.keyword"),
        (WITH_RAW, "build_uuid.raw"),
        ({"type": "long"}, "build_uuid"),
    ],
    ids=["keyword", "text", "raw", "number"],
)
def test_where_a_field_can_be_counted_by(
    engine: Server, index_prefix: str, mapping: dict[str, Any], name: str
) -> None:
    made(engine, f"{index_prefix}a", build_uuid=mapping)
    found = fields(engine, f"{index_prefix}*")
    assert (found.exact["build_uuid"], found.source["build_uuid"]) == (name, "build_uuid")


def test_what_dynamic_mapping_makes_of_documents(engine: Server, index_prefix: str) -> None:
    engine.index(f"{index_prefix}a", [document("u", hosts_region=["x"], tags=["console"])])
    found = fields(engine, f"{index_prefix}*")
    assert found.exact["hosts_region"] == "hosts_region.keyword"
    assert (found.exact["voting"], found.exact["build_change"]) == ("voting", "build_change")
    assert "build_status" in found.missing
    assert "voting" not in found.missing
    assert found.notes == ()


def test_a_field_that_some_indices_lack(engine: Server, index_prefix: str) -> None:
    made(engine, f"{index_prefix}a", build_uuid=WITH_KEYWORD)
    made(engine, f"{index_prefix}b")
    assert fields(engine, f"{index_prefix}*").exact["build_uuid"] == "build_uuid.keyword"


def test_whole_numbers_of_two_sizes(engine: Server, index_prefix: str) -> None:
    made(engine, f"{index_prefix}a", build_uuid=KEYWORD, voting={"type": "integer"})
    made(engine, f"{index_prefix}b", build_uuid=KEYWORD, voting={"type": "long"})
    assert fields(engine, f"{index_prefix}*").exact["voting"] == "voting"


def test_indices_that_disagree(engine: Server, index_prefix: str) -> None:
    made(engine, f"{index_prefix}a", build_uuid=KEYWORD, voting={"type": "long"})
    made(engine, f"{index_prefix}b", build_uuid=KEYWORD, voting=WITH_KEYWORD)
    found = fields(engine, f"{index_prefix}*")
    assert "voting" in found.missing
    (note,) = found.notes
    assert "voting is" in note
    assert f"long in {index_prefix}a" in note
    made(engine, f"{index_prefix}c", build_uuid=WITH_KEYWORD)
    said = complaint(engine, f"{index_prefix}*")
    assert "build_uuid is" in said
    assert f"text in {index_prefix}c" in said


def test_text_that_cannot_be_counted_by(engine: Server, index_prefix: str) -> None:
    made(engine, f"{index_prefix}a", build_uuid=TEXT)
    assert "build_uuid is text without a subfield of type keyword" in complaint(engine, f"{index_prefix}a")
    made(engine, f"{index_prefix}b", build_uuid=WITH_KEYWORD)  # that only some have one would lose the others
    assert "build_uuid is text without a subfield" in complaint(engine, f"{index_prefix}*")
    made(engine, f"{index_prefix}c", build_uuid=KEYWORD, project=TEXT)
    found = fields(engine, f"{index_prefix}c")
    assert "project" in found.missing
    assert found.source["project"] == "project"
    assert found.notes == ("project is text without a subfield of type keyword in each index",)


def test_no_field_for_builds(engine: Server, index_prefix: str) -> None:
    made(engine, f"{index_prefix}a", uuid=KEYWORD)
    assert "has no field build_uuid" in complaint(engine, f"{index_prefix}a")
    assert fields(engine, f"{index_prefix}a", fields={"uuid": "build_uuid"}).exact["build_uuid"] == "uuid"
    assert fields(engine, f"{index_prefix}a", preset="zuul").exact["build_uuid"] == "uuid"


def test_old_names_below_an_object(engine: Server, index_prefix: str) -> None:
    engine.index(
        f"{index_prefix}a", [{"@timestamp": "2014-05-06", "@fields": {"build_uuid": "u"}, "@message": "m"}]
    )
    old = {"@fields.*": "*", "@message": "message"}
    found = fields(engine, f"{index_prefix}a", fields=old)
    assert found.exact["build_uuid"] == "@fields.build_uuid.keyword"
    assert found.source["message"] == "@message"


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (KEYWORD, "@timestamp is keyword"),
        ({"type": "long"}, "@timestamp is long"),
        (TEXT, "@timestamp is text"),
    ],
)
def test_a_time_that_is_no_date(
    engine: Server, index_prefix: str, mapping: dict[str, Any], said: str
) -> None:
    made(engine, f"{index_prefix}a", build_uuid=KEYWORD, at=mapping)
    assert said in complaint(engine, f"{index_prefix}*")
    made(engine, f"{index_prefix}b", build_uuid=KEYWORD)
    mixed = complaint(engine, f"{index_prefix}*")
    assert f"{said} in {index_prefix}a, not a date" in mixed


def test_another_time_field(engine: Server, index_prefix: str) -> None:
    made(engine, f"{index_prefix}a", build_uuid=KEYWORD, sent={"type": "date_nanos"})
    assert "has no field when" in complaint(engine, f"{index_prefix}a", time_field="when")
    assert fields(engine, f"{index_prefix}a", time_field="sent").time == "sent"
