"""The list of facts beside a signature's query."""

from __future__ import annotations

from dataclasses import dataclass

from generator import words
from generator.pages.book import Book
from generator.pages.signature_rows import projects
from generator.text.names import inert
from generator.text.records import Row


@dataclass(frozen=True)
class FactLine:
    """A name and its value, a link where there is an address."""

    name: str
    value: str
    href: str = ""


def fact_lines(book: Book, id: str, month: Row | None) -> list[FactLine]:
    """Bug, owner, first and last seen, projects, file, flags; what is not known says so."""
    signature = book.context.signature(id)
    bug, file = book.context.bug(id), book.context.file(id)
    not_counted = id in book.context.removed_by_id and month is None
    spared = book.spared.get((id, book.scopes.main, "28d"))
    lines = [
        FactLine("Bug", inert(book.ticket(id)) if bug else "no link", bug or ""),
        FactLine("Owner", inert(signature.owner) if signature.owner else "none yet"),
        *([] if not_counted else _seen(month)),
        FactLine("File", inert(signature.path.rsplit("/", 1)[-1]) or "no longer there", file or ""),
    ]
    if spared:
        lines.append(_without(spared))
    if signature.allow_nonvoting:
        lines.append(FactLine("Counts", "non-voting builds too (allow-nonvoting)"))
    if signature.resolved_at:
        lines.append(FactLine("Resolved", signature.resolved_at.isoformat()))
    return lines


def _without(row: Row) -> FactLine:
    """The first-pass rate as it would have been, and as it was."""
    was = words.percent(row["k"] - row["gained"], row["n"])
    interval = f", interval {words.interval(row['low'], row['high'])}" if row["n"] >= words.FEW else ""
    without = f"without this signature at least {words.percent(row['k'], row['n'])}{interval}"
    return FactLine("First pass, 28\u202fd", f"{inert(row['pipeline'], 40)}: {was}; {without}")


def _seen(month: Row | None) -> list[FactLine]:
    first, last = (month["first_seen"], month["last_seen"]) if month else (None, None)
    return [
        FactLine("First seen", words.day_year(first) if first is not None else "never"),
        FactLine("Last seen", f"{words.day_year(last)}, {last:%H:%M}" if last is not None else "never"),
        FactLine("Projects, 28\u202fd", projects(month) if month else "none"),
    ]
