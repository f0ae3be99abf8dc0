"""Time along the width and a scale along the height, shared by the figures of a series."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

import pandas as pd
from markupsafe import Markup

from generator import words
from generator.figures import svg

#: Pixels from the top of a drawing to the top of its scale.
TOP = 12
#: Pixels from zero to the lower edge: tick labels and coverage strip.
BELOW = 46
_LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
#: So many days are named by their months.
_SEASON = 100
_STEPS = (1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dicts; every kind of null is None."""
    columns = {str(name): [_plain(value) for value in column.tolist()] for name, column in frame.items()}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _plain(value: Any) -> Any:
    # Of all values only the nulls NaN and NaT differ from themselves; NA says neither.
    return None if value is pd.NA or value != value else value


@dataclass(frozen=True)
class Slots:
    """The weeks, days or hours of a series, oldest first, each as wide as the others."""

    times: tuple[datetime, ...]
    unit: str = "day"

    @classmethod
    def of(cls, rows: Sequence[dict[str, Any]], by: str) -> Slots:
        """The slots of rows with a column `week`, `day` or `hour`."""
        return cls(tuple(words.utc(row[by]) for row in rows), by)

    @property
    def width(self) -> float:
        """Of one slot, in per cent."""
        return 100 / max(len(self.times), 1)

    @property
    def length(self) -> timedelta:
        """Of one slot."""
        return _LENGTHS[self.unit]

    def name(self, at: datetime) -> str:
        """`Tue 17 Nov`, or with its hour, or `week of 16 Nov 2026`."""
        if self.unit == "week":
            return f"week of {words.day_year(at)}"
        return f"{words.weekday(at)}, {at:%H:%M}" if self.unit == "hour" else words.weekday(at)

    def span(self) -> str:
        """`24 Oct to 20 Nov 2026`; empty without slots."""
        if not self.times:
            return ""
        first, last = self.times[0], self.times[-1]
        return words.day_year(last) if first == last else f"{words.day(first)} to {words.day_year(last)}"

    def ticks(self) -> list[tuple[int, str]]:
        """Positions and labels: months, Mondays (or each of a few days), midnights and every six hours."""
        n = len(self.times)
        if self.unit == "week" or (self.unit == "day" and n > _SEASON):
            return self._months(n)
        if self.unit == "hour":
            step = 6 if n <= 48 else 24
            return [
                (i, f"{at:%H:%M}" if n <= 48 and at.hour else words.day(at))
                for i, at in enumerate(self.times)
                if at.hour % step == 0
            ]
        mondays = [i for i, at in enumerate(self.times) if at.weekday() == 0]
        chosen = list(range(n)) if n <= 7 else mondays[:: 1 + n // 50]
        return [(i, words.day(self.times[i])) for i in chosen]

    def _months(self, n: int) -> list[tuple[int, str]]:
        """The first week of each month, with the year where it is new; of many months every few."""
        firsts = [i for i in range(n) if i == 0 or self.times[i].month != self.times[i - 1].month]
        # what is left of the month in which the series begins may be too narrow for its name
        firsts = firsts[1:] if len(firsts) > 1 and 100 * firsts[1] < 6 * n else firsts
        chosen = firsts[:: 1 + len(firsts) // 13]
        years = [self.times[i].year for i in chosen]
        # of a season the first year is in its title
        new = [self.unit == "week" if not at else years[at] != years[at - 1] for at in range(len(years))]
        return [
            (i, f"{self.times[i]:%b %Y}" if y else f"{self.times[i]:%b}")
            for i, y in zip(chosen, new, strict=True)
        ]

    def last(self) -> str:
        """Label of the last day, for the right end of the axis; empty where there is no room for it."""
        n, ticks = len(self.times), self.ticks()
        near = bool(ticks) and n - ticks[-1][0] <= n // 7
        return "" if self.unit != "day" or n <= 7 or near else words.day(self.times[-1])


def runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Start and end (not included) of each stretch of true values."""
    start = None
    for i, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            yield start, i
            start = None


@dataclass(frozen=True)
class Scale:
    """From 0 to `top` in steps of `step`, `height` pixels high."""

    top: float
    step: float
    height: int

    @classmethod
    def to(cls, highest: float, height: int, whole: bool) -> Scale:
        """A scale with at most five lines that holds `highest`; its steps are whole numbers if `whole`."""
        least = max(highest / 4, 1 if whole else 0.0025)
        power = 10.0 ** math.floor(math.log10(least))
        steps = (round(s * power, 10) for s in _STEPS)
        step = next(s for s in steps if s >= least * (1 - 1e-9) and (not whole or s == int(s)))
        return cls(step * max(math.ceil(highest / step - 1e-9), 1), step, height)

    @property
    def base(self) -> int:
        """y of zero."""
        return TOP + self.height

    def y(self, value: float) -> float:
        """y of a value."""
        return self.base - self.height * value / self.top

    def values(self) -> list[float]:
        """Of the grid lines, zero first."""
        return [i * self.step for i in range(round(self.top / self.step) + 1)]


def grid(scale: Scale, labels: Sequence[str]) -> Iterator[Markup]:
    """Lines over the whole width with their labels before them."""
    for value, label in zip(scale.values(), labels, strict=True):
        y = scale.y(value)
        yield svg.element("line", class_="g" if value else "ax", x1=0, x2="100%", y1=y, y2=y)
        yield svg.element("text", label, class_="e", x=-8, y=y + 4)


def no_data(slots: Slots, missing: Sequence[bool], scale: Scale, say: str = "no data") -> Iterator[Markup]:
    """Thin hatch over the full height where nothing is known, with the words."""
    for start, end in runs(missing):
        x, width = start * slots.width, (end - start) * slots.width
        yield svg.element(
            "rect",
            fill=svg.HATCH,
            x=svg.percent(x),
            width=svg.percent(width),
            y=TOP,
            height=scale.height,
            opacity=".75",
        )
        # A nested svg takes x in per cent; the rotation then turns about that point.
        text = svg.element("text", say, class_="m halo t", transform="rotate(-90)", y=4)
        yield svg.element(
            "svg", text, x=svg.percent(x + width / 2), y=TOP + scale.height / 2, overflow="visible"
        )


def hover(slots: Slots, i: int, scale: Scale, said: str) -> Markup:
    """What is said of slot `i` to who points anywhere above it."""
    return svg.element(
        "rect",
        svg.element("title", said),
        class_="hit",
        x=svg.percent(i * slots.width),
        width=svg.percent(slots.width),
        y=TOP,
        height=scale.height,
    )


def time_axis(slots: Slots, base: float) -> Iterator[Markup]:
    """Ticks at the left edge of their slot, labels below, and the last slot's where there is room."""
    ticks = slots.ticks()
    for i, label in ticks:
        x = svg.percent(i * slots.width)
        yield svg.element("line", class_="ax", x1=x, x2=x, y1=base, y2=base + 5)
        yield svg.element("text", label, x=x, y=base + 18)
    if slots.last():
        yield svg.element("text", slots.last(), class_="e w", x="100%", y=base + 18)


class Covered(NamedTuple):
    """The share of the builds of a slot that were examined; `little`: of the failed ones too few were.

    Of those that passed a sample may be meant to be enough.
    """

    share: float
    little: bool

    @classmethod
    def of(cls, row: dict[str, Any], threshold: float) -> Self | None:
        """That of a row of counts; None where nothing was seen."""
        if not row["has_data"] or row["coverage"] is None:
            return None
        return cls(float(row["coverage"]), row["failed_examined"] < threshold * row["failed"])


def coverage_strip(slots: Slots, strip: Sequence[Covered | None], base: float) -> Iterator[Markup]:
    """One bar a slot under the axis: hatched where it is little, hatch alone where nothing was seen."""
    bottom, high = base + BELOW - 4, 10
    for start, end in runs([covered is None for covered in strip]):
        yield svg.element(
            "rect",
            fill=svg.HATCH,
            x=svg.percent(start * slots.width),
            width=svg.percent((end - start) * slots.width),
            y=bottom - high,
            height=high,
        )
    for i, covered in enumerate(strip):
        if covered is None:
            continue
        place: dict[str, str | float] = {
            "x": svg.percent((i + 0.12) * slots.width),
            "width": svg.percent(0.76 * slots.width),
            "y": bottom - high * covered.share,
            "height": high * covered.share,
        }
        if covered.little:
            yield svg.element("rect", class_="trk", **place) + svg.element("rect", fill=svg.HATCH, **place)
        else:
            yield svg.element("rect", class_="cov", **place)
    yield svg.element("line", class_="ax", x1=0, x2="100%", y1=bottom + 0.5, y2=bottom + 0.5)
    yield svg.element("text", "cov.", class_="e", x=-8, y=bottom)
