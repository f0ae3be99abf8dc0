"""What all plotly drawings share: plain dicts, laid exactly over the SVG of the same figure.

Colours are those of the light scheme; `tokens` names the style sheet's property of each, and the browser
puts the current scheme's value there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generator import words
from generator.figures.axis import BELOW, TOP, Covered, Scale, Slots, runs

COLOURS = {
    "--paper": "#fbfaf7",
    "--ink": "#1b1b19",
    "--soft": "#5a5952",
    "--rule": "#d9d6cd",
    "--line": "#85827a",
    "--classified": "#1f5b8a",
    "--unclassified": "#b56f08",
    "--infra": "#70757c",
    "--band": "#1f5b8a33",
}
#: Of a slot, the part that a bar takes.
BAR = 0.76
#: The pixel of paper between parts of a bar.
CUT = {"color": COLOURS["--paper"], "width": 1}
#: Padding of `.plot` in the style sheet, pixels: left, right, top.
_PADDING = (36, 4, 8)
_CLEAR = "rgba(0,0,0,0)"
_LINE = {"color": COLOURS["--line"], "width": 1}


def spec(data: list[dict[str, Any]], layout: dict[str, Any]) -> dict[str, Any]:
    """What the page carries: traces, layout, and which property each colour follows."""
    return {"data": data, "layout": layout, "tokens": {colour: token for token, colour in COLOURS.items()}}


def along(slots: Slots) -> dict[str, Any]:
    """x of a trace with one value a slot: the middle of the first, and the step in milliseconds."""
    return {"x0": _date(slots.times[0] + slots.length / 2), "dx": _milliseconds(slots)}


def middles(slots: Slots) -> list[str]:
    """Middle of each slot, as plotly's dates."""
    return [_date(at + slots.length / 2) for at in slots.times]


def bars(slots: Slots, heights: Sequence[float | None], width: float = BAR, **more: Any) -> dict[str, Any]:
    """A bar trace, one bar a slot."""
    return {"type": "bar", **along(slots), "y": list(heights), "width": width * _milliseconds(slots), **more}


def _milliseconds(slots: Slots) -> float:
    return slots.length.total_seconds() * 1000


def hatch(
    slots: Slots,
    missing: Sequence[bool],
    top: float | Sequence[float],
    say: str = "no data",
    **more: Any,
) -> dict[str, Any]:
    """Hatch of a height, or of one each, where nothing is known."""
    tops = top if isinstance(top, Sequence) else [top] * len(missing)
    heights = [high if m else None for m, high in zip(missing, tops, strict=True)]
    hover = f"{say}<extra></extra>"
    return bars(slots, heights, 1, name=say, hovertemplate=hover, marker=_hatched(_CLEAR), **more)


def _hatched(ground: str) -> dict[str, Any]:
    return _patterned("/", COLOURS["--line"], ground, 6, 0.15, {"width": 0})


def stripes() -> dict[str, Any]:
    """Marker of what no signature explains: stripes that lean left, cut by the paper."""
    return _patterned("\\", COLOURS["--paper"], COLOURS["--unclassified"], 5, 0.25, CUT)


def dots() -> dict[str, Any]:
    """Marker of failed builds that nobody looked into."""
    outline = {"color": COLOURS["--unclassified"], "width": 1.25}
    return _patterned(".", COLOURS["--unclassified"], COLOURS["--paper"], 4, 0.2, outline)


def _patterned(
    shape: str, mark: str, ground: str, size: int, solidity: float, line: dict[str, Any]
) -> dict[str, Any]:
    pattern = {"shape": shape, "fgcolor": mark, "bgcolor": ground, "fillmode": "replace"}
    return {"color": ground, "line": line, "pattern": {**pattern, "size": size, "solidity": solidity}}


def hollow() -> dict[str, Any]:
    """Marker drawn as an outline only: not part of the rate."""
    return {"color": COLOURS["--paper"], "line": {"color": COLOURS["--infra"], "width": 1.25}}


