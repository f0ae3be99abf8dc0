"""The tables on the page of a third-party CI."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from generator import words
from generator.pages.cells import time_cell
from generator.pages.third_party_cells import patchset_cell
from generator.render import Cell, Column, Table
from generator.render import Row as TableRow
from generator.text.context import PageContext
from generator.text.names import inert
from generator.text.records import Row
from generator.text.third_party_rules import asked, judged, measured, rule_name

#: Rows of one table: a page of at most 300 KB.
_LONGEST = 30
_FEW_MISSED = 3
_OUTCOMES = ("success", "failure", "infra", "neutral")


def _more(rows: Sequence[Row], name: str, total: int = 0) -> tuple[str, str]:
    """What stands below a table that was cut, and where the rest is; `rows` may be the newest of `total`."""
    rest = max(total, len(rows)) - _LONGEST
    where = f", the newest {len(rows)} are in {name}.csv" if total > len(rows) else f": {name}.csv"
    return (f"{words.count(rest)} more{where}", f"../data/{name}.csv") if rest > 0 else ("", "")


def rules_table(rules: Sequence[Row]) -> Table:
    """Each rule with what it asks, what was found, and whether it is met."""
    columns = (Column("Rule"), Column("Asked", nowrap=True), Column("Found"), Column("State", nowrap=True))
    rows = [
        TableRow((rule_name(rule), asked(rule), measured(rule), Cell(state=judged(rule)))) for rule in rules
    ]
    return Table("The rules, and how this CI meets them", columns, rows, stack=False, sortable=False)


def mix_table(row: Row) -> Table:
    """Comments by outcome, 28 d."""
    total = sum(row[name] for name in (*_OUTCOMES, "unread"))
    columns = (Column("Result"), Column("Comments", numeric=True), Column("Share", numeric=True))
    names = {"infra": "Infra: node failures, timeouts, …", "unread": "Not understood"}
    rows = [
        TableRow(
            (
                names.get(name, name.capitalize()),
                words.count(row[name]),
                words.rate(row[name] / total) if total >= words.FEW else "",
            )
        )
        for name in (*_OUTCOMES, "unread")
    ]
    return Table("Comments by result, last 28 d", columns, rows, stack=False, sortable=False)


def habits_table(row: Row) -> Table:
    """What else its comments show: the converse, flips, format, excess."""
    columns = (Column("Figure"), Column("Found", numeric=True), Column(f"95{words.THIN}% interval", True))
    rows = [
        _habit("Passed where the gate failed", row, "converse"),
        _habit("Failed, then passed on the same patch set", row, "flip"),
        _habit("In the form that Gerrit’s summary shows", row, "compliant"),
        TableRow(
            (
                "Comments beyond one and rechecks",
                f"{words.count(row['excess_k'])} of {words.count(row['excess_n'])}"
                if row["excess_n"]
                else "no data",
                "",
            )
        ),
        TableRow(
            (
                "Later than its deadline, of those reported",
                words.percent(row["late"], row["reported"]),
                "",
            )
        ),
    ]
    return Table("What else its comments show, last 28 d", columns, rows, stack=False, sortable=False)


def _habit(name: str, row: Row, figure: str) -> TableRow:
    k, n = row[f"{figure}_k"], row[f"{figure}_n"]
    around = words.interval(row[f"{figure}_low"], row[f"{figure}_high"]) if n >= words.FEW else ""
    return TableRow((name, words.percent(k, n), around))


def jobs_table(rows: Sequence[Row]) -> Table:
    """Results by job, 28 d, by name."""
    columns = (
        Column("Job"),
        *(Column(name.capitalize(), numeric=True) for name in _OUTCOMES),
        Column("Last", nowrap=True),
    )
    shown = [
        TableRow(
            (
                inert(row["job"], 100),
                *(words.count(row[name]) for name in _OUTCOMES),
                time_cell(row["last"]),
            )
        )
        for row in rows[:_LONGEST]
    ]
    return Table("Results by job, last 28 d", columns, shown, *_more(rows, "third_party_jobs"))


def disagreements_table(context: PageContext, rows: Sequence[Row], caption: str, total: int) -> Table:
    """Patch sets on which the CI and the gate differ, newest first of `total`, linked."""
    columns = (
        Column("Patch set"),
        Column("Project"),
        Column("Jobs", sortable=False),
        Column("Time", nowrap=True),
    )
    shown = [
        TableRow(
            (
                patchset_cell(context, row),
                inert(row["project"] or "", 80),
                inert(row["jobs"] or "", 160),
                time_cell(row["time"]),
            )
        )
        for row in rows[:_LONGEST]
    ]
    return Table(caption, columns, shown, *_more(rows, "third_party_disagreements", total))


def votes_table(context: PageContext, rows: Sequence[Row]) -> Table:
    """Negative votes that stand since before the CI recovered, linked."""
    columns = (
        Column("Patch set"),
        Column("Project"),
        Column("Vote", nowrap=True),
        Column("Given", nowrap=True),
        Column("Recovered", nowrap=True),
    )
    shown = [
        TableRow(
            (
                patchset_cell(context, row),
                inert(row["project"] or "", 80),
                f"{inert(row['label'] or 'vote', 40)} {words.MINUS}{abs(row['value'])}",
                time_cell(row["time"]),
                time_cell(row["recovered"]),
            )
        )
        for row in rows[:_LONGEST]
    ]
    return Table("Votes to lift", columns, shown, *_more(rows, "third_party_standing"))


def silences_table(rows: Sequence[Row], until: datetime | None) -> Table:
    """Runs of missed patch sets, newest first, open ones up to `until`; one or two missed are no silence."""
    columns = (
        Column("From", nowrap=True),
        Column("To", nowrap=True),
        Column("Length", numeric=True),
        Column("Patch sets missed", numeric=True),
    )
    found = [row for row in rows if row["missed"] >= _FEW_MISSED]
    shown = [
        TableRow(
            (
                words.clock(row["start"]),
                "open" if row["open"] or row["end"] is None else words.clock(row["end"]),
                words.span(length.total_seconds()) if (length := _length(row, until)) else words.DASH,
                words.count(row["missed"]),
            )
        )
        for row in found[:_LONGEST]
    ]
    return Table(
        "Expected patch sets missed in a row",
        columns,
        shown,
        *_more(found, "third_party_silences"),
        stack=False,
        sortable=False,
    )


def _length(row: Row, until: datetime | None) -> timedelta | None:
    end = until if row["open"] else row["end"]
    return end - row["start"] if end is not None else None


def unread_table(context: PageContext, rows: Sequence[Row]) -> Table:
    """The newest comment that was not understood, of each account."""
    columns = (
        Column("Account"),
        Column("Comments", numeric=True),
        Column("The newest one"),
        Column("Patch set", nowrap=True),
    )
    shown = [
        TableRow(
            (
                inert(row["account"] or "", 60),
                words.count(row["count"]),
                inert(row["text"] or "", 200),
                patchset_cell(context, row),
            )
        )
        for row in rows[:_LONGEST]
    ]
    return Table("Comments that were not understood", columns, shown, sortable=False)
