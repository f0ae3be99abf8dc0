"""Runs something against the server and says what it cost: seconds, requests, bytes on the wire.

Everything goes through one proxy, which counts and delays. Before each run all caches of the server are
cleared: it would answer the second of two equal aggregations from memory, and nobody asks twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

from benchmarks.index_loading import DAYS, FIRST
from benchmarks.index_sequential import ALL_BUILDS
from generator.index_settings import ElasticSettings
from generator.matching.tags import FileList
from generator.progress import Progress
from generator.signatures.model import Signature
from generator.sources import Context, source
from generator.tables import Tables
from tests.engines.proxy import Proxy
from tests.engines.servers import Server

T = TypeVar("T")

PREFIX = "b-logstash-"
EXCERPTS = 40  # the default
END = FIRST + timedelta(days=DAYS)


class Cost(NamedTuple):
    """Of one run: seconds of wall time, requests, bytes on the wire with their heads."""

    seconds: float
    requests: int
    asked: int
    answered: int


class Bench:
    """The server, the proxy before it, and what is measured with both."""

    def __init__(self, engine: Server, proxy: Proxy) -> None:
        self.engine, self.proxy = engine, proxy

    def settings(self, builds: str = ALL_BUILDS, excerpts: int = EXCERPTS) -> ElasticSettings:
        index = (f"{PREFIX}*",)
        return ElasticSettings(url=(self.proxy.url,), index=index, builds=builds, days=60, excerpts=excerpts)

    def measured(self, work: Callable[[], T]) -> tuple[T, Cost]:
        self.engine.request("POST", f"{PREFIX}*/_cache/clear")
        self.proxy.reset_counts()
        start = time.perf_counter()
        result = work()
        seconds, proxy = time.perf_counter() - start, self.proxy
        return result, Cost(seconds, len(proxy.requests), proxy.bytes_sent, proxy.bytes_received)

    def collected(
        self, signatures: Sequence[Signature], builds: str = ALL_BUILDS, excerpts: int = EXCERPTS
    ) -> tuple[Tables, Cost]:
        """A first collection, with nothing in the store; `excerpts` 0: without lines of log."""
        settings, files = self.settings(builds, excerpts), FileList.load(None)
        context = Context(signatures=tuple(signatures), files=files, now=END, progress=Progress(0))
        return self.measured(lambda: source("elastic").collect(settings, context))

    def paging(self) -> int:
        """Requests that only went on where an earlier answer had ended."""
        return sum(request.body.count(b'"after":{') > 0 for request in self.proxy.requests)
