"""What every page must be: balanced tags, no inline script or style; with its ids, links and text."""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser

VOID = {"br", "img", "input", "meta", "link", "hr", "wbr"}


class Checker(HTMLParser):
    """Balanced tags, unique ids, and the links of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.wanted: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.ids += [given["id"]] if given.get("id") else []
        self.links += [given["href"]] if tag == "a" and given.get("href") else []
        self.wanted += (given.get("aria-labelledby") or "").split()
        assert not [name for name in given if name.startswith("on") or name == "style"], (
            self.get_starttag_text()
        )

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}, line {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "script" not in self.open:
            self.text.append(data)


@cache
def checked(body: str) -> Checker:
    checker = Checker()
    checker.feed(body)
    checker.close()
    assert checker.open == []
    return checker
