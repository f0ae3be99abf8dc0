"""Whose logs are wanted: failed builds, a sample of passed ones, and again what a new signature asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from log_server_kit import NOW, QUERIES, row, signatures

from generator.matching.tags import FileList
from generator.model import TABLES
from generator.progress import Progress
from generator.sources import Context
from generator.sources.log_server.choice import sampled, wanted
from generator.sources.queries import query_rows, query_set
from generator.sources.rows import Origin, Row
from generator.tables import empty, from_rows
from generator.zuul_settings import ZuulLogsSettings

ORIGIN = Origin("zuul", "ci", NOW, "-", {})
SETTINGS = ZuulLogsSettings(hosts=("logs.example.org",), passed=0, again_days=7)
URL = "https://logs.example.org/x/"


def context(folder: Path, queries: list[Row], skipped: list[Row], now: dict[str, str] = QUERIES) -> Context:
    rows = {"queries": queries, "skipped": skipped}

    def stored(name: str, since: date | None = None) -> pd.DataFrame:
        return from_rows(rows[name], TABLES[name]) if rows.get(name) else empty(TABLES[name])

    return Context(signatures(folder, now), FileList.load(None), NOW, Progress(0), stored=stored)


def names(
    candidates: list[Row], given: Context, settings: ZuulLogsSettings = SETTINGS
) -> list[tuple[str, str]]:
    return [(one.build["build_uuid"], one.why) for one in wanted(candidates, settings, given, ORIGIN)]


def test_failed_builds_with_logs_the_newest_first(tmp_path: Path) -> None:
    candidates = [
        row("old", URL, hours=300), row("new", URL, hours=1), row("passed", URL, "SUCCESS"),
        row("none", None), row("late", URL, "TIMED_OUT", hours=2), row("skipped", URL, "SKIPPED"),
        row("infra", URL, "RETRY"),
        row("new", URL, hours=1), row("running", URL, end_time=None),
    ]  # fmt: skip
    given = context(tmp_path, [], [])
    assert names(candidates, given) == [("new", "failed"), ("late", "failed"), ("old", "failed")]


def test_a_sample_of_passed_builds_is_always_the_same(tmp_path: Path) -> None:
    candidates = [row(f"{n:032x}", URL, "SUCCESS") for n in range(2000)]
    given = context(tmp_path, [], [])
    some, more = (
        {uuid for uuid, why in names(candidates, given, SETTINGS.model_copy(update={"passed": share}))}
        for share in (0.1, 0.3)
    )
    assert some < more and 150 < len(some) < 250 and 530 < len(more) < 670
    assert not sampled("x", 0) and sampled("x", 1)


@pytest.mark.parametrize(
    ("now", "hours", "again"),
    [
        (QUERIES, 1, False),
        ({**QUERIES, "new": "message:new"}, 1, True),
        ({**QUERIES, "boom": "message:other"}, 1, True),
        ({"boom": QUERIES["boom"]}, 1, False),
        ({**QUERIES, "new": "message:new"}, 24 * 7 + 1, False),
    ],
)
def test_examined_builds_are_wanted_again_for_a_new_signature_only(
    tmp_path: Path, now: dict[str, str], hours: float, again: bool
) -> None:
    before = signatures(tmp_path / "before")
    build = {**row("u1", URL, hours=hours), "examined": True, "query_set": query_set(before)}
    given = context(tmp_path / "now", query_rows(before), [], now)
    assert names([build], given) == ([("u1", "again")] if again else [])


def test_logs_that_are_gone_are_not_asked_for_again(tmp_path: Path) -> None:
    def gone(uuid: str, source: str, reason: str) -> Row:
        return {"source": source, "path": "x", "reason": reason, "build_uuid": uuid, "collected": NOW}

    skipped = [
        gone("u1", "zuul", "logs gone"),
        gone("u2", "other", "logs gone"),
        gone("u3", "zuul", "log server"),
    ]
    given = context(tmp_path, [], skipped)
    assert [uuid for uuid, _ in names([row(f"u{n}", URL) for n in (1, 2, 3)], given)] == ["u3", "u2"]
    assert names([row("u1", URL)], replace(given, stored=context(tmp_path, [], []).stored)) == [
        ("u1", "failed")
    ]
