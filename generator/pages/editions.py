"""The archive of weekly editions: an index, and a page for each under an address that stays."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from generator import words
from generator.editions.edition import WEEK, Edition, Week
from generator.pages import edition_tables as tables
from generator.pages.book import Book
from generator.pages.cells import rate_cell
from generator.pages.key_figures import key_figures
from generator.render import Cell, Column, State, Table, render
from generator.render import Row as TableRow
from generator.site import Page
from generator.text.names import inert
from generator.text.records import Row

PATH = "editions/index.html"


def pages(book: Book) -> Iterator[Page]:
    """The archive, then a page for each edition, the oldest first."""
    editions = book.context.editions
    about = "Weekly snapshots that stay as they were, with their corrections"
    body = render("pages/editions.html", table=_archive(editions), count=len(editions))
    yield Page(PATH, "Editions", about, body, "editions")
    for edition in editions:
        title = f"Edition {edition.id}"
        about = f"The week {_span(edition.week)} as it was frozen"
        yield Page(edition.page, title, about, _body(book, edition), "editions")


def _body(book: Book, edition: Edition) -> Markup:
    told = edition.document["verdict"]
    ids = [one.id for one in book.context.editions]
    at = ids.index(edition.id)
    return render(
        "pages/edition.html",
        edition=edition,
        verdict=told,
        state=State(inert(told["word"]), told["tone"]),
        span=_span(edition.week),
        area=tables.area(edition),
        remarks=[inert(text, 400) for text in edition.document["remarks"]],
        corrections=[(one, inert(one.text, 2000)) for one in edition.corrections],
        keys=key_figures(_totals(edition)) if edition.rows("days") else None,
        signatures=tables.signatures(book, edition),
        days=tables.days(edition),
        groups=tables.groups(edition),
        coverage=tables.coverage(edition),
        third_party=tables.third_party(book, edition),
        partial=tables.partial(edition),
        queries=tables.queries(edition),
        known=len(edition.document["queries"]),
        before=ids[at - 1] if at else "",
        after=ids[at + 1] if at + 1 < len(ids) else "",
    )


def _totals(edition: Edition) -> dict[str, Row]:
    """The figures of its pipeline; those of buildsets too, where they were known."""
    rows = [*tables.of_main(edition, "totals"), *tables.of_main(edition, "buildsets")]
    return {row["figure"]: row for row in rows}


def _span(week: Week) -> str:
    """`Mon 9 Nov to Sun 15 Nov 2026`."""
    last = week.end - WEEK / 7
    return f"{words.weekday(week.start)} to {words.weekday(last)} {last.year}"


def _archive(editions: tuple[Edition, ...]) -> Table:
    """The newest first; weeks between them that have none are said."""
    columns = (
        Column("Edition", nowrap=True),
        Column("State"),
        Column("Failed builds", numeric=True),
        Column("Classified failures", numeric=True, short="Classified"),
        Column("Failed builds examined", numeric=True, short="Examined"),
        Column("Remarks"),
    )
    rows: list[TableRow] = []
    for before, edition in zip((None, *editions), editions, strict=False):
        rows += _gap(before.week.next if before else edition.week, edition.week)
        rows.append(_row(edition))
    return Table("Editions", columns, rows[::-1])


def _gap(week: Week, until: Week) -> Iterator[TableRow]:
    while week.start < until.start:
        yield TableRow(
            (Cell(week.id, soft=_span(week)), "no edition", "", "", "", "no builds were kept of it")
        )
        week = week.next


def _row(edition: Edition) -> TableRow:
    totals = _totals(edition)
    told = edition.document["verdict"]
    corrections = len(edition.corrections)
    marks = [
        "partial" if edition.document["partial"] else "",
        "made late" if edition.document["late"] else "",
        words.plural(corrections, "correction") if corrections else "",
    ]
    return TableRow(
        (
            Cell(edition.id, soft=_span(edition.week), href=f"{edition.id}.html", sort=edition.id),
            Cell(state=State(inert(told["word"]), told["tone"])),
            *(rate_cell(totals.get(figure)) for figure in ("failed", "classified", "coverage_failed")),
            ", ".join(filter(None, marks)) or "none",
        )
    )
