"""Columns of plain Python → typed tables, a portion at a time, so that memory stays bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

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
            table = pa.table(
                [pa.array(values[f.name], f.type) for f in _SCHEMAS[name] if f.name in values],
                names=COLUMNS[name],
            )
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
        frames = dict(others)
        for name, parts in self._parts.items():
            if parts:
                table = pa.concat_tables(parts)
                for field in _SCHEMAS[name]:
                    if field.name not in table.column_names:
                        same = pa.scalar(getattr(self._origin, _SAME[field.name]), field.type)
                        table = table.append_column(field, pa.repeat(same, len(table)))
                frames[name] = from_arrow(table, SCHEMAS[name])
        self._parts = {name: [] for name in COLUMNS}
        self._rows = 0
        return Tables.of(**frames)


_SCHEMAS = {name: arrow_schema(schema) for name, schema in SCHEMAS.items()}
_SAME = {"source": "source", "collected": "now"}
