"""The feed: what RFC 4287 demands, ids and times that stay, what stands in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
from atom_kit import valid

from generator.editions.edition import Correction, Edition, Week, stamp
from generator.text.context import PageContext
from generator.text.feed import feed

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
SITE = "https://gatepost.example.org/openstack/"
HOSTILE = "<b>&amp;</b> ]]> \x1b[31m \u202e \ufffe \ud800 " + "x" * 50
#: Columns of signatures that the feed reads.
COLUMNS = {"signature": "string", "pipeline": "string", "state": "string", "hidden": "bool",
           "hits": "int64", "failed": "int64", "first_seen": "timestamp"}  # fmt: skip


def row(id: str, state: str, **values: Any) -> dict[str, Any]:
    seen = "2026-11-12T06:12:00Z"
    usual = {"pipeline": "*", "hidden": False, "hits": 3, "failed": 40, "first_seen": seen}
    return {"signature": id, "state": state, **usual, **values}


def edition(weeks_before: int = 0, *rows: dict[str, Any], title: str = "Mirror is slow") -> Edition:
    week = Week.of(MONDAY - timedelta(days=1 + 7 * weeks_before))
    columns = [{"name": n, "type": t, "meaning": ""} for n, t in COLUMNS.items()]
    told = {"tone": "worse", "word": "Gate: worse", "sentences": ["One.", "Two.", "Three."]}
    document = {
        "edition": week.id, "start": stamp(week.start), "made": stamp(week.end + timedelta(hours=6)),
        "verdict": told, "remarks": ["Partial week."],
        "queries": [{"signature": "100", "title": title, "query": "x"}],
        "tables": {"signatures": {"columns": columns, "rows": [[r[n] for n in COLUMNS] for r in rows]}},
    }  # fmt: skip
    return Edition(document, "digest", "tsc")


def context(*editions: Edition, site_url: str | None = SITE, **values: Any) -> PageContext:
    return PageContext("Example", NOW, site_url=site_url, editions=editions, **values)


def test_editions_corrections_and_signatures_that_are_new_or_back() -> None:
    rows = [row("100", "new"), row("200", "returned"), row("300", "worse"), row("400", "new", hidden=True),
            row("500", "new", pipeline="gate")]  # fmt: skip
    told = Correction(1, NOW, "It was not.")
    parsed = valid(feed(context(edition(1), replace(edition(0, *rows), corrections=(told,)))), self_link=True)
    assert [(entry.title, entry.updated) for entry in parsed.entries] == [
        ("Correction of edition 2026-W46", "2026-11-20T23:10:00+00:00"),
        ("Bug 200 is back", "2026-11-16T06:00:00+00:00"),
        ("Mirror is slow is new", "2026-11-16T06:00:00+00:00"),
        ("Edition 2026-W46: Gate: worse", "2026-11-16T06:00:00+00:00"),
        ("Edition 2026-W45: Gate: worse", "2026-11-09T06:00:00+00:00"),
    ]
    assert {entry.link for entry in parsed.entries} == {
        f"{SITE}editions/2026-W45.html",
        f"{SITE}editions/2026-W46.html",
    }
    assert parsed.entries[0].summary == "It was not."
    assert parsed.entries[2].summary == (
        "3 of 40 failed builds in the week of edition 2026-W46, first 12 Nov 06:12."
    )
    assert parsed.entries[3].summary == "One. Two. Three. Partial week."
    assert parsed.entries[3].id == "tag:gatepost.example.org,2026-11-09:openstack/edition/2026-W46"
    assert [link.href for link in parsed.feed.links if link.rel == "self"] == [f"{SITE}feed.xml"]


def test_what_was_published_keeps_its_id_and_time() -> None:
    before = valid(feed(context(edition(1, row("100", "new")))), self_link=True)
    later = replace(context(edition(1, row("100", "new")), edition(0)), generated=NOW + timedelta(days=9))
    after = {entry.id: entry.updated for entry in valid(feed(later), self_link=True).entries}
    assert {entry.id: entry.updated for entry in before.entries}.items() < after.items()
    assert feed(later) == feed(later)
    assert valid(feed(later), self_link=True).feed.id == before.feed.id


def test_who_is_back_in_two_weeks_is_back_once() -> None:
    one, two = edition(1, row("100", "returned")), edition(0, row("100", "returned"))
    titles = [entry.title for entry in valid(feed(context(one, two)), self_link=True).entries]
    assert titles.count("Mirror is slow is back") == 1


def test_without_an_address_ids_are_uuids_and_there_is_no_self_link() -> None:
    data = feed(context(edition(), site_url=None))
    parsed = valid(data, self_link=False)
    assert parsed.entries[0].id.startswith("urn:uuid:") and parsed.entries[0].link == "editions/2026-W46.html"
    other = replace(context(edition(), site_url=None), community="Another")
    assert feedparser.parse(feed(other)).entries[0].id != parsed.entries[0].id


def test_nothing_yet_is_valid_too() -> None:
    assert valid(feed(context()), self_link=True).entries == []


def test_hostile_texts_stay_text() -> None:
    one = replace(edition(0, row("100", "new"), row("a/../b c", "new"), title=HOSTILE),
                  corrections=(Correction(1, NOW, HOSTILE),))  # fmt: skip
    parsed = valid(feed(context(one)), self_link=True)
    assert len(parsed.entries) == 4
    assert {entry.title_detail.type for entry in parsed.entries} == {"text/plain"}
    assert b"&lt;b&gt;&amp;amp;&lt;/b&gt;" in feed(context(one))
