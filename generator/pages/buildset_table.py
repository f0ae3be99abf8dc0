"""How often the buildsets of a CI pass, by pipeline."""

from __future__ import annotations

from generator.pages.cells import interval_cell, rate_cell, trend_cell
from generator.render import Cell, Column, Table
from generator.render import Row as TableRow
from generator.text.names import inert
from generator.text.records import Row

_THIN = "\u202f"


def buildset_table(rows: list[Row]) -> Table | None:
    """Pipelines by name, of rows of the table `buildsets` of one CI; None where there are none."""
    known = {(row["pipeline"], row["figure"], row["window"]): row for row in rows}
    columns = (
        Column("Pipeline"),
        Column(f"Passed, 7{_THIN}d", numeric=True),
        Column(f"At the first try, 7{_THIN}d", numeric=True, short=f"First try, 7{_THIN}d"),
        Column(f"95{_THIN}% interval, 0 to 100{_THIN}%", short=f"95{_THIN}% interval"),
        Column(f"Change on 7{_THIN}d before", short="Change"),
        Column(f"At the first try, 28{_THIN}d", numeric=True, short=f"First try, 28{_THIN}d"),
    )
    cells = []
    for pipeline in sorted({pipeline for pipeline, *_ in known}):
        week, month = (known.get((pipeline, "first_pass", window)) for window in ("7d", "28d"))
        passed = known.get((pipeline, "passed", "7d"))
        tries: tuple[Cell | str, ...] = ("not of changes", "", "", "")
        if week or month:
            interval = interval_cell(week, 1.0) if week else ""
            tries = (rate_cell(week), interval, trend_cell(week), rate_cell(month))
        cells.append(TableRow((Cell(inert(pipeline)), rate_cell(passed), *tries)))
    return Table("Buildsets that passed, by pipeline", columns, cells) if cells else None
