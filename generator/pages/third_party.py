"""The scoreboard of third-party CIs: a row each, alphabetical; exceptions in the sentence on top."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from generator import words
from generator.figures.weekly import weekly_legend, weekly_strip
from generator.pages.book import Book
from generator.pages.paths import THIRD_PARTY, THIRD_PARTY_FEED, third_party_grid, third_party_path
from generator.pages.third_party_board import Board
from generator.pages.third_party_cells import (
    contacts_cell,
    disagreement_cell,
    name_cell,
    readiness_cell,
    reporting_cell,
    response_cell,
    seen_cell,
    standing_cell,
)
from generator.pages.third_party_lists import rules_table, silences_table, unknown_table, unread_table
from generator.render import Cell, Column, Table, render
from generator.render import Row as TableRow
from generator.site import Page
from generator.text.names import inert
from generator.text.records import Row
from generator.text.third_party import name_of, needs_hand, request

#: Requests for help that are said in full; the pages of the CIs say the others.
_REQUESTS = 6
#: Projects whose grid is linked here; the page of each CI links those of its own.
_GRIDS = 40


@dataclass(frozen=True)
class View:
    """All that the template places."""

    title: str
    headline: str
    deadline: str
    scoreboard: Table | None
    legend: Markup
    requests: list[str]
    more_requests: int
    retired: list[tuple[str, str, str]]
    silences: Table
    rules: Table
    unknown: Table | None
    unread: Table | None
    grids: list[tuple[str, str]]


def pages(book: Book) -> Iterator[Page]:
    """The scoreboard, where there is a roster or a comment of a CI."""
    board = book.third_party
    if not board.exists:
        return
    view = _view(board)
    yield Page(
        THIRD_PARTY,
        "Third-party CIs",
        view.headline,
        render("pages/third_party.html", v=view),
        "third-party cis",
        THIRD_PARTY_FEED,
    )


def _view(board: Board) -> View:
    asking = [row for row in board.listed if needs_hand(row)]
    requests = [said for row in asking if (said := request(row, board.meeting))]
    deadline, until = board.deadline(), board.until
    return View(
        title=f"Third-party CIs, 28{words.THIN}d to {words.day_year(until)}" if until else "Third-party CIs",
        headline=board.headline,
        deadline=words.span(deadline.total_seconds()) if deadline else "",
        scoreboard=_scoreboard(board) if board.listed else None,
        legend=weekly_legend(),
        requests=requests[:_REQUESTS],
        more_requests=len(requests) - len(requests[:_REQUESTS]),
        retired=[_retired(row) for row in board.rows if row["readiness"] == "retired"],
        silences=silences_table(board),
        rules=rules_table(board),
        unknown=unknown_table(board),
        unread=unread_table(board),
        grids=[
            (inert(project, 80), _beside(third_party_grid(project))) for project in board.projects[:_GRIDS]
        ],
    )


def _scoreboard(board: Board) -> Table:
    columns = (
        Column("CI"),
        Column("Last result", short="Last result", nowrap=True),
        Column(f"Reporting rate, 28{words.THIN}d", numeric=True, short="Reporting"),
        Column("Response, median", numeric=True, short="Response"),
        Column("Disagree\u00adment", numeric=True, short="Disagreement"),
        Column(_span(board), short="26 weeks", sortable=False),
        Column(f"Standing {words.MINUS}1s", numeric=True, short=f"Standing {words.MINUS}1s"),
        Column("Contacts, confirmed", short="Contacts"),
        Column("Readiness", short="Readiness"),
    )
    rows = [
        TableRow(
            (
                name_cell(row),
                seen_cell(row),
                reporting_cell(row),
                response_cell(row),
                disagreement_cell(row),
                Cell(svg=_strip(board, row)),
                standing_cell(row),
                contacts_cell(row),
                readiness_cell(row, board.rules.get(row["ci"], [])),
            )
        )
        for row in board.listed
    ]
    return Table("Third-party CIs, one row each, in alphabetical order", columns, rows)


def _strip(board: Board, row: Row) -> Markup:
    return weekly_strip([week["state"] for week in board.weeks.get(row["ci"], [])], "Last 26 weeks")


def _span(board: Board) -> str:
    """`Last 26 weeks, May to November`."""
    weeks = next(iter(board.weeks.values()), [])
    if not weeks or board.until is None:
        return "Last 26 weeks"
    return f"Last 26 weeks, {words.utc(weeks[0]['start']):%b} to {words.utc(board.until):%b}"


def _retired(row: Row) -> tuple[str, str, str]:
    since = f"since {words.day_year(row['retired'])}" if row["retired"] is not None else ""
    return name_of(row), _beside(third_party_path(row["ci"])), since


def _beside(path: str) -> str:
    """A path as a link of the scoreboard, which is in the same folder."""
    return path.removeprefix("third-party/")
