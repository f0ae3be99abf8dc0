"""A store with a few builds, and the editions that are made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from generator.editions import weekly
from generator.editions.edition import Edition, Week
from generator.editions.freeze import freeze
from generator.model import ASKED, BUILDS, HITS, QUERIES, SIGNATURES
from generator.progress import Progress
from generator.signatures.model import Signature
from generator.stats import StatsSettings
from generator.store.files import Store
from generator.tables import Tables, from_rows
from generator.text.context import PageContext

#: A Monday 00:00: the end of 2026-W46.
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIGNATURE = Signature("100", 'message:"Connection timed out"', path="100.yaml", title="Mirror is slow")


def build(end: datetime, outcome: str = "success", hits: str = "", **values: Any) -> dict[str, Any]:
    """A row of builds, collected after Monday; `hits` are signature ids under a key that is no column."""
    return {
        "build_uuid": f"{end:%m%d%H%M%S}{outcome}{values.get('pipeline', '')}", "ci": "zuul",
        "pipeline": "gate", "job": "tempest", "project": "nova", "branch": "master", "provider": "aldgate",
        "outcome": outcome, "result": outcome.upper(), "voting": True, "final": True, "source": "logs",
        "examined": True, "query_set": "q", "has_metadata": True, "end_time": end,
        "collected": max(end, MONDAY) + HOUR, "hits": hits.split(), **values,
    }  # fmt: skip


def daily(first: datetime, days: int, failed: int = 3, passed: int = 9) -> list[dict[str, Any]]:
    """So many failed builds with a hit of 100, and passed ones, on each of the days from `first` on."""
    rows = []
    for day in range(days):
        at = first + day * DAY
        rows += [build(at + (6 + n) * HOUR, "failure", "100") for n in range(failed)]
        rows += [build(at + 12 * HOUR + timedelta(minutes=n)) for n in range(passed)]
    return rows


def tables(rows: Iterable[dict[str, Any]], excerpt: str = "boom") -> Tables:
    rows = list(rows)
    hits = [
        {
            "build_uuid": row["build_uuid"], "signature": id, "query_hash": SIGNATURE.query_hash, "lines": 1,
            "file": "job-output.txt", "line": 3, "excerpt": excerpt, "excerpt_line": 3, "assumed": False,
        }
        for row in rows for id in row["hits"]
    ]  # fmt: skip
    query = {"signature": "100", "query_hash": SIGNATURE.query_hash}
    known = {**query, "query": SIGNATURE.query, "title": SIGNATURE.title, "suppress_graph": False}
    return Tables.of(
        builds=from_rows([{k: v for k, v in row.items() if k != "hits"} for row in rows], BUILDS),
        hits=from_rows(hits, HITS),
        queries=from_rows([{"query_set": "q", **query}], QUERIES),
        signatures=from_rows([{**known, "allow_nonvoting": False}], SIGNATURES),
    )


def unanswered(day: datetime) -> Tables:
    """An index that did not answer for the builds of a day."""
    row = {"source": "logs", "day": day, "query_hash": "builds-1", "complete": False, "asked": day + DAY}
    return Tables.of(asked=from_rows([{**row, "reason": "it answered too late"}], ASKED))


def answered(*days: datetime) -> Tables:
    """An index that told all of these days."""
    row = {"source": "logs", "query_hash": "builds-1", "complete": True, "asked": MONDAY + DAY}
    return Tables.of(asked=from_rows([{**row, "day": day} for day in days], ASKED))


def add(store: Store, rows: Iterable[dict[str, Any]], now: datetime, excerpt: str = "boom") -> None:
    store.add(tables([row | {"collected": now} for row in rows], excerpt), now, "logs")


def frozen(
    rows: Iterable[dict[str, Any]], week: datetime, now: datetime, asked: Tables | None = None, **values: Any
) -> Edition:
    """The edition of the week of a moment, made at `now` of these rows."""
    known = tables(rows)
    known = known if asked is None else replace(known, asked=asked.asked)
    return freeze(Week.of(week), known, StatsSettings(), context(now, **values))


def context(now: datetime, **values: Any) -> PageContext:
    return PageContext("Example", now, (SIGNATURE,), **values)


def editions(store: Store, now: datetime, **values: Any) -> tuple[Edition, ...]:
    """What a build at `now` finds on the shelf and puts there."""
    return weekly.editions(store, store.read(), StatsSettings(), context(now, **values), Progress(0))


def stored(folder: Path) -> dict[str, bytes]:
    """The editions' files as they are on the disk."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "files").rglob("*"))
        if path.is_file()
    }


def total(edition: Edition, figure: str, pipeline: str = "gate") -> tuple[int, int]:
    rows = [r for r in edition.rows("totals") if (r["figure"], r["pipeline"]) == (figure, pipeline)]
    assert len(rows) == 1
    return rows[0]["k"], rows[0]["n"]
