"""What tools of the past got wrong of third-party CIs, from what Gerrit prints to the figures.

Of answers of which only the first page was read, that which concerns the REST API is with its source.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from generator.gerrit_settings import GerritSettings
from generator.matching.tags import FileList
from generator.model import PARTLY
from generator.progress import Progress
from generator.roster import Roster, ThirdPartyCI
from generator.sources import Context
from generator.sources.gerrit import collect
from generator.stats.third_party import report
from generator.tables import Tables
from generator.third_party_settings import ThirdParty, ThirdPartySettings

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
UPLOADED = NOW - timedelta(days=3)
TARN = ThirdPartyCI("tarn", "Tarn CI", ("tarn-ci",), ("example/cinder",))
ASKED = ThirdParty(Roster((TARN,)), ThirdPartySettings(deadline_hours=24))
LOG = "https://logs.example.org/1"


def said(hours: float, text: str, account: str = "tarn-ci", name: str = "Tarn CI") -> dict[str, Any]:
    at = int((UPLOADED + timedelta(hours=hours)).timestamp())
    return {"timestamp": at, "reviewer": {"username": account, "name": name}, "message": text}


def row(word: str) -> str:
    return f"Patch Set 1:\n\n- tempest {LOG} : {word} in 5m 32s"


def change(*comments: dict[str, Any], number: int = 7, uploaded: datetime = UPLOADED) -> dict[str, Any]:
    at = int(uploaded.timestamp())
    return {
        "project": "example/cinder", "branch": "master", "number": number, "subject": "Say more",
        "owner": {"username": "jo"}, "url": f"https://review.example.org/c/example/cinder/+/{number}",
        "createdOn": at, "lastUpdated": at, "open": True, "status": "NEW",
        "patchSets": [{"number": 1, "createdOn": at, "kind": "REWORK", "files": []}],
        "comments": list(comments),
    }  # fmt: skip


@pytest.fixture
def collected(tmp_path: Path) -> Any:
    def work(*changes: dict[str, Any], more: bool = False) -> Tables:
        changes = (*changes, change(number=99, uploaded=NOW))  # where windows end
        trailer = {"type": "stats", "rowCount": len(changes), "moreChanges": more}
        path = tmp_path / "changes.json"
        path.write_text("".join(f"{json.dumps(one)}\n" for one in (*changes, trailer)), "utf-8")
        context = Context((), FileList(()), NOW, Progress(0), roster=ASKED.roster)
        return collect(GerritSettings(path=path), context)

    return work


def figures(tables: Tables) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """The one row of the scoreboard, and all tables of third-party CIs."""
    found = report.compute(tables, ASKED, report.reviewed(tables, None))
    (board,) = found["third_party"].to_dict("records")
    return {str(name): value for name, value in board.items()}, found


def test_every_comment_is_looked_at_and_not_only_the_last(collected: Any) -> None:
    recheck = said(3, "Patch Set 1:\n\nrecheck", "jo", "Jo Example")
    story = (said(1, row("FAILURE")), recheck, said(4, row("SUCCESS")), said(5, "Patch Set 1:\n\nOne moment"))
    board, results = figures(collected(change(*story)))
    assert (board["reported"], board["failure"], board["success"], board["unread"]) == (1, 1, 1, 1)
    assert (board["flip_k"], board["flip_n"], board["excess_k"]) == (1, 1, 0)
    assert results["third_party_results"]["outcome"].tolist() == ["failure", "success", "unread"]


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("TIMED_OUT", "infra"), ("NODE_FAILURE", "infra"), ("SKIPPED", "neutral"), ("NOVEL", "neutral")],
)
def test_results_other_than_success_and_failure_are_neither_dropped_nor_failures(
    collected: Any, word: str, outcome: str
) -> None:
    tables = collected(change(said(1, row(word))))
    board, _ = figures(tables)
    assert tables.job_results["result"].tolist() == [word]
    assert board["reported"] == 1
    assert {name: board[name] for name in ("success", "failure", "infra", "neutral", "unread")} == {
        **dict.fromkeys(("success", "failure", "infra", "neutral", "unread"), 0),
        outcome: 1,
    }


def test_the_word_failed_in_prose_is_not_a_result(collected: Any) -> None:
    prose = said(1, "Patch Set 1: Verified-1\n\nOur switch has failed; the job FAILED to start: FAILURE")
    board, results = figures(collected(change(prose)))
    assert (board["reported"], board["failure"], board["unread"]) == (0, 0, 1)
    assert "switch has failed" in results["third_party_unread"]["text"].item()


def test_the_time_of_a_patch_set_is_that_of_its_first_result(collected: Any) -> None:
    twice = (said(2, row("FAILURE")), said(20, row("SUCCESS")))
    tables = collected(change(*reversed(twice)), change(*twice, number=8))
    board, _ = figures(tables)
    assert board["response_median_s"] == 2 * 3600
    assert {at.to_pydatetime() for at in tables.patchsets["created"]} == {UPLOADED, NOW}


def test_the_last_success_is_not_the_last_comment(collected: Any) -> None:
    story = (said(1, row("SUCCESS")), said(9, row("FAILURE")), said(12, "Patch Set 1:\n\nOne moment"))
    board, _ = figures(collected(change(*story)))
    times = [board[name] - UPLOADED for name in ("last_success", "last_result", "last_seen")]
    assert times == [timedelta(hours=hours) for hours in (1, 9, 12)]


@pytest.mark.parametrize("more", [True, False])
def test_one_page_of_answers_is_not_taken_for_all(collected: Any, more: bool) -> None:
    skipped = collected(change(), more=more).skipped
    assert skipped["reason"].tolist() == [PARTLY] * more
