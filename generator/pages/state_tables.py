"""Freshness and coverage by CI: shown at home, on the pages of the CIs and on the Data page."""

from __future__ import annotations

from generator import words
from generator.pages.book import Book
from generator.pages.cells import rate_cell, time_cell
from generator.pages.paths import ci_path, job_path
from generator.render import Cell, Column, Table
from generator.render import Row as TableRow
from generator.text.names import inert
from generator.text.records import Row, records
from generator.text.scope import WINDOW_WORDS

_OUTCOMES = {"failure": "Failed", "success": "Passed", "infra": "Infra", "neutral": "Neutral"}
_TOP_JOBS = 6


def freshness_table(book: Book, root: str, at_most: int = 1000) -> Table:
    """CIs by name: newest build, its age, builds of 7 d, failed ones examined; of many the largest."""
    columns = (
        Column("CI"),
        Column("Newest build", nowrap=True),
        Column("Builds, 7\u202fd", numeric=True),
        Column("Failed builds examined, 7\u202fd", numeric=True, short="Examined, 7\u202fd"),
    )
    newest = {row["ci"]: row for row in records(book.results.freshness)}
    week = book.groups.get(("ci", "all", "7d"), {})
    most = sorted(book.cis, key=lambda ci: (-(week[ci]["run"] if ci in week else 0), ci))[:at_most]
    rows = [_ci_row(book, ci, newest.get(ci), week.get(ci), root) for ci in sorted(most)]
    more = (
        f"All {words.plural(len(book.cis), 'CI')}; above those that ran most"
        if len(book.cis) > at_most
        else ""
    )
    return Table("Freshness and coverage by CI", columns, rows, more, f"{root}cis/index.html")


def _ci_row(book: Book, ci: str, newest: Row | None, week: Row | None, root: str) -> TableRow:
    run = week["run"] if week else 0
    return TableRow(
        (
            Cell(inert(ci), href=root + ci_path(ci)),
            newest_cell(book, newest),
            Cell(words.count(run), sort=run),
            examined_cell(week),
        )
    )


def examined_cell(row: Row | None) -> Cell:
    """Failed builds examined of those that there were, of a row of `groups` or `history`."""
    if row is None or not row["run"]:
        return rate_cell(None)
    k, n = row["failed_examined"], row["failed"]
    return rate_cell({"k": k, "n": n, "rate": k / n}) if n else Cell("none failed", sort=-1)


def newest_cell(book: Book, row: Row | None) -> Cell:
    """When the newest build of a CI ended, and how long before this page was made."""
    if row is None or row["newest"] is None:
        return Cell("no results seen", sort="")
    cell = time_cell(row["newest"])
    age = words.age(book.context.generated - row["newest"])
    return Cell(cell.text, soft=f"{age} before this page", sort=cell.sort)


def coverage_table(rows: list[Row], window: str = "28d") -> Table:
    """Builds examined of builds run in a window: a row for each CI, a column for each outcome."""
    columns = (Column("CI"), *(Column(name, numeric=True) for name in _OUTCOMES.values()))
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["window"] == window:
            found.setdefault(row["ci"], {})[row["outcome"]] = row
    cells = [
        TableRow((inert(ci), *(rate_cell(by.get(o), "examined", "run") for o in _OUTCOMES)))
        for ci, by in sorted(found.items())
    ]
    return Table(f"Coverage by CI and outcome, {WINDOW_WORDS[window]}", columns, cells)


def top_jobs(book: Book, root: str) -> Table:
    """The jobs with most failed builds that no signature matches, last 10 d."""
    jobs = sorted(book.unclassified.items(), key=lambda item: (-len(item[1]), item[0]))[:_TOP_JOBS]
    columns = (Column("Job"), Column("Unclassified, 10\u202fd", numeric=True), Column("Newest", nowrap=True))
    rows = [
        TableRow(
            (
                Cell(inert(job), href=root + job_path(job)),
                Cell(words.count(len(builds)), sort=len(builds)),
                time_cell(builds[0]["end_time"]),
            )
        )
        for job, builds in jobs
    ]
    return Table("Jobs with most unclassified failed builds", columns, rows, stack=False)
