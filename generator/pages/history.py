"""Since the first day ever collected: failure rates by week and month, by CI, and the life of signatures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from generator import words
from generator.figures.figure import Figure
from generator.figures.rate import rate
from generator.pages.book import Book
from generator.pages.cells import interval_cell, rate_cell, share_cell
from generator.pages.paths import ci_path
from generator.pages.signature_rows import name_cell, top_of
from generator.pages.state_tables import examined_cell
from generator.render import Cell, Column, Table, render
from generator.render import Row as TableRow
from generator.site import Page
from generator.stats.results import ALL
from generator.text.names import inert
from generator.text.records import Row, grouped, records

PATH = "history.html"
#: As many rows as fit into a page of 300 KB.
_WEEKS, _MONTHS, _CIS, _SIGNATURES = 260, 60, 100, 200
_LAST_MONTHS = 3


def pages(book: Book) -> Iterator[Page]:
    """One page."""
    found = grouped(book.results.history, "ci", "unit")
    months = found.get((ALL, "month"), [])
    lives = records(book.results.signature_history)
    body = render(
        "pages/history.html",
        verdict=_verdict(months),
        compared=_compared([row for row in months if row["complete"] and row["n"]][-2:]),
        kept=words.day_year(book.facts.first_day) if book.facts.first_day is not None else "",
        figure=_figure(book, months),
        months=_months(months),
        cis=_cis(found, months),
        signatures=_signatures(book, [row for row in lives if row["signature"] not in book.hidden]),
    )
    yield Page(PATH, "History", "Failure rates and signatures since the first day collected", body, "history")


def _verdict(months: list[Row]) -> str:
    """How many of all builds failed, and since when they are counted."""
    if not months:
        return "No builds were collected yet."
    first, n = words.day_year(_first(months)), sum(row["n"] for row in months)
    if not n:
        return f"Since {first} no build failed or passed that a rate could be made of."
    of = "of the " if n >= words.FEW else ""
    return f"Since {first}, {words.percent(sum(row['k'] for row in months), n)} {of}completed builds failed."


def _first(rows: list[Row]) -> datetime:
    first: datetime = min(row["first"] for row in rows if row["first"] is not None)
    return first


def _compared(months: list[Row]) -> str:
    """The last two whole months, side by side: no test was made, so no word of better or worse."""
    said = [f"in {row['start']:%B %Y} {words.percent(row['k'], row['n'])}" for row in reversed(months)]
    return f"Whole months: {', '.join(said)}." if said else ""


def _figure(book: Book, months: list[Row]) -> Figure:
    weeks = book.results.history
    weeks = weeks[(weeks["ci"] == ALL) & (weeks["unit"] == "week")].tail(_WEEKS)
    weeks = weeks.assign(week=weeks["start"])
    out_of = f" ({words.count(sum(r['k'] for r in months))} of {words.count(sum(r['n'] for r in months))})"
    caption = (
        f"Failed builds of failed and passed ones{out_of if months else ''}, all pipelines, without "
        "non-voting builds; weeks from Monday on, UTC, the first and the last may be parts of weeks. The "
        "strip is coverage, builds examined of those run."
    )
    title = "Weekly failure rate with its 95 % interval"
    return rate(weeks, "weeks", title, caption, weeks, book.facts.coverage_threshold, by="week")


def _months(months: list[Row]) -> Table:
    top = top_of(months)
    columns = (
        Column("Month", nowrap=True),
        Column("Failed builds", numeric=True),
        Column(f"95\u202f%\u00a0interval, 0\u00a0to\u00a0{100 * top:.3g}\u202f%", short="95\u202f% interval"),
        Column("Builds", numeric=True),
        Column("Infra", numeric=True),
        Column("Classified", numeric=True),
        Column("Failed builds examined", numeric=True, short="Examined"),
    )
    cells = [
        TableRow(
            (
                Cell(f"{row['start']:%B %Y}", soft=_part(row), sort=words.iso(row["start"])),
                rate_cell(row),
                interval_cell(row, top),
                Cell(words.count(row["run"]) if row["has_data"] else "no data", sort=row["run"]),
                Cell(words.count(row["infra"]) if row["has_data"] else "", sort=row["infra"]),
                share_cell(row["classified"], row["failed_examined"]),
                examined_cell(row),
            )
        )
        for row in months[: -_MONTHS - 1 : -1]
    ]
    more = f"All {words.plural(len(months), 'month')} as CSV" if len(months) > _MONTHS else ""
    return Table("Months, the newest first", columns, cells, more, "data/history.csv")


def _part(row: Row) -> str:
    """What of a month the counts are about, where it is not all of it."""
    parts = [] if row["complete"] else [f"{words.plural(row['length'], 'day')} of it"]
    quiet = row["length"] - row["days"]
    return ", ".join([*parts, *([f"{words.plural(quiet, 'day')} without builds"] if quiet else [])])


def _cis(found: dict[tuple[str, str], list[Row]], months: list[Row]) -> Table:
    """CIs by name: since when, and their rates in all and in the last months."""
    last = [row["start"] for row in months[: -_LAST_MONTHS - 1 : -1]]
    columns = (
        Column("CI"),
        Column("Since", nowrap=True),
        Column("Failed builds since then", numeric=True, short="Failed since then"),
        *(Column(f"{start:%B}", numeric=True) for start in last),
    )
    of_cis = sorted((ci, rows) for (ci, unit), rows in found.items() if unit == "month" and ci != ALL)
    cells = []
    for ci, rows in of_cis[:_CIS]:
        by_start = {row["start"]: row for row in rows}
        first, k, n = _first(rows), sum(row["k"] for row in rows), sum(row["n"] for row in rows)
        cells.append(
            TableRow(
                (
                    Cell(inert(ci), href=ci_path(ci)),
                    Cell(words.day_year(first), sort=words.iso(first)),
                    rate_cell({"k": k, "n": n, "rate": k / n if n else None}),
                    *(rate_cell(by_start.get(start)) for start in last),
                )
            )
        )
    more = f"All {words.plural(len(of_cis), 'CI')} as CSV" if len(of_cis) > _CIS else ""
    return Table("Failure rates of CIs since their first day", columns, cells, more, "data/history.csv")


def _signatures(book: Book, lives: list[Row]) -> Table:
    """Signatures, those seen last first."""
    columns = (
        Column("Signature"),
        Column("First seen", nowrap=True),
        Column("Last seen", nowrap=True),
        Column("Failed builds", numeric=True),
        Column("Days with hits", numeric=True),
    )
    newest = sorted(lives, key=lambda row: (-row["last"].timestamp(), -row["hits"], row["signature"]))
    cells = [
        TableRow(
            (
                name_cell(book, row["signature"], PATH) if _has_page(book, row) else inert(row["signature"]),
                Cell(words.day_year(row["first"]), sort=words.iso(row["first"])),
                Cell(words.day_year(row["last"]), sort=words.iso(row["last"])),
                Cell(words.count(row["hits"]), sort=row["hits"]),
                Cell(words.count(row["days"]), sort=row["days"]),
            )
        )
        for row in newest[:_SIGNATURES]
    ]
    more = f"All {words.plural(len(lives), 'signature')} as CSV" if len(lives) > _SIGNATURES else ""
    return Table("Signatures, those seen last first", columns, cells, more, "data/signature_history.csv")


def _has_page(book: Book, row: Row) -> bool:
    return row["signature"] in book.signature_ids
