"""The sets of builds, by the day on which the event came that started them: it never changes."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from generator.model import TABLES
from generator.store import merge
from generator.store.days import STARTED, UNDATED, first_slice, in_order, labels
from generator.store.parquet import to_arrow
from generator.store.reading import Reader
from generator.store.transaction import Transaction
from generator.tables import from_arrow


def add(transaction: Transaction, reader: Reader, buildsets: pd.DataFrame) -> None:
    """Merge rows of `buildsets`; those of days that are not kept are left out."""
    first = first_slice(reader.manifest.pruned_before)
    last = buildsets.drop_duplicates("buildset", keep="last")
    for day, rows in last.groupby(labels(last["event_time"])):
        if day >= first:
            old = from_arrow(_read(reader, str(day)), TABLES["buildsets"])
            _put(transaction, str(day), to_arrow(merge.anew(old, rows, ["buildset"]), TABLES["buildsets"]))


def prune(transaction: Transaction, reader: Reader, limit: str, before: datetime) -> None:
    """Drop the days that are not kept from `limit` (ISO) on, and undated sets collected before `before`."""
    for day in reader.manifest.days("buildsets"):
        if day < first_slice(limit):
            transaction.drop(f"buildsets/{day}/buildsets")
    rows = _read(reader, UNDATED)
    fresh = pc.greater_equal(rows["collected"], pa.scalar(before, pa.timestamp("us", tz="UTC")))
    _put(transaction, UNDATED, rows.filter(fresh))


def _read(reader: Reader, day: str) -> pa.Table:
    return reader.group("buildsets", day, STARTED)["buildsets"]


def _put(transaction: Transaction, day: str, rows: pa.Table) -> None:
    transaction.put(f"buildsets/{day}/buildsets", in_order(rows, "buildsets"))
