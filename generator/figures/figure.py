"""What a figure is: a drawing without JavaScript, the numbers behind it, and what plotly draws over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from generator.render import Table


@dataclass(frozen=True)
class Key:
    """One entry of a legend: the class of its swatch (c1, bd …) or the pattern that fills it (p2, p3, ph)."""

    text: str
    swatch: str

    @property
    def pattern(self) -> bool:
        """Whether the swatch is a pattern of the page."""
        return self.swatch in ("p2", "p3", "ph")


@dataclass(frozen=True)
class Figure:
    """`id`, unique in its page, begins every id in the SVG; `plotly` is {data, layout, tokens} or None."""

    id: str
    title: str
    description: str
    svg: Markup
    legend: tuple[Key, ...]
    table: Table
    plotly: dict[str, Any] | None
    caption: str | Markup = ""
