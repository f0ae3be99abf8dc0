"""The CIs that ran the builds, and a page each."""

from __future__ import annotations

from collections.abc import Iterator

from generator import words
from generator.pages.book import Book
from generator.pages.buildset_table import buildset_table
from generator.pages.cells import interval_cell, rate_cell, time_cell, trend_cell
from generator.pages.group import counts_line, group_figure, group_keys
from generator.pages.paths import ci_path, root_of
from generator.pages.signature_rows import hit_table, top_of
from generator.pages.state_tables import coverage_table, examined_cell, newest_cell
from generator.render import Cell, Column, Table, render
from generator.render import Row as TableRow
from generator.site import Page
from generator.text.names import inert
from generator.text.records import grouped, records

PATH = "cis/index.html"


def pages(book: Book) -> Iterator[Page]:
    """The index, then one page for each CI, by name."""
    body = render("pages/cis.html", table=_index(book), count=len(book.cis))
    yield Page(PATH, "CIs", "The systems that ran the builds", body, "cis")
    coverage = grouped(book.results.coverage, "ci")
    sets = grouped(book.results.buildsets, "ci")
    newest = {row["ci"]: row for row in records(book.results.freshness)}
    for ci in book.cis:
        path, name = ci_path(ci), inert(ci)
        week, month = (book.groups.get(("ci", "voting", w), {}).get(ci) for w in ("7d", "28d"))
        hits = book.group_signatures.get(("ci", ci, "28d"), [])
        last = newest.get(ci)
        body = render(
            "pages/ci.html",
            name=name,
            newest=newest_cell(book, last),
            builds=words.plural(last["builds"], "build") if last else "no build",
            counts=counts_line(book.groups.get(("ci", "all", "28d"), {}).get(ci)),
            keys=group_keys(week, month),
            figure=group_figure(book, "ci", ci),
            signatures=hit_table(
                book, hits, path, f"Signatures that match failed builds of {name}, last 28 d"
            ),
            buildsets=buildset_table(sets.get(ci, [])),
            coverage=coverage_table(coverage.get(ci, [])),
        )
        yield Page(path, name, f"Failure rate and coverage of {name}", body, "cis")


def _index(book: Book) -> Table:
    rows = book.groups.get(("ci", "voting", "7d"), {})
    every = book.groups.get(("ci", "all", "7d"), {})
    newest = {row["ci"]: row for row in records(book.results.freshness)}
    top = top_of(rows.values())
    columns = (
        Column("CI"),
        Column("Failed builds, 7\u202fd", numeric=True, short="Failed, 7\u202fd"),
        Column(f"95\u202f% interval, 0 to {100 * top:.3g}\u202f%", short="95\u202f% interval"),
        Column("Change on 7\u202fd before", short="Change"),
        Column("Infra, 7\u202fd", numeric=True),
        Column("Failed builds examined, 7\u202fd", numeric=True, short="Examined, 7\u202fd"),
        Column("Newest build", nowrap=True),
        Column("Collected", nowrap=True),
    )
    cells = []
    for ci in book.cis:
        row, all_, last = rows.get(ci), every.get(ci), newest.get(ci)
        cells.append(
            TableRow(
                (
                    Cell(inert(ci), href=root_of(PATH) + ci_path(ci)),
                    rate_cell(row),
                    interval_cell(row, top) if row else "",
                    trend_cell(row),
                    Cell(words.count(row["infra"]) if row else "no data", sort=row["infra"] if row else -1),
                    examined_cell(all_),
                    newest_cell(book, last),
                    time_cell(last["collected"] if last else None),
                )
            )
        )
    return Table("CIs, by name", columns, cells)
