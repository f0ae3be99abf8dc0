"""Where a signature happens: small multiples by provider, job, project, branch and pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from generator import words
from generator.figures.multiples import multiples
from generator.pages.book import Book
from generator.pages.cells import value_of
from generator.pages.signature_rows import looked_at
from generator.stats.results import ALL, UNKNOWN
from generator.text.names import inert
from generator.text.records import Row

_DIMENSIONS = {
    "provider": "By provider",
    "job": "By job",
    "project": "By project",
    "branch": "By branch",
    "pipeline": "By pipeline",
}
_SHOWN = 8


@dataclass(frozen=True)
class One:
    """A drawing, its name, its rate with counts, its interval."""

    svg: Markup
    name: str
    value: str
    of: str
    interval: str


@dataclass(frozen=True)
class Group:
    """Multiples of one dimension; `scale` says what the tallest bar is, `more` how many are not shown."""

    title: str
    scale: str
    items: list[One]
    more: str


def where_groups(book: Book, id: str) -> list[Group]:
    """A group for each dimension of which something is known for hits of 28 d."""
    rows = [row for row in book.breakdowns.get(id, []) if row["window"] == "28d"]
    days = book.signature_days.get((ALL, "voting", id), [])[-28:]
    found = []
    for dimension, title in _DIMENSIONS.items():
        part = sorted((row for row in rows if row["dimension"] == dimension), key=_order)
        if any(row["hits"] and row["value"] != UNKNOWN for row in part):
            found.append(_group(book, id, title, part, days))
    return found


def _order(row: Row) -> tuple[int, int, str]:
    return -row["hits"], -row["n"], row["value"] or ""


def _group(book: Book, id: str, title: str, rows: list[Row], days: list[Row]) -> Group:
    at = {row["day"]: i for i, row in enumerate(days)}
    shown = rows[:_SHOWN]
    counts = {_name(row): _counts(book, id, row, at) for row in shown}
    drawn = multiples(counts, [looked_at(row) for row in days], "Hits per day")
    items = [_one(row, drawn.svgs[_name(row)]) for row in shown]
    more = f"{words.count(len(rows) - _SHOWN)} more with fewer hits" if len(rows) > _SHOWN else ""
    return Group(title, f"0 to {words.count(drawn.top)} a day", items, more)


def _name(row: Row) -> str:
    return inert(row["value"], 300)


def _counts(book: Book, id: str, row: Row, at: dict[object, int]) -> list[int]:
    series = [0] * len(at)
    for day in book.breakdown_days.get((id, row["dimension"], row["value"]), []):
        if day["day"] in at:
            series[at[day["day"]]] = day["hits"]
    return series


def _one(row: Row, svg: Markup) -> One:
    value, of = value_of(row, "k", "n") if row["n"] else (words.plural(row["hits"], "hit"), "no rate")
    interval = words.interval(row["low"], row["high"]) if row["n"] >= words.FEW else ""
    return One(svg, words.cut(_name(row), 80), value, of, interval)
