"""Zuul's own API starts, has what was put into its database, and each test has a tenant of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from engines.sessions import run_tests
from engines.zuul_api import ZuulApi

pytestmark = pytest.mark.engines


def test_builds_are_told_by_zuuls_api_as_they_were_put_in(zuul_api: ZuulApi) -> None:
    told = zuul_api.add(
        pipeline="gate",
        event_timestamp="2026-11-14T02:00:00",
        result="FAILURE",
        ref={"project": "example/nova", "branch": "master", "change": 900001, "patchset": "2"},
        builds=[
            {
                "job_name": "tempest",
                "result": "FAILURE",
                "end_time": "2026-11-14T03:00:00+00:00",
                "voting": False,
            },
            {"job_name": "unit", "artifacts": [{"name": "m", "url": "http://m/", "metadata": {"type": "x"}}]},
        ],
    )
    unit, tempest = zuul_api.get("builds")
    assert [unit["_id"], tempest["_id"]] == [build["_id"] for build in reversed(told["builds"])]
    assert (tempest["result"], tempest["final"], tempest["voting"]) == ("FAILURE", True, False)
    assert (tempest["start_time"], tempest["duration"]) == ("2026-11-14T02:00:00", 3600.0)
    assert tempest["ref"]["ref"] == "refs/changes/01/900001/2"
    assert (unit["result"], unit["end_time"]) == (None, None)
    assert unit["artifacts"] == [{"name": "m", "url": "http://m/", "metadata": {"type": "x"}}]
    (buildset,) = zuul_api.get("buildsets")
    assert (buildset["uuid"], buildset["result"]) == (told["uuid"], "FAILURE")


def test_a_build_ends_and_another_is_pruned(zuul_api: ZuulApi) -> None:
    first, second = zuul_api.add(builds=[{}, {}])["builds"]
    zuul_api.update(first["uuid"], result="SUCCESS", final=True, end_time="2100-01-01T00:00:00")
    zuul_api.delete(second["uuid"])
    assert [build["result"] for build in zuul_api.get("builds")] == ["SUCCESS"]
    with pytest.raises(AssertionError, match="no_such_column"):
        zuul_api.update(first["uuid"], no_such_column=1)


def test_no_test_sees_the_builds_of_another(zuul_api: ZuulApi) -> None:
    assert zuul_api.get("builds") == []


@pytest.mark.parametrize(("required", "outcome"), [("engines", "2 skipped"), ("zuul", "2 errors")])
def test_without_zuul_it_is_skipped_or_fails(tmp_path: Path, required: str, outcome: str) -> None:
    (tmp_path / "test_it.py").write_text("def test_api(zuul_api): pass\ndef test_stack(zuul_stack): pass")
    run = run_tests(tmp_path, "-rs", XDG_CACHE_HOME=str(tmp_path / "cache"), GATEPOST_REQUIRE=required)
    assert outcome in run.stdout
    assert "zuul-api: needs Zuul: pip install zuul==" in run.stdout
    assert "zuul: needs Zuul: pip install zuul==" in run.stdout
