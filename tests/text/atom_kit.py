"""What RFC 4287 demands of a feed."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import feedparser

ATOM = "{http://www.w3.org/2005/Atom}"


def valid(data: bytes, *, self_link: bool) -> Any:
    """What feedparser makes of it, after the demands of RFC 4287 on a feed without content elements."""
    root = ElementTree.fromstring(data)
    assert root.tag == f"{ATOM}feed"
    _has(
        root,
        once={"id", "title", "updated"},
        at_most={"generator", "subtitle"},
        many={"author", "link", "entry"},
    )
    assert [person.findtext(f"{ATOM}name") for person in root.findall(f"{ATOM}author")] == ["Example"]
    rels = [link.get("rel", "alternate") for link in root.findall(f"{ATOM}link")]
    assert sorted(rels) == ["alternate", *["self"] * self_link]
    ids = [root.findtext(f"{ATOM}id")]
    for entry in root.findall(f"{ATOM}entry"):
        _has(entry, once={"id", "title", "updated"}, at_most={"summary"}, many={"link"})
        assert [link.get("rel", "alternate") for link in entry.findall(f"{ATOM}link")] == ["alternate"]
        ids.append(entry.findtext(f"{ATOM}id"))
    assert len(ids) == len(set(ids))
    for id in ids:
        assert re.fullmatch(r"tag:[a-z0-9.-]+,\d{4}-\d\d-\d\d:[\w/.~%-]+|urn:uuid:[0-9a-f-]{36}", id or ""), (
            id
        )
    for moment in (element.text or "" for element in root.iter(f"{ATOM}updated")):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", moment)
    parsed = feedparser.parse(data)
    assert (parsed.bozo, parsed.version) == (False, "atom10")
    assert parsed.feed.updated == max([e.updated for e in parsed.entries], default=parsed.feed.updated)
    return parsed


def _has(element: ElementTree.Element, once: set[str], at_most: set[str], many: set[str]) -> None:
    """The element has these children, so often, not empty, and no others."""
    names = [child.tag.removeprefix(ATOM) for child in element]
    assert set(names) <= once | at_most | many
    assert all(names.count(name) == 1 for name in once)
    assert all(names.count(name) <= 1 for name in at_most)
    assert all((element.findtext(f"{ATOM}{name}") or "").strip() for name in once)
