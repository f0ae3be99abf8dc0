"""What an index does not answer wholly: kept apart from what it does, marked, asked again, never a zero."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engines.proxy import Proxy, Request
from engines.servers import OwnServer, Server
from planted_index import END, MONDAY, PHRASES, SIGNATURES, Planted, Truth, build, community, line

from generator.signatures.model import Signature
from generator.sources.index import aggregations, answers, runs, slices
from generator.sources.index.asking import Answer, Index, UnreachableError
from generator.sources.index.client import TIMEOUT

pytestmark = pytest.mark.engines

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


@pytest.fixture
def planted(opensearch: Server, index_prefix: str, tmp_path: Path) -> Planted:
    return Planted(opensearch, index_prefix, tmp_path / "state")


@pytest.fixture
def proxy(planted: Planted, proxy_to: Callable[[str], Proxy]) -> Proxy:
    proxy = proxy_to(planted.server.url)
    planted.url = proxy.url
    return proxy


def of_signatures(request: Request) -> bool:
    return b'"filters":{"filters"' in request.body


def all_but_whole(change: dict[str, Any], day: datetime = TUESDAY) -> Callable[[Any], Any]:
    """Each answer to a search for signatures in which the day is found lost its builds, and says so."""
    key = round(day.replace(tzinfo=UTC).timestamp() * 1000)

    def edit(reply: Any) -> Any:
        for one in reply["responses"]:
            signatures = one.get("aggregations", {}).get("signatures", {}).get("buckets", {}).values()
            days = [found for bucket in signatures for found in bucket.get("days", {}).get("buckets", [])]
            if any(found["key"] == key for found in days):
                one.update(change)
                for found in days:
                    found["builds"]["buckets"] = []
        return reply

    return edit


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"timed_out": True}, "longer than the index allows"),
        ({"_shards": {"total": 2, "successful": 1, "failed": 1}}, "1 of 2 shards failed"),
    ],
)
def test_a_part_of_an_answer_is_no_answer(
    planted: Planted, proxy: Proxy, change: dict[str, Any], reason: str
) -> None:
    documents = [*build("u1", TUESDAY, [PHRASES[0]]), *build("u2", WEDNESDAY, [PHRASES[0]])]
    planted.send(documents)
    proxy.change(all_but_whole(change, WEDNESDAY), times=None, when=of_signatures)
    tables, _ = planted.collect()
    failed = tables.asked[tables.asked["reason"].notna()]
    assert {day.date() for day in failed["day"]} == {WEDNESDAY.date()}
    assert sorted(failed["query_hash"]) == sorted(s.query_hash for s in SIGNATURES)
    assert failed["reason"].str.contains(reason).all()
    examined = planted.store().table("builds").set_index("build_uuid")
    assert examined["examined"].to_dict() == {"u1": True, "u2": False}
    assert examined["query_set"].notna().to_dict() == {"u1": True, "u2": False}
    proxy.heal()
    second, _ = planted.collect()
    assert {day.date() for day in second.asked["day"]} == {WEDNESDAY.date()}
    assert planted.truth(documents)
    assert planted.store().table("builds")["examined"].all()


def test_credentials_that_expire_in_the_middle_cost_nothing_that_was_answered(
    planted: Planted, proxy: Proxy
) -> None:
    friday = MONDAY + timedelta(days=4)
    planted.send(build("u2", friday + timedelta(hours=12), PHRASES[:2]))
    planted.collect(SIGNATURES[:1])
    planted.send(build("u1", MONDAY, PHRASES[:1]))  # so that the days are asked for different signatures
    asked: list[Request] = []

    def after_the_first(request: Request) -> bool:
        asked.extend([request] if of_signatures(request) else [])
        return len(asked) > 1 or (bool(asked) and request is not asked[0])

    proxy.answer(401, {"error": "expired", "status": 401}, times=None, when=after_the_first)
    tables, _ = planted.collect(SIGNATURES[:2])
    assert list(tables.hits["signature"]) == ["s0", "s1"]  # of u2: the newest days are asked first
    assert set(tables.hits["build_uuid"]) == {"u2"}
    failed = tables.asked[tables.asked["day"] == MONDAY.replace(tzinfo=UTC)]
    assert failed["reason"].str.contains("credentials were not accepted").all()
    assert not failed["complete"].any()
    proxy.heal()
    planted.collect(SIGNATURES[:2])
    assert planted.hits() == {("u1", "s0"): 1, ("u2", "s0"): 1, ("u2", "s1"): 1}


def test_what_was_answered_before_stays_when_the_index_fails_later(planted: Planted, proxy: Proxy) -> None:
    planted.now = datetime(2026, 11, 17, 20, tzinfo=UTC)
    documents = [*build("u1", TUESDAY, [PHRASES[0]]), *build("u2", TUESDAY)]
    planted.send(documents)
    planted.collect()
    before = planted.store().table("builds")
    proxy.change(all_but_whole({"timed_out": True}), times=None, when=of_signatures)
    tables, _ = planted.collect()
    assert tables.builds.empty
    assert planted.store().table("builds").equals(before)
    assert planted.truth(documents)
    asked = planted.store().table("asked")
    assert asked["reason"].notna().sum() == len(SIGNATURES)


def test_some_signatures_unanswered_are_not_among_those_of_the_build(planted: Planted, proxy: Proxy) -> None:
    planted.send(build("u1", TUESDAY, [PHRASES[0], PHRASES[1]]))
    planted.collect(SIGNATURES[:1])
    proxy.change(all_but_whole({"timed_out": True}), times=None, when=of_signatures)
    planted.collect(SIGNATURES[:2])
    (build_,) = planted.store().table("builds").to_dict("records")
    queries = planted.store().table("queries")
    assert list(queries[queries["query_set"] == build_["query_set"]]["signature"]) == ["s0"]
    proxy.heal()
    planted.collect(SIGNATURES[:2])
    assert planted.hits() == {("u1", "s0"): 1, ("u1", "s1"): 1}


def test_an_index_that_goes_away_in_the_middle(
    planted: Planted, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "DOCUMENTS", 1)  # a request a day
    documents = community(40, 4, seed=5)
    planted.send(documents)
    seen = []

    def third(request: Request) -> bool:
        seen.append(of_signatures(request))
        return sum(seen) > 2

    proxy.reset(times=None, when=third)
    tables, _ = planted.collect()
    failed = tables.asked[tables.asked["reason"].notna()]
    answered = {day.date() for day in tables.asked["day"]} - {day.date() for day in failed["day"]}
    assert len(answered) == 2
    assert min(answered) > max(day.date() for day in failed["day"])  # the newest first
    truth = Truth.of(documents)
    for (uuid, signature), lines in planted.hits().items():
        assert truth.ends[uuid].date() in answered
        assert truth.hits[uuid, signature] == lines
    builds = planted.store().table("builds").set_index("build_uuid")
    assert builds["examined"].any()
    first = min(answered)
    for uuid, examined in builds["examined"].items():
        end = truth.ends[str(uuid)]
        assert examined == (end.date() in answered and not (end.date() == first and end.hour < 6))
    proxy.heal()
    planted.collect()
    assert planted.truth(documents)


def test_days_that_take_too_long_together_are_asked_one_by_one(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = community(20, 3, seed=9)
    planted.send(documents)
    whole = Index.search

    def slow(index: Index, bodies: Sequence[dict[str, Any]]) -> list[Answer]:
        for body in bodies:
            limits = re.findall(r"'(?:gte|lt)': (\d+)", str(body["query"]))
            if "signatures" in body.get("aggs", ()) and int(limits[1]) - int(limits[0]) > 86_400_000:
                raise UnreachableError(index.settings.url[0], TIMEOUT, "")
        return whole(index, bodies)

    monkeypatch.setattr(Index, "search", slow)
    tables, _ = planted.collect()
    assert tables.asked["complete"].all()
    assert planted.truth(documents)


def test_pages_and_large_answers(
    engine: Server, index_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aggregations, "TERMS", 5)
    monkeypatch.setattr(answers, "_PAGE", 7)
    planted = Planted(engine, index_prefix, tmp_path / "state")
    planted.create("all", shards=3)
    documents = community(60, 2, seed=6)
    planted.send(documents)
    planted.collect()
    assert planted.truth(documents)


def test_many_signatures_cost_no_more_requests(planted: Planted) -> None:
    documents = community(20, 2, seed=7)
    planted.send(documents)
    many = [Signature(f"many{n}", f'message:"said {n} times"') for n in range(500)]
    tables, few_index = planted.collect()
    planted.folder = planted.folder.parent / "other"
    _, index = planted.collect([*SIGNATURES, *many])
    assert index.requests == few_index.requests <= 3 * tables.asked["day"].nunique() + 5
    assert planted.truth(documents)


def test_more_buckets_than_the_index_allows(
    own_engine: Callable[..., OwnServer], index_prefix: str, tmp_path: Path
) -> None:
    server = own_engine("opensearch", settings={"search.max_buckets": 100})
    planted = Planted(server, index_prefix, tmp_path / "state")
    planted.create("all", shards=2)
    documents = community(250, 2, seed=8)
    planted.send(documents)
    tables, _ = planted.collect()
    assert tables.asked["complete"].all()
    assert planted.truth(documents)


def test_more_than_seventy_thousand_pairs_of_build_and_signature(planted: Planted) -> None:
    builds, signatures = 1500, [Signature(f"w{n}", f"message:word{n}") for n in range(49)]
    every = " ".join(f"word{n}" for n in range(49))
    planted.send(
        [
            line(f"u{n}", TUESDAY, message, build_status="SUCCESS")
            for n in range(builds)
            for message in (every, END)
        ]
    )
    tables, index = planted.collect(signatures)
    assert len(tables.hits) == builds * len(signatures)
    assert tables.asked["complete"].all()
    assert index.requests <= 3 + 5


def runs_of(uuid: str, end: datetime, **fields: Any) -> dict[str, Any]:
    """A document of Zuul's reporter."""
    seconds = round(end.replace(tzinfo=UTC).timestamp())
    return {
        "@timestamp": end.isoformat(),
        "build_type": "build",
        "uuid": uuid,
        "buildset_uuid": "set1",
        "job_name": "tempest-full",
        "result": "FAILURE",
        "start_time": str(seconds - 600),
        "end_time": str(seconds),
        "duration": "600",
        "voting": True,
        "log_url": f"https://zuul.example.org/t/openstack/build/{uuid}",
        "tenant": "openstack",
        "pipeline": "gate",
        "project": "openstack/nova",
        "change": 912345,
        "patchset": "2",
        "ref": "refs/changes/45/912345/2",
        "branch": "master",
        **fields,
    }


