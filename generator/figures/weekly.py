"""The weekly strip of a third-party CI: height in three steps, hollow where nothing was heard of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from generator import words
from generator.figures import svg
from generator.figures.axis import runs

_STEP, _HEIGHT = 6, 14
#: States of a week that are drawn as a thick dashed line, one dash a week: class, and y of its middle.
_DASHES = {"good": ("w3", 7), "partial": ("w2", 9.5), "low": ("w1", 12), "nothing": ("w0", 13)}
#: States of a week that are drawn as outlines: class, and path of the outline from its top left corner.
_OUTLINES = {"silent": ("hol", ".6 .6h3.8v12.8h-3.8z"), "paused": ("pau", ".6 8.6h3.8v4.8h-3.8z")}
_SAID = {
    "good": "90 % or more in",
    "partial": "50 to 90 % in",
    "low": "under 50 % in",
    "silent": "no results seen in",
    "nothing": "nothing expected in",
    "paused": "planned pause in",
}


def weekly_strip(states: Sequence[str], label: str) -> Markup:
    """One cell a week, oldest first; `label` begins its description, e.g. `Reporting rate, 26 weeks`."""
    counts = Counter(states)
    told = ", ".join(f"{said} {counts[state]}" for state, said in _SAID.items() if counts[state])
    width = _STEP * len(states)
    return svg.element(
        "svg",
        svg.joined(_cells(states)),
        width=width,
        height=_HEIGHT,
        viewBox=f"0 0 {width} {_HEIGHT}",
        role="img",
        aria_label=f"{label}: {told or 'no data'}",
    )


def _cells(states: Sequence[str]) -> Iterator[Markup]:
    # A page may have hundreds of strips: of a run of like weeks only the ends are told.
    for state, (css, y) in _DASHES.items():
        found = [
            f"M{start * _STEP} {svg.number(y)}h{(end - start) * _STEP}"
            for start, end in runs([s == state for s in states])
        ]
        if found:
            yield svg.element("path", class_=css, d="".join(found))
    for state, (css, outline) in _OUTLINES.items():
        left, rest = outline.split(" ", 1)
        found = [f"M{i * _STEP}{left} {rest}" for i, s in enumerate(states) if s == state]
        if found:
            yield svg.element("path", class_=css, d="".join(found))


def weekly_cells(states: Sequence[str], y: float) -> Markup:
    """The same over the whole width of a drawing, from `y` down, to stand under its axis."""
    return svg.element(
        "svg",
        svg.joined(_cells(states)),
        y=y,
        width="100%",
        height=_HEIGHT,
        viewBox=f"0 0 {_STEP * max(len(states), 1)} {_HEIGHT}",
        preserveAspectRatio="none",
    )


def weekly_legend() -> Markup:
    """The legend of all strips of a page."""
    entries = (
        (("good", "partial", "low"), f"Reporting rate of the week: 90{words.THIN}% or more, 50 to "
         f"90{words.THIN}%, under 50{words.THIN}%"),
        (("silent", "silent"), "No results seen"),
        (("paused", "paused"), "Announced pause"),
        (("nothing", "nothing"), "Nothing expected"),
    )  # fmt: skip
    items = (
        Markup("<li>{}{}</li>").format(
            svg.element(
                "svg", svg.joined(_cells(states)), viewBox="0 0 18 14", aria_hidden="true", class_="key"
            ),
            text,
        )
        for states, text in entries
    )
    return Markup('<ul class="legend">{}</ul>').format(svg.joined(items))
