"""What all plotly drawings share: plain dicts, laid exactly over the SVG of the same figure.

Colours are those of the light scheme; `tokens` names the style sheet's property of each, and the browser
puts the current scheme's value there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from generator.figures.axis import TOP, Scale, Slots

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
#: Padding of `.plot` in the style sheet, pixels: left, right, top.
_PADDING = (36, 4, 8)
#: Of a slot, the part that a bar takes.
BAR = 0.76
_CLEAR = "rgba(0,0,0,0)"


def spec(data: list[dict[str, Any]], layout: dict[str, Any]) -> dict[str, Any]:
    """What the page carries: traces, layout, and which property each colour follows."""
    return {"data": data, "layout": layout, "tokens": {colour: token for token, colour in COLOURS.items()}}


def middles(slots: Slots) -> list[str]:
    """Middle of each slot, as plotly's dates."""
    return [f"{at + slots.length / 2:%Y-%m-%d %H:%M}" for at in slots.times]


def bars(slots: Slots, heights: Sequence[float | None], width: float = BAR, **more: Any) -> dict[str, Any]:
    """A bar trace, one bar a slot."""
    return {
        "type": "bar",
        "x": middles(slots),
        "y": list(heights),
        "width": width * slots.length.total_seconds() * 1000,
        **more,
    }


def hatch(slots: Slots, missing: Sequence[bool], top: float, say: str = "no data") -> dict[str, Any]:
    """Hatch over the full height where nothing is known."""
    return bars(
        slots,
        [top if m else None for m in missing],
        1,
        name=say,
        hovertemplate=f"{say}<extra></extra>",
        marker={"color": _CLEAR, "line": {"width": 0}, "pattern": _pattern("/", "--line", 6, 0.15)},
    )


def _pattern(shape: str, token: str, size: int, solidity: float) -> dict[str, Any]:
    return {
        "shape": shape,
        "fgcolor": COLOURS[token],
        "bgcolor": _CLEAR,
        "fillmode": "replace",
        "size": size,
        "solidity": solidity,
    }


def stripes() -> dict[str, Any]:
    """Marker of what no signature explains: stripes that lean left, cut by the paper."""
    return {
        "color": COLOURS["--unclassified"],
        "line": {"width": 0},
        "pattern": {
            "shape": "\\",
            "fgcolor": COLOURS["--paper"],
            "bgcolor": COLOURS["--unclassified"],
            "fillmode": "replace",
            "size": 5,
            "solidity": 0.25,
        },
    }


def hollow(token: str) -> dict[str, Any]:
    """Marker drawn as an outline only."""
    return {"color": COLOURS["--paper"], "line": {"color": COLOURS[token], "width": 1.25}}


def coverage(slots: Slots, shares: Sequence[float | None], texts: Sequence[str]) -> dict[str, Any]:
    """The strip under the axis."""
    return bars(
        slots,
        shares,
        yaxis="y2",
        name="coverage",
        marker={"color": COLOURS["--soft"], "line": {"width": 0}},
        text=list(texts),
        textposition="none",
        hovertemplate="coverage %{text}<extra></extra>",
    )


def layout(slots: Slots, scale: Scale, labels: Sequence[str], height: int) -> dict[str, Any]:
    """Axes and margins such that every mark falls on the SVG's."""
    left, right, top = _PADDING
    total = height - TOP
    ticks = slots.ticks()
    line = {"color": COLOURS["--line"]}
    return {
        "height": height + top,
        "margin": {"l": left, "r": right, "t": top + TOP, "b": 0, "pad": 0},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "showlegend": False,
        "barmode": "stack",
        "font": {"size": 12, "color": COLOURS["--soft"]},
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": COLOURS["--paper"],
            "bordercolor": line["color"],
            "font": {"color": COLOURS["--ink"], "size": 12},
        },
        "xaxis": {
            "type": "date",
            "anchor": "y",
            "showgrid": False,
            "zeroline": False,
            "showline": True,
            "linecolor": line["color"],
            "ticks": "outside",
            "ticklen": 5,
            "tickcolor": line["color"],
            "ticklabelposition": "outside right" if len(ticks) > 1 else "outside",
            "tickvals": [f"{slots.times[i]:%Y-%m-%d %H:%M}" for i, _ in ticks],
            "ticktext": [label for _, label in ticks],
            "hoverformat": "%a %-d %b, %H:%M" if slots.hourly else "%a %-d %b %Y",
            **_range(slots),
        },
        "yaxis": {
            "range": [0, scale.top],
            "domain": [1 - scale.height / total, 1],
            "fixedrange": True,
            "tickvals": scale.values(),
            "ticktext": list(labels),
            "gridcolor": COLOURS["--rule"],
            "zeroline": False,
        },
        "yaxis2": {
            "range": [0, 1],
            "domain": [4 / total, 14 / total],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "tickvals": [0.5],
            "ticktext": ["cov."],
            "anchor": "x",
        },
    }


def _range(slots: Slots) -> dict[str, Any]:
    if not slots.times:
        return {}
    return {"range": [f"{slots.times[0]:%Y-%m-%d %H:%M}", f"{slots.times[-1] + slots.length:%Y-%m-%d %H:%M}"]}
