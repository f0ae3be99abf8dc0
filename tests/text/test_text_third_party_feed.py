"""Feeds of third-party CIs: each kind of event, ids and times and words that stay, hostile names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import made_results as made
import pandas as pd
import pytest
from atom_kit import valid

from generator.roster import Roster
from generator.text.context import PageContext
from generator.text.records import Row, records
from generator.text.third_party_feed import entries, feed_of, feed_of_all
from generator.third_party_settings import ThirdParty, ThirdPartySettings

SITE = "https://gatepost.example.org/openstack/"
HOSTILE = "<b>&amp;</b> ]]> \x1b[31m \u202e \ufffe " + "x" * 50
PAGE, PATH = "third-party/halden.html", "third-party/halden.xml"
START = pd.Timestamp("2026-10-06T14:20Z")
MEETING = "the storage team meets on Wednesdays at 14:00 and would be glad to help"
KINDS = ("silent", "results", "broken", "recovered", "votes", "pause")


def context(meeting: str | None = MEETING, **values: Any) -> PageContext:
    asked = ThirdParty(Roster(), ThirdPartySettings(deadline_hours=24, meeting=meeting))
    known = {"site_url": SITE, "third_party": asked, **values}
    return PageContext("Example", made.UNTIL.to_pydatetime(), **known)


def ci(name: str = "Halden NVMe CI") -> Row:
    return records(made.frame("third_party", [{"ci": "halden", "name": name}]))[0]


def event(kind: str, days: int = 0, **values: Any) -> dict[str, Any]:
    start = START + pd.Timedelta(days=days)
    usual = {
        "ci": "halden",
        "event": f"halden:{kind}:{start.isoformat()}",
        "kind": kind,
        "start": start,
        "time": start + pd.Timedelta(days=3),
        "count": 5,
        "changes": 4,
        "owners": 2,
    }
    return {**usual, **values}


def events(*rows: dict[str, Any]) -> list[Row]:
    return records(made.frame("third_party_events", list(rows)))


def parsed(*rows: dict[str, Any], name: str = "Halden NVMe CI", **values: Any) -> Any:
    about = context(**values)
    data = feed_of(about, ci(name), events(*rows), PATH, PAGE)
    return valid(data, self_link=about.site_url is not None)


@pytest.mark.parametrize(
    ("kind", "title", "said"),
    [
        ("silent", "no results seen since 6 Oct 2026", "5 expected patch sets in a row had no result"),
        ("results", "results are seen again", "5 patch sets had none meanwhile"),
        ("broken", "fails on every patch set since 6 Oct 2026", "5 verdicts in a row failed"),
        ("recovered", "successes are seen again", "after 5 failures in a row: thank you"),
        ("votes", "5 negative votes from before it recovered", "taking them back"),
        ("pause", "announced pause, from 6 Oct 2026 on", "nothing is expected of it"),
    ],
    ids=KINDS,
)
def test_each_event_says_what_was_seen_and_links_to_the_page(kind: str, title: str, said: str) -> None:
    (entry,) = parsed(event(kind)).entries
    assert entry.title == f"Halden NVMe CI: {title}"
    assert said in entry.summary and entry.summary.endswith(".")
    assert entry.link == SITE + PAGE
    assert entry.updated == "2026-10-09T14:20:00+00:00"


@pytest.mark.parametrize("kind", ["silent", "broken", "votes"])
def test_what_is_wrong_says_what_would_help(kind: str) -> None:
    assert "What would help: " in parsed(event(kind)).entries[0].summary


def test_who_is_stuck_is_told_where_others_meet() -> None:
    told = {kind: parsed(event(kind)).entries[0].summary for kind in KINDS}
    assert {
        kind for kind, text in told.items() if f"If it is stuck, others can help: {MEETING}." in text
    } == {
        "silent",
        "broken",
    }
    assert "stuck" not in parsed(event("silent"), meeting=None).entries[0].summary


def test_an_announced_pause_says_its_days_and_why() -> None:
    last = pd.Timestamp("2026-10-20T00:00Z")
    (entry,) = parsed(event("pause", end=last, reason="the laboratory moves")).entries
    assert entry.title == "Halden NVMe CI: announced pause, 6 Oct 2026 to 20 Oct 2026"
    assert "(the laboratory moves)" in entry.summary


def test_what_was_told_keeps_id_time_and_words_when_more_happens() -> None:
    before = {entry.id: entry for entry in parsed(event("silent")).entries}
    later = event("silent", end=START + pd.Timedelta(days=9))
    after = {entry.id: entry for entry in parsed(later, event("results", 9), event("silent", 40)).entries}
    (id,) = before
    assert len(after) == 3
    assert (after[id].updated, after[id].title, after[id].summary) == (
        before[id].updated,
        before[id].title,
        before[id].summary,
    )


def test_the_same_events_give_the_same_bytes_whenever_they_are_told() -> None:
    rows = events(event("silent"), event("broken", 30))
    later = replace(context(), generated=made.UNTIL + pd.Timedelta(days=9))
    assert feed_of(context(), ci(), rows, PATH, PAGE) == feed_of(later, ci(), rows, PATH, PAGE)


def test_the_feed_of_all_has_the_entries_of_each_under_the_same_ids() -> None:
    about = context()
    told = entries(about, ci(), events(event("silent"), event("results", 5)), PAGE)
    other = {**ci("Ferrous Power CI"), "ci": "ferrous"}
    rows = events(event("broken", ci="ferrous", event="ferrous:broken:x"))
    told += entries(about, other, rows, "third-party/ferrous.html")
    data = feed_of_all(about, told, "third-party/index.xml", "third-party/index.html")
    everything = valid(data, self_link=True)
    assert len(everything.entries) == 3
    own = parsed(event("silent"), event("results", 5))
    assert {entry.id for entry in own.entries} < {entry.id for entry in everything.entries}
    assert own.feed.id != everything.feed.id


def test_nothing_told_yet_is_valid_too() -> None:
    assert parsed().entries == []


def test_hostile_texts_stay_text() -> None:
    rows = (event("silent"), event("pause", 2, reason=HOSTILE))
    found = parsed(*rows, name=HOSTILE, meeting=HOSTILE[:300], site_url=None)
    assert len(found.entries) == 2 and found.entries[0].id.startswith("urn:uuid:")
    assert {entry.title_detail.type for entry in found.entries} == {"text/plain"}
    assert {entry.summary_detail.type for entry in found.entries} == {"text/plain"}
    assert all("<b>" in entry.title for entry in found.entries)


def test_one_is_told_as_one() -> None:
    (entry,) = parsed(event("votes", count=1)).entries
    assert entry.title.endswith("1 negative vote from before it recovered")
    assert "was current then, and may hold up the change." in entry.summary
    (entry,) = parsed(event("broken", changes=1, owners=1)).entries
    assert "on 1 change of 1 person:" in entry.summary
