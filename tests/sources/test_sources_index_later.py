"""Later collections: what the index, the store or the configuration lost or changed since costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from engines.proxy import Proxy
from engines.servers import Server
from planted_index import MONDAY, PHRASES, SIGNATURES, Planted, build

from generator.signatures.model import Signature

pytestmark = pytest.mark.engines

MORNING, WEDNESDAY = MONDAY + timedelta(hours=9), MONDAY + timedelta(days=2, hours=9)
EDITED = (Signature("s0", f'message:"{PHRASES[0]}" AND build_queue:gate'), *SIGNATURES[1:])


@pytest.fixture
def planted(elasticsearch: Server, index_prefix: str, tmp_path: Path) -> Planted:
    return Planted(elasticsearch, index_prefix, tmp_path / "state")


def said(frame: pd.DataFrame) -> set[tuple[datetime, str]]:
    return {(day.to_pydatetime(), reason) for day, reason in zip(frame["day"], frame["reason"], strict=True)}


@pytest.mark.parametrize("signatures", [EDITED, SIGNATURES[1:]])
def test_hits_of_days_that_the_index_has_dropped_outlive_an_edited_signature(
    planted: Planted, signatures: tuple[Signature, ...]
) -> None:
    planted.send(build("u1", MORNING, [PHRASES[0]]), "a")
    planted.send(build("u2", WEDNESDAY, [PHRASES[0]]), "b")
    planted.collect()
    planted.server.request("DELETE", f"{planted.prefix}a")
    planted.collect(signatures)
    expected = {("u1", "s0"): 1, ("u2", "s0"): 1}
    assert planted.hits() == (expected if signatures is EDITED else {("u1", "s0"): 1})
    assert set(planted.store().rollups()[1]["day"]) >= {pd.Timestamp(MONDAY, tz="UTC")}


def test_a_pattern_that_means_more_indices_is_asked_for_all_days(planted: Planted) -> None:
    whole = planted.prefix
    planted.send(build("u1", MORNING, [PHRASES[0]]), "a-1")
    planted.send(build("u2", MORNING, [PHRASES[0]]), "b-1")
    planted.prefix = f"{whole}a"
    planted.collect()
    planted.prefix = whole
    planted.collect()
    assert planted.hits() == {("u1", "s0"): 1, ("u2", "s0"): 1}
    assert planted.collect()[0].asked.empty


def test_a_newest_day_that_cannot_be_counted_is_not_answered(planted: Planted) -> None:
    planted.options = {"lag_hours": 1}
    planted.now = datetime(2026, 11, 17, 2, tzinfo=UTC)
    planted.send(build("u1", MORNING, [PHRASES[0]]), "a")
    assert planted.collect()[0].asked["complete"].all()
    planted.now += timedelta(hours=10)
    nowhere = {"number_of_replicas": 0, "index.routing.allocation.require._name": "nowhere"}
    today = f"{planted.prefix}b?wait_for_active_shards=0"
    planted.server.request("PUT", today, {"settings": nowhere})
    tables, _ = planted.collect()
    ((day, reason),) = said(tables.asked)
    assert (day, "shard" in reason) == (datetime(2026, 11, 17, tzinfo=UTC), True)
    assert planted.hits() == {("u1", "s0"): 1}


def test_builds_that_the_store_has_forgotten_are_not_told_again(planted: Planted) -> None:
    planted.send([*build("u1", MORNING, [PHRASES[0]]), *build("u2", WEDNESDAY, [PHRASES[0]])])
    planted.collect()
    planted.store().prune(datetime(2026, 11, 17, tzinfo=UTC), ["index"])
    tables, _ = planted.collect()
    assert tables.builds.empty
    assert planted.store().table("skipped").empty


@pytest.mark.parametrize("there", [True, False])
def test_builds_whose_day_is_damaged_are_asked_again(planted: Planted, there: bool) -> None:
    planted.send(build("u1", MORNING, [PHRASES[0]]), "a")
    planted.send(build("u2", WEDNESDAY), "b")
    planted.collect()
    before = planted.store().table("builds")
    for path in planted.folder.glob("days/2026-11-16/builds*"):
        path.write_bytes(b"x")
    if not there:
        planted.server.request("DELETE", f"{planted.prefix}a")
    planted.collect()
    found = planted.store().table("builds")
    assert found["job"].notna().all()  # of what the index has dropped nothing but its end would be known
    assert found.equals(before) if there else list(found["build_uuid"]) == ["u2"]
    assert planted.hits() == ({("u1", "s0"): 1} if there else {})


def test_who_is_refused_when_excerpts_are_asked_for_loses_nothing_else(
    planted: Planted, proxy_to: Callable[[str], Proxy]
) -> None:
    proxy = proxy_to(planted.server.url)
    planted.url = proxy.url
    planted.send(build("u1", MORNING, [PHRASES[0]]))
    proxy.answer(401, {"error": "expired"}, times=None, when=lambda request: b"collapse" in request.body)
    planted.collect()
    assert planted.hits() == {("u1", "s0"): 1}
    proxy.heal()
    planted.collect()
    assert planted.store().table("hits")["excerpt"].notna().all()
