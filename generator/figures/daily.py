"""Failed builds per day or hour: classified solid, unclassified striped, infra hollow."""

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

_HEIGHT = 200
_FILLS: dict[str, dict[str, str | float]] = {
    "p2": {"fill": svg.STRIPES},
    "c4": {"fill": svg.DOTS, "class_": "c4"},
}


@dataclass(frozen=True)
class _Slot:
    """Counts of one day or hour; all zero where nothing was seen."""

    name: str
    seen: bool
    run: int
    failed: int
    classified: int
    unclassified: int
    unread: int
    infra: int
    covered: Covered | None
    partial: bool

    @classmethod
    def of(cls, row: dict[str, Any], name: str, threshold: float) -> _Slot:
        seen = bool(row["has_data"])
        n = {
            key: int(row.get(key) or 0) if seen else 0
            for key in ("run", "failed", "classified", "unclassified", "infra")
        }
        unread = max(n["failed"] - n["classified"] - n["unclassified"], 0)
        covered = Covered.of(row, threshold)
        return cls(name, seen, unread=unread, covered=covered, partial=seen and bool(row.get("partial")), **n)

    def parts(self) -> Iterator[tuple[str, int]]:
        """Class and count from the axis up."""
        yield from (
            ("c1", self.classified),
            ("p2", self.unclassified),
            ("c4", self.unread),
            ("c3", self.infra),
        )

    @property
    def coverage(self) -> str:
        """In words."""
        return words.rate(self.covered.share if self.covered else None)

    @property
    def label(self) -> str:
        """Its name, and whether more may have happened than was answered."""
        return f"{self.name}, partial" if self.partial else self.name

    def words(self) -> str:
        if not self.seen:
            return f"{self.name}: no data"
        unread = f", {words.count(self.unread)} not examined" if self.unread else ""
        return (
            f"{self.label}: {words.count(self.failed)} failed of {words.count(self.run)} "
            f"({words.count(self.classified)} classified, {words.count(self.unclassified)} unclassified"
            f"{unread}); infra {words.count(self.infra)}; coverage {self.coverage}"
        )


def daily(
    days: pd.DataFrame,
    id: str,
    title: str,
    caption: str | Markup = "",
    threshold: float = 0.7,
    by: str = "day",
) -> Figure:
    """Stacked counts per slot with the coverage strip.

    `days` are rows of `days`, `hours` or `group_days` of one scope, oldest first; counts are builds.
    """
    rows = axis.records(days)
    slots = Slots.of(rows, by)
    data = [_Slot.of(row, slots.name(at), threshold) for row, at in zip(rows, slots.times, strict=True)]
    scale = Scale.to(max((s.failed + s.infra for s in data), default=0), _HEIGHT, whole=True)
    unread = any(s.unread for s in data)
    return Figure(
        id=id,
        title=title,
        description=_description(data, slots),
        svg=svg.titled(
            id,
            scale.base + axis.BELOW,
            f"{title}, {slots.span()}" if data else title,
            _description(data, slots),
            _draw(slots, data, scale),
        ),
        legend=_legend(data, unread),
        table=_table(title, data, unread, slots),
        plotly=_plotly(slots, data, scale) if any(s.seen for s in data) else None,
        caption=caption,
    )


def _legend(data: Sequence[_Slot], unread: bool) -> tuple[Key, ...]:
    keys = [
        Key("Classified: a known signature matched", "c1"),
        Key("Unclassified: no signature yet", "p2"),
    ]
    if unread:
        keys.append(Key("Failed, logs not examined", "p3"))
    keys.append(Key("Infra: not in the failure rate", "c3"))
    if not all(s.seen for s in data):
        keys.append(Key("No data", "ph"))
    if any(s.partial for s in data):
        keys.append(Key("Partial: there may be more", "ph"))
    return tuple(keys)


