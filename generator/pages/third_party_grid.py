"""A page for each project: its newest patch sets by its third-party CIs, with every result that there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from generator import words
from generator.pages.book import Book
from generator.pages.paths import third_party_grid, third_party_path
from generator.pages.third_party_board import Board
from generator.pages.third_party_cells import change_link
from generator.render import render
from generator.site import Page
from generator.text.context import web_address
from generator.text.names import inert
from generator.text.records import Row, grouped
from generator.text.third_party import name_of

#: Shape and letter of each outcome, and what they mean; both are there for who sees no colours or no shapes.
MARKS = {
    "success": ("✓", "S", "success"),
    "failure": ("✗", "F", "failure"),
    "infra": ("○", "I", "infra: it could not run"),
    "neutral": ("–", "N", "neutral: nothing was tested"),
    "unread": ("?", "U", "a comment that was not understood"),
}
_GATE = {"passed": "success", "failed": "failure"}
_NOTHING = Markup('<td class="soft">·</td>')
#: Characters of rows, results in a cell and characters of an address: a page of at most 300 KB.
_ROWS_CHARS, _RESULTS, _ADDRESS = 230_000, 40, 300

#: Accounts in no entry of the roster that have a column.
_STRANGERS = 30

_Key = tuple[str, int, int]
#: Id of a CI in the roster, or the account of one that is in none.
_Who = tuple[str | None, str | None]


@dataclass(frozen=True)
class View:
    """All that the template places; `rows` are rows of HTML, as there may be thousands of cells."""

    project: str
    headline: str
    columns: list[tuple[str, str]]
    rows: list[Markup]
    #: Patch sets, and accounts in no entry of the roster, that are not shown.
    left_out: int
    strangers: int
    legend: list[tuple[str, str, str]]


def pages(book: Book) -> Iterator[Page]:
    """A grid for each project of which patch sets are known, and which CIs of the roster watch."""
    board = book.third_party
    patchsets = grouped(book.results.third_party_patchsets, "project")
    results = grouped(book.results.third_party_results, "server", "change", "patchset")
    for project in board.projects:
        newest = sorted(patchsets[project], key=_age, reverse=True)
        said = {_key(row): _by_who(results.get(_key(row), [])) for row in newest}
        view = _view(board, project, newest, said)
        yield Page(
            third_party_grid(project),
            f"Third-party CIs of {view.project}",
            view.headline,
            render("pages/third_party_grid.html", v=view),
            "third-party cis",
        )


def _key(row: Row) -> _Key:
    return row["server"], row["change"], row["patchset"]


def _age(row: Row) -> tuple[str, int, int]:
    created = row["created"]
    return words.iso(created) if created is not None else "", row["change"], row["patchset"]


def _by_who(rows: Sequence[Row]) -> dict[_Who, list[Row]]:
    found: dict[_Who, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["time"], row["number"])):
        found.setdefault((row["ci"], row["account"]), []).append(row)
    return found


def _view(
    board: Board, project: str, newest: Sequence[Row], said: Mapping[_Key, Mapping[_Who, Sequence[Row]]]
) -> View:
    heard = {who for by_who in said.values() for who in by_who}
    cis = [row for row in board.rows if (row["ci"], None) in heard or _expected(board, row, project)]
    strangers = sorted(account for _, account in heard if account is not None)
    whose: list[_Who] = [(row["ci"], None) for row in cis]
    whose += [(None, account) for account in strangers[:_STRANGERS]]
    rows = list(_within_budget(_row(board, row, whose, said[_key(row)]) for row in newest))
    shown = (by_who for row in newest[: len(rows)] for by_who in said[_key(row)].items())
    reported = {ci for (ci, _), found in shown if any(row["outcome"] != "unread" for row in found)}
    name = inert(project, 80)
    return View(
        project=name,
        headline=_headline(len(cis), sum(ci["ci"] in reported for ci in cis), len(rows), name),
        columns=[
            *((name_of(row), f"../{third_party_path(row['ci']).rsplit('/', 1)[-1]}") for row in cis),
            *((inert(account, 40), "") for account in strangers[:_STRANGERS]),
        ],
        rows=rows,
        left_out=len(newest) - len(rows),
        strangers=max(len(strangers) - _STRANGERS, 0),
        legend=[*MARKS.values(), ("·", "", "no result: not yet, or none expected")],
    )


def _headline(cis: int, reported: int, patchsets: int, project: str) -> str:
    """`4 of 5 third-party CIs reported on the newest 50 patch sets of example/cinder`."""
    who = f"{reported} of {words.plural(cis, 'third-party CI')}"
    return f"{who} reported on the newest {words.plural(patchsets, 'patch set')} of {project}"


def _within_budget(rows: Iterable[Markup]) -> Iterator[Markup]:
    """The first of the rows, as many as a page may hold, and at least one."""
    size = 0
    for row in rows:
        size += len(row)
        if size > _ROWS_CHARS and size > len(row):
            return
        yield row


def _expected(board: Board, row: Row, project: str) -> bool:
    entry = board.entry(row["ci"])
    return entry is not None and entry.retired is None and entry.watches(project, None)


def _row(board: Board, row: Row, whose: Sequence[_Who], said: Mapping[_Who, Sequence[Row]]) -> Markup:
    text, href = change_link(board.context, row)
    created = words.clock(row["created"]) if row["created"] is not None else ""
    about = ", ".join(filter(None, (created, inert(row["subject"] or "", 60))))
    head = Markup('<tr><th scope="row">{}<span class="soft">{}</span></th>').format(
        _link(text, href, "", ""), about
    )
    gate = _GATE.get(row["gate"])
    cells = [_gate(gate)]
    for who in whose:
        found = said.get(who, ())
        cells.append(_cell(found, gate == "success", href) if found else _NOTHING)
    return head + Markup("").join(cells) + Markup("</tr>")


def _gate(outcome: str | None) -> Markup:
    if outcome is None:
        return _NOTHING
    shape, letter, _ = MARKS[outcome]
    return Markup('<td title="gate: {}">{}\xa0{}</td>').format(outcome, shape, letter)


def _cell(found: Sequence[Row], passed: bool, change: str) -> Markup:
    """Every result in order; marked is a failure where the gate passed."""
    marks = [
        _link(
            "\xa0".join(MARKS[row["outcome"]][:2]),
            _address(row["url"]) or change,
            _told(row),
            "worse" if passed and row["outcome"] == "failure" else "",
        )
        for row in found[:_RESULTS]
    ]
    more = Markup(" +{}").format(len(found) - _RESULTS) if len(found) > _RESULTS else Markup("")
    return Markup("<td>") + Markup(" ").join(marks) + more + Markup("</td>")


def _address(url: str | None) -> str | None:
    return web_address(url) if url and len(url) <= _ADDRESS else None


def _told(row: Row) -> str:
    """`FAILURE, 17 Nov 06:12, vote −1`."""
    vote = row["vote"]
    voted = f"vote {'+' if vote > 0 else words.MINUS}{abs(vote)}" if vote else ""
    said = inert(row["result"] or row["outcome"], 40)
    return ", ".join(filter(None, (said, words.clock(row["time"]), voted)))


def _link(text: str, href: str, title: str, css: str) -> Markup:
    tag = "a" if href else "span"
    given = (("class", css), ("href", href), ("title", title))
    attributes = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in given if value)
    return Markup("<{}{}>{}</{}>").format(tag, attributes, text, tag)
