"""What tests of log indices share: settings for a server, documents as ci-log-processing sends them."""

from __future__ import annotations

from typing import Any

from engines.servers import Server

from generator.index_settings import ElasticSettings, IndexSettings, OpensearchSettings

TYPES: dict[str, type[IndexSettings]] = {"elasticsearch": ElasticSettings, "opensearch": OpensearchSettings}
OTHER = {"elasticsearch": OpensearchSettings, "opensearch": ElasticSettings}


def settings(server: Server, pattern: str, url: str | None = None, **more: Any) -> IndexSettings:
    """Settings of the server's type; impatient, so that tests are quick."""
    return TYPES[server.kind](url=url or server.url, index=pattern, **{"patience_s": 0.3, **more})


def document(uuid: str, day: int = 10, message: str = "hello world", **more: Any) -> dict[str, Any]:
    """A line of log of November 2026."""
    at = f"2026-11-{day:02}T10:00:00.123456"
    return {"@timestamp": at, "message": message, "build_uuid": uuid, "voting": 1, "build_change": 7, **more}


def counted(query: str) -> dict[str, Any]:
    """A search that only counts."""
    return {"size": 0, "track_total_hits": True, "query": {"query_string": {"query": query}}}


def total(body: Any) -> int:
    """How many documents a search found."""
    return int(body["hits"]["total"]["value"])
