"""Changes, what CIs said of their patch sets, and how they vote: by the day of upload, or of the comment."""

from __future__ import annotations

from datetime import datetime

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

_DATED = {"patchsets": "created", "comments": "time", "job_results": "time"}
_IDENTITY = {"patchsets": [*merge.CHANGE, "patchset"], "comments": ["comment"]}
_WHOLE = ("changes", "votes", "accounts")


def add(transaction: Transaction, reader: Reader, tables: Tables) -> None:
    """Merge the tables of reviews; what is known already changes no byte."""
    for day, rows in sorted(_by_day(tables).items()):
        old = {name: from_arrow(table, TABLES[name]) for name, table in _day(reader, day).items()}
        for name, frame in _merged(old, rows).items():
            table = in_order(to_arrow(frame, TABLES[name]), name)
            transaction.put(f"reviews/{day}/{name}", table)
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


def _by_day(tables: Tables) -> dict[str, dict[str, pd.DataFrame]]:
    """The rows by day and table."""
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for name, column in _DATED.items():
        frame = getattr(tables, name)
        for day, rows in frame.groupby(labels(frame[column]), sort=False):
            found.setdefault(str(day), {})[name] = rows
    return found


def _merged(old: dict[str, pd.DataFrame], new: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The rows of one day: what is told anew of a comment replaces all that was read in it before."""
    merged = {name: merge.anew(old[name], new[name], _IDENTITY[name]) for name in new if name in _IDENTITY}
    if "comments" in new or "job_results" in new:
        told = new.get("comments", old["comments"].iloc[:0])["comment"].astype(object)
        results = old["job_results"]
        stays = results[~results["comment"].astype(object).isin(set(told))]
        arrived = new.get("job_results", results.iloc[:0])
        merged["job_results"] = pd.concat([stays, arrived]).drop_duplicates(["comment", "row"], keep="last")
    return merged


def _whole(transaction: Transaction, name: str, frame: pd.DataFrame) -> None:
    transaction.put(name, in_order(to_arrow(frame, TABLES[name]), name))
