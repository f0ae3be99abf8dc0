"""The index of signatures: those seen in 28 days with their numbers, the others by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from generator import words
from generator.pages.book import Book
from generator.pages.signature_rows import bug_cell, name_cell, notes, signature_table
from generator.render import Cell, Column, Table, render
from generator.render import Row as TableRow
from generator.site import Page
from generator.text.records import Row

PATH = "signatures/index.html"
#: As many rows as fit into a page of 300 KB.
_SEEN, _OTHERS, _REMOVED = 80, 200, 100


def pages(book: Book) -> Iterator[Page]:
    """One page."""
    seen = sorted((_row(book, id) for id in book.listed_ids if _hits(book, id)), key=_order(book))
    others = [id for id in book.listed_ids if not _hits(book, id)]
    removed = [id for id in book.signature_ids if id in book.context.removed_by_id]
    body = render(
        "pages/signatures.html",
        total=len(book.listed_ids),
        seen=signature_table(
            book, seen[:_SEEN], PATH, "Signatures seen in the last 28 d", *_more(len(seen), _SEEN)
        ),
        seen_count=len(seen),
        others=_others(book, others),
        removed=_removed(book, removed),
        removed_count=len(removed),
        removed_cut=_cut(len(removed)),
        hidden=words.listed(sorted(book.hidden), 20),
        hidden_count=len(book.hidden),
        facts=book.facts,
    )
    yield Page(
        PATH, "Signatures", "All signatures, how often each is seen and since when", body, "signatures"
    )


def _row(book: Book, id: str) -> Row:
    return book.signatures[id]["7d"]


def _hits(book: Book, id: str) -> int:
    """Hits in 28 days."""
    return int(book.signatures.get(id, {}).get("28d", {}).get("hits") or 0)


def _order(book: Book):  # type: ignore[no-untyped-def]
    return lambda row: (-row["hits"], -_hits(book, row["signature"]), row["signature"])


def _more(count: int, shown: int) -> tuple[str, str]:
    return (f"All {words.count(count)} as CSV", "../data/signatures.csv") if count > shown else ("", "")


def _removed(book: Book, ids: list[str]) -> Table:
    gone = book.context.removed_by_id
    newest = sorted(ids, key=lambda id: (-gone[id].since.timestamp(), id))[:_REMOVED]
    columns = (Column("Signature"), Column("Since", nowrap=True), Column("Why"), Column("Bug"))
    rows = [
        TableRow(
            (
                name_cell(book, id, PATH),
                _day_cell(gone[id].since),
                "file refused" if gone[id].refused else "file removed",
                bug_cell(book, id),
            )
        )
        for id in newest
    ]
    return Table("Signatures that are no longer looked for", columns, rows)


def _cut(count: int) -> str:
    return (
        f". These are the {_REMOVED} that were removed last; the search finds all" if count > _REMOVED else ""
    )


def _last_seen(book: Book, id: str) -> Cell:
    """When a build that is kept was last matched."""
    return _day_cell(book.signatures.get(id, {}).get("28d", {}).get("last_seen"))


def _day_cell(at: datetime | None) -> Cell:
    return Cell(words.day_year(at), sort=words.iso(at)) if at is not None else Cell("never", sort="")


def _others(book: Book, ids: list[str]) -> Table:
    columns = (Column("Signature"), Column("Last seen", nowrap=True), Column("State"), Column("Bug"))
    rows = []
    for id in ids[:_OTHERS]:
        row = book.signatures.get(id, {}).get("28d")
        state = "gone" if row and row["state"] == "gone" else ""
        rows.append(
            TableRow(
                (
                    name_cell(book, id, PATH, notes(book, row) if row else ""),
                    _last_seen(book, id),
                    state,
                    bug_cell(book, id),
                )
            )
        )
    return Table("Signatures not seen in the last 28 d", columns, rows, *_more(len(ids), _OTHERS))
