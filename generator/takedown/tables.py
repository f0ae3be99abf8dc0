"""Texts in the columns of tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from generator.tables import Tables

Change = Callable[[Sequence[str]], list[str]]


def changed(table: pa.Table, change: Change) -> tuple[pa.Table, int]:
    """The table with every text changed, and in how many rows that made a difference."""
    rows = None
    for i, field in enumerate(table.schema):
        if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
            continue
        new = _column(table[i].combine_chunks(), change)
        if new is None:
            continue
        here = pc.fill_null(pc.not_equal(table[i], new), False)
        rows = here if rows is None else pc.or_(rows, here)
        table = table.set_column(i, field, new)
    return table, 0 if rows is None else pc.sum(rows).as_py()


def _column(column: pa.Array, change: Change) -> pa.Array | None:
    """The column with its texts changed, each of them once; None if nothing changes."""
    coded = column.dictionary_encode()
    texts = coded.dictionary.to_pylist()
    new = change(texts)
    if new == texts:
        return None
    return pa.array(new, column.type).take(coded.indices)


def cleaned(tables: Tables, change: Change) -> Tables:
    """What was collected, with every text changed."""
    from generator.model import TABLES
    from generator.store.parquet import to_arrow
    from generator.tables import from_arrow

    new = {}
    for field in (field for field in fields(tables) if field.name in TABLES):
        schema = TABLES[field.name]
        table, rows = changed(to_arrow(getattr(tables, field.name), schema), change)
        if rows:
            new[field.name] = from_arrow(table, schema)
    return replace(tables, **new)