def _description(data: Sequence[_Slot], slots: Slots) -> str:
    seen = [s for s in data if s.seen]
    if not seen:
        return "No data."
    most = max(seen, key=lambda s: s.failed)
    unit = f"{slots.unit}s"
    text = (
        f"Stacked bars. {words.plural(sum(s.failed for s in seen), 'failed build')} in total, "
        f"at most {words.count(most.failed)} on {most.name}."
    )
    missing = len(data) - len(seen)
    text += f" No data in {missing} of {len(data)} {unit}." if missing else ""
    partial = sum(s.partial for s in data)
    return text + (f" Partial in {partial} of {len(data)} {unit}." if partial else "")


def _draw(slots: Slots, data: Sequence[_Slot], scale: Scale) -> Iterator[Markup]:
    yield from axis.grid(scale, [words.count(value) for value in scale.values()])
    yield from axis.no_data(slots, [not s.seen for s in data], scale)
    for i, slot in enumerate(data):
        if slot.seen:
            yield svg.element(
                "g", svg.element("title", slot.words()) + svg.joined(_bar(slots, i, slot, scale))
            )
    yield from axis.no_data(slots, [s.partial for s in data], scale, "partial")
    yield from axis.time_axis(slots, scale.base)
    yield from axis.coverage_strip(slots, [s.covered for s in data], scale.base)


def _bar(slots: Slots, i: int, slot: _Slot, scale: Scale) -> Iterator[Markup]:
    """The parts of one bar, a pixel of paper between them."""
    x, width = svg.percent((i + 0.12) * slots.width), svg.percent(drawing.BAR * slots.width)
    below = 0
    for kind, count in slot.parts():
        if count:
            top, bottom = scale.y(below + count), scale.y(below) - 1
            outline = 0.6 if kind in ("c3", "c4") else 0
            fill = _FILLS.get(kind, {"class_": kind})
            yield svg.element(
                "rect", x=x, width=width, y=top + outline, height=max(bottom - top - 2 * outline, 0.5), **fill
            )
        below += count


def _table(title: str, data: Sequence[_Slot], unread: bool, slots: Slots) -> Table:
    also = ["Not examined"] if unread else []
    names = ["Ran", "Failed", "Classified", "Unclassified", *also, "Infra", "Coverage"]
    rows = []
    for s in reversed(data):
        counts = [s.run, s.failed, s.classified, s.unclassified, *([s.unread] if unread else []), s.infra]
        cells = [*(words.count(n) for n in counts), s.coverage]
        rows.append(Row([s.label, *(cells if s.seen else ["no data", *[""] * (len(cells) - 1)])]))
    columns = [Column(slots.unit.capitalize()), *(Column(name, numeric=True) for name in names)]
    return Table(f"{title}, numbers", columns, rows, stack=False, sortable=False)


def _plotly(slots: Slots, data: Sequence[_Slot], scale: Scale) -> dict[str, Any]:
    missing, partial = [not s.seen for s in data], [s.partial for s in data]

    def trace(name: str, counts: Sequence[int], marker: dict[str, Any]) -> dict[str, Any]:
        # An outline of no height would still be a line: only the solid part says zero.
        zero = 0 if name == "classified" else None
        heights = [(n or zero) if s.seen else None for n, s in zip(counts, data, strict=True)]
        return drawing.bars(
            slots, heights, name=name, marker=marker, hovertemplate="%{y:,} " + name + "<extra></extra>"
        )

    solid = {"color": drawing.COLOURS["--classified"], "line": drawing.CUT}
    traces = [
        trace("classified", [s.classified for s in data], solid),
        trace("unclassified", [s.unclassified for s in data], drawing.stripes()),
        trace("not examined", [s.unread for s in data], drawing.dots()),
        trace("infra", [s.infra for s in data], drawing.hollow()),
        drawing.hatch(slots, missing, scale.top),
        drawing.hatch(slots, partial, [scale.top - s.failed - s.infra for s in data], "partial"),
        *drawing.coverage(slots, [s.covered for s in data]),
    ]
    shown = [t for t in traces if any(y is not None for y in t["y"])]
    labels = [words.count(value) for value in scale.values()]
    layout = drawing.layout(slots, scale, labels, missing)
    layout["annotations"] += drawing.upright(slots, partial, scale, "partial")
    return drawing.spec(shown, layout)
