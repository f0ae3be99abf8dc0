"""What is new in a Zuul: its builds, its sets of builds, and what the logs of some of them say."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pyarrow as pa

from generator import words
from generator.model import ASKED, BUILDS, PARTLY, SKIPPED, SOURCES
from generator.sources.frames import tables
from generator.sources.queries import query_set, usable
from generator.sources.rows import Origin, Row, Rows, skipped_row
from generator.sources.web_client import agent
from generator.sources.zuul import memory, reading
from generator.sources.zuul.api import Api, connect
from generator.sources.zuul.days import asked_rows, midnight
from generator.sources.zuul.reading import Kind, Reading
from generator.tables import Tables, arrow_schema, from_rows

if TYPE_CHECKING:
    from generator.signatures.model import Signature
    from generator.sources import Context
    from generator.zuul_settings import ZuulSettings

#: Seconds of work that may be lost when it is stopped.
_KEPT_EVERY_S = 60.0


class _Taken(NamedTuple):
    """One kind, read: `asked` are rows of that table."""

    reading: Reading
    asked: list[Row]


def collect(settings: ZuulSettings, context: Context) -> Tables:
    """Builds and sets of builds that are new or have ended, with hits where logs are configured.

    What breaks off is kept as far as it came, and read again by the next collection; GatepostError if nothing
    came at all.
    """
    used = usable(context.signatures)
    if settings.logs is not None and context.workers > 1:
        from generator.sources.log_server.crew import warm

        warm()
    with connect(settings) as api:
        ci = settings.ci or api.tenant
        origin = Origin(settings.name, ci, context.now, query_set(used), context.outcomes)
        with context.progress.task(f"Asking {settings.name} for builds and sets of them") as task:
            builds = _read(reading.BUILDS, api, context, origin, frozenset())
            task.advance(len(builds.reading.received))
            if builds.reading.problem is not None and not builds.reading.received:
                raise builds.reading.problem
            sets = _read(reading.BUILDSETS, api, context, origin, _related(builds))
            task.advance(len(sets.reading.received))
        context.progress.detail(f"{settings.name}: {words.plural(api.requests, 'request')}")
    told = _told(settings, origin, used, (builds, sets))
    skipped = [row for one in (builds, sets) for row in one.reading.skipped]
    if settings.logs is None:
        return replace(told, skipped=from_rows(skipped, SKIPPED))
    if context.keep:
        context.keep(told)
    rows = _examined(settings, builds.reading, context, origin)
    found = tables(Rows(rows.builds, rows.hits, rows.failure_lines, [*skipped, *rows.skipped]), used, "zuul")
    if context.keep:
        return found
    joined = {"builds": _joined(told.builds, found.builds), "sources": told.sources}
    return replace(found, **joined, buildsets=told.buildsets, asked=told.asked, cursors=told.cursors)


def _told(
    settings: ZuulSettings, origin: Origin, used: tuple[Signature, ...], taken: tuple[_Taken, _Taken]
) -> Tables:
    """What the API told; rows of `skipped` are apart."""
    builds, sets = taken
    source = {"source": settings.name, "ci": origin.ci, "kind": "zuul", "passed": True}
    done = [one.reading for one in taken if not one.reading.problem]
    return replace(
        tables(Rows(), used, "zuul"),
        builds=builds.reading.frame,
        buildsets=sets.reading.frame,
        sources=from_rows([source], SOURCES),
        asked=from_rows([*builds.asked, *sets.asked], ASKED),
        cursors=memory.cursors(builds.reading.api, {one.kind.name: one.reached() for one in done}),
    )


def _read(kind: Kind, api: Api, context: Context, origin: Origin, related: frozenset[str]) -> _Taken:
    """All of one kind that is new or has ended."""
    settings, now = api.settings, context.now
    first = midnight(now) - timedelta(days=settings.days)
    recalled = memory.recall(kind, api, context, first)
    span = recalled.cursor.collected if recalled.cursor else first
    since = max(filter(None, (min(first, midnight(span)), context.before)))
    one = Reading(api, kind, origin, since, recalled.cursor, recalled.known, related)
    one.read(tuple(("pipeline", name) for name in settings.pipelines))
    lost = one.whole_after if one.problem else None
    memory.look_again(one, recalled.running)
    one.skipped += memory.lost_rows(origin, kind, recalled.lost)
    if one.problem is not None:
        one.skipped.append(skipped_row(origin, kind.name, PARTLY, one.problem.reason))
        context.progress.note(
            f"{settings.name}: {kind.name} {PARTLY}, to be asked for again: {one.problem.reason}"
        )
    gap = (lost or now, one.problem.reason) if one.problem else None
    return _Taken(one, list(asked_rows(settings.name, kind, memory.scope(api), (span, now), gap)))


def _related(builds: _Taken) -> frozenset[str]:
    return frozenset(builds.reading.frame["buildset"].dropna())


def _examined(settings: ZuulSettings, builds: Reading, context: Context, origin: Origin) -> Rows:
    """What the logs say of the builds whose logs are to be read, as far as it is not kept already."""
    from generator.sources.log_server.choice import wanted
    from generator.sources.log_server.examine import examine

    if settings.logs is None:
        return Rows()
    used, rows, read, kept = usable(context.signatures), Rows(), 0, time.monotonic()
    whys: Counter[str] = Counter()
    chosen = wanted(_candidates(settings, builds, context), settings.logs, context, origin)
    with context.progress.task(f"Examining the logs of {settings.name}", len(chosen)) as task:
        for one in examine(chosen, settings.logs, context, origin, agent(settings)):
            rows.add(one.rows)
            read += bool(one.rows.builds)
            whys.update(_why(one.rows))
            task.advance(bool(one.uuid))  # what is said of all at the end has none
            if context.keep and time.monotonic() >= kept + _KEPT_EVERY_S:
                context.keep(tables(rows, used, "zuul"))
                rows, kept = Rows(), time.monotonic()
    if read < len(chosen):
        told = "; ".join(why for why, _ in whys.most_common(2)) or "the Data page says why"
        context.progress.note(
            f"{settings.name}: logs of {read:,} of {len(chosen):,} builds could be read; {told}"
        )
    return rows


def _why(rows: Rows) -> list[str]:
    """Why a build could not be examined, without what names the build itself."""
    return [] if rows.builds else [f"{row['reason']}: {row['detail']}" for row in rows.skipped[:1]]


def _candidates(settings: ZuulSettings, builds: Reading, context: Context) -> Iterator[Row]:
    """The builds that ended, of now and of the days before, as far as logs may be read of them."""
    logs = settings.logs
    days = max(settings.days, logs.again_days if logs else 0)
    stored = context.stored("builds", (context.now - timedelta(days=days)).date())
    told = stored["build_uuid"].astype(object).isin(frozenset(builds.frame["build_uuid"]))
    mine = (stored["source"] == settings.name).fillna(False).astype(bool) & ~told
    for frame in (builds.frame, stored[mine]):
        ended = frame[frame["result"].notna() & frame["log_url"].notna()]
        for row in plain_rows(ended):
            yield {**row, "manifest_url": builds.manifests.get(row["build_uuid"])}


def plain_rows(builds: pd.DataFrame) -> Iterator[Row]:
    """Rows of `builds` as dicts of Python's own types, None for null; not all at once."""
    table = pa.Table.from_pandas(builds, schema=arrow_schema(BUILDS), preserve_index=False)
    for batch in table.to_batches(max_chunksize=1000):
        yield from batch.to_pylist()


def _joined(told: pd.DataFrame, examined: pd.DataFrame) -> pd.DataFrame:
    """What the API told of builds, and of those whose logs were read what these add."""
    rest = told[~told["build_uuid"].astype(object).isin(frozenset(examined["build_uuid"]))]
    parts = [part for part in (rest, examined) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else from_rows([], BUILDS)
