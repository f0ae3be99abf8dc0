"""Small multiples: the same days at the same width, one scale for the group."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from generator import words
from generator.figures import axis, svg

_BASE = 40


@dataclass(frozen=True)
class Multiples:
    """`top`: what the tallest bar of the group stands for; a drawing by name."""

    top: int
    svgs: dict[str, Markup]


def multiples(
    counts: Mapping[str, Sequence[int]], has_data: Sequence[bool], what: str, accent: Collection[str] = ()
) -> Multiples:
    """Counts per day by name, oldest first, named by `what`; `accent` for clear contrasts."""
    top = max((c for series in counts.values() for c in series), default=0)
    svgs = {
        name: _one(
            series,
            has_data,
            max(top, 1),
            f"{what}, {name}, at most {words.count(max(series, default=0))}",
            "ac" if name in accent else "sp",
        )
        for name, series in counts.items()
    }
    return Multiples(top, svgs)


def _one(series: Sequence[int], has_data: Sequence[bool], top: int, label: str, kind: str) -> Markup:
    n = max(len(series), 1)
    hatch = [
        svg.element(
            "rect",
            fill=svg.HATCH,
            x=svg.percent(100 * start / n),
            width=svg.percent(100 * (end - start) / n),
            height=_BASE,
            opacity=".75",
        )
        for start, end in axis.runs([not seen for seen in has_data])
    ]
    bars = "".join(
        f"M{i}.1 {_BASE}v-{svg.number(38 * c / top)}h.8v{svg.number(38 * c / top)}z"
        for i, (c, seen) in enumerate(zip(series, has_data, strict=True))
        if seen and c > 0
    )
    inner = (
        [
            svg.element(
                "svg",
                svg.element("path", class_=kind, d=bars),
                width="100%",
                height=_BASE + 2,
                viewBox=f"0 0 {n} {_BASE + 2}",
                preserveAspectRatio="none",
            )
        ]
        if bars
        else []
    )
    line = svg.element("line", class_="ax", x1=0, x2="100%", y1=_BASE + 0.5, y2=_BASE + 0.5)
    return svg.element(
        "svg", svg.joined([*hatch, *inner, line]), height=_BASE + 2, role="img", aria_label=label
    )
