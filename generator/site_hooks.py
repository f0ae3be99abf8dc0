"""mkdocs hooks: a generated page is put into the theme as it is, without a detour through Markdown.

Markdown over a page of 200 KB of HTML takes longer than all else together, and mkdocs would keep the text
of every page in memory until the last one is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

#: Begins the body of a generated page, after its front matter.
MARK = "<div data-generated>"


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Nothing to convert in a generated page."""
    return "" if page.meta.get("generated") else markdown


def on_page_context(context: dict[str, Any], *, page: Any, **_: Any) -> dict[str, Any]:
    """The body of a generated page, read when it is written."""
    if page.meta.get("generated"):
        text = Path(page.file.abs_src_path).read_text("utf-8")
        page.content = text[text.index(MARK) :]
    return context


def on_post_page(output: str, *, page: Any, **_: Any) -> str:
    """Forget the body again."""
    if page.meta.get("generated"):
        page.content = ""
    return output
