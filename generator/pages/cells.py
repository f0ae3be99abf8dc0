"""What stands in a cell: numbers turned into words, so that templates only place them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generator import words
from generator.text.records import Row

_TONES = {"worse": "worse", "better": "better", "new": "new", "returned": "new", "gone": "gone"}
_STATE_WORDS = {"returned": "back", "no data": "nothing to compare with"}


@dataclass(frozen=True)
class Rate:
    """`value` large, `of` beside it, `interval` below; without a rate `value` says why."""

    value: str
    of: str
    interval: str

    @property
    def sort(self) -> str:
        """The number that a column of these is sorted by; empty sorts last."""
        return self.value.split("\u202f")[0] if self.value.endswith("%") else ""


def rate(row: Row | None, k: str = "k", n: str = "n", rate: str = "rate", low: str = "low", high: str = "high") -> Rate:
    """A rate with its numerator and denominator: under ten cases the counts alone, without cases `no data`."""
    if row is None or not row[n]:
        return Rate("no data", "", "")
    of = f"{words.count(row[k])} of {words.count(row[n])}"
    if row[n] < words.FEW:
        return Rate(of, "n under 10", "")
    if row[rate] is None:
        return Rate("no rate", f"{of}; too few logs seen", "")
    return Rate(words.rate(row[rate]), of, words.interval(row[low], row[high]))


@dataclass(frozen=True)
class Trend:
    """`css` holds the classes of the state word, `text` the word or number, `note` what stands below."""

    css: str
    text: str
    note: str
    sort: str = ""


def trend(row: Row | None, name: str = "state") -> Trend:
    """The change on the window before, judged; the arrow is the direction of the number."""
    if row is None:
        return Trend("", "no data", "")
    state, change = row[name], row["change"]
    tone = _TONES.get(state, "")
    if tone in ("new", "gone"):
        return Trend(tone, _STATE_WORDS.get(state, state), _since(row, state))
    if change is None or row["n"] < words.FEW or row["prev_n"] < words.FEW:
        return Trend("", _STATE_WORDS.get(state, state), _before(row))
    arrow = (" up" if change > 0 else " dn") if tone else ""
    interval = words.signed_interval(row["change_low"], row["change_high"])
    note = f"{state}, {interval}" if interval else state
    return Trend(tone + arrow, f"{words.points(change)} pts", note, f"{change:.6f}")


def _since(row: Row, state: str) -> str:
    if state == "gone":
        return "none for 28\u202fd"
    first = row.get("first_seen")
    return f"none before {words.day(first)}" if state == "new" and first is not None else "seen again"


def _before(row: Row) -> str:
    return f"{words.count(row['prev_k'])} of {words.count(row['prev_n'])} before" if row["prev_n"] else ""


@dataclass(frozen=True)
class KeyFigure:
    """One of the four figures under the verdict; `trend` may be missing, then `note` stands there."""

    label: str
    rate: Rate
    trend: Trend | None = None
    note: str = ""


def moment(value: Any) -> str:
    """`20 Nov 21:41`, or `unknown`."""
    return words.clock(value) if value is not None else "unknown"


def date(value: Any) -> str:
    """`9 Mar 2025`, or `never`."""
    return words.day_year(value) if value is not None else "never"


def iso(value: Any) -> str:
    """For sorting and for machines."""
    return words.iso(value) if value is not None else ""
