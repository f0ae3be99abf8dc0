"""The server of the benchmark, and the made-up log index in it, mapped as the engine does it by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from benchmarks.index_documents import Document, documents
from generator.signatures.model import Signature
from tests.engines import distributions, sharing
from tests.engines.servers import Server, running

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 10


@contextmanager
def server() -> Iterator[Server]:
    """An Elasticsearch of its own, or one that GATEPOST_ENGINES names; CannotRunError if none can run."""
    names = sharing.names("elasticsearch")
    for name, url in sharing.given().items():
        if name in names:
            yield Server(name, url)
            return
    with running(_first(names), heap="1g") as own:
        yield own


def _first(names: Sequence[str]) -> str:
    for name in names:
        with suppress(distributions.CannotRunError):
            distributions.check(name)
            return name
    distributions.check(names[0])
    return names[0]


def load(engine: Server, prefix: str, signatures: Sequence[Signature], first: datetime, hours: int) -> int:
    """Index the documents of builds that end within so many hours of `first`; how many there are."""
    count = 0
    for day in range(-(-hours // 24)):
        begin = first + timedelta(days=day)
        indices: dict[str, list[Document]] = defaultdict(list)
        left = min(24, hours - 24 * day)
        for sent, document in documents(signatures, begin.replace(tzinfo=None), left, begin.toordinal()):
            indices[f"{prefix}{sent:%Y.%m.%d}"].append(document)
        for name, those in indices.items():
            if name not in engine.indices(name):
                settings = {"number_of_replicas": 0, "refresh_interval": "-1"}
                engine.request("PUT", name, {"settings": settings})
            count += engine.index(name, those)
    # so that nothing goes on while it is measured
    engine.ask("POST", f"{prefix}*/_forcemerge?max_num_segments=1", timeout_s=900)
    return count
