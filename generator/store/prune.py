"""Forgets raw rows that are old; what the rollups say of their days stays for ever."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from generator.model import TABLES
from generator.store import merge, reviews, slices, started
from generator.store.days import DAILY, UNDATED, in_order
from generator.store.parquet import to_arrow
from generator.store.reading import Reader
from generator.store.transaction import Transaction

#: What sources say of themselves.
_OF_SOURCES = ("sources", "cursors")


def prune(
    transaction: Transaction,
    reader: Reader,
    before: datetime,
    sources: Collection[str] | None,
    reviews_before: datetime | None = None,
) -> None:
    """Drop the days before that of `before`, and undated builds and notes collected before it.

    Of reviews, those before `reviews_before` if it is given. What other sources than `sources` said of
    themselves goes too.
    """
    limit = f"{before:%Y-%m-%d}"
    transaction.pruned_before = max(limit, reader.manifest.pruned_before)
    used = _undated(transaction, reader, before)
    for day in reader.manifest.days():
        if day < limit:
            for name in DAILY:
                transaction.drop(f"days/{day}/{name}")
        elif day != UNDATED:
            used.update(reader.columns(day, ["query_set"])["query_set"].unique().to_pylist())
    slices.prune(transaction, reader, transaction.pruned_before, sources)
    started.prune(transaction, reader, transaction.pruned_before, before)
    if reviews_before is not None:
        reviews.prune(transaction, reader, reviews_before)
    skipped, queries = reader.whole("skipped"), reader.whole("queries")
    said = {name: reader.whole(name) for name in _OF_SOURCES}
    keep = skipped["collected"].isna() | (skipped["collected"] >= pd.Timestamp(before))
    if sources is not None:
        keep &= skipped["source"].isin(list(sources)) | ~skipped["reason"].isin(merge.OF_A_SOURCE)
        said = {name: frame[frame["source"].isin(list(sources))] for name, frame in said.items()}
    queries = queries[queries["query_set"].isin([name for name in used if name is not None])]
    for name, frame in (("skipped", skipped[keep]), ("queries", queries), *said.items()):
        transaction.put(name, in_order(to_arrow(frame, TABLES[name]), name))


def _undated(transaction: Transaction, reader: Reader, before: datetime) -> set[str | None]:
    """Drop the undated builds collected before `before`; the query sets of the others."""
    rows = reader.day(UNDATED)
    fresh = pc.greater_equal(rows["builds"]["collected"], pa.scalar(before, pa.timestamp("us", tz="UTC")))
    kept = rows["builds"].filter(fresh)
    for name, table in rows.items():
        here = pc.is_in(table["build_uuid"], value_set=kept["build_uuid"].combine_chunks())
        transaction.put(f"days/{UNDATED}/{name}", table.filter(here))
    return set(kept["query_set"].unique().to_pylist())
