"""The whole chain on the simulated reviews alone: every figure of a third-party CI is what was planned."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from generator import config, gathering, pipeline
from generator.progress import Progress
from generator.sources.simulated import reviews
from generator.stats import StatsSettings, compute
from generator.store.files import Store

NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
SEED = 1


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with half a year of reviews, collected: there are no builds, and no signatures."""
    folder = tmp_path_factory.mktemp("reviews")
    uploaded, said = reviews.plan(SEED, 1.0)
    reviews.write(folder, uploaded, said, SEED)
    truth = reviews.truth(uploaded, said)
    (folder / "truth.json").write_text(json.dumps(truth, default=lambda at: at.isoformat()), "utf-8")
    settings = {**reviews.configured(), "sources": [reviews.SOURCE]}
    (folder / "gatepost.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)  # a thousand files, and no power cut is tested
        pipeline.collect(config.load(folder / "gatepost.yaml"), NOW, Progress(0))
    return folder


@pytest.fixture(scope="module")
def truth(community: Path) -> dict[str, Any]:
    known: dict[str, Any] = json.loads((community / "truth.json").read_text("utf-8"))
    return known


@pytest.fixture(scope="module")
def tables(community: Path) -> Any:
    return Store(community / "state").read()


@pytest.fixture(scope="module")
def results(community: Path, tables: Any) -> Any:
    asked = gathering.third_party(config.load(community / "gatepost.yaml"))
    return compute(tables, StatsSettings(third_party=asked), NOW)


@pytest.fixture(scope="module")
def board(results: Any) -> dict[str, dict[str, Any]]:
    """The scoreboard by CI; times as ISO, null as None."""
    rows = results.third_party.astype(object).to_dict("records")
    return {row["ci"]: {name: plain(value) for name, value in row.items()} for row in rows}


def plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return None if pd.isna(value) else value


def planned(truth: dict[str, Any], *names: str) -> dict[str, dict[str, Any]]:
    return {ci: {name: known[name] for name in names} for ci, known in truth["cis"].items()}


def shown(board: dict[str, dict[str, Any]], *names: str) -> dict[str, dict[str, Any]]:
    return {ci: {name: row[name] for name in names} for ci, row in board.items()}


def test_every_patch_set_and_comment_is_stored_once(truth: dict[str, Any], tables: Any) -> None:
    assert len(tables.patchsets) == truth["patchsets"]
    assert len(tables.comments) == truth["comments"]
    assert tables.comments["comment"].is_unique
    assert len(tables.skipped) == 0


def test_windows_end_at_the_newest(truth: dict[str, Any], results: Any) -> None:
    assert results.facts.reviewed.isoformat() == truth["until"]


@pytest.mark.parametrize(
    "names",
    [
        ("expected", "reported", "late"),
        ("success", "failure", "infra", "neutral", "unread", "comments"),
        ("streak", "streak_changes", "streak_owners", "streak_since", "broken"),
        ("missed", "silence_missed"),
        ("last_seen", "last_result", "last_success"),
        ("contacts",),
        ("readiness",),
    ],
    ids=lambda names: names[0],
)
def test_scoreboard(truth: dict[str, Any], board: dict[str, dict[str, Any]], names: tuple[str, ...]) -> None:
    assert shown(board, *names) == planned(truth, *names)


@pytest.mark.parametrize("figure", ["disagree", "converse", "flip", "compliant", "excess"])
def test_rates(truth: dict[str, Any], board: dict[str, dict[str, Any]], figure: str) -> None:
    got = {ci: [row[f"{figure}_k"], row[f"{figure}_n"]] for ci, row in board.items()}
    assert got == {ci: known[figure] for ci, known in truth["cis"].items()}


def test_rules(truth: dict[str, Any], results: Any) -> None:
    got: dict[str, dict[str, str]] = {}
    for row in results.third_party_rules.itertuples():
        got.setdefault(row.ci, {})[row.rule] = row.state
    planned = {ci: known["rules"] for ci, known in truth["cis"].items()}
    assert got == planned
    assert {state for states in planned.values() for state in states.values()} == {
        "met", "not met", "not judged",
    }  # fmt: skip


def test_who_may_vote_soon_and_whose_vote_is_at_risk(board: dict[str, dict[str, Any]]) -> None:
    advised = {ci: row["advice"] for ci, row in board.items() if row["advice"]}
    assert advised == {
        "brightwater-nfs-ci": "at risk",
        "ferrous-power-ci": "at risk",
        "penrose-tape-ci": "ready",
    }
    ready = [ci for ci, row in board.items() if row["readiness"] == "all met"]
    assert ready == ["halden-nvme-ci", "larkfield-storage-ci", "penrose-tape-ci"]


def test_only_who_has_gone_silent_is_called_silent(board: dict[str, dict[str, Any]]) -> None:
    assert [ci for ci, row in board.items() if row["silent"]] == ["brightwater-nfs-ci"]
    assert board["brightwater-nfs-ci"]["silent_since"] == board["brightwater-nfs-ci"]["last_result"]


def test_standing_votes(truth: dict[str, Any], results: Any, board: dict[str, dict[str, Any]]) -> None:
    got: dict[str, list[list[int]]] = {ci: [] for ci in truth["cis"]}
    for row in results.third_party_standing.itertuples():
        got[row.ci].append([row.change, row.patchset])
    assert {ci: sorted(votes) for ci, votes in got.items()} == {
        ci: known["standing"] for ci, known in truth["cis"].items()
    }
    assert {ci: row["standing"] for ci, row in board.items()} == {ci: len(of) for ci, of in got.items()}


def test_feeds_tell_what_happened_and_nothing_that_did_not(truth: dict[str, Any], results: Any) -> None:
    told: dict[str, list[tuple[str, str]]] = {}
    for row in results.third_party_events.itertuples():
        told.setdefault(row.ci, []).append((row.kind, row.start.isoformat()))
    known = truth["cis"]
    assert told["brightwater-nfs-ci"] == [("silent", known["brightwater-nfs-ci"]["last_result"])]
    assert told["ferrous-power-ci"] == [("broken", known["ferrous-power-ci"]["streak_since"])]
    assert [kind for kind, _ in told["halden-nvme-ci"]] == ["broken", "recovered", "votes"]
    # what fails at random fails five times in a row now and then, which is not told
    assert "quayside-sdn-ci" not in told
    assert {kind for kind, _ in told.pop("saltmarsh-backup-ci")} == {"pause"}
    assert len(told) == 3


def test_who_runs_a_ci_could_have_known_soon(truth: dict[str, Any], results: Any) -> None:
    events = results.third_party_events.astype(object).to_dict("records")
    told = [(event["ci"], event["kind"]) for event in events]
    assert [ci for ci, kind in told if kind == "silent"] == ["brightwater-nfs-ci"]
    assert [kind for ci, kind in told if ci == "halden-nvme-ci"] == ["broken", "recovered", "votes"]
    assert [kind for ci, kind in told if ci == "saltmarsh-backup-ci"] == ["pause", "pause"]
    began = {
        "brightwater-nfs-ci": truth["cis"]["brightwater-nfs-ci"]["last_result"],
        "ferrous-power-ci": truth["cis"]["ferrous-power-ci"]["streak_since"],
    }
    for ci, since in began.items():
        (event,) = (one for one in events if one["ci"] == ci and pd.isna(one["end"]))
        assert event["start"].isoformat() == since
        assert timedelta(0) < event["time"] - event["start"] < timedelta(days=2)


def test_weeks(truth: dict[str, Any], results: Any) -> None:
    weeks = results.third_party_weeks.sort_values("start", kind="stable")
    got: dict[str, list[list[int]]] = {}
    for row in weeks.itertuples():
        got.setdefault(row.ci, []).append([row.expected, row.reported])
    assert got == {ci: known["weeks"] for ci, known in truth["cis"].items()}


def test_a_ci_that_nobody_told_of_is_found(truth: dict[str, Any], results: Any) -> None:
    rows = results.third_party_unknown.to_dict("records")
    got = {
        row["account"]: {
            "comments": row["comments"],
            "results": row["results"],
            "first": row["first"].isoformat(),
            "last": row["last"].isoformat(),
        }
        for row in rows
    }
    assert got == truth["unknown"] != {}


def test_nobody_is_stored_by_name_or_address(truth: dict[str, Any], community: Path, tables: Any) -> None:
    reviews_json = b"".join(path.read_bytes() for path in (community / "reviews").iterdir())
    frames = (tables.changes, tables.patchsets, tables.comments, tables.votes, tables.accounts)
    texts = "\n".join(
        str(text)
        for frame in frames
        for name in frame.select_dtypes("string").columns
        for text in frame[name].dropna().unique()
    )
    assert sum(private.encode() in reviews_json for private in truth["private"]) > 40
    assert [private for private in truth["private"] if private in texts] == []
