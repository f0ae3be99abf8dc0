"""A few words of SVG.

x is in per cent of the width, y in pixels, so that bars stretch and type never scales.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

HATCH = "url(#ph)"
STRIPES = "url(#p2)"
DOTS = "url(#p3)"


def element(name: str, content: str = "", /, **attributes: str | float) -> Markup:
    """An element; `class_` is `class`, `text_anchor` `text-anchor`, escapes all but Markup."""
    told = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items())
    if not content:
        return Markup(f"<{name}{told}/>")
    return Markup(f"<{name}{told}>{content if isinstance(content, Markup) else escape(content)}</{name}>")


@lru_cache(maxsize=64)
def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


# Most values recur: classes, positions of days.
@lru_cache(maxsize=8192, typed=True)
def _value(value: str | float) -> str:
    return number(value) if isinstance(value, float) else str(escape(value))


def joined(parts: Iterable[Markup]) -> Markup:
    """All parts in a row."""
    return Markup("".join(parts))


def number(value: float) -> str:
    """At most two decimals, no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(value: float) -> str:
    """A position along the width."""
    return f"{number(value)}%"


def titled(id: str, height: int, title: str, description: str, content: Iterable[Markup]) -> Markup:
    """The outer `<svg>` of a figure, named and described to screen readers; ids begin with `id`."""
    head = element("title", title, id=f"{id}-t") + element("desc", description or title, id=f"{id}-d")
    return element(
        "svg",
        head + joined(content),
        height=height,
        role="img",
        aria_labelledby=f"{id}-t {id}-d",
        id=f"{id}-svg",
    )
