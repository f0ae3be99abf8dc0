"""Columns of plain Python → typed tables, a portion at a time, so that memory stays bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from generator.model import CURSORS, SKIPPED
from generator.sources.gerrit.rows import COLUMNS, SCHEMAS, Columns
from generator.sources.rows import Origin, Row, skipped_row
from generator.tables import Tables, arrow_schema, from_arrow, from_rows

if TYPE_CHECKING:
    from generator.sources import Context

#: Rows of comments and results that wait until they are stored; each storing reads days again.
_MOST_ROWS = 1_000_000


class Portions:
    """Collects columns, and keeps them in the store whenever there are many, if that can be done."""

    def __init__(self, source: str, context: Context) -> None:
        self._origin = Origin(source, None, context.now, "", {})
        self._keep = context.keep
        self._parts: dict[str, list[pa.Table]] = {name: [] for name in COLUMNS}
        self._rows = 0

    def add(self, columns: Columns) -> None:
        """Take the rows of a piece."""
        for name, values in columns.items():
            arrays = [pa.array(values[column], _TYPES[name].get(column)) for column in COLUMNS[name]]
            table = pa.table(arrays, names=COLUMNS[name])
            self._parts[name].append(table)
            self._rows += len(table)
        if self._keep is not None and self._rows >= _MOST_ROWS:
            self._keep(self._taken())

    def rest(self, skipped: list[Row], cursors: list[Row] | None = None) -> Tables:
        """What was not kept yet, with rows of these tables."""
        told = {"skipped": from_rows(skipped, SKIPPED), "cursors": from_rows(cursors or [], CURSORS)}
        return self._taken(**told)

    def skipped(self, path: str, reason: str, detail: str) -> Row:
        """A row of `skipped`."""
        return skipped_row(self._origin, path, reason, detail)

    def _taken(self, **others: pd.DataFrame) -> Tables:
        found = {name: pa.concat_tables(parts) for name, parts in self._parts.items() if parts}
        if "votes" in found and "whole" in found:
            found["votes"] = _standing(found["votes"], found["whole"])
        self._parts = {name: [] for name in COLUMNS}
        self._rows = 0
        frames = {name: self._completed(found[name], name) for name in SCHEMAS.keys() & found.keys()}
        return Tables.of(**frames, **others)

    def _completed(self, table: pa.Table, name: str) -> pd.DataFrame:
        for column, value in (("source", self._origin.source), ("collected", self._origin.now)):
            if column in _TYPES[name]:
                same = pa.repeat(pa.scalar(value, _TYPES[name][column]), len(table))
                table = table.append_column(column, same)
        return from_arrow(table, SCHEMAS[name])


def _standing(votes: pa.Table, whole: pa.Table) -> pa.Table:
    """The votes without those that were told of a change before it was told as a whole again."""
    newest = whole.group_by(["server", "change"]).aggregate([("updated", "max")])
    both = votes.join(newest, ["server", "change"], use_threads=False)
    return both.filter(pc.greater_equal(both["told"], pc.fill_null(both["updated_max"], 0)))


_TYPES = {
    name: {field.name: field.type for field in arrow_schema(schema)} for name, schema in SCHEMAS.items()
} | {"whole": {}}
