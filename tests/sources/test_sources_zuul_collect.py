"""Builds and sets of builds out of a real Zuul's API: all, once each, and again only what is not finished."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from engines.proxy import Proxy
from engines.zuul_api import ZuulApi
from zuul_kit import HOUR, NOW, RESULTS, Zuul, ended, later, of, white_label

from generator.errors import GatepostError
from generator.model import BUILDS
from generator.sources.zuul import paging
from generator.store.files import Store
from generator.tables import Tables, from_rows

DAY = timedelta(days=1)


@pytest.fixture
def zuul(zuul_api: ZuulApi, proxy_to: Callable[[str], Proxy], tmp_path: Path) -> Zuul:
    return Zuul(zuul_api, proxy_to(zuul_api.url), tmp_path / "state")


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 5)


def test_what_zuul_says_of_a_build_is_in_its_row(zuul: Zuul) -> None:
    began = NOW - 5 * HOUR
    ref = {"project": "openstack/nova", "branch": "stable/2026.2", "change": 900001, "patchset": "3"}
    told = ended(began, "FAILURE", job_name="tempest", voting=False, log_url="https://logs.example.org/a/")
    added = zuul.add(began, told, ref=ref, result="FAILURE")
    (row,) = zuul.collect().builds.to_dict("records")
    expected = {
        "build_uuid": added["builds"][0]["uuid"],
        "tenant": zuul.api.tenant,
        "ci": zuul.api.tenant,
        "pipeline": "gate",
        "job": "tempest",
        "project": "openstack/nova",
        "branch": "stable/2026.2",
        "change": 900001,
        "patchset": "3",
        "ref": "refs/changes/01/900001/3",
        "buildset": added["uuid"],
        "result": "FAILURE",
        "outcome": "failure",
        "voting": False,
        "final": True,
        "start_time": began,
        "end_time": began + HOUR,
        "duration_s": 3600.0,
        "log_url": "https://logs.example.org/a/",
        "source": "zuul",
        "examined": False,
        "has_metadata": True,
        "collected": NOW,
    }
    assert {name: row[name] for name in expected} == expected
    assert all(pd.isna(row[name]) for name in row.keys() - expected)


def test_every_result_is_kept_and_retries_are_apart(zuul: Zuul) -> None:
    began = NOW - 5 * HOUR
    builds = [ended(began, result, job_name=result, final=result != "RETRY") for result in RESULTS]
    zuul.add(began, *builds, ref={"project": "p", "branch": "main"}, pipeline="periodic")
    found = zuul.collect()
    rows = found.builds.set_index("job")
    assert rows["result"].to_dict() == {result: result for result in RESULTS}
    assert set(rows.index[~rows["final"]]) == {"RETRY"}
    assert set(rows.index[rows["outcome"] == "failure"]) == {"FAILURE", "TIMED_OUT"}
    assert rows["change"].isna().all() and rows["log_url"].isna().all()
    assert found.skipped.empty


def test_a_word_that_no_table_knows_is_told(zuul: Zuul) -> None:
    zuul.add(NOW - HOUR, ended(NOW - 2 * HOUR, "EXPLODED"))
    found = zuul.collect()
    assert found.builds["outcome"].tolist() == ["neutral"]
    assert found.skipped["reason"].tolist() == ["unknown result"]


def test_the_next_collection_asks_only_for_what_is_new(zuul: Zuul) -> None:
    old = zuul.add_hourly(6)
    assert set(zuul.collect().builds["build_uuid"]) == set(old)
    assert zuul.collect(NOW + HOUR).builds.empty
    assert len(zuul.asked()) <= 4 and all("idx_min" in path for path in zuul.asked())
    new = zuul.add_hourly(3, NOW + 4 * HOUR)
    found = zuul.collect(NOW + 4 * HOUR)
    assert set(found.builds["build_uuid"]) == set(new)
    assert len(found.buildsets) == 3


def test_what_ran_is_looked_at_again(zuul: Zuul) -> None:
    running = {"start_time": NOW - 2 * HOUR}
    one, two = zuul.add(NOW - 2 * HOUR, running, dict(running))["builds"]
    for _ in range(6):  # further on than rows with a lower number may still appear
        zuul.add(NOW - HOUR, *[ended(NOW - HOUR)] * 20)
    zuul.collect()
    assert (zuul.builds()[one["uuid"]], zuul.builds()[two["uuid"]]) == (None, None)
    zuul.api.update(one["uuid"], result="FAILURE", end_time=NOW + HOUR, final=True, held=False)
    found = zuul.collect(NOW + 2 * HOUR)
    assert found.builds["build_uuid"].tolist() == [one["uuid"]]
    assert zuul.builds() | {two["uuid"]: None} == zuul.builds()
    assert zuul.builds()[one["uuid"]] == "FAILURE"
    zuul.collect(NOW + 3 * HOUR)
    assert [path for path in zuul.asked() if "uuid=" in path and path.startswith("builds?")] == [
        f"builds?uuid={two['uuid']}&limit=1"
    ]


def test_what_never_ends_is_given_up_and_told(zuul: Zuul) -> None:
    zuul.add(NOW - HOUR, {"start_time": NOW - HOUR})
    (uuid,) = zuul.collect().builds["build_uuid"]
    found = zuul.collect(NOW + 8 * DAY)
    assert not any(uuid in path for path in zuul.asked())
    told = found.skipped[found.skipped["reason"] == "never ended"]
    assert uuid in told["build_uuid"].tolist()
    zuul.collect(NOW + 9 * DAY)
    assert zuul.store.table("skipped")["build_uuid"].eq(uuid).sum() == 1


def test_sets_of_builds_end_too(zuul: Zuul) -> None:
    ref = {"project": "openstack/nova", "branch": "master", "change": 7, "patchset": "1"}
    times = {"first_build_start_time": NOW - HOUR, "last_build_end_time": NOW}
    done = zuul.add(NOW - 2 * HOUR, ref=ref, result="SUCCESS", **times)["uuid"]
    open_ = zuul.add(NOW - HOUR, {"start_time": NOW - HOUR}, ref=ref)["uuid"]
    rows = zuul.collect().buildsets.set_index("buildset")
    assert rows.loc[done, ["project", "change", "changes", "result", "pipeline"]].tolist() == [
        "openstack/nova", 7, 1, "SUCCESS", "gate"
    ]  # fmt: skip
    assert rows.loc[done, ["event_time", "start_time", "end_time"]].tolist() == [
        NOW - 2 * HOUR,
        NOW - HOUR,
        NOW,
    ]
    assert pd.isna(rows.loc[open_, "result"])
    is_open = of("buildsets")

    def end(sets: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [one | {"result": "FAILURE"} if one["uuid"] == open_ else one for one in sets]

    zuul.proxy.change(end, times=None, when=is_open)
    found = zuul.collect(NOW + HOUR).buildsets
    assert found[["buildset", "result"]].to_numpy().tolist() == [[open_, "FAILURE"]]


@pytest.mark.usefixtures("small_pages")
def test_rows_do_not_shift_while_builds_arrive(zuul: Zuul) -> None:
    old = zuul.add_hourly(22)

    def busy(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
        zuul.add_hourly(4)
        return answer

    zuul.proxy.change(busy, times=None, when=of("builds"))
    found = zuul.collect().builds["build_uuid"]
    assert sorted(found) == sorted(old)
    zuul.proxy.heal()
    assert set(old) < set(zuul.builds()) | set(zuul.collect(NOW + HOUR).builds["build_uuid"])
    assert len(zuul.builds()) == len(zuul.api.get("builds?limit=1000"))


@pytest.mark.usefixtures("small_pages")
def test_a_first_collection_goes_back_so_many_days(zuul: Zuul) -> None:
    zuul.add_hourly(50, every=4 * HOUR)
    found = zuul.collect(days=2)
    assert found.builds["end_time"].min() == pd.Timestamp("2026-11-18T01", tz="UTC")
    assert len(found.builds) == 15  # every four hours from then to now
    assert len([path for path in zuul.asked() if path.startswith("builds?")]) == 5
    assert found.asked["day"].dt.day.tolist() == [18, 19, 20] * 2
    assert found.asked["complete"].tolist() == [True, True, False] * 2


def test_other_pipelines_are_asked_for_from_the_beginning(zuul: Zuul) -> None:
    gate = zuul.add(NOW - 3 * HOUR)["builds"][0]["uuid"]
    check = zuul.add(NOW - 2 * HOUR, pipeline="check")["builds"][0]["uuid"]
    zuul.add(NOW - HOUR, pipeline="post")
    assert zuul.collect(pipelines=["gate"]).builds["build_uuid"].tolist() == [gate]
    assert zuul.collect(pipelines=["gate", "check"]).builds["build_uuid"].tolist() == [check]


@pytest.mark.usefixtures("small_pages")
def test_what_broke_off_is_kept_told_and_read_again(zuul: Zuul) -> None:
    zuul.add_hourly(15, every=4 * HOUR)
    zuul.proxy.answer(
        500, "<html>", times=None, when=lambda request: of("builds")(request) and later(request)
    )
    found = zuul.collect()
    assert len(found.builds) == 5
    assert found.cursors["kind"].tolist() == ["buildsets"]
    partial = found.asked[found.asked["reason"].notna()]
    assert partial["query_hash"].str.startswith("builds-").all()
    assert partial["day"].dt.day.tolist() == [17, 18, 19, 20]
    (told,) = found.skipped.to_dict("records")
    assert (told["reason"], told["path"], told["detail"]) == ("not all received", "builds", "answers 500")
    zuul.proxy.heal()
    assert len(zuul.collect(NOW + HOUR).builds) == 10
    kept = zuul.store.table("asked")
    assert kept["reason"].isna().all()
    assert zuul.store.table("skipped").empty


@pytest.mark.usefixtures("small_pages")
def test_a_gap_is_only_as_large_as_what_did_not_come(zuul: Zuul) -> None:
    zuul.add_hourly(15, every=4 * HOUR)
    zuul.proxy.answer(500, times=None, when=lambda request: "idx_max" in request.path and _page(zuul) > 2)
    found = zuul.collect()
    builds = found.asked[found.asked["query_hash"].str.startswith("builds-")]
    assert builds.loc[builds["reason"].notna(), "day"].dt.day.tolist() == [17, 18, 19]


def _page(zuul: Zuul) -> int:
    return sum(path.startswith("builds?") for path in zuul.asked())


def test_where_nothing_comes_the_source_is_not_usable(zuul: Zuul) -> None:
    zuul.add_hourly(3)
    zuul.proxy.answer(503, times=None)
    with pytest.raises(GatepostError, match="answers 503"):
        zuul.collect()


def test_sets_of_builds_may_fail_alone(zuul: Zuul) -> None:
    zuul.add_hourly(3)
    zuul.proxy.answer(503, times=None, when=of("buildsets"))
    found = zuul.collect()
    assert len(found.builds) == 3 and found.buildsets.empty
    assert found.cursors["kind"].tolist() == ["builds"]
    zuul.proxy.heal()
    assert len(zuul.collect(NOW + HOUR).buildsets) == 3


def test_another_database_at_the_same_address_is_read_from_its_newest(zuul: Zuul) -> None:
    zuul.add_hourly(3)
    before = zuul.collect().cursors
    zuul.store.add(Tables.of(cursors=before.assign(upto=10**9)), NOW)
    new = zuul.add_hourly(2, NOW + 3 * HOUR)
    assert set(zuul.collect(NOW + 3 * HOUR).builds["build_uuid"]) == set(new)
    assert zuul.store.table("cursors")["upto"].max() < 10**9


@pytest.mark.parametrize("examined", [True, False])
def test_a_build_that_another_source_has_too_is_told_once(zuul: Zuul, examined: bool) -> None:
    (uuid,) = zuul.add_hourly(1)
    row = {"build_uuid": uuid, "ci": "index", "outcome": "neutral", "final": True, "source": "index"}
    row |= {"examined": examined, "query_set": "q" if examined else None, "has_metadata": True}
    row |= {"end_time": NOW - HOUR, "collected": NOW - HOUR, "log_url": "https://elsewhere.example.org/"}
    zuul.store.add(Tables.of(builds=from_rows([row], BUILDS)), NOW - HOUR)
    assert len(zuul.collect().builds) == 1
    (known,) = zuul.store.table("builds").to_dict("records")
    assert (known["result"], known["duration_s"]) == ("SUCCESS", 3600.0)
    assert known["source"] == ("index" if examined else "zuul")
    assert zuul.collect(NOW + HOUR).builds.empty


def test_days_that_are_not_kept_are_not_read(zuul: Zuul) -> None:
    zuul.add_hourly(12, every=4 * HOUR)
    zuul.store.add(Tables.of(), NOW)
    zuul.store.prune(datetime.fromisoformat("2026-11-20T00:00+00:00"))
    assert zuul.collect().builds["end_time"].min() == pd.Timestamp("2026-11-20T01", tz="UTC")
    assert zuul.store.table("skipped").empty


@pytest.mark.parametrize("place", ["days", "buildsets"])
def test_a_day_that_the_store_has_lost_is_read_again_once(zuul: Zuul, tmp_path: Path, place: str) -> None:
    uuids = zuul.add_hourly(12, every=4 * HOUR)
    zuul.collect()
    for path in (tmp_path / "state" / place / "2026-11-19").iterdir():
        path.unlink()
    zuul.collect(NOW + HOUR)  # it is noticed
    zuul.collect(NOW + 2 * HOUR)
    assert set(zuul.builds()) == set(uuids)
    assert len(zuul.store.table("buildsets")) == len(uuids)
    zuul.collect(NOW + 3 * HOUR)
    assert all("idx_min" in path for path in zuul.asked())


def test_white_label(zuul_api: ZuulApi, tmp_path: Path, proxy_to: Callable[[str], Proxy]) -> None:
    with white_label(zuul_api, {"tenant": zuul_api.tenant}) as url:
        zuul = Zuul(zuul_api, proxy_to(url), tmp_path)
        uuids = zuul.add_hourly(3)
        found = zuul.collect(tenant=None)
        assert set(found.builds["build_uuid"]) == set(uuids)
        assert set(found.builds["tenant"]) == {zuul_api.tenant}
        assert f"tenant {zuul_api.tenant}: newest build began" in zuul.check(tenant=None)
    with white_label(zuul_api, {"capabilities": {}}) as url, pytest.raises(GatepostError) as caught:
        Zuul(zuul_api, proxy_to(url), tmp_path).collect(tenant=None)
    assert "has more than one tenant" in caught.value.message and "`tenant`" in caught.value.hint


def former(record: dict[str, Any]) -> dict[str, Any]:
    """A build or a set of builds as Zuul told it before 2022: flat, without numbers."""
    ref = record.pop("ref", None) or (record.pop("refs", None) or [{}])[0]
    dropped = {"_id", "event_timestamp", "nodeset", "first_build_start_time", "last_build_end_time"}
    return {name: value for name, value in (record | ref).items() if name not in dropped}


@pytest.mark.usefixtures("small_pages")
def test_a_zuul_of_before_2022(zuul: Zuul) -> None:
    old = zuul.add_hourly(24, every=3 * HOUR)

    def busy(answer: list[dict[str, Any]]) -> list[dict[str, Any]]:
        zuul.add_hourly(1)
        return [former(row) for row in answer]

    zuul.proxy.change(busy, times=None, when=of("builds"))
    zuul.proxy.change(lambda rows: [former(row) for row in rows], times=None, when=of("buildsets"))
    found = zuul.collect(days=1)
    kept = found.builds
    assert set(old[-12:]) <= set(kept["build_uuid"]) and kept["build_uuid"].is_unique
    assert set(kept["project"]) == {"example/project"} and kept["duration_s"].eq(3600).all()
    assert set(kept["buildset"]) <= set(found.buildsets["buildset"])
    assert found.cursors["upto"].isna().all()
    assert sum(path.startswith("builds?") for path in zuul.asked()) < 9
    zuul.proxy.heal()
    zuul.proxy.change(lambda rows: [former(row) for row in rows], times=None)
    zuul.collect(NOW + HOUR, days=1)
    newer = zuul.api.get("builds?limit=100")[:-12]
    assert not {row["uuid"] for row in newer} - set(zuul.builds())
    zuul.collect(NOW + HOUR, days=1)
    assert sum(path.startswith("builds?") for path in zuul.asked()) == 1


def test_records_that_are_none_are_told(zuul: Zuul) -> None:
    zuul.add_hourly(3)

    def spoil(rows: list[Any]) -> list[Any]:
        return [7, {"_id": rows[0]["_id"], "job_name": "a"}, {"uuid": None}, *rows[1:]]

    zuul.proxy.change(spoil, when=of("builds"))
    found = zuul.collect()
    assert len(found.builds) == 2
    assert found.skipped["reason"].tolist() == ["broken record"] * 3


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("numbered", [True, False])
def test_who_pays_no_heed_to_the_place_is_not_asked_for_ever(zuul: Zuul, numbered: bool) -> None:
    zuul.add_hourly(8)
    first = zuul.api.get("builds?limit=5")
    first = first if numbered else [former(row) for row in first]
    zuul.proxy.change(lambda rows: first, times=None, when=of("builds"))
    found = zuul.collect()
    assert len(found.builds) == 5
    assert "pays no heed to" in found.skipped["detail"][0]


def test_the_store_is_the_same_whichever_way_it_was_collected(
    zuul: Zuul, tmp_path: Path, zuul_api: ZuulApi
) -> None:
    zuul.add_hourly(6)
    zuul.collect()
    zuul.add_hourly(3, NOW + 5 * HOUR)
    zuul.collect(NOW + 5 * HOUR)
    once = Zuul(zuul_api, zuul.proxy, tmp_path / "once")
    once.collect(NOW + 5 * HOUR)
    assert isinstance(once.store, Store)
    for name in ("builds", "buildsets"):
        one, other = (store.table(name).drop(columns="collected") for store in (zuul.store, once.store))
        pd.testing.assert_frame_equal(one, other)
