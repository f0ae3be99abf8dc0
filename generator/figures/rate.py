"""A rate per day or hour: a line with the band of its interval, broken where there is no rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from generator import words
from generator.figures import axis, drawing, svg
from generator.figures.axis import Covered, Scale, Slots
from generator.figures.figure import Figure, Key
from generator.render import Column, Row, Table

_HEIGHT = 186


@dataclass(frozen=True)
class _Slot:
    """k of n builds in one day or hour; rate and interval are fractions, None where there is no rate."""

    name: str
    k: int
    n: int
    rate: float | None
    low: float
    high: float

    @classmethod
    def of(cls, row: dict[str, Any], name: str) -> _Slot:
        known = bool(row["has_data"]) and row["rate"] is not None
        rate = float(row["rate"]) if known else None
        low, high = (float(row[key]) if row[key] is not None else rate or 0.0 for key in ("low", "high"))
        return cls(name, int(row["k"] or 0), int(row["n"] or 0), rate, low, high)

    def words(self) -> str:
        if self.rate is None:
            return f"no rate, {words.count(self.k)} of {words.count(self.n)}" if self.n else "no data"
        around = f", {words.interval(self.low, self.high)}" if self.n >= words.FEW else ""
        return words.percent(self.k, self.n) + around


def rate(
    days: pd.DataFrame,
    id: str,
    title: str,
    caption: str | Markup = "",
    coverage: pd.DataFrame | None = None,
    threshold: float = 0.7,
    by: str = "day",
) -> Figure:
    """The rate per slot with its 95 % interval.

    `days` are rows of `signature_days` (or `days`) of one scope and signature, oldest first, with k, n, rate,
    low, high, has_data, or those of `history` with a column `week`; `coverage` are rows of `days` of the
    same slots, for the strip under the axis.
    """
    rows = axis.records(days)
    slots = Slots.of(rows, by)
    data = [_Slot.of(row, slots.name(at)) for row, at in zip(rows, slots.times, strict=True)]
    scale = Scale.to(_highest(data), _HEIGHT, whole=False)
    strip = _coverage(rows, coverage, threshold, by)
    return Figure(
        id=id,
        title=title,
        description=_description(data),
        svg=svg.titled(
            id,
            scale.base + axis.BELOW,
            f"{title}, {slots.span()}" if data else title,
            _description(data),
            _draw(slots, data, scale, strip),
        ),
        legend=_legend(data),
        table=_table(title, data, strip, slots),
        plotly=_plotly(slots, data, scale, strip) if any(s.rate is not None for s in data) else None,
        caption=caption,
    )


def _highest(data: Sequence[_Slot]) -> float:
    """Top of the scale: all rates, and the intervals as far as they do not dwarf them."""
    highest = max((s.rate for s in data if s.rate is not None), default=0.0)
    intervals = max((s.high for s in data if s.rate is not None), default=0.0)
    # without hits the intervals are all there is to see: cut off they would look certain
    return min(max(min(intervals, 3 * highest), 0.01) if highest else max(intervals, 0.01), 1.0)


def _coverage(
    rows: Sequence[dict[str, Any]], coverage: pd.DataFrame | None, threshold: float, by: str
) -> list[Covered | None]:
    """What was examined of each slot; None where nothing was seen."""
    of = () if coverage is None else axis.records(coverage)
    known = {row[by]: Covered.of(row, threshold) for row in of}
    return [known.get(row[by]) for row in rows]


def _legend(data: Sequence[_Slot]) -> tuple[Key, ...]:
    keys = (Key("Rate", "c1"), Key(f"95{words.THIN}% interval", "bd"))
    return keys if all(s.rate is not None for s in data) else (*keys, Key("No rate", "ph"))


def _description(data: Sequence[_Slot]) -> str:
    known = [s for s in data if s.rate is not None]
    if not known:
        return "No data."
    most = max(known, key=lambda s: s.rate or 0)
    missing = f" No rate in {len(data) - len(known)} of {len(data)}." if len(known) < len(data) else ""
    return f"Highest on {most.name}: {most.words()}. Last, {known[-1].name}: {known[-1].words()}.{missing}"


def _missing_words(data: Sequence[_Slot]) -> str:
    return "no rate" if any(s.n for s in data if s.rate is None) else "no data"


def _labels(scale: Scale) -> list[str]:
    """`0`, `6`, `12 %`: per cent, the sign at the top only."""
    decimals = next(d for d in range(4) if d == 3 or round(scale.step * 10 ** (2 + d), 6).is_integer())
    texts = [f"{100 * value:.{decimals}f}" if value else "0" for value in scale.values()]
    return [*texts[:-1], f"{texts[-1]}{words.THIN}%"]


def _draw(
    slots: Slots, data: Sequence[_Slot], scale: Scale, strip: Sequence[Covered | None]
) -> Iterator[Markup]:
    yield from axis.grid(scale, _labels(scale))
    missing = [s.rate is None for s in data]
    yield from axis.no_data(slots, missing, scale, _missing_words(data))
    yield svg.element(
        "svg",
        svg.joined(_lines(data, scale)),
        width="100%",
        height=scale.base,
        viewBox=f"0 0 {max(len(data), 1)} {scale.base}",
        preserveAspectRatio="none",
    )
    for i, slot in enumerate(data):
        yield axis.hover(slots, i, scale, f"{slot.name}: {slot.words()}")
    yield from axis.time_axis(slots, scale.base)
    yield from axis.coverage_strip(slots, strip, scale.base)


def _lines(data: Sequence[_Slot], scale: Scale) -> Iterator[Markup]:
    """Band, line and points of each unbroken stretch, in a box one unit wide per slot."""
    for start, end in axis.runs([s.rate is not None for s in data]):
        part = range(start, end)
        upper = [(i + 0.5, min(data[i].high, scale.top)) for i in part]
        lower = [(i + 0.5, data[i].low) for i in reversed(part)]
        if len(part) == 1:  # a lone slot has no line: its band is a column
            upper = [(x + aside, y) for aside in (-0.3, 0.3) for x, y in upper]
            lower = [(x + aside, y) for aside in (0.3, -0.3) for x, y in lower]
        line = [(i + 0.5, data[i].rate or 0.0) for i in part]
        yield svg.element("path", class_="bd", d=f"{_path([*upper, *lower], scale)}z")
        yield svg.element("path", class_="ln", d=_path(line, scale))
        yield svg.element("path", class_="pt", d="".join(f"{_path([p], scale)}h0" for p in line))


def _path(points: Sequence[tuple[float, float]], scale: Scale) -> str:
    return "M" + " ".join(f"{svg.number(x)} {svg.number(scale.y(y))}" for x, y in points)


def _table(title: str, data: Sequence[_Slot], strip: Sequence[Covered | None], slots: Slots) -> Table:
    columns = [
        Column(slots.unit.capitalize()),
        Column("Rate", True),
        Column("Builds", True),
        Column(f"95{words.THIN}% interval", True),
        Column("Coverage", True),
    ]
    rows = []
    for slot, covered in zip(reversed(data), reversed(strip), strict=True):
        few = slot.rate is None or slot.n < words.FEW
        rows.append(
            Row(
                [
                    slot.name,
                    "no data" if not slot.n else "–" if few else words.rate(slot.rate),
                    f"{words.count(slot.k)} of {words.count(slot.n)}" if slot.n else "",
                    "" if few else words.interval(slot.low, slot.high),
                    words.rate(covered.share if covered else None),
                ]
            )
        )
    return Table(f"{title}, numbers", columns, rows, stack=False, sortable=False)


def _plotly(
    slots: Slots, data: Sequence[_Slot], scale: Scale, strip: Sequence[Covered | None]
) -> dict[str, Any]:
    blue = drawing.COLOURS["--classified"]
    traces = _band(slots, data, scale)
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            **drawing.along(slots),
            "y": [s.rate for s in data],
            "connectgaps": False,
            "line": {"color": blue, "width": 1.75},
            "marker": {"color": blue, "size": 5},
            "text": [s.words() for s in data],
            "hovertemplate": "%{text}<extra></extra>",
            "name": "rate",
        }
    )
    missing = [s.rate is None for s in data]
    traces += [
        drawing.hatch(slots, missing, scale.top, _missing_words(data)),
        *drawing.coverage(slots, strip),
    ]
    shown = [t for t in traces if any(y is not None for y in t["y"])]
    layout = drawing.layout(slots, scale, _labels(scale), missing, _missing_words(data))
    return drawing.spec(shown, layout)


def _band(slots: Slots, data: Sequence[_Slot], scale: Scale) -> list[dict[str, Any]]:
    """The interval around the line, a trace for each run of days with a rate."""
    x = drawing.middles(slots)
    traces: list[dict[str, Any]] = []
    for start, end in axis.runs([s.rate is not None for s in data]):
        ys = [min(s.high, scale.top) for s in data[start:end]] + [s.low for s in reversed(data[start:end])]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": x[start:end] + x[start:end][::-1],
                "y": ys,
                "fill": "toself",
                "fillcolor": drawing.COLOURS["--band"],
                "line": {"width": 0},
                "hoverinfo": "skip",
            }
        )
    return traces
