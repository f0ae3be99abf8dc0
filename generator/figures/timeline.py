"""What a third-party CI reported day by day, with its silences and announced pauses; half a year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from generator import words
from generator.figures import axis, svg
from generator.figures.axis import TOP, Scale, Slots
from generator.figures.figure import Figure, Key
from generator.figures.weekly import weekly_cells
from generator.render import Column, Row, Table

_HEIGHT, _BELOW = 132, 48
#: Outcomes from the axis up: column, swatch, what it is called.
_PARTS = (
    ("success", "c1", "Success"),
    ("failure", "p2", "Failure"),
    ("infra", "c3", "Infra"),
    ("other", "sp", "Neutral or not understood"),
)
_FILLS: dict[str, dict[str, str | float]] = {"p2": {"fill": svg.STRIPES}}
#: Of the width in per cent, from which on words fit into a band lying down.
_ROOM = 16


@dataclass(frozen=True)
class Span:
    """A stretch of time: `silent` (no results seen) or `paused` (an announced pause)."""

    start: datetime
    end: datetime
    kind: str


def timeline(
    rows: Sequence[dict[str, Any]],
    spans: Sequence[Span],
    weeks: Sequence[dict[str, Any]],
    until: datetime,
    id: str,
    title: str,
) -> Figure:
    """Stacked counts of comments a day, for the weeks (`third_party_weeks`, oldest first) up to `until`.

    `rows` are those of `third_party_days` of one CI, only days with anything; spans may reach beyond them.
    """
    days = 7 * len(weeks)
    last = words.utc(until).replace(hour=0, minute=0, second=0, microsecond=0)
    slots = Slots(tuple(last - timedelta(days=i) for i in range(days - 1, -1, -1)))
    known = {words.utc(row["day"]): _counted(row) for row in rows}
    data = [known.get(at) for at in slots.times]
    highest = max((sum(row[key] for key, _, _ in _PARTS) for row in data if row), default=0)
    scale = Scale.to(max(highest, 1), _HEIGHT, whole=True)
    return Figure(
        id=id,
        title=title,
        description=_description(data, spans),
        svg=svg.titled(
            id,
            scale.base + _BELOW,
            f"{title}, {slots.span()}",
            _description(data, spans),
            _draw(slots, data, spans, weeks, scale),
        ),
        legend=_legend(data, spans),
        table=_table(title, slots, data),
        plotly=None,
    )


def _counted(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "other": row["neutral"] + row["unread"]}


def _legend(data: Sequence[dict[str, Any] | None], spans: Sequence[Span]) -> tuple[Key, ...]:
    keys = [
        Key(name, swatch)
        for key, swatch, name in _PARTS
        if key in ("success", "failure") or any(row and row[key] for row in data)
    ]
    kinds = {span.kind for span in spans}
    if "silent" in kinds:
        keys.append(Key("No results seen", "hol"))
    if "paused" in kinds:
        keys.append(Key("Announced pause", "trk"))
    return tuple(keys)


def _description(data: Sequence[dict[str, Any] | None], spans: Sequence[Span]) -> str:
    seen = [row for row in data if row]
    total = {name: sum(row[key] for row in seen) for key, _, name in _PARTS}
    silent = sum(span.kind == "silent" for span in spans)
    told = ", ".join(f"{name.lower()} {words.count(n)}" for name, n in total.items())
    return f"Stacked bars, comments with a result a day: {told}. {words.plural(silent, 'silence')} marked."


def _draw(
    slots: Slots,
    data: Sequence[dict[str, Any] | None],
    spans: Sequence[Span],
    weeks: Sequence[dict[str, Any]],
    scale: Scale,
) -> Iterator[Markup]:
    yield from axis.grid(scale, [words.count(value) for value in scale.values()])
    for span in sorted(spans, key=lambda span: span.kind):
        yield from _band(slots, span, scale)
    for i, row in enumerate(data):
        if row:
            bars = svg.joined(_bar(slots, i, row, scale))
            yield svg.element("g", svg.element("title", _words(slots.name(slots.times[i]), row)) + bars)
    yield from axis.time_axis(slots, scale.base)
    yield svg.element("text", "week", class_="e", x=-8, y=scale.base + 43)
    yield from weekly_cells(weeks, scale.base + 31)


def _band(slots: Slots, span: Span, scale: Scale) -> Iterator[Markup]:
    """A hollow frame over the days of a span, with its words where they fit."""
    first, length = slots.times[0], slots.length
    begin = max((words.utc(span.start) - first) / length, 0.0)
    end = min((words.utc(span.end) - first) / length, float(len(slots.times)))
    if end <= begin:
        return
    quiet = span.kind == "silent"
    x, width = begin * slots.width, (end - begin) * slots.width
    said = "No results seen" if quiet else "Announced pause"
    yield svg.element(
        "rect",
        svg.element("title", f"{said}, {words.day(span.start)} to {words.day(span.end)}"),
        class_="hol" if quiet else "trk",
        x=svg.percent(x),
        width=svg.percent(width),
        y=TOP,
        height=scale.height,
    )
    if width > _ROOM:
        middle = svg.percent(x + width / 2)
        yield svg.element("text", said.lower(), class_="m halo t w", x=middle, y=scale.base - 18)


def _bar(slots: Slots, i: int, row: dict[str, Any], scale: Scale) -> Iterator[Markup]:
    x, width = svg.percent((i + 0.12) * slots.width), svg.percent(0.76 * slots.width)
    yield svg.element(
        "rect",
        class_="hit",
        x=svg.percent(i * slots.width),
        width=svg.percent(slots.width),
        y=TOP,
        height=scale.height,
    )
    below = 0
    for key, swatch, _ in _PARTS:
        if row[key]:
            bottom, top = scale.y(below), scale.y(below + row[key])
            outline = 0.6 if swatch == "c3" else 0
            fill = _FILLS.get(swatch, {"class_": swatch})
            high = max(bottom - top - 2 * outline, 0.5)
            yield svg.element("rect", x=x, width=width, y=top + outline, height=high, **fill)
            below += row[key]


def _words(name: str, row: dict[str, Any]) -> str:
    told = ", ".join(f"{words.count(row[key])} {said.lower()}" for key, _, said in _PARTS if row[key])
    of = f"; reported {words.count(row['reported'])} of {words.count(row['expected'])} expected"
    return f"{name}: {told or 'no comment'}{of if row['expected'] else ''}"


def _table(title: str, slots: Slots, data: Sequence[dict[str, Any] | None]) -> Table:
    """The days with anything, newest first; a day without either is left out, not a zero."""
    columns = [
        Column("Day"),
        *(Column(name, numeric=True) for _, _, name in _PARTS),
        Column("Reported of expected", numeric=True),
        Column("Response, median", numeric=True),
    ]
    rows = [
        Row(
            [
                slots.name(at),
                *(words.count(row[key]) for key, _, _ in _PARTS),
                f"{words.count(row['reported'])} of {words.count(row['expected'])}",
                words.span(row["response_median_s"]) if row["response_median_s"] is not None else "–",
            ]
        )
        for at, row in reversed(list(zip(slots.times, data, strict=True)))
        if row
    ]
    return Table(f"{title}, numbers", columns, rows, stack=False, sortable=False)
