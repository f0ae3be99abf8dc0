"""Adds a collection to the store: only the days that it touches are read and written."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from generator import words
from generator.model import SKIPPED, TABLES
from generator.store import gone, merge, reviews, slices, started
from generator.store.days import DAILY, in_order, labels
from generator.store.parquet import to_arrow
from generator.store.reading import Reader
from generator.store.rolling import Rolling
from generator.store.transaction import Transaction
from generator.tables import Tables, arrow_schema, from_arrow, from_rows

Frames = dict[str, pd.DataFrame]
_IDENTITY = {"hits": ["build_uuid", "signature"], "failure_lines": ["build_uuid", "file", "line"]}


def add(transaction: Transaction, reader: Reader, tables: Tables, now: datetime, source: str | None) -> None:
    """Merge `tables`, collected at `now` of `source`, into the state that `reader` sees."""
    builds, notes = _kept(tables.builds.drop_duplicates("build_uuid", keep="last"), reader, now)
    touched, known = _known(reader, _uuids(builds))
    replaced, examined = _uuids(known["builds"]), _uuids(builds[builds["examined"]])
    new = {"builds": builds, "hits": tables.hits, "failure_lines": tables.failure_lines}
    parts = _by_day(_merged(known, new, examined))
    rolling = Rolling(reader)
    rolling.mend()
    for day in sorted({*touched, *parts}):
        old = reader.day(day)
        rows = {name: _exchanged(old[name], parts.get(day, {}).get(name), replaced, name) for name in DAILY}
        rolling.day(day, rows)
        for name, table in rows.items():
            transaction.put(f"days/{day}/{name}", table)
    for key, table in rolling.tables():
        transaction.put(key, table)
    slices.add(transaction, reader, tables.asked, tables.answers)
    started.add(transaction, reader, tables.buildsets)
    reviews.add(transaction, reader, tables)
    notes = pd.concat([tables.skipped, notes, reader.damage(now)], ignore_index=True)
    sources = {source, *tables.builds["source"].dropna(), *tables.skipped["source"].dropna()} - {None}
    _whole(transaction, "skipped", merge.skipped(reader.whole("skipped"), notes, examined, sources))
    _whole(transaction, "queries", merge.queries(reader.whole("queries"), tables.queries))
    _whole(transaction, "sources", merge.sources(reader.whole("sources"), tables.sources))
    _whole(transaction, "cursors", merge.cursors(reader.whole("cursors"), tables.cursors))
    if len(tables.signatures):
        _whole(transaction, "signatures", gone.signatures(reader, tables.signatures, now))


def _kept(builds: pd.DataFrame, reader: Reader, now: datetime) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The builds of days that are not pruned, and for each source of the others a row of `skipped`."""
    limit = reader.manifest.pruned_before
    late = labels(builds["end_time"]) < limit
    notes = [
        {
            "source": source,
            "reason": merge.TOO_OLD,
            "collected": now,
            "detail": f"{words.plural(count, 'build')} that ended before {limit}",
        }
        for source, count in builds.loc[late, "source"].value_counts().items()
    ]
    return builds[~late], from_rows(notes, SKIPPED)


def _known(reader: Reader, uuids: frozenset[str]) -> tuple[list[str], Frames]:
    """The days that hold some of these builds, and what is known of them."""
    touched = []
    found = {name: [arrow_schema(TABLES[name]).empty_table()] for name in DAILY}
    for day in reader.manifest.days():
        if not uuids.isdisjoint(reader.columns(day, ["build_uuid"])["build_uuid"].to_pylist()):
            touched.append(day)
            for name, table in reader.day(day).items():
                found[name].append(table.filter(_among(table, uuids)))
    return touched, {name: from_arrow(pa.concat_tables(found[name]), TABLES[name]) for name in DAILY}


def _merged(known: Frames, new: Frames, examined: frozenset[str]) -> Frames:
    return {
        "builds": merge.builds(known["builds"], new["builds"]),
        **{
            name: merge.findings(known[name], new[name], examined, identity)
            for name, identity in _IDENTITY.items()
        },
    }


def _uuids(builds: pd.DataFrame) -> frozenset[str]:
    return frozenset(builds["build_uuid"].to_numpy())


def _by_day(merged: Frames) -> dict[str, dict[str, pa.Table]]:
    """The rows by day and table; those of no build are left out."""
    builds = merged["builds"]
    day_of = dict(zip(builds["build_uuid"].to_numpy(), labels(builds["end_time"]).to_numpy(), strict=True))
    parts: dict[str, dict[str, pa.Table]] = {}
    for name, frame in merged.items():
        for day, rows in frame.groupby(frame["build_uuid"].map(day_of), sort=False):
            parts.setdefault(str(day), {})[name] = to_arrow(rows, TABLES[name])
    return parts


def _exchanged(old: pa.Table, arrived: pa.Table | None, uuids: frozenset[str], name: str) -> pa.Table:
    """The rows of a day without those of `uuids`, and with those that arrived."""
    stays = old.filter(pc.invert(_among(old, uuids)))
    return in_order(pa.concat_tables([stays] if arrived is None else [stays, arrived]), name)


def _among(table: pa.Table, uuids: frozenset[str]) -> pa.Array:
    # one set for all days: Arrow's is_in would hash all its values anew for each
    return pa.array([uuid in uuids for uuid in table["build_uuid"].to_pylist()], pa.bool_())


def _whole(transaction: Transaction, name: str, frame: pd.DataFrame) -> None:
    transaction.put(name, in_order(to_arrow(frame, TABLES[name]), name))
