"""Builds and hits out of real indices: complete, once each, asked once; again only what is not finished."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from engines.proxy import Proxy
from engines.servers import Server
from planted_index import END, MONDAY, NOW, PHRASES, SIGNATURES, Planted, Truth, build, community, line

from generator.errors import GatepostError
from generator.signatures.model import Signature

pytestmark = pytest.mark.engines

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
LATE = Signature("s3", f'message:"{PHRASES[3]}"')


@pytest.fixture
def planted(elasticsearch: Server, index_prefix: str, tmp_path: Path) -> Planted:
    return Planted(elasticsearch, index_prefix, tmp_path / "state")


def days(tables: pd.DataFrame) -> set[date]:
    return {day.date() for day in tables["day"]}


def row(frame: pd.DataFrame, **wanted: str) -> pd.Series:
    for name, value in wanted.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_every_engine_gives_the_truth_by_several_indices_and_shards(
    engine: Server, index_prefix: str, tmp_path: Path
) -> None:
    planted = Planted(engine, index_prefix, tmp_path / "state")
    documents = community(80, 4, seed=1)
    planted.create("a", shards=3)
    planted.create("b", shards=2)
    planted.send(documents[::2], "a")  # the lines of one build lie in both
    planted.send(documents[1::2], "b")
    tables, index = planted.collect()
    assert planted.truth(documents)
    assert tables.asked["complete"].all()
    assert index.requests <= 3 * len(days(tables.asked)) + 5
    again, index = planted.collect()
    assert again.builds.empty and again.hits.empty and again.asked.empty
    assert index.requests <= 5  # failures that nothing explains are looked at again


def test_what_is_known_of_a_build(planted: Planted) -> None:
    said = ["ERROR: no valid host was found\nsecond line", "ERROR: no valid host was found"]
    planted.send(build("u1", TUESDAY, said, voting=2, build_status="SUCCESS"))
    tables, _ = planted.collect()
    found = row(tables.builds, build_uuid="u1")
    assert found.dropna().to_dict() == {
        "build_uuid": "u1",
        "tenant": "openstack",
        "ci": "openstack",
        "pipeline": "gate",
        "job": "tempest-full",
        "project": "openstack/nova",
        "branch": "master",
        "change": 912345,
        "patchset": "2",
        "buildset": "set-of-u1",
        "result": "SUCCESS",
        "outcome": "success",
        "final": True,
        "region": "north",
        "end_time": pd.Timestamp(TUESDAY + timedelta(minutes=30), tz="UTC"),
        "log_url": "https://logs.example.org/u1/",
        "source": "index",
        "examined": True,
        "query_set": tables.queries["query_set"].iloc[0],
        "has_metadata": True,
        "collected": pd.Timestamp(NOW),
    }
    hit = row(tables.hits, build_uuid="u1")
    assert (hit["signature"], hit["lines"], hit["file"]) == ("s1", 2, "job-output.txt")
    assert hit["excerpt"] == "ERROR: no valid host was found\nsecond line"
    assert sorted(tables.queries["signature"]) == ["s0", "s1", "s2", "s3", "s4"]
    assert tables.sources[["source", "ci", "kind", "passed"]].to_numpy().tolist() == [
        ["index", "openstack", "elastic", True]
    ]


def test_the_default_query_for_builds_knows_none_that_passed(planted: Planted) -> None:
    planted.options = {"builds": None}
    planted.send([*build("failed", TUESDAY), *build("passed", TUESDAY, build_status="SUCCESS")])
    tables, _ = planted.collect()
    assert list(tables.builds["build_uuid"]) == ["failed"]
    assert not tables.sources["passed"].iloc[0]


def test_a_build_across_midnight_counts_once_with_the_lines_of_both_days(planted: Planted) -> None:
    night = WEDNESDAY - timedelta(minutes=10)
    planted.send(build("u1", night, [PHRASES[0]] * 4, minutes=40))
    tables, _ = planted.collect()
    assert days(tables.answers) == {TUESDAY.date(), WEDNESDAY.date()}
    assert planted.ends() == {"u1": (night + timedelta(minutes=40)).replace(tzinfo=UTC)}
    assert planted.hits() == {("u1", "s0"): 4}


def test_lines_at_the_very_borders_of_a_day_count_once(planted: Planted) -> None:
    borders = [WEDNESDAY - timedelta(milliseconds=1), WEDNESDAY, WEDNESDAY + timedelta(milliseconds=1)]
    planted.send([*(line("u1", at, PHRASES[1]) for at in borders), line("u1", WEDNESDAY, END)])
    planted.collect()
    assert planted.hits() == {("u1", "s1"): 3}


def test_times_with_a_zone_are_where_they_belong(planted: Planted) -> None:
    at = {"@timestamp": "2026-11-18T00:30:00+02:00"}  # the day before, UTC
    planted.send([line("u1", TUESDAY, END) | at, line("u1", TUESDAY, PHRASES[2]) | at])
    planted.collect()
    assert planted.ends() == {"u1": datetime(2026, 11, 17, 22, 30, tzinfo=UTC)}
    assert planted.hits() == {("u1", "s2"): 1}


def test_a_signature_added_later_is_asked_for_all_days_and_nothing_else_is(planted: Planted) -> None:
    documents = community(30, 3, seed=2)
    planted.send(documents)
    first, _ = planted.collect(SIGNATURES[:3])
    second, _ = planted.collect(SIGNATURES)
    assert days(second.asked) == days(first.asked)
    assert set(second.asked["query_hash"]) == {s.query_hash for s in SIGNATURES[3:]}
    assert len(second.builds) == len(first.builds)  # all were examined anew
    assert planted.truth(documents)
    changed = [*SIGNATURES[:4], Signature("s4", 'message:"starting"')]
    third, _ = planted.collect(changed)
    assert set(third.asked["query_hash"]) == {changed[4].query_hash}
    assert len(planted.hits()) == len(Truth.of(documents).hits) + len(first.builds)


def test_no_line_is_fetched_where_none_is_wanted(planted: Planted, proxy_to: Callable[[str], Proxy]) -> None:
    proxy = proxy_to(planted.server.url)
    planted.send([*build("u1", TUESDAY, PHRASES[:1]), *build("u2", TUESDAY, ["ERROR: nobody knows"])])
    planted.url, planted.options = proxy.url, {"excerpts": 0}
    tables, _ = planted.collect()
    assert list(tables.hits["build_uuid"]) == ["u1"]
    assert tables.hits["excerpt"].isna().all()
    assert tables.failure_lines.empty
    assert not any(b'"_source":["message"' in request.body for request in proxy.requests)


def test_a_closed_index_is_named(planted: Planted) -> None:
    planted.send(build("u1", TUESDAY), "a")
    planted.send(build("u2", TUESDAY), "b")
    planted.server.request("POST", f"{planted.prefix}b/_close")
    tables, _ = planted.collect()
    told = tables.skipped[tables.skipped["reason"] == "closed index"]
    assert list(told["path"]) == [f"{planted.prefix}b"]
    planted.server.request("POST", f"{planted.prefix}b/_open?wait_for_active_shards=1")
    planted.collect()
    assert "closed index" not in set(planted.store().table("skipped")["reason"])
    assert sorted(planted.ends()) == ["u1", "u2"]  # of a day that was finished
    tables, _ = planted.collect()
    assert tables.asked.empty


def test_an_excerpt_that_the_store_has_is_not_fetched_again(
    planted: Planted, proxy_to: Callable[[str], Proxy]
) -> None:
    proxy = proxy_to(planted.server.url)
    planted.send(build("u1", TUESDAY, [f"ERROR: {phrase}" for phrase in PHRASES[:2]]))
    planted.collect(SIGNATURES[:1])
    planted.url = proxy.url
    planted.collect(SIGNATURES[:2])
    fetched = [request for request in proxy.requests if b"collapse" in request.body]
    assert len(fetched) == 1
    assert PHRASES[1].encode() in fetched[0].body
    assert PHRASES[0].encode() not in fetched[0].body
    excerpts = planted.store().table("hits").set_index("signature")["excerpt"]
    assert excerpts.to_dict() == {"s0": f"ERROR: {PHRASES[0]}", "s1": f"ERROR: {PHRASES[1]}"}


def test_a_late_document_counts_while_the_lag_lasts_and_only_its_build_is_told_again(
    planted: Planted,
) -> None:
    planted.now = datetime(2026, 11, 18, 3, tzinfo=UTC)  # Tuesday's lag of six hours is not over
    planted.send([*build("u1", TUESDAY, [PHRASES[0]]), *build("u2", TUESDAY)])
    first, _ = planted.collect()
    assert not first.asked["complete"].any()
    assert first.asked["reason"].isna().all()
    planted.send([line("u2", TUESDAY + timedelta(minutes=1), PHRASES[0])])
    second, _ = planted.collect()
    assert list(second.builds["build_uuid"]) == ["u2"]
    assert planted.hits() == {("u1", "s0"): 1, ("u2", "s0"): 1}
    planted.now += timedelta(hours=3)
    third, _ = planted.collect()
    assert third.asked["complete"].all()
    fourth, _ = planted.collect()
    assert fourth.asked.empty


def test_a_build_that_goes_on_is_told_again_with_its_later_end(planted: Planted) -> None:
    planted.now = datetime(2026, 11, 17, 12, tzinfo=UTC)
    planted.send(build("u1", TUESDAY, [PHRASES[0]]))
    planted.collect()
    planted.send(build("u1", TUESDAY + timedelta(hours=3), [PHRASES[0], PHRASES[1]]))
    planted.collect()
    assert planted.ends() == {"u1": (TUESDAY + timedelta(hours=3, minutes=30)).replace(tzinfo=UTC)}
    assert planted.hits() == {("u1", "s0"): 2, ("u1", "s1"): 1}


def test_hits_that_come_before_their_build_are_its_hits_once_it_is_there(planted: Planted) -> None:
    planted.now = datetime(2026, 11, 17, 23, tzinfo=UTC)
    late = WEDNESDAY - timedelta(hours=2)
    planted.send([line("u1", late, PHRASES[0])])
    first, _ = planted.collect()
    assert first.builds.empty
    assert row(first.skipped, reason="hits of other builds")["detail"].startswith("1 build ")
    planted.now += timedelta(days=1)
    planted.send(build("u1", WEDNESDAY))
    planted.collect()
    assert planted.hits() == {("u1", "s0"): 1}


def test_a_day_without_documents_is_not_answered(planted: Planted) -> None:
    after = WEDNESDAY + timedelta(days=1)  # nothing is of Wednesday
    planted.send(
        [
            *build("u1", TUESDAY, [PHRASES[0]]),
            *build("early", after),
            *build("u2", after + timedelta(hours=8)),
        ]
    )
    tables, _ = planted.collect()
    gone = tables.asked[tables.asked["day"] == pd.Timestamp(WEDNESDAY, tz="UTC")]
    assert set(gone["reason"]) == {"no documents"}
    assert len(gone) == len(SIGNATURES) + 1
    assert not gone["complete"].any()
    examined = tables.builds.set_index("build_uuid")["examined"]
    assert examined.to_dict() == {
        "u1": True,
        "u2": True,
        "early": False,
    }  # it may have failed before midnight
    again, _ = planted.collect()
    assert days(again.asked) == {WEDNESDAY.date()}


def test_wrong_clocks_are_counted_and_not_asked(planted: Planted) -> None:
    wrong = [line("u1", datetime(1970, 1, 1), PHRASES[0]), line("u1", datetime(2038, 1, 19), PHRASES[0])]
    planted.send([*build("u1", TUESDAY), *wrong])
    tables, _ = planted.collect()
    assert days(tables.asked) == {TUESDAY.date()}
    assert row(tables.skipped, reason="outside the days asked")["detail"].startswith(
        "2 documents from 1970-01-01 to 2038-01-19"
    )
    assert tables.hits.empty
    planted.send([line("u1", datetime(2039, 1, 19), "x")])
    planted.collect()
    skipped = planted.store().table("skipped")
    assert row(skipped, reason="outside the days asked")["detail"].startswith("3 documents ")


def test_an_unexplained_failure_keeps_its_likeliest_lines(planted: Planted) -> None:
    said = ["all is well", "ERROR: the frobnicator failed to start", "cleaning up"]
    planted.send([*build("u1", TUESDAY, said), *build("fine", TUESDAY, said, build_status="SUCCESS")])
    planted.collect()
    lines = planted.store().table("failure_lines")
    assert lines[["build_uuid", "file", "text"]].to_numpy().tolist() == [
        ["u1", "job-output.txt", "ERROR: the frobnicator failed to start"]
    ]
    planted.collect([*SIGNATURES, Signature("nosuch", 'message:"nosuch"')])
    assert len(planted.store().table("failure_lines")) == 1
    planted.collect([Signature("frob", 'message:"frobnicator failed"')])
    assert planted.store().table("failure_lines").empty


def test_secrets_in_a_line_do_not_get_into_the_store(planted: Planted) -> None:
    planted.send(build("u1", TUESDAY, [f"{PHRASES[0]} password=hunter2hunter2"]))
    tables, _ = planted.collect()
    assert "hunter2" not in tables.hits["excerpt"].iloc[0]


def test_a_signature_that_the_index_rejects_stops_no_other(
    engine: Server, index_prefix: str, tmp_path: Path
) -> None:
    planted = Planted(engine, index_prefix, tmp_path / "state")
    planted.create("strict")
    engine.request("PUT", f"{index_prefix}strict/_settings", {"index": {"max_regex_length": 10}})
    planted.send([*build("u1", TUESDAY, [PHRASES[0]]), *build("u2", WEDNESDAY, [PHRASES[0]])], "strict")
    rejected = Signature("bad", "message:/(connection|disconnection)/")
    tables, index = planted.collect([*SIGNATURES, rejected])
    noticed = row(tables.skipped, reason="query refused by the index")
    assert (noticed["path"], "length of regex" in noticed["detail"]) == ("bad", True)
    asked = tables.asked[tables.asked["query_hash"] == rejected.query_hash]
    assert (len(asked), asked["complete"].any(), asked["reason"].isna().any()) == (2, False, False)
    assert tables.asked[tables.asked["query_hash"] != rejected.query_hash]["complete"].all()
    assert planted.hits() == {("u1", "s0"): 1, ("u2", "s0"): 1}
    (queries,) = set(tables.builds["query_set"])
    known = tables.queries[tables.queries["query_set"] == queries]["signature"]
    assert sorted(known) == ["s0", "s1", "s2", "s3", "s4"]
    assert index.requests <= 3 * 2 + 5


def test_a_query_for_builds_that_the_index_rejects_is_said(planted: Planted) -> None:
    planted.options = {"builds": "message:[1 TO"}
    planted.send(build("u1", TUESDAY))
    with pytest.raises(GatepostError, match="refuses the query for builds") as caught:
        planted.collect()
    assert "builds" in caught.value.hint


def test_an_index_without_documents_says_so(planted: Planted) -> None:
    planted.send([line("u1", datetime(2013, 5, 1), END)])
    tables, _ = planted.collect()
    reasons = set(tables.skipped["reason"])
    assert reasons == {"no documents in the days asked", "outside the days asked"}


def test_old_names_of_fields(planted: Planted) -> None:
    planted.options = {
        "fields": {"@fields.*": "*", "@message": "message"},
        "builds": '@message:"POST-RUN END"',
    }
    documents = [
        {
            "@timestamp": one["@timestamp"],
            "@message": one["message"],
            "@fields": {name: value for name, value in one.items() if name not in ("@timestamp", "message")},
        }
        for one in build("u1", TUESDAY, ["no valid host"])
    ]
    planted.send(documents)
    tables, _ = planted.collect([Signature("s1", '@message:"no valid host"')])
    assert row(tables.builds, build_uuid="u1")["job"] == "tempest-full"
    assert row(tables.hits, build_uuid="u1")["excerpt"] == "no valid host"
