"""Builds put into a real Zuul, and collections of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from engines.proxy import Proxy, Request
from engines.zuul_api import ZuulApi

from generator.matching.tags import FileList
from generator.progress import Progress
from generator.signatures.model import Signature
from generator.sources import Context, source
from generator.store.files import Store
from generator.tables import Tables
from generator.zuul_settings import ZuulSettings

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RESULTS = (
    "SUCCESS", "FAILURE", "TIMED_OUT", "RETRY", "RETRY_LIMIT", "SKIPPED", "POST_FAILURE", "ERROR",
    "NODE_FAILURE", "CANCELED", "DISK_FULL", "MERGE_FAILURE",
)  # fmt: skip


def ended(began: datetime, result: str = "SUCCESS", **columns: Any) -> dict[str, Any]:
    """A build that took an hour."""
    return {"start_time": began, "end_time": began + HOUR, "result": result} | columns


class Zuul:
    """A tenant of a real Zuul, behind a proxy that counts, and the store that builds are collected into."""

    def __init__(self, api: ZuulApi, proxy: Proxy, state: Path) -> None:
        self.api, self.proxy = api, proxy
        self.store = Store(state)
        self.settings: dict[str, Any] = {"tenant": api.tenant, "url": proxy.url, "days": 3}
        self.settings |= {"requests_per_s": 1000, "patience_s": 0}

    def add(self, began: datetime, *builds: Mapping[str, Any], **buildset: Any) -> dict[str, Any]:
        """A set of builds; of one that has ended unless others are given."""
        listed = list(builds) or [ended(began)]
        added: dict[str, Any] = self.api.add(
            event_timestamp=began, builds=listed, **{"pipeline": "gate", **buildset}
        )
        return added

    def add_hourly(self, builds: int, until: datetime = NOW, every: timedelta = HOUR) -> list[str]:
        """A build each hour; their identities, oldest first."""
        times = [until - every * (builds - i) for i in range(builds)]
        return [self.add(time)["builds"][0]["uuid"] for time in times]

    def collect(self, now: datetime = NOW, signatures: tuple[Signature, ...] = (), **settings: Any) -> Tables:
        """A collection, which is put into the store."""
        self.proxy.reset_counts()
        before = self.store.pruned_before()
        context = Context(
            signatures, FileList.load(None), now, Progress(0), stored=self.store.table, before=before
        )
        wanted = ZuulSettings(**self.settings | settings)
        found = source("zuul").collect(wanted, context)
        self.store.add(found, now, wanted.name)
        return found

    def check(self, **settings: Any) -> str:
        """What `gatepost check` says."""
        return source("zuul").check(ZuulSettings(**self.settings | settings))

    def asked(self) -> list[str]:
        """What the last collection asked for."""
        return [request.path.rpartition("/")[2] for request in self.proxy.requests]

    def builds(self) -> dict[str, str | None]:
        """The results in the store by build."""
        table = self.store.table("builds")
        results = table["result"].astype(object).where(table["result"].notna(), None)
        return dict(zip(table["build_uuid"], results, strict=True))


def of(path: str) -> Any:
    """Picks the requests for `builds` or `buildsets`."""
    return lambda request: f"/{path}?" in request.path


def later(request: Request) -> bool:
    """Picks the requests for pages after the first."""
    return "idx_max" in request.path or "skip" in request.path


@contextmanager
def white_label(api: ZuulApi, info: Mapping[str, Any]) -> Iterator[str]:
    """A Zuul that shows one tenant only, as a web server before it can; `info` is what it tells of itself."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/api/")
            body = json.dumps({"info": info} if path == "info" else api.get(path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
