"""A badge: a name and what is said of it, one line high, for pages of others.

It may be drawn in any font, so its text is fitted into the width that was guessed for it; colours are
attributes, as a policy without inline style drops others.
"""

from __future__ import annotations

from unicodedata import east_asian_width

from markupsafe import Markup

from generator.figures.svg import element, joined

_HEIGHT, _SIZE, _PAD, _BASE = 22, 12, 8, 15
_FONT = "system-ui, sans-serif"
_INK, _PAPER, _LINE = "#1b1b19", "#fbfaf7", "#85827a"
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[] \u202f"), frozenset("mwMW%@")


def badge(name: str, said: str) -> Markup:
    """The SVG document; both texts are shown as they are, and read to screen readers."""
    left, right = (_width(text) + 2 * _PAD for text in (name, said))
    content = (
        element("title", f"{name}: {said}"),
        _field(0.5, left, _INK),
        _field(left + 0.5, right - 1, _PAPER),
        _text(name, _PAD, _PAPER),
        _text(said, left + _PAD, _INK),
    )
    return element(
        "svg",
        joined(content),
        xmlns="http://www.w3.org/2000/svg",
        width=left + right,
        height=_HEIGHT,
        viewBox=f"0 0 {left + right} {_HEIGHT}",
        role="img",
        aria_label=f"{name}: {said}",
        font_family=_FONT,
        font_size=_SIZE,
    )


def _field(x: float, width: int, fill: str) -> Markup:
    return element("rect", x=x, y=0.5, width=width, height=_HEIGHT - 1, fill=fill, stroke=_LINE)


def _text(text: str, x: float, fill: str) -> Markup:
    return element(
        "text",
        text,
        x=x,
        y=_BASE,
        fill=fill,
        textLength=_width(text),
        lengthAdjust="spacingAndGlyphs",
    )


def _width(text: str) -> int:
    """Pixels that the text takes, about."""
    return round(sum(map(_advance, text)))


def _advance(char: str) -> float:
    if char in _NARROW:
        return 0.31 * _SIZE
    if east_asian_width(char) in "WF":
        return float(_SIZE)
    return (0.88 if char in _WIDE else 0.67 if char.isupper() else 0.56) * _SIZE
