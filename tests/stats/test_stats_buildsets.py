"""How often buildsets pass, at all and at the first try; who is counted once, and what is no try."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from statskit import NOW, UNTIL, Community

from generator.model import TABLES
from generator.stats import StatsSettings, compute
from generator.tables import Tables, from_rows

DAY = pd.Timedelta(days=1)


class Sets:
    """Buildsets by their age in days; beside them a build of each pipeline and CI: they make the windows."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.community = Community(A={}, B={})
        self._counted: tuple[int, pd.DataFrame] | None = None

    def add(self, age: float, result: str | None = "SUCCESS", change: int | None = None, **more: Any) -> None:
        number = len(self.rows)
        end = UNTIL - age * DAY
        self.rows.append({
            "buildset": f"s{number}", "ci": "zuul", "pipeline": "gate", "project": "nova", "patchset": "1",
            "change": 1000 + number if change is None else change, "result": result,
            "event_time": end - pd.Timedelta(hours=2), "end_time": end, "source": "zuul", "collected": NOW,
            **more,
        })  # fmt: skip

    def tables(self) -> Tables:
        community = self.community
        for ci, pipeline in (("zuul", "gate"), ("zuul", "check"), ("other", "gate")):
            community.build(0, ci=ci, pipeline=pipeline)
        frames = {name: getattr(community.tables(), name) for name in TABLES}
        return Tables.of(**{**frames, "buildsets": from_rows(self.rows, TABLES["buildsets"])})

    def counted(self, window: str = "7d", ci: str = "*") -> dict[tuple[str, str], tuple[int, int]]:
        """k and n by pipeline and figure."""
        if self._counted is None or self._counted[0] != len(self.rows):
            self._counted = len(self.rows), compute(self.tables(), StatsSettings(), NOW).buildsets
        frame = self._counted[1]
        frame = frame[(frame["window"] == window) & (frame["ci"] == ci)]
        return {(row.pipeline, row.figure): (row.k, row.n) for row in frame.itertuples()}


def test_passed_and_first_pass() -> None:
    sets = Sets()
    for _ in range(6):
        sets.add(1)
    sets.add(3, "FAILURE", change=7)
    sets.add(2, "SUCCESS", change=7)
    assert sets.counted() == {("gate", "passed"): (7, 8), ("gate", "first_pass"): (6, 8)}


@pytest.mark.parametrize("result", ["DEQUEUED", "MERGE_CONFLICT", "NO_JOBS", "CONFIG_ERROR", None])
def test_what_gave_no_verdict_is_no_try(result: str | None) -> None:
    sets = Sets()
    sets.add(3, result, change=7)
    sets.add(2, "SUCCESS", change=7)
    assert sets.counted() == {("gate", "passed"): (1, 1), ("gate", "first_pass"): (1, 1)}


def test_a_try_is_the_first_of_its_patch_set_pipeline_project_and_ci() -> None:
    sets = Sets()
    sets.add(20, "FAILURE", change=7)
    sets.add(2, change=7, patchset="2")
    sets.add(2, change=7, pipeline="check")
    sets.add(2, change=7, project="glance")
    sets.add(2, change=7, ci="other")
    assert sets.counted()["gate", "first_pass"] == (3, 3)
    assert sets.counted()["check", "first_pass"] == (1, 1)
    sets.add(1, change=7)
    assert sets.counted()["gate", "first_pass"] == (3, 4), "of the try that failed 20 days before, the second"


def test_the_try_that_began_first_is_the_first_whenever_it_ended() -> None:
    sets = Sets()
    sets.add(1, "SUCCESS", change=7)
    sets.add(0.5, "FAILURE", change=7, event_time=UNTIL - 3 * DAY)
    assert sets.counted()["gate", "first_pass"] == (0, 2)


def test_sets_without_a_change_pass_but_have_no_first_try() -> None:
    sets = Sets()
    sets.rows = []
    sets.add(1)
    sets.rows[0]["change"] = None
    assert sets.counted() == {("gate", "passed"): (1, 1)}


def test_each_ci_has_its_own_and_a_pipeline_that_no_build_has_is_left_out() -> None:
    sets = Sets()
    sets.add(1)
    sets.add(1, "FAILURE", ci="other")
    sets.add(1, ci="nobody", pipeline="gate")
    sets.add(1, pipeline="experimental")
    assert sets.counted(ci="zuul")["gate", "passed"] == (1, 1)
    assert sets.counted(ci="other")["gate", "passed"] == (0, 1)
    assert sets.counted()["gate", "passed"] == (2, 3)
    assert {pipeline for pipeline, _ in sets.counted()} == {"gate"}


def test_windows_end_where_those_of_builds_end() -> None:
    sets = Sets()
    sets.add(-0.01)
    sets.add(6.99)
    sets.add(7.01)
    sets.add(1, end_time=None)
    assert sets.counted()["gate", "passed"] == (1, 1)
    assert sets.counted("10d")["gate", "passed"] == (2, 2)


def test_more_is_better_and_tries_of_one_change_are_worth_less() -> None:
    sets = Sets()
    for n in range(60):
        sets.add(8 + n / 10, "SUCCESS" if n % 10 else "FAILURE")
    for n in range(60):
        sets.add(n / 10, "SUCCESS" if n % 2 else "FAILURE")
    frame = compute(sets.tables(), StatsSettings(), NOW).buildsets
    week = frame[(frame["window"] == "7d") & (frame["ci"] == "*")].set_index("figure")
    assert week.loc["passed", "state"] == "worse"
    assert week.loc["passed", "prev_k"] == 54 and week.loc["passed", "prev_n"] == 60
    assert week.loc["passed", "n_effective"] == pytest.approx(60)
    for row in sets.rows[60:]:
        row["change"] = row["change"] // 20
    frame = compute(sets.tables(), StatsSettings(), NOW).buildsets
    week = frame[(frame["window"] == "7d") & (frame["ci"] == "*")].set_index("figure")
    assert week.loc["passed", "n_effective"] < 50


def test_without_buildsets_there_is_no_row() -> None:
    assert Sets().counted() == {}


def test_without_a_signature_what_failed_for_it_alone_would_have_passed() -> None:
    sets = Sets()

    def failing(*builds: dict[str, Any], **more: Any) -> None:
        sets.add(1, "FAILURE", **more)
        for build in builds:
            sets.community.build(1, **{"outcome": "failure", **build}, buildset=sets.rows[-1]["buildset"])

    for _ in range(5):
        sets.add(1)
    passed = {"outcome": "success"}
    failing({"hits": "A"}, passed)
    failing({"hits": "A B"}, {"hits": "A"})
    failing({"hits": "A"}, {"hits": ""})
    failing({"hits": "A"}, {"outcome": "infra"})
    failing({"hits": "A"}, {"voting": False})
    failing({"hits": "A"}, change=1000)
    failing(passed)
    frame = compute(sets.tables(), StatsSettings(), NOW).first_pass_without
    week = frame[frame["window"] == "7d"].set_index("signature")
    assert list(week.index) == ["A"]
    assert week.loc["A", ["gained", "k", "n"]].tolist() == [3, 8, 12]
    assert sets.counted()["gate", "first_pass"] == (5, 12)
    assert week.loc["A", "low"] < 8 / 12 < week.loc["A", "high"]


def test_a_try_outside_the_window_is_not_spared() -> None:
    sets = Sets()
    sets.add(20, "FAILURE")
    sets.community.build(20, "failure", "A", buildset="s0")
    frame = compute(sets.tables(), StatsSettings(), NOW).first_pass_without
    assert frame[["window", "gained"]].values.tolist() == [["28d", 1]]
