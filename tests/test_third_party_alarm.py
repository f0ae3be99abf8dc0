"""The phone call that was missing: an operator's feed tells within a run that their CI fell silent or broke.

From what Gerrit prints, through collecting and storing once a day, to the feeds as they are read.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest

from generator import config, pipeline
from generator.editions.edition import Week
from generator.editions.freeze import freeze
from generator.gathering import gather, third_party
from generator.pages import third_party_files
from generator.progress import Progress
from generator.stats import StatsSettings
from generator.store.files import Store

END = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
#: Changes are uploaded at noon, one a day, so many days before the end.
FIRST = 60
#: So many days before the end one CI falls silent, and the other breaks; up to the second day.
WRONG = range(10, 3, -1)
SETTINGS = """
community: Example
site_url: https://gatepost.example.org/
signatures: queries
state: state
output: public
workers: 1
third_party: {deadline_hours: 12, meeting: the storage team meets on Wednesdays}
sources: [{type: gerrit, name: reviews, path: reviews, days: 60}]
"""
ROSTER = """
cis:
- {name: Ferrous CI, account: ferrous-ci, projects: example/cinder}
- {name: Tarn CI, account: tarn-ci, projects: example/cinder}
"""

#: Title, time and text by id.
Told = dict[str, tuple[str, str, str]]


def said(ci: str, uploaded: datetime, word: str) -> dict[str, Any]:
    """A comment an hour after the upload."""
    text = f"Patch Set 1:\n\n- tempest https://logs.example.org/1 : {word} in 5m 32s"
    return {"timestamp": int((uploaded + HOUR).timestamp()), "reviewer": {"username": ci}, "message": text}


def change(age: int) -> dict[str, Any]:
    """As `gerrit query` prints it."""
    uploaded = END - age * DAY
    at = int(uploaded.timestamp())
    comments = [said("ferrous-ci", uploaded, "FAILURE" if age in WRONG else "SUCCESS")]
    comments += [said("tarn-ci", uploaded, "SUCCESS")] * (age not in WRONG)
    return {
        "project": "example/cinder", "branch": "master", "number": 1000 - age, "subject": "Say more",
        "owner": {"username": f"jo{age % 5}"}, "url": "https://review.example.org/c/x/+/1",
        "createdOn": at, "lastUpdated": at + 3600, "open": True, "status": "NEW", "comments": comments,
        "patchSets": [{"number": 1, "createdOn": at, "kind": "REWORK", "files": []}],
    }  # fmt: skip


def run(folder: Path, now: datetime) -> Told:
    """What a run finds to tell, of the changes that were uploaded by then."""
    rows = [change(age) for age in range(FIRST, -1, -1) if END - age * DAY < now]
    (folder / "reviews" / "all.json").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    settings = config.load(folder / "gatepost.yaml")
    pipeline.collect(settings, now, Progress(0))
    third_party_files.write(*gather(settings, now), folder / "public")
    found: Told = {}
    for name in ("ferrous-ci", "tarn-ci"):
        feed = feedparser.parse((folder / f"public/third-party/{name}.xml").read_bytes())
        assert not feed.bozo
        found |= {entry.id: (entry.title, entry.updated, entry.summary) for entry in feed.entries}
    return found


@pytest.fixture
def community(tmp_path: Path) -> Path:
    for name in ("queries", "reviews"):
        (tmp_path / name).mkdir()
    (tmp_path / "gatepost.yaml").write_text(SETTINGS)
    (tmp_path / "thirdparty.yaml").write_text(ROSTER)
    (tmp_path / "queries" / "1.yaml").write_text("query: 'message:boom'\n")
    return tmp_path


def test_the_first_run_that_can_know_it_tells_it_and_no_later_one_tells_it_anew(community: Path) -> None:
    told: Told = {}
    news = []
    for age in (7, 6, 5, 3):  # days before the end, two hours after noon
        now = run(community, END - age * DAY + 2 * HOUR)
        assert told.items() <= now.items()
        news.append(sorted(title for id, (title, _, _) in now.items() if id not in told))
        told = now
    assert news == [
        [],
        # the fifth failure in a row was an hour ago, the fourth patch set without a result due at midnight
        [
            "Ferrous CI: fails on every patch set since 10 Nov 2026",
            "Tarn CI: no results seen since 9 Nov 2026",
        ],
        [],
        ["Ferrous CI: successes are seen again", "Tarn CI: results are seen again"],
    ]


def test_an_edition_shows_them_as_they_stood_when_its_week_ended(community: Path) -> None:
    now = END - 3 * DAY + 2 * HOUR
    run(community, now)
    settings = config.load(community / "gatepost.yaml")
    tables, (results, context) = Store(settings.state).read(), gather(settings, now)
    asked = StatsSettings(third_party=third_party(settings))

    def silent(end: datetime) -> dict[str, bool]:
        week = Week.of(end - HOUR)
        rows = freeze(week, tables, asked, context).rows("third_party")
        assert all(row["last_seen"] < week.end for row in rows)
        return {row["ci"]: row["silent"] for row in rows}

    assert silent(datetime(2026, 11, 9, tzinfo=UTC)) == {"ferrous-ci": False, "tarn-ci": False}
    assert silent(datetime(2026, 11, 16, tzinfo=UTC)) == {"ferrous-ci": False, "tarn-ci": True}
    assert results.third_party["silent"].tolist() == [False, False]
