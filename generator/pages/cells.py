"""Numbers of a row turned into cells, states and key figures, so that templates only place them."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from generator import words
from generator.figures.interval import interval_bar
from generator.render import Cell, KeyFigure, State
from generator.text.records import Row
from generator.text.scope import compared, judged, state_of

_JUDGED = {"worse", "better", "new", "gone", "returned"}
_WORDS = {"returned": "back", "no data": "not judged"}


def value_of(row: Row | None, k: str, n: str, rate: str = "rate") -> tuple[str, str]:
    """What is printed large and what beside it: under ten cases the counts alone, without cases `no data`."""
    if row is None or not row[n]:
        return "no data", ""
    of = f"{words.count(row[k])} of {words.count(row[n])}"
    if row[n] < words.FEW:
        return of, "n under 10"
    if row.get(rate) is None:
        return "no rate", f"{of}; too few logs seen"
    return words.rate(row[rate]), of


def marked(text: str, row: Row | None) -> str:
    """The text, with the word `partial` where a source did not answer completely for what is counted."""
    return ", ".join(filter(None, (text, "partial"))) if row and row.get("partial") else text


def rate_cell(row: Row | None, k: str = "k", n: str = "n", rate: str = "rate") -> Cell:
    """A rate above its numerator and denominator."""
    value, of = value_of(row, k, n, rate)
    of = marked(of, row)
    return Cell(value, soft=of, sort=row[rate] if row and row.get(rate) is not None else -1)


def share_cell(k: int, n: int, row: Row | None = None) -> Cell:
    """Counts that have no interval of their own, as `112 of 353`; `row` tells whether they are partial."""
    counts = f"{words.count(k)} of {words.count(n)}" if n else "no data"
    return Cell(counts, soft=marked("", row), sort=k)


def interval_cell(row: Row, top: float) -> Cell:
    """The interval of a rate as a bar on a scale from 0 to `top`, and in numbers."""
    if row["rate"] is None or row["low"] is None or row["n"] < words.FEW:
        return Cell("", sort=-1)
    bar = interval_bar(row["low"], row["rate"], row["high"], top)
    return Cell(svg=bar, soft=words.interval(row["low"], row["high"]), sort=row["rate"])


def trend(row: Row | None) -> tuple[State, str]:
    """The state word or the change, and what stands beside it; the arrow is the direction of the number."""
    if row is None:
        return State("no data"), ""
    name = state_of(row) if "regressed" in row else str(row["state"])
    word = name
    if name != row["state"]:
        row, word = compared(row), f"worse than 28{words.THIN}d before"
    change = row["change"]
    if name in ("new", "gone", "returned"):
        return State(_WORDS.get(name, name), name), _since(row)
    kind = name if name in _JUDGED else ""
    if not judged(row):
        return State(_WORDS.get(name, name), kind), _before(row)
    interval = words.signed_interval(row["change_low"], row["change_high"])
    arrow = ("up" if change > 0 else "dn") if kind else ""
    said = f"{word}, {interval}" if interval and kind else word
    return State(f"{words.points(change)} pts", kind, arrow), said


def trend_cell(row: Row | None) -> Cell:
    """The change on the window before."""
    state, note = trend(row)
    change = row["change"] if row else None
    return Cell(state=state, soft=note, sort=change if change is not None else -9)


def _since(row: Row) -> str:
    if row["state"] == "gone":
        return f"none for 28{words.THIN}d"
    first = row["first_seen"]
    return f"none before {words.day(first)}" if row["state"] == "new" and first is not None else "seen again"


def _before(row: Row) -> str:
    if row["state"] == "no data" and not row["prev_n"]:
        return "nothing to compare with"
    return f"{words.count(row['prev_k'])} of {words.count(row['prev_n'])} before" if row["prev_n"] else ""


def key_figure(label: str, row: Row | None, note: str = "", unit: str = "") -> KeyFigure:
    """A rate with its interval and its change; `unit` says what was counted, if not builds."""
    value, of = value_of(row, "k", "n")
    of = marked(f"{of} {unit}".rstrip() if of else of, row)
    interval = words.interval(row["low"], row["high"]) if row and row["n"] >= words.FEW else ""
    if row is None or not row["n"] or "state" not in row:
        return KeyFigure(label, value, of, interval, note=note)
    state, change = trend(row)
    return KeyFigure(label, value, of, interval, state, change, note)


def plain_figure(label: str, k: int, n: int, note: str = "") -> KeyFigure:
    """A rate without an interval of its own."""
    if not n:
        return KeyFigure(label, "no data", note=note)
    of = f"{words.count(k)} of {words.count(n)}"
    return KeyFigure(
        label, of if n < words.FEW else words.rate(k / n), "" if n < words.FEW else of, note=note
    )


def time_cell(moment: Any) -> Cell:
    """`20 Nov 21:41`, or `unknown`."""
    if moment is None:
        return Cell("unknown", sort="")
    return Cell(words.clock(moment), sort=words.iso(moment))


def seen_cell(first: Any, last: Any) -> Cell:
    """First seen above last seen."""
    if last is None:
        return Cell("never", sort="")
    return Cell(words.day_year(first), soft=words.clock(last), sort=words.iso(last))


def link(href: str | None, text: str) -> Markup:
    """The text, as a link where there is an address."""
    return Markup('<a href="{}">{}</a>').format(href, text) if href else Markup("{}").format(text)
