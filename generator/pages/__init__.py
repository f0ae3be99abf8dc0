"""The pages of the site: one module each, which gathers rows into words and names its template."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from generator.text.context import PageContext

if TYPE_CHECKING:
    from generator.site import Page
    from generator.stats.results import Results

__all__ = ["PAGES", "PageContext", "all_pages"]

#: Modules by name; each has `pages(book) -> Iterator[Page]`. A new page is one module and one line here.
PAGES = {
    "home": "generator.pages.home",
    "signatures": "generator.pages.signatures",
    "signature": "generator.pages.signature",
    "unclassified": "generator.pages.unclassified",
    "jobs": "generator.pages.jobs",
    "cis": "generator.pages.cis",
    "third_party": "generator.pages.third_party",
    "third_party_ci": "generator.pages.third_party_ci",
    "third_party_grid": "generator.pages.third_party_grid",
    "editions": "generator.pages.editions",
    "history": "generator.pages.history",
    "data": "generator.pages.data",
    "reports": "generator.pages.reports",
}


def all_pages(results: Results, context: PageContext) -> Iterator[Page]:
    """Every generated page of the site, in a fixed order; the tables are grouped once."""
    from generator.pages.book import Book

    book = Book(results, context)
    for module in PAGES.values():
        yield from import_module(module).pages(book)
