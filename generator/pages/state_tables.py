"""Freshness and coverage by CI: shown at home, on the pages of the CIs and on the Data page."""

from __future__ import annotations

from generator import words
from generator.pages.book import Book
from generator.pages.cells import rate_cell, time_cell
from generator.pages.paths import ci_path
from generator.render import Cell, Column, Table
from generator.render import Row as TableRow
from generator.text.records import Row, records


def freshness_table(book: Book, root: str) -> Table:
    """A row for each CI, by name: newest build, its age, builds of 7 d, how many were examined."""
    columns = (
        Column("CI"),
        Column("Newest build", nowrap=True),
        Column("Builds, 7\u202fd", numeric=True),
        Column("Examined, 7\u202fd", numeric=True),
    )
    newest = {row["ci"]: row for row in records(book.results.freshness)}
    week = book.groups.get(("ci", "all", "7d"), {})
    rows = [_ci_row(book, ci, newest.get(ci), week.get(ci), root) for ci in book.cis]
    return Table("Freshness and coverage by CI", columns, rows)


def _ci_row(book: Book, ci: str, newest: Row | None, week: Row | None, root: str) -> TableRow:
    run, examined = (week["run"], week["examined"]) if week else (0, 0)
    share = {"k": examined, "n": run, "rate": examined / run if run else None}
    return TableRow(
        (
            Cell(ci, href=root + ci_path(ci)),
            newest_cell(book, newest),
            Cell(words.count(run), sort=run),
            rate_cell(share),
        )
    )


def newest_cell(book: Book, row: Row | None) -> Cell:
    """When the newest build of a CI ended, and how long before this page was made."""
    if row is None or row["newest"] is None:
        return Cell("no results seen", sort="")
    cell = time_cell(row["newest"])
    age = words.age(book.context.generated - row["newest"])
    return Cell(cell.text, soft=f"{age} before this page", sort=cell.sort)


def coverage_table(rows: list[Row]) -> Table:
    """Rows of the table `coverage`: builds examined of builds run, by source, CI, outcome and window."""
    columns = (
        Column("Source"),
        Column("CI"),
        Column("Outcome"),
        Column("Window"),
        Column("Builds run", numeric=True),
        Column("Examined", numeric=True),
    )
    cells = [
        TableRow(
            (
                row["source"],
                row["ci"],
                row["outcome"],
                row["window"].replace("d", "\u202fd"),
                Cell(words.count(row["run"]), sort=row["run"]),
                rate_cell(row, "examined", "run"),
            )
        )
        for row in rows
    ]
    return Table("Coverage by source, CI and outcome", columns, cells)
