"""The scoreboard of third-party CIs: a row each, alphabetical; exceptions in the sentence on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from generator import words
from generator.figures.weekly import weekly_legend, weekly_strip
from generator.pages.book import Book
from generator.pages.paths import THIRD_PARTY, third_party_grid, third_party_path
from generator.pages.third_party_board import Board
from generator.pages.third_party_cells import (
    change_link,
    contacts_cell,
    disagreement_cell,
    name_cell,
    readiness_cell,
    reporting_cell,
    response_cell,
    seen_cell,
    standing_cell,
)
from generator.render import Cell, Column, Table, render
from generator.render import Row as TableRow
from generator.site import Page
from generator.text.names import inert
from generator.text.records import Row
from generator.text.third_party import headline, name_of, needs_hand, request
from generator.text.third_party_rules import RULES, asked

#: Rows of a table below the scoreboard, and requests for help: a page of at most 300 KB.
_LONGEST, _REQUESTS = 40, 6


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
    )


def _view(board: Board) -> View:
    asking = [row for row in board.listed if needs_hand(row)]
    requests = [said for row in asking if (said := request(row, board.meeting))]
    deadline, until = board.deadline(), board.until
    return View(
        title=f"Third-party CIs, 28{words.THIN}d to {words.day_year(until)}" if until else "Third-party CIs",
        headline=headline(board.rows),
        deadline=words.span(deadline.total_seconds()) if deadline else "",
        scoreboard=_scoreboard(board) if board.listed else None,
        legend=weekly_legend(),
        requests=requests[:_REQUESTS],
        more_requests=len(requests) - len(requests[:_REQUESTS]),
        retired=[_retired(row) for row in board.rows if row["readiness"] == "retired"],
        silences=_silences(board),
        rules=_rules(board),
        unknown=_unknown(board),
        unread=_unread(board),
        grids=[(inert(project, 80), _beside(third_party_grid(project))) for project in board.projects],
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


def _silences(board: Board) -> Table:
    columns = (
        Column("CI"),
        Column("Patch sets missed", numeric=True),
        Column("Longest silence", numeric=True),
        Column("Least noticed", numeric=True),
    )
    quiet = [row for row in board.listed if row["silence_missed"]]
    # of very many the longest ones are shown, and still in alphabetical order
    longest = sorted(quiet, key=lambda row: -(row["silence_s"] or 0))[:_LONGEST]
    kept = {row["ci"] for row in longest}
    rows = [_silence(row) for row in quiet if row["ci"] in kept]
    more = f"{len(quiet) - len(rows)} more: third_party.csv" if len(quiet) > len(rows) else ""
    return Table(
        "Longest silence by CI", columns, rows, more, "../data/third_party.csv", stack=False, sortable=False
    )


def _silence(row: Row) -> TableRow:
    missed = f"{words.count(row['silence_missed'])}{', open' if row['silence_open'] else ''}"
    return TableRow(
        (
            name_of(row),
            missed,
            words.span(row["silence_s"]),
            words.span(row["least_s"]) if row["least_s"] is not None else "insufficient traffic",
        )
    )


def _rules(board: Board) -> Table:
    columns = (Column("Rule"), Column("Asked", numeric=True), Column("CIs that meet it", numeric=True))
    shown = {row["ci"] for row in board.listed}
    rows = []
    for rule, name in RULES.items():
        found = [r for ci, rules in board.rules.items() if ci in shown for r in rules if r["rule"] == rule]
        if found:
            rows.append(TableRow((name, asked(found[0]), _of(found))))
    return Table("The rules of readiness", columns, rows, stack=False, sortable=False)


def _of(found: Sequence[Row]) -> str:
    """`4 of 7 judged`, `8 of 8`."""
    judged = [row for row in found if row["state"] != "not judged"]
    met = sum(row["state"] == "met" for row in judged)
    return f"{met} of {len(judged)}{' judged' if len(judged) < len(found) else ''}"


def _unknown(board: Board) -> Table | None:
    found = sorted(
        board.results.third_party_unknown.to_dict("records"), key=lambda row: str(row["account"]).casefold()
    )
    if not found:
        return None
    columns = (
        Column("Account"),
        Column("Comments", numeric=True),
        Column("With a result", numeric=True),
        Column("Seen", nowrap=True),
        Column("Projects"),
    )
    rows = [
        TableRow(
            (
                Cell(inert(str(row["account"]), 60), soft=_text(row["name"])),
                words.count(row["comments"]),
                words.count(row["results"]),
                f"{words.day(row['first'])} to {words.day(row['last'])}",
                _text(row["projects"]),
            )
        )
        for row in found[:_LONGEST]
    ]
    more = f"{len(found) - _LONGEST} more: third_party_unknown.csv" if len(found) > _LONGEST else ""
    return Table(
        "Accounts of CIs that are in no entry of the roster",
        columns,
        rows,
        more,
        "../data/third_party_unknown.csv",
    )


def _text(value: object) -> str:
    return inert(value, 120) if isinstance(value, str) else ""


def _unread(board: Board) -> Table | None:
    found = [row for rows in board.unread.values() for row in rows]
    if not found:
        return None
    names = {row["ci"]: name_of(row) for row in board.rows}
    columns = (
        Column("CI"),
        Column("Comments", numeric=True),
        Column("The newest one"),
        Column("Patch set", nowrap=True),
    )
    rows = []
    for row in sorted(found, key=lambda r: names.get(r["ci"], r["account"] or "").casefold())[:_LONGEST]:
        text, href = change_link(board.context, row)
        who = names.get(row["ci"]) or inert(row["account"] or "", 60)
        rows.append(
            TableRow((who, words.count(row["count"]), inert(row["text"] or "", 160), Cell(text, href=href)))
        )
    more = f"{len(found) - len(rows)} more: third_party_unread.csv" if len(found) > len(rows) else ""
    return Table("Comments that were not understood", columns, rows, more, "../data/third_party_unread.csv")
