"""What a collection from a log index costs, on a real server, and what the next one costs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.index_cost import END, PREFIX, Bench
from benchmarks.index_loading import DAYS, FIRST, load, server
from benchmarks.index_versus import versus
from generator import pipeline
from generator.config import Settings
from generator.progress import Progress
from generator.signatures.load import load_folder
from generator.signatures.model import Signature
from generator.store.files import Store
from tests.engines.distributions import CannotRunError
from tests.engines.proxy import Proxy

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "elastic-recheck"
HOURS = 6  # between the first collection and the second


def run() -> Iterator[dict[str, Any]]:
    """Rows with `ratio` and `limit`; one that says why if there are no signatures or no server."""
    try:
        yield from _rows()
    except (CannotRunError, FileNotFoundError) as error:
        yield {"name": "index", "skipped": str(error)}


def _rows() -> Iterator[dict[str, Any]]:
    if not DATA.is_dir():
        raise FileNotFoundError(f"the signatures are missing: there is no {DATA}")
    few, many = (load_folder(DATA / name).signatures for name in ("queries", "queries-history"))
    with server() as engine, Proxy(engine.url) as proxy:
        engine.forget(PREFIX)
        documents = load(engine, PREFIX, few, FIRST, 24 * DAYS)
        bench = Bench(engine, proxy)
        about = {"engine": engine.name, "documents": documents, "signatures": len(few)}
        yield from requests(bench, few, many, about)
        yield from versus(bench, few, about)
        yield incremental(bench, few, about)
        engine.forget(PREFIX)


def requests(
    bench: Bench, few: Sequence[Signature], many: Sequence[Signature], about: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Requests of a first collection to those allowed; those with 507 signatures to those with 86."""
    tables, cost = bench.collected(few)
    slices = tables.asked["day"].nunique()
    allowed = 3 * slices + 5
    yield {
        "name": "index_requests", "ratio": round(cost.requests / allowed, 3), "limit": 1.0, **about,
        "requests": cost.requests, "allowed": allowed, "slices": slices, "paging": bench.paging(),
        "builds": len(tables.builds), "hits": len(tables.hits), "seconds": round(cost.seconds, 2),
        "bytes_asked": cost.asked, "bytes_answered": cost.answered,
    }  # fmt: skip
    first = cost.requests - bench.paging()
    tables, more = bench.collected(many)
    without_paging = more.requests - bench.paging()
    yield {
        "name": "index_requests_507", "ratio": round(without_paging / first, 3), "limit": 1.0, **about,
        "signatures": len(many), "requests": more.requests, "requests_86": cost.requests,
        "paging": bench.paging(),
        "seconds": round(more.seconds, 2), "bytes_asked": more.asked, "bytes_answered": more.answered,
    }  # fmt: skip


def incremental(bench: Bench, signatures: Sequence[Signature], about: dict[str, Any]) -> dict[str, Any]:
    """Bytes asked and answered of a collection some hours after the first one, to those of the first."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            signatures=DATA / "queries",
            state=Path(folder) / "state",
            sources=(bench.settings(),),
            output=Path(folder),
        )
        first = bench.measured(lambda: pipeline.collect(settings, END, Progress(0)))[1]
        added = load(bench.engine, f"{PREFIX}later-", signatures, END, HOURS)
        later = END + timedelta(hours=HOURS)
        second = bench.measured(lambda: pipeline.collect(settings, later, Progress(0)))[1]
        builds = len(Store(settings.state).read().builds)
    return {
        "name": "index_incremental", "limit": 0.15, **about,
        "ratio": round((second.asked + second.answered) / (first.asked + first.answered), 3),
        "documents_added": added, "hours": HOURS, "builds": builds,
        "first": first._asdict(), "second": second._asdict(),
    }  # fmt: skip
