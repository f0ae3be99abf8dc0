"""Badges: well-formed whatever stands in them, named for screen readers, without style or script."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from generator.figures.badge import badge

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    "name", ["Halden NVMe CI", "<script>\"&'", "日本語", ""], ids=["usual", "hostile", "wide", "empty"]
)
def test_the_texts_are_shown_as_they_are(name: str) -> None:
    svg = ElementTree.fromstring(badge(name, "no data"))
    assert svg.tag == f"{SVG}svg" and svg.get("role") == "img" and svg.get("aria-label") == f"{name}: no data"
    assert [text.text or "" for text in svg.iter(f"{SVG}text")] == [name, "no data"]
    assert svg.findtext(f"{SVG}title") == f"{name}: no data"


def test_it_asks_nothing_of_other_hosts_nor_of_a_lenient_policy() -> None:
    drawn = badge("Halden NVMe CI", "x")
    assert "style" not in drawn and "href" not in drawn and "url(" not in drawn
    assert {child.tag.removeprefix(SVG) for child in ElementTree.fromstring(drawn)} == {
        "title",
        "rect",
        "text",
    }


def test_a_longer_text_has_a_wider_badge_that_holds_it() -> None:
    svg = ElementTree.fromstring(badge("Halden NVMe CI", "reporting rate 92.4 % (109 of 118)"))
    width = float(svg.get("width", "0"))
    assert width > float(ElementTree.fromstring(badge("Halden NVMe CI", "x")).get("width", "0")) + 100
    for text in svg.iter(f"{SVG}text"):
        assert float(text.get("x", "0")) + float(text.get("textLength", "0")) < width
