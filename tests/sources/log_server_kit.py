"""What the tests of the log server have in common: builds to examine, and their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from log_server import LogServer

from generator.matching.reading import Limits
from generator.matching.tags import FileList
from generator.progress import Progress
from generator.signatures.load import load_folder
from generator.signatures.model import Signature
from generator.sources import Context
from generator.sources.examine import Examined
from generator.sources.log_server.examine import examine
from generator.sources.log_server.settings import Wanted
from generator.sources.queries import query_set
from generator.sources.rows import Origin, Row, Rows, build_row
from generator.zuul_settings import ZuulLogsSettings

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
QUERIES = {
    "boom": 'message:"big boom" AND tags:"console"',
    "crash": 'message:"crashed" AND filename:"logs/a.txt"',
}


def signatures(folder: Path, queries: Mapping[str, str] = QUERIES) -> tuple[Signature, ...]:
    folder.mkdir(exist_ok=True)
    for name, query in queries.items():
        (folder / f"{name}.yaml").write_text(f"query: >-\n  {query}\n", "utf-8")
    return load_folder(folder).signatures


def row(uuid: str, url: str | None, result: str = "FAILURE", hours: float = 1, **more: Any) -> Row:
    """A row of `builds` as a Zuul's API tells of it."""
    origin = Origin("zuul", "ci", NOW, "-", {})
    known = {"job": "unit", "tenant": "t", "result": result, "end_time": NOW - timedelta(hours=hours), **more}
    return {"query_set": None, **build_row(origin, {**known, "log_url": url}, uuid, False, True)}


class Bench:
    """Examines builds of a log server with some signatures."""

    def __init__(self, server: LogServer, queries: tuple[Signature, ...]) -> None:
        self.server, self.signatures = server, queries
        self.settings: dict[str, Any] = {
            "hosts": (f"127.0.0.1:{server.port}",), "networks": ("127.0.0.0/8",), "timeout_s": 5,
        }  # fmt: skip
        self.limits: Limits | None = None
        self.workers = 1
        self.names: list[str | None] = []

    def context(self, **more: Any) -> Context:
        return Context(
            signatures=self.signatures,
            files=FileList.load(None),
            now=NOW,
            progress=Progress(0),
            workers=self.workers,
            limits=self.limits,
            **more,
        )

    def origin(self) -> Origin:
        return Origin("zuul", "ci", NOW, query_set(self.signatures), {})

    def examined(self, rows: Iterable[Row], **settings: Any) -> list[Examined]:
        wanted = [Wanted(one, "failed") for one in rows]
        chosen = ZuulLogsSettings(**{**self.settings, **settings})
        return list(examine(wanted, chosen, self.context(), self.origin()))

    def one(self, url: str, uuid: str = "u1", result: str = "FAILURE", **settings: Any) -> Rows:
        """The rows of one build."""
        rows = Rows()
        for one in self.examined([row(uuid, url, result)], **settings):
            rows.add(one.rows)
        return rows


def reasons(rows: Rows) -> list[str]:
    return [one["reason"] for one in rows.skipped]
