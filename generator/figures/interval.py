"""An interval as a bar on a scale that a whole column shares."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from generator.figures import svg
from generator.figures.axis import Scale

_WIDTH, _HEIGHT = 104, 12


def scale(highs: Iterable[float | None]) -> float:
    """A round upper end that holds all these fractions; at least 0.01."""
    known = [high for high in highs if high is not None and high == high]
    return min(Scale.to(max([*known, 0.01]), 1, whole=False).top, 1.0)


def interval_bar(low: float | None, rate: float | None, high: float | None, scale: float) -> Markup:
    """Band from low to high, mark at the rate, all fractions up to `scale`; a bare line for no interval."""
    parts = [svg.element("path", class_="g", d=f"M0 6h{_WIDTH}")]
    if low is not None and rate is not None and high is not None and rate == rate:
        left, right = (_WIDTH * min(x / scale, 1) for x in (low, high))
        at = min(max(_WIDTH * rate / scale - 1, 0), _WIDTH - 2)
        parts.append(svg.element("rect", class_="bd", x=left, y=2, width=max(right - left, 1), height=8))
        parts.append(svg.element("rect", class_="c1", x=at, y=1, width=2, height=10))
    return svg.element(
        "svg",
        svg.joined(parts),
        width=_WIDTH,
        height=_HEIGHT,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        aria_hidden="true",
    )
