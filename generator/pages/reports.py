"""The weekly texts as pages: shown as they are, to be read or pasted, and as files."""

from __future__ import annotations

from collections.abc import Iterator

from generator.pages.book import Book
from generator.render import render
from generator.site import Page
from generator.text.digest import digest, edition
from generator.text.tsc import tsc


def pages(book: Book) -> Iterator[Page]:
    """The digest and the TSC report."""
    week = edition(book.results, book.context)
    yield _page(
        "digest.html",
        f"Weekly digest {week}",
        "The week as a plain text mail",
        "digest.txt",
        digest(book.results, book.context),
    )
    yield _page(
        "tsc.html",
        f"TSC report {week}",
        "One page of Markdown for the TSC meeting",
        "tsc.md",
        tsc(book.results, book.context),
    )


def _page(path: str, title: str, about: str, file: str, text: str) -> Page:
    body = render("pages/report.html", title=title, about=about, file=file, text=text)
    return Page(path, title, about, body, "data")
