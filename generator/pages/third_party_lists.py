"""The tables below the scoreboard of third-party CIs: silences, rules, strangers, what was not understood."""

from __future__ import annotations

from collections.abc import Sequence

from generator import words
from generator.pages.third_party_board import Board
from generator.pages.third_party_cells import change_link
from generator.render import Cell, Column, Table
from generator.render import Row as TableRow
from generator.text.names import inert
from generator.text.records import Row
from generator.text.third_party import name_of
from generator.text.third_party_rules import RULES, asked

#: Rows of one table: the page has at most 300 KB.
_LONGEST = 25


def silences_table(board: Board) -> Table:
    """The longest silence of each CI that had one."""
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


def rules_table(board: Board) -> Table:
    """What each rule asks, and how many CIs meet it."""
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
    if not judged:
        return "none judged"
    met = sum(row["state"] == "met" for row in judged)
    return f"{met} of {len(judged)}{' judged' if len(judged) < len(found) else ''}"


def unknown_table(board: Board) -> Table | None:
    """Accounts that write as CIs do and are in no entry of the roster; None: there are none."""
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


def unread_table(board: Board) -> Table | None:
    """The newest comment that was not understood, of each account; None: there are none."""
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
