"""What was asked of indices day by day, and what they answered."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from generator.model import TABLES
from generator.store import merge
from generator.store.days import SLICED, first_slice, in_order, labels
from generator.store.parquet import to_arrow
from generator.store.reading import Reader
from generator.store.transaction import Transaction
from generator.tables import from_arrow


def add(transaction: Transaction, reader: Reader, asked: pd.DataFrame, answers: pd.DataFrame) -> None:
    """Merge rows of `asked` and `answers`; what was asked of days that are not kept is left out."""
    first = first_slice(reader.manifest.pruned_before)
    day_of_answer = labels(answers["day"])
    for day, questions in asked.groupby(labels(asked["day"])):
        if day < first:
            continue
        old = {name: from_arrow(table, TABLES[name]) for name, table in _slice(reader, day).items()}
        told = answers[day_of_answer == day]
        anew = questions[merge.whole(questions)]
        _put(transaction, day, "asked", merge.asked(old["asked"], questions))
        _put(transaction, day, "answers", merge.answers(old["answers"], told, anew))


def prune(transaction: Transaction, reader: Reader, limit: str, sources: Collection[str] | None) -> None:
    """Drop the days that are not kept from `limit` (ISO) on, and of the others what is not of `sources`."""
    for day in reader.manifest.days("slices"):
        if day < first_slice(limit):
            for name in SLICED:
                transaction.drop(f"slices/{day}/{name}")
        elif sources is not None:
            _only(transaction, reader, day, sources)


def _only(transaction: Transaction, reader: Reader, day: str, sources: Collection[str]) -> None:
    """Keep only rows of some sources."""
    names = pa.array(sorted(sources), pa.string())
    found = reader.group("slices", day, ["asked"])["asked"]["source"].unique().to_pylist()
    if not set(found) <= set(sources):
        for name, table in _slice(reader, day).items():
            transaction.put(f"slices/{day}/{name}", table.filter(pc.is_in(table["source"], value_set=names)))


def _slice(reader: Reader, day: str) -> dict[str, pa.Table]:
    return reader.group("slices", day, SLICED)


def _put(transaction: Transaction, day: str, name: str, rows: pd.DataFrame) -> None:
    transaction.put(f"slices/{day}/{name}", in_order(to_arrow(rows, TABLES[name]), name))
