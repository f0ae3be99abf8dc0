"""A sparkline for a table cell: one bar a day on its own scale, hatch where there is no data."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from generator import words
from generator.figures import axis, svg

_WIDTH, _HEIGHT = 112, 24


def spark(counts: Sequence[float], has_data: Sequence[bool], label: str) -> Markup:
    """Counts per slot, oldest first; `label` begins its description, e.g. `Hits per day, 28 d`."""
    top = max((c for c, seen in zip(counts, has_data, strict=True) if seen), default=0)
    step = _WIDTH / max(len(counts), 1)
    hatch = [
        svg.element(
            "rect",
            fill=svg.HATCH,
            x=start * step,
            width=(end - start) * step,
            height=_HEIGHT - 1,
            opacity=".75",
        )
        for start, end in axis.runs([not seen for seen in has_data])
    ]
    bars = "".join(
        f"M{svg.number(i * step)} {_HEIGHT - 1}v-{svg.number(21 * c / top)}h{svg.number(0.75 * step)}"
        f"v{svg.number(21 * c / top)}z"
        for i, c in enumerate(counts)
        if has_data[i] and c > 0
    )
    content = [svg.element("path", class_="g", d=f"M0 {_HEIGHT - 0.5}h{_WIDTH}"), *hatch]
    if bars:
        content.append(svg.element("path", class_="sp", d=bars))
    told = f"{label}, at most {words.count(top)}" if any(has_data) else f"{label}: no data"
    return svg.element(
        "svg",
        svg.joined(content),
        width=_WIDTH,
        height=_HEIGHT,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=told,
    )
