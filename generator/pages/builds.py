"""Rows of single builds, as the pages of signatures, jobs and unclassified failures list them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from markupsafe import Markup

from generator import words
from generator.pages.book import Book
from generator.pages.cells import link, time_cell
from generator.pages.paths import job_path, root_of, signature_path
from generator.render import Cell, Column, Excerpt, Table
from generator.render import Row as TableRow
from generator.stats.results import UNKNOWN
from generator.text.context import web_address
from generator.text.names import inert, spelled
from generator.text.records import Row

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)+)"')
_WORD = re.compile(r"\w+")
#: An excerpt is shown up to this many characters: a page of them must stay small.
_EXCERPT = 4000


def named(value: str | None) -> str:
    """A name as its build told it, or that none was told."""
    return inert(value, 100) if value else UNKNOWN


def change_of(row: Row) -> str:
    """`931204,6`; the branch's own builds have no change."""
    if row["change"] is None:
        return "none"
    return f"{row['change']},{inert(row['patchset'], 20)}" if row["patchset"] else str(row["change"])


def log_cell(row: Row) -> Cell:
    """A link to the build's logs, where they have an address on the web."""
    href = web_address(row["log_url"])
    return Cell("log" if href else "no link", href=href or "")


def excerpt_of(row: Row, query: str) -> Excerpt:
    """The log lines of a hit, what the query's phrases match in them, and what else is to be said."""
    text = spelled((row["excerpt"] or "")[:_EXCERPT])
    where = f"{row['file']}:{row['line']}" if row["line"] is not None else row["file"] or "unknown file"
    notes = []
    if row["lines"] > 1:
        notes.append(f"{words.plural(row['lines'] - 1, 'further matching line')} in this build")
    if row["assumed"]:
        notes.append("part of the build's metadata is unknown and was taken as met")
    return Excerpt(spelled(where), text, marks_of(query, text), "; ".join(notes))


def marks_of(query: str, text: str) -> tuple[tuple[int, int], ...]:
    """Where the quoted phrases of a query stand in a text, word by word and in any case."""
    found = set()
    for quoted in _QUOTED.findall(query):
        parts = [re.escape(word) for word in _WORD.findall(quoted)][:40]
        if parts:
            pattern = re.compile(r"\b" + r"\W+".join(parts) + r"\b", re.IGNORECASE)
            found |= {match.span() for match in pattern.finditer(text)}
    return tuple(sorted(found))


Part = tuple[Column, Callable[[Row], Cell | str]]

#: What tables of builds have in common, in their order; a column and what stands in it.
_TIME: Part = (Column("Time", nowrap=True), lambda row: time_cell(row["end_time"]))
_PROJECT: Part = (Column("Project"), lambda row: named(row["project"]))
_CHANGE: Part = (Column("Change"), lambda row: change_of(row))
_BRANCH: Part = (Column("Branch"), lambda row: named(row["branch"]))
_PLACE: Part = (Column("Provider, region", short="Provider"), lambda row: place_of(row))
_RESULT: Part = (Column("Result"), lambda row: _result(row))
_LOG: Part = (Column("Log"), lambda row: log_cell(row))


def _table(
    parts: Sequence[Part], rows: Sequence[Row], caption: str, below: Callable[[Row], Excerpt] | None = None
) -> Table:
    """A row a build, with the log text that `below` gives under it."""
    cells = [TableRow(tuple(cell(row) for _, cell in parts), below(row) if below else None) for row in rows]
    return Table(caption, tuple(column for column, _ in parts), cells)


def hits_table(rows: list[Row], query: str, path: str, caption: str, shown: int) -> Table:
    """Newest builds of a signature, each with its excerpt."""
    root = root_of(path)
    job: Part = (Column("Job"), lambda row: job_cell(row["job"], root))
    parts = (_TIME, _PROJECT, _CHANGE, job, _BRANCH, _PLACE, _RESULT, _LOG)
    made = _table(parts, rows[:shown], caption, lambda row: excerpt_of(row, query))
    more = f"The newest {words.count(len(rows))} of them, and those of the other signatures, as CSV"
    return replace(made, more=more if len(rows) > shown else "", more_href=f"{root}data/recent_hits.csv")


def failures_table(book: Book, rows: list[Row], path: str, caption: str) -> Table:
    """Newest failed builds of a job with the signatures that match them."""
    root = root_of(path)
    known: Part = (Column("What it failed on"), lambda row: _known(book, row, root))
    return _table((_TIME, _PROJECT, _CHANGE, _BRANCH, _PLACE, _RESULT, known, _LOG), rows, caption)


def lines_table(rows: Sequence[Row], caption: str, more: str = "", more_href: str = "") -> Table:
    """Builds that no signature matches, newest first, each with its likeliest failure line."""
    result: Part = (Column("Result"), lambda row: named(row["result"]))
    made = _table((_TIME, _PROJECT, _CHANGE, _BRANCH, _PLACE, result, _LOG), rows, caption, _line)
    return replace(made, more=more, more_href=more_href)


def _line(row: Row) -> Excerpt:
    if not row["text"]:
        return Excerpt("", "No line of its logs looks like the failure.")
    where = f"{row['file']}:{row['line']}" if row["line"] is not None else row["file"] or ""
    return Excerpt(inert(where), inert(row["text"], 400))


def _result(row: Row) -> Cell:
    return Cell(named(row["result"]), soft="" if row["voting"] else "non-voting")


def _known(book: Book, row: Row, root: str) -> Cell:
    if not row["examined"]:
        return Cell("logs not seen", sort="~")
    ids = [id.strip() for id in (row["signatures"] or "").split(",") if id.strip()]
    shown = [
        link(None if id in book.hidden else root + signature_path(id), words.cut(book.label(id), 60))
        for id in ids[:3]
    ]
    if not shown:
        return Cell("unclassified", sort="~")
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return Cell(Markup(", ").join(shown) + more, sort=",".join(ids))


def job_cell(job: str | None, root: str) -> Cell:
    """A job's name, linked to its page."""
    return Cell(inert(job), href=root + job_path(job)) if job else Cell(UNKNOWN)


def place_of(row: Row) -> str:
    """`aldgate, north1`."""
    return ", ".join(inert(part, 60) for part in (row["provider"], row["region"]) if part) or UNKNOWN
