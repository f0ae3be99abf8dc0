"""The columns of the mail: 72 wide, whatever stands in them."""

from __future__ import annotations

import re
import textwrap

WIDTH = 72
_UNIT = re.compile(r"(\d) (d|h|%|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?!\w)")


def paragraph(text: str, indent: str = "") -> list[str]:
    """Lines of running text; numbers stay with their units, only a word that is itself too long is broken."""
    tied = _UNIT.sub("\\1\xa0\\2", text)
    lines = textwrap.wrap(
        tied, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
    return [line.replace("\xa0", " ") for line in lines] or [indent.rstrip()]


def section(title: str, lines: list[str]) -> list[str]:
    """A head, its lines, an empty line."""
    return [title, *lines, ""]


def figure(title: str, rate: str = "", counts: str = "", change: str = "", trend: str = "") -> str:
    """A line of the figures."""
    return f"  {title:<20}{rate:>9}{counts:>13}{change:>8}  {trend}".rstrip()[:WIDTH]


def frequent(name: str, hits: str, rate: str, trend: str) -> str:
    """A line of the most frequent signatures; the name takes what is left and is cut to it."""
    right = f"{hits:>13}{rate:>9}  {trend:<12}"
    room = WIDTH - len(right) - 2
    name = name if len(name) <= room else name[: room - 3].rstrip() + "..."
    return f"  {name:<{room}}{right}".rstrip()
