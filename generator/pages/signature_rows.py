"""The table of signatures that home and index share, and the short one of jobs and CIs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator import words
from generator.figures.interval import scale
from generator.figures.spark import spark
from generator.pages.book import Book
from generator.pages.cells import interval_cell, rate_cell, seen_cell, share_cell, trend_cell
from generator.pages.paths import root_of, signature_path
from generator.render import Cell, Column, Table
from generator.render import Row as TableRow
from generator.text.names import inert
from generator.text.records import Row
from generator.text.scope import WINDOW_WORDS


def name_cell(book: Book, id: str, path: str, note: str = "") -> Cell:
    """A signature's name, linked, above its id, which a name made of the query holds already."""
    named = bool((book.context.signature(id).title or "").strip())
    below = " · ".join(part for part in (inert(id, 60) if named else "", note) if part)
    if id in book.hidden:
        return Cell(book.label(id), soft=f"{below} · hidden".removeprefix(" · "), sort=book.label(id).lower())
    return Cell(
        book.label(id), soft=below, href=root_of(path) + signature_path(id), sort=book.label(id).lower()
    )


def bug_cell(book: Book, id: str) -> Cell:
    """A link to the bug."""
    href = book.context.bug(id)
    return Cell(book.ticket(id) if href else "none", href=href or "", sort=id)


def spark_cell(days: Sequence[Row]) -> Cell:
    """Hits a day over the last 28 days, on a scale of their own."""
    counts, seen = [row["hits"] for row in days[-28:]], [looked_at(row) for row in days[-28:]]
    if not counts:
        return Cell("no data", sort=-1)
    label = f"Hits per day, {len(counts)} days, at most {max(counts)} a day"
    return Cell(svg=spark(counts, seen, label), sort=sum(counts))


def looked_at(day: Row) -> bool:
    """Whether the hits of a row of `signature_days` are known: none is a zero."""
    return bool(day["has_data"] or (day["failed"] and not day["partial"]))


def top_of(rows: Iterable[Row]) -> float:
    """The scale that all interval bars of a table share."""
    return scale([row["high"] for row in rows if row["high"] is not None and row["n"] >= words.FEW])


def signature_table(
    book: Book, rows: Sequence[Row], path: str, caption: str, more: str = "", more_href: str = ""
) -> Table:
    """Signatures of one scope, in the order of `rows` (of the table `signatures`)."""
    top = top_of(rows)
    window = WINDOW_WORDS[rows[0]["window"]] if rows else WINDOW_WORDS["7d"]
    columns = (
        Column("Signature"),
        Column("Last 28\u202fd, own\u00a0scale", short="Last 28\u202fd"),
        Column("Failed builds", numeric=True),
        Column("Failure rate", numeric=True),
        Column(f"95\u202f%\u00a0interval, 0\u00a0to\u00a0{100 * top:.3g}\u202f%", short="95\u202f% interval"),
        Column(f"Change on {window.replace(' ', words.THIN)} before", short="Change"),
        Column("First\u00a0seen, last\u00a0seen", short="First, last seen", nowrap=True),
        Column("Projects hit", short="Projects"),
        Column("Bug", nowrap=True),
    )
    return Table(caption, columns, [_row(book, row, path, top) for row in rows], more, more_href)


def _row(book: Book, row: Row, path: str, top: float) -> TableRow:
    id = row["signature"]
    days = book.signature_days.get((row["pipeline"], row["voting"], id), [])
    return TableRow(
        (
            name_cell(book, id, path, notes(book, row)),
            spark_cell(days),
            share_cell(row["hits"], row["failed"], row),
            rate_cell(row),
            interval_cell(row, top),
            trend_cell(row),
            seen_cell(row["first_seen"], row["last_seen"]),
            Cell(projects(row), sort=row["projects"]),
            bug_cell(book, id),
        )
    )


def projects(row: Row) -> str:
    """Up to three names, else their number."""
    if not row["projects"]:
        return "none"
    return inert(row["project_names"]) if row["projects"] <= 3 else f"{words.count(row['projects'])} projects"


def notes(book: Book, row: Row) -> str:
    """What else is to be known of a signature: fixed, bad, its file gone."""
    signature = book.context.signature(row["signature"])
    found = []
    if signature.resolved_at:
        found.append(f"resolved {signature.resolved_at.isoformat()}")
    if row["success_bad"]:
        found.append("matches passing builds")
    if row["removed"]:
        found.append("no longer looked for")
    return ", ".join(found)


def hit_table(book: Book, rows: Sequence[Row], path: str, caption: str) -> Table:
    """Which signatures hit a job or a CI: rows of `group_signatures`."""
    columns = (Column("Signature"), Column("Failed builds", numeric=True), Column("Bug"))
    shown = [row for row in rows if row["signature"] not in book.hidden]
    cells = [
        TableRow((name_cell(book, row["signature"], path), _hits(row), bug_cell(book, row["signature"])))
        for row in shown[:20]
    ]
    more = f"All {len(shown)} in group_signatures.csv" if len(shown) > 20 else ""
    return Table(caption, columns, cells, more, f"{root_of(path)}data/group_signatures.csv")


def _hits(row: Row) -> Cell:
    share = words.rate(row["hits"] / row["failed"]) if row["failed"] >= words.FEW else ""
    return Cell(f"{words.count(row['hits'])} of {words.count(row['failed'])}", soft=share, sort=row["hits"])
