from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator import pipeline
from generator.config import Settings, load
from generator.progress import Progress
from generator.roster.load import load as load_roster
from generator.roster_draft import draft

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


def comment(username: str, name: str, message: str, hours: int) -> dict[str, object]:
    return {
        "timestamp": EPOCH - 3600 * hours,
        "reviewer": {"name": name, "username": username, "email": f"{username}@mail.example.org"},
        "message": f"Patch Set 1:\n\n{message}",
    }


RESULTS = "Build succeeded.\n\n- tempest https://ci.example.org/1 : SUCCESS in 5m 32s"
HOSTILE = '- {x}: "b" # [c] CI'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    comments = [
        comment("zuul", "Zuul", RESULTS, 20),
        comment("known-ci", "Known CI", RESULTS, 19),
        comment("new-ci", HOSTILE, RESULTS, 18),
        comment("new-ci", HOSTILE, RESULTS, 17),
        comment("silent-ci", "Silent CI", "Starting check jobs.", 16),
        comment("jo", "Jo", "recheck", 15),
    ]
    change = {
        "project": "openstack/cinder",
        "branch": "master",
        "number": 7,
        "url": "https://review.example.org/7",
        "subject": "a change",
        "owner": {"username": "jo"},
        "createdOn": EPOCH - 90_000,
        "lastUpdated": EPOCH - 3600,
        "status": "NEW",
        "comments": comments,
        "patchSets": [{"number": 1, "createdOn": EPOCH - 90_000, "kind": "REWORK", "approvals": []}],
    }
    (tmp_path / "reviews.json").write_text(json.dumps(change) + "\n", "utf-8")
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "1.yaml").write_text('query: message:"lost carrier"\n', "utf-8")
    (tmp_path / "gatepost.yaml").write_text(
        "sources: [{type: gerrit, name: gerrit, path: reviews.json}]\n", "utf-8"
    )
    found = load(tmp_path / "gatepost.yaml")
    pipeline.collect(found, NOW, Progress(0))
    return found


def test_a_roster_begins_with_the_accounts_that_report(settings: Settings, tmp_path: Path) -> None:
    text = draft(settings, NOW)
    (tmp_path / "new.yaml").write_text(text, "utf-8")
    roster = load_roster(tmp_path / "new.yaml")
    assert roster.errors == ()
    assert sorted(ci.account for ci in roster.cis) == [("known-ci",), ("new-ci",)]
    assert all(ci.projects == ("openstack/cinder",) and ci.contacts == () for ci in roster.cis)
    assert '2 comments with results on "review.example.org", 19 Nov to 19 Nov' in text
    assert "mail.example.org" not in text


def test_an_entry_that_is_there_is_not_printed_again(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "thirdparty.yaml"
    path.write_text("cis:\n  - {name: Known, account: known*, projects: a}\n", "utf-8")
    with (tmp_path / "gatepost.yaml").open("a", encoding="utf-8") as file:
        file.write("third_party: {deadline_hours: 24}\n")
    text = draft(load(tmp_path / "gatepost.yaml"), NOW)
    assert "new-ci" in text and "known-ci" not in text and "Add them under `cis`" in text
    with path.open("a", encoding="utf-8") as file:
        file.write(text + "\n")
    assert len(load_roster(path).cis) == 2
    assert draft(load(tmp_path / "gatepost.yaml"), NOW).startswith("# Every account")


def test_an_empty_roster_is_one_to_begin(settings: Settings, tmp_path: Path) -> None:
    """As the shell makes it for `gatepost roster > thirdparty.yaml`."""
    (tmp_path / "thirdparty.yaml").touch()
    with (tmp_path / "gatepost.yaml").open("a", encoding="utf-8") as file:
        file.write("third_party: {deadline_hours: 24}\n")
    assert "\ncis:\n" in draft(load(tmp_path / "gatepost.yaml"), NOW)


def test_where_nothing_was_collected_nothing_is_said_of_accounts(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "gatepost.yaml"
    path.write_text(path.read_text("utf-8") + "state: other\n", "utf-8")
    assert draft(load(path), NOW).startswith("# No comment of a CI was collected yet")
