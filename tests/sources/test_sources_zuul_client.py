"""What Zuul's API and what stands before it may answer instead of an answer; how politely it is asked."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from engines.proxy import Proxy
from engines.zuul_api import ZuulApi
from log_server import LogServer, drops
from zuul_kit import NOW, Zuul, of

from generator.errors import GatepostError
from generator.sources import web_client
from generator.sources.zuul import client, paging
from generator.zuul_settings import ZuulSettings

PAGE = "<!doctype html><title>Zuul</title>"


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(web_client, "time", clock)
    return clock


@pytest.fixture
def zuul(zuul_api: ZuulApi, proxy_to: Callable[[str], Proxy], tmp_path: Path) -> Zuul:
    zuul = Zuul(zuul_api, proxy_to(zuul_api.url), tmp_path / "state")
    zuul.add_hourly(2)
    return zuul


def refused(zuul: Zuul, **settings: Any) -> GatepostError:
    with pytest.raises(GatepostError) as caught:
        zuul.collect(**settings)
    assert caught.value.hint
    return caught.value


def plan(zuul: Zuul, fault: str) -> None:
    match fault:
        case "loading":
            zuul.proxy.answer(422, {"error": "422", "description": "Tenant isn't ready"})
        case "tired":
            zuul.proxy.answer(500, PAGE)
        case "busy":
            zuul.proxy.answer(429, headers={"Retry-After": "3"})
        case "reset":
            zuul.proxy.reset()
        case "cut":
            zuul.proxy.cut(100)
        case "half":
            zuul.proxy.answer(200, '[{"uuid": ', {"Content-Type": "application/json"})
        case "packed":
            zuul.proxy.answer(200, "[]", {"Content-Type": "application/json", "Content-Encoding": "gzip"})


@pytest.mark.parametrize("fault", ["loading", "tired", "busy", "reset", "cut", "half", "packed"])
def test_what_may_pass_is_asked_for_again(zuul: Zuul, clock: Clock, fault: str) -> None:
    plan(zuul, fault)
    assert len(zuul.collect(patience_s=60).builds) == 2
    assert zuul.asked()[0] == zuul.asked()[1]
    assert max(clock.slept) == 3 if fault == "busy" else 0 < max(clock.slept) <= 0.5


def test_patience_ends(zuul: Zuul, clock: Clock) -> None:
    zuul.proxy.answer(503, {"message": "back at\n noon"}, times=None)
    assert "answers 503: back at noon" in refused(zuul, patience_s=60).message
    assert 59 < clock.now - 1000 < 61
    assert 5 < len(zuul.asked()) < 20


def test_who_wants_to_be_asked_much_later_is_left_in_peace(zuul: Zuul, clock: Clock) -> None:
    zuul.proxy.answer(429, headers={"Retry-After": "86400"}, times=None)
    assert "answers 429" in refused(zuul, patience_s=60).message
    assert len(zuul.asked()) == 1


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (200, {}, "answers with a web page, not as Zuul's API does"),
        (403, {}, "answers 403"),
        (400, {}, "answers 400"),
        (
            302,
            {"Location": "https://new.example.org/api/tenant/x/builds?q=1"},
            "sends to https://new.example",
        ),
    ],
)
def test_what_will_not_pass_is_told_at_once(
    zuul: Zuul, clock: Clock, status: int, headers: dict[str, str], message: str
) -> None:
    zuul.proxy.answer(status, PAGE, headers, times=None)
    error = refused(zuul, patience_s=60)
    assert message in error.message
    assert PAGE not in error.message and "q=1" not in error.message
    assert len(zuul.asked()) == 1


def test_a_tenant_that_is_not_there_is_named_with_those_that_are(zuul: Zuul) -> None:
    tenants, json = '[{"name": "openstack"}, {"name": "zuul"}]', {"Content-Type": "application/json"}
    zuul.proxy.answer(200, tenants, json, when=lambda request: request.path.endswith("/api/tenants"))
    error = refused(zuul, tenant="nosuch")
    assert "tenant nosuch: answers 404" in error.message
    assert error.hint == "name one of its tenants: openstack and zuul"


def test_what_is_no_list_is_no_answer(zuul: Zuul) -> None:
    zuul.proxy.answer(200, {"builds": []})
    assert "something else than a list" in refused(zuul).message


def test_an_answer_may_not_grow_for_ever(zuul: Zuul, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_client, "_MOST_BYTES", 500)
    assert "more than 500 bytes" in refused(zuul).message


def test_what_may_unpack_to_gigabytes_before_it_is_counted_is_not_unpacked(log_server: LogServer) -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip, gzip\r\n\r\n"
    log_server.raw("*", head.encode() + gzip.compress(gzip.compress(b"[]")))
    asking = client.Client(ZuulSettings(url=log_server.url, patience_s=0))
    with asking, pytest.raises(GatepostError, match="cannot be unpacked"):
        asking.get("builds")


def test_an_answer_may_not_take_for_ever(zuul: Zuul) -> None:
    zuul.proxy.stall(30, times=None)
    assert "no answer in time" in refused(zuul, timeout_s=0.2).message


def test_a_slow_trickle_ends_too(zuul: Zuul, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(10**6))  # at each look at the clock a second has passed
    monkeypatch.setattr(clock, "monotonic", lambda: float(next(ticks)))
    assert "no answer in time" in refused(zuul, timeout_s=0.5).message


@pytest.mark.parametrize("packing", ["identity", "gzip"])
def test_an_answer_that_drips_is_not_waited_for(log_server: LogServer, packing: str) -> None:
    log_server.stream("*", lambda: drops(packing), {"Content-Encoding": packing}, every_s=0.01)
    asking = client.Client(ZuulSettings(url=log_server.url, patience_s=0, timeout_s=0.2))
    with asking, pytest.raises(GatepostError, match="no answer in time"):
        asking.get("builds")


def test_what_a_server_says_does_nothing_to_a_terminal(zuul: Zuul) -> None:
    zuul.proxy.answer(400, {"description": "\x1b[31mred\u202e"}, times=None)
    assert refused(zuul).message.endswith("answers 400: \\x1b[31mred\\u202e")


def test_of_a_page_that_is_too_much_a_smaller_one_is_asked_for(zuul: Zuul) -> None:
    zuul.proxy.answer(500, PAGE, times=None, when=lambda r: of("builds")(r) and "limit=500" in r.path)
    assert len(zuul.collect(patience_s=5).builds) == 2
    limits = [path.rpartition("=")[2] for path in zuul.asked() if path.startswith("builds?")]
    assert limits[:3] == ["500", "500", "125"]


def test_it_says_who_asks_and_keeps_to_the_pace(zuul: Zuul, clock: Clock) -> None:
    zuul.collect(requests_per_s=0.1, contact="https://ci.example.org")
    agents = {request.headers["user-agent"] for request in zuul.proxy.requests}
    (agent,) = agents
    assert agent.startswith("gatepost/") and agent.endswith("(+https://ci.example.org)")
    assert clock.now - 1000 == pytest.approx(10 * (len(zuul.proxy.requests) - 1))


def test_a_token_is_sent_and_never_told(zuul: Zuul, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZUUL_TOKEN", "hunter2hunter2")
    zuul.proxy.answer(400, {"description": "bad token hunter2hunter2"}, times=None)
    error = refused(zuul, token_env="ZUUL_TOKEN")
    assert zuul.proxy.requests[0].headers["authorization"] == "Bearer hunter2hunter2"
    assert "bad token" in error.message and "hunter2" not in error.message
    monkeypatch.delenv("ZUUL_TOKEN")
    assert "ZUUL_TOKEN is not set" in refused(zuul, token_env="ZUUL_TOKEN").message


def test_a_file_of_certificates_that_is_none(zuul: Zuul, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none")
    settings = {"url": "https://127.0.0.1:9", "ca_file": tmp_path / "ca.pem"}
    assert "ca.pem: cannot be used" in refused(zuul, **settings).message


def test_check_tells_what_there_is_and_what_it_costs(zuul: Zuul) -> None:
    told = zuul.check()
    assert told.startswith(f"tenant {zuul.api.tenant}: newest build began")
    assert "0 of the newest 2 run; 3 d are about 2 requests" in told
    assert "logs are not read" in told
    assert "logs are read" in zuul.check(logs={"hosts": ["logs.example.org"]})
    with pytest.raises(GatepostError, match="has no builds in nosuch"):
        zuul.check(pipelines=["nosuch"])


def test_check_reckons_from_how_fast_builds_come(zuul: Zuul, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 10)
    zuul.add_hourly(10, NOW + timedelta(hours=12))
    assert "10 d are about 58 requests" in zuul.check(days=10)
