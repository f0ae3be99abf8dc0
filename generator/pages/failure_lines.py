"""Builds that no signature matches, each with the line that most likely names its failure."""

from __future__ import annotations

from collections.abc import Sequence

from generator.pages.builds import change_of, log_cell, named, place_of
from generator.pages.cells import time_cell
from generator.render import Column, Excerpt, Table
from generator.render import Row as TableRow
from generator.text.names import inert
from generator.text.records import Row


def lines_table(rows: Sequence[Row], caption: str, more: str = "", more_href: str = "") -> Table:
    """Rows of the table `unclassified`, newest first."""
    columns = (
        Column("Time", nowrap=True),
        Column("Project"),
        Column("Change"),
        Column("Branch"),
        Column("Provider, region", short="Provider"),
        Column("Result"),
        Column("Log"),
    )
    cells = [
        TableRow(
            (
                time_cell(row["end_time"]),
                named(row["project"]),
                change_of(row),
                named(row["branch"]),
                place_of(row),
                named(row["result"]),
                log_cell(row),
            ),
            _line(row),
        )
        for row in rows
    ]
    return Table(caption, columns, cells, more, more_href)


def _line(row: Row) -> Excerpt:
    if not row["text"]:
        return Excerpt("", "No line of its logs looks like the failure.")
    where = f"{row['file']}:{row['line']}" if row["line"] is not None else row["file"] or ""
    return Excerpt(inert(where), inert(row["text"], 400))
