"""Changes, what CIs said of their patch sets, and how they vote: by the day of upload, or of the comment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from generator.model import TABLES
from generator.store import merge
from generator.store.days import REVIEWED, UNDATED, in_order, labels
from generator.store.parquet import to_arrow
from generator.store.reading import Reader
from generator.store.transaction import Transaction
from generator.tables import Tables, from_arrow

_Days = dict[str, pd.DataFrame]

_DATED = {"patchsets": "created", "comments": "time", "job_results": "time"}
_IDENTITY = {"patchsets": [*merge.CHANGE, "patchset"], "comments": ["comment"]}
_WHOLE = ("changes", "votes", "accounts")
_NONE = np.empty(0, dtype=np.int64)
#: So many rows are merged at once: few merges, and little memory.
_BATCH = 20_000


def add(transaction: Transaction, reader: Reader, tables: Tables) -> None:
    """Merge the tables of reviews; what is known already changes no byte."""
    parts = {name: _by_day(getattr(tables, name), name) for name in REVIEWED}
    for days in _batches(parts):
        _add_days(transaction, reader, days, parts)
    if not any(len(getattr(tables, name)) for name in _WHOLE):
        return
    told = tables.changes[tables.changes["whole"].fillna(False)]
    old_votes, old_changes = reader.whole("votes"), reader.whole("changes")
    _whole(transaction, "changes", merge.changes(old_changes, tables.changes))
    _whole(transaction, "votes", merge.votes(old_votes, tables.votes, told))
    _whole(transaction, "accounts", merge.accounts(reader.whole("accounts"), tables.accounts))


def prune(transaction: Transaction, reader: Reader, before: datetime) -> None:
    """Drop the days before that of `before`, and changes closed and last updated before it, with votes."""
    for day in reader.manifest.days("reviews"):
        if day < f"{before:%Y-%m-%d}":
            for name in REVIEWED:
                transaction.drop(f"reviews/{day}/{name}")
    _undated(transaction, reader, before)
    changes, votes = reader.whole("changes"), reader.whole("votes")
    # of an open one an old vote may still stand
    old = ~changes["status"].eq("NEW").fillna(False) & changes["updated"].lt(pd.Timestamp(before)).fillna(
        False
    )
    _whole(transaction, "changes", changes[~old])
    _whole(transaction, "votes", votes[~merge.among(votes, changes[old])])


def _undated(transaction: Transaction, reader: Reader, before: datetime) -> None:
    """Drop rows without a time that were collected before `before`; results go with their comment."""
    rows = _day(reader, UNDATED)
    limit = pa.scalar(before, pa.timestamp("us", tz="UTC"))
    kept = {
        name: rows[name].filter(pc.greater_equal(rows[name]["collected"], limit))
        for name in ("patchsets", "comments")
    }
    known = kept["comments"]["comment"].combine_chunks()
    results = rows["job_results"]
    kept["job_results"] = results.filter(pc.is_in(results["comment"], value_set=known))
    for name, table in kept.items():
        transaction.put(f"reviews/{UNDATED}/{name}", table)


def _day(reader: Reader, day: str) -> dict[str, pa.Table]:
    return reader.group("reviews", day, REVIEWED)


def _by_day(frame: pd.DataFrame, name: str) -> _Days:
    """The rows by day."""
    return {str(day): rows for day, rows in frame.groupby(labels(frame[_DATED[name]]), sort=False)}


def _batches(parts: dict[str, _Days]) -> Iterator[list[str]]:
    """The days, as many at once as give some work: a merge costs more than its rows do."""
    batch, rows = [], 0
    for day in sorted({day for days in parts.values() for day in days}):
        batch.append(day)
        rows += sum(len(days[day]) for days in parts.values() if day in days)
        if rows >= _BATCH:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _add_days(transaction: Transaction, reader: Reader, days: list[str], parts: dict[str, _Days]) -> None:
    stored = {day: _day(reader, day) for day in days}
    old = {
        name: from_arrow(pa.concat_tables([tables[name] for tables in stored.values()]), TABLES[name])
        for name in REVIEWED
    }
    new = {
        name: pd.concat([old[name].iloc[:0], *(of[day] for day in days if day in of)])
        for name, of in parts.items()
    }
    for name, frame in _merged(old, new).items():
        places = frame.groupby(labels(frame[_DATED[name]]), sort=False).indices
        whole = to_arrow(frame, TABLES[name])
        for day, tables in stored.items():
            table = in_order(whole.take(places.get(day, _NONE)), name)
            if not table.equals(tables[name]):
                transaction.put(f"reviews/{day}/{name}", table)


def _merged(old: dict[str, pd.DataFrame], new: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The rows of some days: what is told anew of a comment replaces all that was read in it before."""
    merged = {name: merge.anew(old[name], new[name], identity) for name, identity in _IDENTITY.items()}
    results = old["job_results"]
    stays = results[~results["comment"].astype(object).isin(set(new["comments"]["comment"].astype(object)))]
    both = pd.concat([stays, new["job_results"]], ignore_index=True)
    merged["job_results"] = both.drop_duplicates(["comment", "row"], keep="last")
    return merged


def _whole(transaction: Transaction, name: str, frame: pd.DataFrame) -> None:
    transaction.put(name, in_order(to_arrow(frame, TABLES[name]), name))
