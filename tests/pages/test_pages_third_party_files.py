"""Feeds, badges, search entries and frozen tables of third-party CIs: what stands beside their pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import made_results as made
import pandas as pd
from jsonschema import Draft202012Validator

from generator.editions.edition import Edition, Week
from generator.editions.freeze import freeze
from generator.pages import editions, files, schemas, third_party_files
from generator.pages.book import Book
from generator.stats import StatsSettings
from generator.stats.plain import described, plain, values
from generator.tables import Tables
from generator.text.context import PageContext

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)
HOSTILE = "<script>harm()</script>"
SITE = "https://gatepost.example.org/"


def ci(id: str, name: str, **more: Any) -> dict[str, Any]:
    counted = {"expected": 118, "reported": 109, "rate": 109 / 118, "low": 0.861, "high": 0.959}
    judged = {"rules_met": 4, "rules_judged": 5, "rules": 5, "readiness": "not all met"}
    return {"ci": id, "name": name, "last_result": made.UNTIL, **counted, **judged, **more}


CIS = [ci("halden", "Halden NVMe CI"), ci("hostile", HOSTILE, owner=HOSTILE, standing=2)]
SILENT = {
    "ci": "halden",
    "event": "halden:silent:2026-10-06T14:20:00",
    "kind": "silent",
    "time": pd.Timestamp("2026-10-08T01:00Z"),
    "start": pd.Timestamp("2026-10-06T14:20Z"),
    "count": 5,
}


def results(**rows: list[dict[str, Any]]) -> Any:
    return made.results(made.facts(reviewed=made.UNTIL), **rows)


def context(*frozen: Edition) -> PageContext:
    return PageContext("Example", NOW, site_url=SITE, editions=frozen)


def edition(rows: list[dict[str, Any]]) -> Edition:
    """One that was frozen with these rows of `third_party`."""
    one = freeze(Week.of(NOW - timedelta(days=1)), Tables.of(), StatsSettings(), context())
    table = {"columns": described("third_party"), "rows": values(plain(made.frame("third_party", rows)))}
    told = {**one.document["tables"], "third_party": {**table, "rows": [list(row) for row in table["rows"]]}}
    return replace(one, document={**one.document, "tables": told})


def page(frozen: Edition, now: Any) -> str:
    (found,) = [page for page in editions.pages(Book(now, context(frozen))) if page.path == frozen.page]
    return str(found.body)


def test_each_has_a_feed_and_a_badge_also_one_without_events(tmp_path: Path) -> None:
    third_party_files.write(results(third_party=CIS, third_party_events=[SILENT]), context(), tmp_path)
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    names = ("halden.svg", "halden.xml", "hostile.svg", "hostile.xml", "index.xml")
    assert found == [f"third-party/{name}" for name in names]
    feeds = {path.stem: feedparser.parse(path.read_bytes()) for path in tmp_path.rglob("*.xml")}
    assert {name: len(feed.entries) for name, feed in feeds.items()} == {
        "halden": 1,
        "hostile": 0,
        "index": 1,
    }
    assert not any(feed.bozo for feed in feeds.values())
    assert feeds["index"].entries[0].id == feeds["halden"].entries[0].id
    assert feeds["index"].entries[0].link == f"{SITE}third-party/halden.html"
    own = [link.href for link in feeds["halden"].feed.links if link.rel == "self"]
    assert own == [f"{SITE}third-party/halden.xml"]
    for badge in tmp_path.rglob("*.svg"):
        assert ElementTree.parse(badge).getroot().get("role") == "img"


def test_nothing_is_written_where_none_is_expected(tmp_path: Path) -> None:
    third_party_files.write(results(), context(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_search_finds_them() -> None:
    found = files.search_entries(results(third_party=CIS), context())
    assert ("Halden NVMe CI", "third-party CI", "third-party/halden.html") in found


def test_an_edition_shows_them_as_they_stood_and_links_those_that_are_expected_still() -> None:
    body = page(edition(CIS), results(third_party=CIS[:1]))
    part = body.partition('id="h-third"')[2].partition("</section>")[0]
    assert '<a href="../third-party/halden.html">Halden NVMe CI</a>' in part
    assert "109 of 118" in part and "4 of 5 rules met" in part
    assert "third-party/hostile" not in part and "&lt;script&gt;harm" in part and HOSTILE not in body


def test_an_edition_without_them_has_no_table_and_says_nothing() -> None:
    bare = freeze(Week.of(NOW - timedelta(days=1)), Tables.of(), StatsSettings(), context())
    assert "third_party" not in bare.document["tables"]
    assert "h-third" not in page(bare, results())


def test_a_frozen_table_follows_the_schema_of_editions() -> None:
    check = Draft202012Validator(schemas.schemas()["edition"])
    assert list(check.iter_errors(edition(CIS).document)) == []