@pytest.mark.parametrize("mapped", [False, True])
def test_runs_of_zuul(
    engine: Server, index_prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mapped: bool
) -> None:
    monkeypatch.setattr(runs, "_PAGE", 2)
    planted = Planted(engine, index_prefix, tmp_path / "state")
    planted.options = {"preset": "zuul", "builds": None}
    keywords = {name: {"type": "keyword"} for name in ("uuid", "result", "job_name", "build_type")}
    planted.create("all", **({"mappings": {"properties": keywords}} if mapped else {}))
    times = [TUESDAY + timedelta(minutes=n // 2) for n in range(7)]
    documents = [runs_of(f"u{n}", at) for n, at in enumerate(times)]
    buildset = {
        "@timestamp": TUESDAY.isoformat(),
        "build_type": "check",
        "uuid": "set1",
        "start_time": 1,
        "end_time": 2,
    }
    retried = runs_of(
        "r1", WEDNESDAY, result="RETRY", voting=False, start_time=1795000000, end_time=1795000060.5
    )
    planted.send([*documents, buildset, retried])
    tables, index = planted.collect()
    builds = tables.builds.set_index("build_uuid")
    assert sorted(builds.index) == ["r1", *(f"u{n}" for n in range(7))]
    assert not builds["examined"].any()
    one = builds.loc["u3"]
    assert (one["job"], one["result"], one["outcome"], one["final"]) == (
        "tempest-full",
        "FAILURE",
        "failure",
        True,
    )
    assert (one["duration_s"], one["buildset"], one["voting"], one["change"]) == (600, "set1", True, 912345)
    assert one["end_time"].to_pydatetime() == times[3].replace(tzinfo=UTC)
    assert one["log_url"] == "https://zuul.example.org/t/openstack/build/u3"
    assert (builds.at["r1", "final"], builds.at["r1", "outcome"]) == (False, "infra")
    assert tables.sources["passed"].all()
    again, index = planted.collect()
    assert (len(again.builds), index.requests) == (0, 4)


def test_runs_and_lines_of_the_same_builds(planted: Planted) -> None:
    planted.options = {"preset": "zuul", "builds": None}
    lines = Planted(planted.server, planted.prefix + "lines-", planted.folder)
    runs_index = Planted(planted.server, planted.prefix + "runs-", planted.folder, options=planted.options)
    lines.send(build("u1", TUESDAY, [PHRASES[0]]))
    runs_index.send([runs_of("u1", TUESDAY + timedelta(minutes=31)), runs_of("u2", TUESDAY)])
    runs_index.collect()
    lines.collect()
    builds = lines.store().table("builds").set_index("build_uuid")
    assert builds["examined"].to_dict() == {"u1": True, "u2": False}
    assert builds.at["u1", "duration_s"] == 600
    assert builds.at["u1", "end_time"].to_pydatetime() == (TUESDAY + timedelta(minutes=31)).replace(
        tzinfo=UTC
    )
    assert builds.at["u1", "log_url"] == "https://logs.example.org/u1/"
    for again in (runs_index, lines):
        tables, _ = again.collect()
        assert tables.builds.empty
