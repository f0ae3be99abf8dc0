"""How soon a third-party CI answers: the share of patch sets answered by time, and the median of each day."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from generator import words
from generator.figures import axis, svg
from generator.figures.axis import TOP, Scale, Slots
from generator.figures.figure import Figure, Key
from generator.render import Column, Row, Table

_HEIGHT, _BELOW, _WIDTH = 132, 42, 1000
#: Steps of a drawn curve; more cannot be told apart.
_STEPS = 160
_HOUR, _DAY = 3600.0, 86400.0

_Point = tuple[float, float]


def answered(rows: Sequence[dict[str, Any]], deadline_s: float, id: str, title: str) -> Figure:
    """Share of patch sets with a result by the time since they were created (Kaplan-Meier), with its band.

    `rows` are those of `third_party_response` of one CI; the deadline, in seconds, is marked.
    """
    known = sorted(rows, key=lambda row: row["seconds"])
    end = _end(known, deadline_s)
    unit, unit_s = ("d", _DAY) if end > 4 * _DAY else ("h", _HOUR)
    along = _along(end / unit_s)
    scale = Scale(1.0, 0.25, _HEIGHT)
    width_s = along.top * unit_s
    return Figure(
        id=id,
        title=title,
        description=_description(known, deadline_s),
        svg=svg.titled(
            id,
            scale.base + _BELOW,
            title,
            _description(known, deadline_s),
            _draw(known, scale, along, unit, width_s, deadline_s),
        ),
        legend=(Key("Answered", "c1"), Key(f"95{words.THIN}% interval", "bd")),
        table=_table(title, known, [value * unit_s for value in along.values()][1:]),
        plotly=None,
    )


def _end(rows: Sequence[dict[str, Any]], deadline_s: float) -> float:
    """Where the drawing ends: twice the deadline, or where nine of ten are answered if that is later."""
    late = next((row["seconds"] for row in rows if row["share"] >= 0.9), None)
    last = rows[-1]["seconds"] if rows else 0.0
    return float(max(2 * deadline_s, min(1.1 * (late if late is not None else last), 14 * _DAY)))


def _along(end: float) -> Scale:
    """A scale along the width, in steps that hours and days are counted in."""
    step = next((s for s in (0.5, 1, 2, 3, 4, 6, 12, 24) if end / s <= 6), 48.0)
    return Scale(step * math.ceil(end / step - 1e-9), step, 1)


def _at(rows: Sequence[dict[str, Any]], seconds: float) -> dict[str, Any] | None:
    """The step of the curve that holds at a time."""
    return next((row for row in reversed(rows) if row["seconds"] <= seconds), None)


def _description(rows: Sequence[dict[str, Any]], deadline_s: float) -> str:
    if not rows:
        return "No data."
    row = _at(rows, deadline_s)
    share = words.rate(row["share"] if row else 0.0)
    return f"Rising line: {share} are answered within {words.span(deadline_s)}, the deadline."


def _draw(
    rows: Sequence[dict[str, Any]], scale: Scale, along: Scale, unit: str, width_s: float, deadline_s: float
) -> Iterator[Markup]:
    labels = ["0", "25", "50", "75", f"100{words.THIN}%"]
    yield from axis.grid(scale, labels)
    if rows:
        yield svg.element(
            "svg",
            svg.joined(_curve(_thinned([r for r in rows if r["seconds"] <= width_s]), scale, width_s)),
            width="100%",
            height=scale.base,
            viewBox=f"0 0 {_WIDTH} {scale.base}",
            preserveAspectRatio="none",
        )
    x = svg.percent(100 * deadline_s / width_s)
    yield svg.element("line", class_="ax due", x1=x, x2=x, y1=TOP, y2=scale.base)
    yield svg.element("svg", svg.element("text", "deadline", class_="halo", x=5), x=x, y=scale.base - 8,
                      overflow="visible")  # fmt: skip
    for value in along.values():
        at = svg.percent(100 * value / along.top)
        css = "e" if value == along.top else "m" if value else ""
        yield svg.element("line", class_="ax", x1=at, x2=at, y1=scale.base, y2=scale.base + 5)
        text = f"{value:g}{words.THIN}{unit}" if value == along.top else f"{value:g}"
        yield svg.element("text", text, class_=css, x=at, y=scale.base + 18)
    yield svg.element("text", "time since the patch set was uploaded", x=0, y=scale.base + 36)


def _thinned(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    step = 1 + len(rows) // _STEPS
    return [*rows[:-1:step], *rows[-1:]]


def _curve(rows: Sequence[dict[str, Any]], scale: Scale, width_s: float) -> Iterator[Markup]:
    def steps(key: str) -> list[_Point]:
        flat = [(0.0, 0.0), *((row["seconds"], row[key] or 0.0) for row in rows)]
        flat.append((width_s, flat[-1][1]))
        return [flat[0], *(point for a, b in pairwise(flat) for point in ((b[0], a[1]), b))]

    if all(row["low"] is not None and row["high"] is not None for row in rows):
        around = _path([*steps("high"), *reversed(steps("low"))], scale, width_s)
        yield svg.element("path", class_="bd", d=f"{around}z")
    yield svg.element("path", class_="ln", d=_path(steps("share"), scale, width_s))


def _path(points: Sequence[_Point], scale: Scale, width_s: float) -> str:
    return "M" + " ".join(
        f"{svg.number(min(_WIDTH * x / width_s, _WIDTH))} {svg.number(scale.y(y))}" for x, y in points
    )


def _table(title: str, rows: Sequence[dict[str, Any]], times: Sequence[float]) -> Table:
    columns = [Column("Within"), Column("Answered", numeric=True), Column(f"95{words.THIN}% interval", True)]
    found = ((seconds, _at(rows, seconds)) for seconds in times)
    shown = [
        Row([words.span(seconds), words.rate(row["share"]), words.interval(row["low"], row["high"])])
        if row
        else Row([words.span(seconds), words.rate(0.0) if rows else "no data", ""])
        for seconds, row in found
    ]
    return Table(f"{title}, numbers", columns, shown, stack=False, sortable=False)


def medians(rows: Sequence[dict[str, Any]], until: datetime, days: int, id: str, title: str) -> Figure:
    """One point a day: the median time to the first result of patch sets of that day that were answered."""
    last = words.utc(until).replace(hour=0, minute=0, second=0, microsecond=0)
    slots = Slots(tuple(last - timedelta(days=i) for i in range(days - 1, -1, -1)))
    places = {at: i for i, at in enumerate(slots.times)}
    known = {
        places[words.utc(row["day"])]: float(row["response_median_s"])
        for row in rows
        if row["response_median_s"] is not None and words.utc(row["day"]) in places
    }
    highest = max(known.values(), default=_HOUR)
    unit, unit_s = ("d", _DAY) if highest > 4 * _DAY else ("h", _HOUR)
    scale = Scale.to(highest / unit_s, _HEIGHT, whole=False)
    told = f"Points, the median of each of {words.plural(len(known), 'day')}; at most {words.span(highest)}."
    return Figure(
        id=id,
        title=title,
        description=told if known else "No data.",
        svg=svg.titled(
            id,
            scale.base + 26,
            f"{title}, {slots.span()}",
            told if known else "No data.",
            _points(slots, known, scale, unit, unit_s),
        ),
        legend=(Key("Median of the day, of those answered", "c1"),),
        table=_days_table(title, slots, known),
        plotly=None,
    )


def _points(
    slots: Slots, known: dict[int, float], scale: Scale, unit: str, unit_s: float
) -> Iterator[Markup]:
    labels = [f"{value:g}" for value in scale.values()]
    yield from axis.grid(scale, [*labels[:-1], f"{labels[-1]}{words.THIN}{unit}"])
    dots = "".join(
        f"M{i}.5 {svg.number(scale.y(seconds / unit_s))}h0" for i, seconds in sorted(known.items())
    )
    if dots:
        yield svg.element(
            "svg",
            svg.element("path", class_="pt", d=dots),
            width="100%",
            height=scale.base,
            viewBox=f"0 0 {len(slots.times)} {scale.base}",
            preserveAspectRatio="none",
        )
    for i, seconds in sorted(known.items()):
        yield axis.hover(slots, i, scale, f"{slots.name(slots.times[i])}: {words.span(seconds)}")
    yield from axis.time_axis(slots, scale.base)


def _days_table(title: str, slots: Slots, known: dict[int, float]) -> Table:
    rows = [
        Row([slots.name(slots.times[i]), words.span(seconds)])
        for i, seconds in sorted(known.items(), reverse=True)
    ]
    return Table(
        f"{title}, numbers", [Column("Day"), Column("Median", True)], rows, stack=False, sortable=False
    )
