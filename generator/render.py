"""The jinja2 environment of pages and texts, and the parts that the macros in `templates/macros` draw.

Pages hand over finished words in these parts; nothing is computed in a template.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import jinja2
from markupsafe import Markup

from generator import words
from generator.resources import resource

#: Functions of `words` that templates may use as filters.
_FILTERS = (
    *("percent", "rate", "count", "interval", "points", "signed_interval", "plural", "listed", "cut"),
    *("day", "day_year", "clock", "weekday", "moment", "iso", "age"),
)
#: A table longer than this gets a filter above it.
FILTER_FROM = 15


_NOTHING = Markup("")


@dataclass(frozen=True)
class State:
    """A judgement: `kind` is worse, better, new, gone, returned, met, unmet or empty; `arrow` up or dn."""

    text: str
    kind: str = ""
    arrow: str = ""


@dataclass(frozen=True)
class Cell:
    """Text (a link if `href`), a drawing, a soft second line; sorted by `sort`, else by its text."""

    text: str | Markup = ""
    soft: str | Markup = ""
    href: str = ""
    svg: Markup = _NOTHING
    sort: float | str | None = None
    state: State | None = None


@dataclass(frozen=True)
class Column:
    """A column's head; `short` labels the cell where rows stack; `nowrap` keeps its cells on one line."""

    label: str
    numeric: bool = False
    short: str = ""
    nowrap: bool = False
    sortable: bool = True

    @cached_property
    def attributes(self) -> Markup:
        """What its cells carry in their tags; made once, as a page may have hundreds."""
        css = ' class="n"' if self.numeric else ' class="nb"' if self.nowrap else ""
        return Markup(css + ' data-l="{}"').format(self.short or self.label)


@dataclass(frozen=True)
class Excerpt:
    """Log lines as they were written: where they stand, the text, and (start, end) of what matched in it."""

    where: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    note: str = ""

    def pieces(self) -> list[tuple[str, bool]]:
        """The text cut into pieces, each with whether it matched."""
        found, at = [], 0
        for start, end in sorted(self.marks):
            if start >= at and end > start:
                found += [(self.text[at:start], False), (self.text[start:end], True)]
                at = end
        return [piece for piece in [*found, (self.text[at:], False)] if piece[0]]


@dataclass(frozen=True)
class Row:
    """Cells, the first of which names the row; below them maybe an excerpt over the whole width."""

    cells: Sequence[Cell | str]
    excerpt: Excerpt | None = None


@dataclass(frozen=True)
class Table:
    """A table with its caption (for screen readers) and, where rows were cut, a link to all of them.

    Rows stack to label and value on narrow screens unless `stack` is false: then the table scrolls sideways.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    more: str = ""
    more_href: str = ""
    stack: bool = True
    sortable: bool = True

    @property
    def filterable(self) -> bool:
        """Whether it is long enough to need a filter."""
        return self.sortable and len(self.rows) >= FILTER_FROM


@dataclass(frozen=True)
class KeyFigure:
    """A figure at the head of a page: `14.3 %`, `353 of 2,462`, `13.0–15.8`, and its change in words."""

    label: str
    value: str
    of: str = ""
    interval: str = ""
    state: State | None = None
    change: str = ""
    note: str = ""


def json_block(value: Any) -> Markup:
    """JSON that may stand in a `<script type="application/json">`: no `<`, `>` or `&` is left in it."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The one environment: templates of `templates/`, escaping always on, an undefined name is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters.update({name: getattr(words, name) for name in _FILTERS}, json_block=json_block)
    return env


def render(template: str, **context: Any) -> Markup:
    """A template of `templates/` filled in, e.g. `pages/home.html`."""
    return Markup(environment().get_template(template).render(**context))