def coverage(slots: Slots, covered: Sequence[Covered | None]) -> list[dict[str, Any]]:
    """The strip under the axis: solid, hatched where it is little, hatch alone where nothing was seen."""
    solid = {"color": COLOURS["--soft"], "line": {"width": 0}}
    enough = [c.share if c and not c.little else None for c in covered]
    little = [c.share if c and c.little else None for c in covered]
    strip: dict[str, Any] = {
        "yaxis": "y2",
        "name": "coverage",
        "textposition": "none",
        "text": [words.rate(c.share if c else None) for c in covered],
        "hovertemplate": "coverage %{text}<extra></extra>",
    }
    return [
        bars(slots, enough, **strip, marker=solid),
        bars(slots, little, **strip, marker=_hatched(COLOURS["--rule"])),
        {
            **hatch(slots, [c is None for c in covered], 1, yaxis="y2"),
            "hoverinfo": "skip",
            "hovertemplate": None,
        },
    ]


def layout(
    slots: Slots, scale: Scale, labels: Sequence[str], missing: Sequence[bool], say: str = "no data"
) -> dict[str, Any]:
    """Axes and margins such that every mark falls on the SVG's."""
    left, right, top = _PADDING
    total = scale.height + BELOW
    return {
        "height": TOP + total + top,
        "margin": {"l": left, "r": right, "t": top + TOP, "b": 0, "pad": 0},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "showlegend": False,
        "barmode": "stack",
        "font": {"size": 12, "color": COLOURS["--soft"]},
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": COLOURS["--paper"],
            "bordercolor": COLOURS["--line"],
            "font": {"color": COLOURS["--ink"], "size": 12},
        },
        "xaxis": _time(slots),
        **_scales(scale, labels, total),
        "annotations": [*upright(slots, missing, scale, say), *_last(slots)],
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "yref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": 4 / total,
                "y1": 4 / total,
                "line": _LINE,
            }
        ],
    }


def _scales(scale: Scale, labels: Sequence[str], total: float) -> dict[str, Any]:
    """The axis of the figure, and that of the strip of coverage under it."""
    plain = {"fixedrange": True, "zeroline": False}
    return {
        # A hair more than the scale: plotly draws no grid line on the very edge.
        "yaxis": {
            **plain,
            "range": [0, scale.top * 1.003],
            "domain": [1 - scale.height / total, 1],
            "tickvals": scale.values(),
            "ticktext": list(labels),
            "gridcolor": COLOURS["--rule"],
        },
        "yaxis2": {
            **plain,
            "range": [0, 1],
            "domain": [4 / total, 14 / total],
            "showgrid": False,
            "anchor": "x",
            "tickvals": [0.5],
            "ticktext": ["cov."],
        },
    }


def _time(slots: Slots) -> dict[str, Any]:
    ticks = slots.ticks()
    return {
        "type": "date",
        "anchor": "y",
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": COLOURS["--line"],
        "tickcolor": COLOURS["--line"],
        "ticks": "outside",
        "ticklen": 5,
        "ticklabelposition": "outside right",
        "tickvals": [_date(slots.times[i]) for i, _ in ticks],
        "ticktext": [label for _, label in ticks],
        "hoverformat": "%a %-d %b, %H:%M" if slots.unit == "hour" else "%a %-d %b %Y",
        "range": [_date(slots.times[0]), _date(slots.times[-1] + slots.length)],
    }


def upright(slots: Slots, missing: Sequence[bool], scale: Scale, say: str) -> list[dict[str, Any]]:
    """The words over each hatched stretch."""
    return [
        {
            "x": _date(slots.times[start] + (end - start) * slots.length / 2),
            "y": scale.top / 2,
            "text": say,
            "textangle": -90,
            "showarrow": False,
            "bgcolor": COLOURS["--paper"],
            "borderpad": 1,
            "font": {"color": COLOURS["--ink"], "size": 12, "weight": 600},
        }
        for start, end in runs(missing)
    ]


def _last(slots: Slots) -> list[dict[str, Any]]:
    """The last day's name at its right end, as in the SVG; narrow screens leave it out."""
    place = {
        "x": _date(slots.times[-1] + slots.length),
        "xanchor": "right",
        "y": 0,
        "yanchor": "top",
        "yshift": -1,
    }
    label = slots.last()
    return [{**place, "name": "last", "text": label, "showarrow": False, "borderpad": 0}] if label else []


def _date(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
