"""The weekly strip of a third-party CI: height in three steps, hollow where nothing was heard of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from generator import words
from generator.figures import svg
from generator.figures.axis import runs

_STEP, _HEIGHT = 6, 14
#: Thick dashed lines, one dash a week, by state: class and y of the middle; a hollow cell is two of them.
_DASHES = {
    "good": (("w3", 7.0),),
    "partial": (("w2", 9.5),),
    "low": (("w1", 12.0),),
    "nothing": (("w0", 13.0),),
    "silent": (("w4", 7.0), ("w5", 7.0)),
    "paused": (("w6", 11.0), ("w7", 11.0)),
    "no data": (("w8", 7.0),),
}
#: Of a cell of a broad strip: its height, and its class.
_CELLS = {
    "good": (14, "c1"),
    "partial": (9, "c1"),
    "low": (4, "c1"),
    "nothing": (2, "trk"),
    "silent": (14, "hol"),
    "paused": (6, "pau"),
    "no data": (14, "nod"),
}
_SAID = {
    "good": "90 % or more in",
    "partial": "50 to 90 % in",
    "low": "under 50 % in",
    "silent": "no results seen in",
    "nothing": "nothing expected in",
    "paused": "planned pause in",
    "no data": "no data of",
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
        role="img",
        aria_label=f"{label}: {told or 'no data'}",
    )


def _cells(states: Sequence[str]) -> Iterator[Markup]:
    # A page may have hundreds of strips: of a run of like weeks only the ends are told.
    for state, lines in _DASHES.items():
        stretches = list(runs([s == state for s in states]))
        for css, y in lines if stretches else ():
            path = "".join(f"M{a * _STEP} {svg.number(y)}h{(b - a) * _STEP}" for a, b in stretches)
            yield svg.element("path", class_=css, d=path)


def weekly_cells(weeks: Sequence[dict[str, Any]], y: float) -> Iterator[Markup]:
    """Rows of `third_party_weeks` over the whole width of a drawing, from `y` down: below its axis."""
    width = 100 / max(len(weeks), 1)
    for i, week in enumerate(weeks):
        height, css = _CELLS[week["state"]]
        yield svg.element(
            "rect",
            svg.element("title", _week(week)),
            class_=css,
            x=svg.percent((i + 0.04) * width),
            width=svg.percent(0.92 * width),
            y=y + _HEIGHT - height,
            height=height,
        )


def _week(week: dict[str, Any]) -> str:
    """`7 days from 14 Nov: reported 18 of 20`."""
    said = f"reported {words.count(week['reported'])} of {words.count(week['expected'])}"
    state = _SAID[week["state"]].removesuffix(" in").removesuffix(" of")
    return f"7 days from {words.day(week['start'])}: {said if week['expected'] else state}"


def weekly_legend() -> Markup:
    """The legend of all strips of a page."""
    entries = (
        (("good", "partial", "low"), f"Reporting rate of the week: 90{words.THIN}% or more, 50 to "
         f"90{words.THIN}%, under 50{words.THIN}%"),
        (("silent", "silent"), "No results seen"),
        (("paused", "paused"), "Announced pause"),
        (("nothing", "nothing"), "Nothing expected"),
        (("no data", "no data"), "No data"),
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
