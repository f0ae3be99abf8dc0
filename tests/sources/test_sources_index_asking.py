"""What one request to an index may meet: each fault is made by a real server, or by a proxy before one."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from engines.proxy import Proxy
from engines.servers import OwnServer, Server
from index_kit import OTHER, counted, document, settings, total

from generator.errors import GatepostError
from generator.sources.index.asking import UnreachableError, connect

pytestmark = pytest.mark.engines
ProxyTo = Callable[[str], Proxy]


@pytest.fixture(params=["elasticsearch", "opensearch"])
def server(request: pytest.FixtureRequest) -> Server:
    """One of each kind, for what need not be asked of every version."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Server)
    return found


def plant(server: Server, index: str, builds: int = 3, **more: Any) -> None:
    server.index(index, [document(f"u{n}", 10 + n, **more) for n in range(builds)])


def msearches(proxy: Proxy) -> int:
    return sum("_msearch" in request.path for request in proxy.requests)


def test_searches_of_one_request_each_have_their_answer(engine: Server, index_prefix: str) -> None:
    plant(engine, f"{index_prefix}a")
    index = connect(settings(engine, f"{index_prefix}*"))
    whole, refused, none = index.search([counted("hello"), counted("a/b"), counted("nothing")])
    assert (total(whole.body), whole.problem, total(none.body), none.problem) == (3, None, 0, None)
    assert refused.problem is not None
    assert refused.problem.kind == "rejected"
    assert "Failed to parse query [a/b]" in refused.problem.reason


def test_days_are_utc_and_a_day_without_documents_is_absent(engine: Server, index_prefix: str) -> None:
    late = {**document("u1"), "@timestamp": "2026-11-12T23:59:59.999"}
    shifted = {**document("u1"), "@timestamp": "2026-11-13T01:00:00+02:00"}
    out = {**document("u2"), "@timestamp": "2026-11-14T00:00:00"}
    engine.index(f"{index_prefix}a", [document("u1"), late, shifted, out])
    days = connect(settings(engine, f"{index_prefix}*")).days(datetime(2026, 11, 1), datetime(2026, 11, 14))
    assert days == ({date(2026, 11, 10): 1, date(2026, 11, 12): 2}, None)


def test_requests_and_answers_are_gzipped_and_small(
    server: Server, index_prefix: str, proxy_to: ProxyTo
) -> None:
    plant(server, f"{index_prefix}a")
    proxy = proxy_to(server.url)
    index = connect(settings(server, f"{index_prefix}*", proxy.url))
    answer = index.search([counted("hello")])[0]
    request = proxy.requests[-1]
    head = {name.lower(): value for name, value in request.headers.items()}
    assert head["content-encoding"] == "gzip"
    assert "gzip" in head["accept-encoding"]
    assert answer.body.keys() <= {"hits", "status", "timed_out", "terminated_early", "_shards"}
    assert index.requests == len(proxy.requests) == 2


def test_too_many_buckets_says_so(engine: Server, index_prefix: str) -> None:
    plant(engine, f"{index_prefix}a")
    seconds = {"field": "@timestamp", "fixed_interval": "1s", "min_doc_count": 0}
    body = {"size": 0, "aggs": {"s": {"date_histogram": seconds}}}
    many, whole = connect(settings(engine, f"{index_prefix}*")).search([body, counted("hello")])
    assert many.problem is not None
    assert many.problem.kind == "too many buckets"
    assert whole.problem is None


def test_a_low_limit_of_buckets(own_engine: Callable[..., OwnServer], index_prefix: str) -> None:
    server = own_engine("opensearch", settings={"search.max_buckets": 5})
    server.index(f"{index_prefix}a", [document(f"u{n}") for n in range(9)])
    body = {"size": 0, "aggs": {"b": {"terms": {"field": "build_uuid.keyword", "size": 100}}}}
    answer = connect(settings(server, f"{index_prefix}*")).search([body])[0]
    assert answer.problem is not None
    assert answer.problem.kind == "too many buckets"


def test_an_index_that_must_not_be_read(engine: Server, index_prefix: str) -> None:
    plant(engine, f"{index_prefix}a")
    plant(engine, f"{index_prefix}b")
    engine.request("PUT", f"{index_prefix}b/_settings", {"index.blocks.read": True})
    answer = connect(settings(engine, f"{index_prefix}*")).search([counted("hello")])[0]
    assert answer.problem is not None
    assert answer.problem.kind == "incomplete"
    assert f"{index_prefix}b" in answer.problem.reason
    assert "blocked" in answer.problem.reason


def test_a_closed_index_is_named(engine: Server, index_prefix: str) -> None:
    plant(engine, f"{index_prefix}a")
    plant(engine, f"{index_prefix}b")
    engine.request("POST", f"{index_prefix}b/_close")
    index = connect(settings(engine, f"{index_prefix}*"))
    assert index.closed == (f"{index_prefix}b",)
    assert total(index.search([counted("hello")])[0].body) == 3
    with pytest.raises(GatepostError) as caught:
        connect(settings(engine, f"{index_prefix}b")).days(datetime(2026, 1, 1), datetime(2027, 1, 1))
    assert "closed" in caught.value.message


def test_a_shard_that_no_node_has(engine: Server, index_prefix: str) -> None:
    plant(engine, f"{index_prefix}a")
    nowhere = {"index.routing.allocation.require._name": "nobody"}
    engine.request("PUT", f"{index_prefix}b?wait_for_active_shards=0&timeout=1s", {"settings": nowhere})
    one = connect(settings(engine, f"{index_prefix}*")).search([counted("hello")])[0]
    assert one.problem is not None
    assert one.problem.kind == "incomplete"
    assert "1 of 2 shards failed" in one.problem.reason
    all_red = connect(settings(engine, f"{index_prefix}b")).search([counted("hello")])[0]
    assert all_red.problem is not None
    assert all_red.problem.kind == "incomplete"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda proxy, times: proxy.answer(429, {"error": "busy", "status": 429}, times=times), "HTTP 429"),
        (lambda proxy, times: proxy.answer(502, "<html>Bad Gateway</html>", times=times), "HTTP 502"),
        (lambda proxy, times: proxy.answer(503, "no server", times=times), "HTTP 503"),
        (lambda proxy, times: proxy.reset(times=times), "reset"),
        (lambda proxy, times: proxy.cut(60, times=times), "cut"),
        (lambda proxy, times: proxy.stall(seconds=5, times=times), "no answer in time"),
    ],
    ids=["429", "502", "503", "reset", "cut", "stall"],
)
def test_what_passes_is_asked_again_and_what_lasts_is_said(
    server: Server,
    index_prefix: str,
    proxy_to: ProxyTo,
    fault: Callable[[Proxy, int | None], None],
    said: str,
) -> None:
    plant(server, f"{index_prefix}a")
    proxy = proxy_to(server.url)
    patient = settings(server, f"{index_prefix}*", proxy.url, patience_s=4, timeout_s=0.4)
    index = connect(patient)
    assert index.product
    fault(proxy, 1)
    answer = index.search([counted("hello")])[0]
    assert (total(answer.body), answer.problem, msearches(proxy)) == (3, None, 2)
    fault(proxy, None)
    hasty = connect(settings(server, f"{index_prefix}*", proxy.url, timeout_s=0.4))
    with pytest.raises(UnreachableError) as caught:
        hasty.search([counted("hello")])
    assert said in caught.value.reason
    assert caught.value.hint
    assert hasty.requests > 1


def test_retry_after_is_kept_to(
    server: Server, index_prefix: str, proxy_to: ProxyTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("generator.sources.index.wire.time.sleep", waited.append)
    plant(server, f"{index_prefix}a")
    proxy = proxy_to(server.url)
    index = connect(settings(server, f"{index_prefix}*", proxy.url, patience_s=60))
    assert index.product
    proxy.answer(429, {"error": "busy"}, headers={"Retry-After": "17"})
    assert index.search([counted("hello")])[0].problem is None
    assert waited == [17]
    soon = format(datetime.now(UTC) + timedelta(seconds=40), "%a, %d %b %Y %H:%M:%S GMT")
    proxy.answer(503, "x", headers={"Retry-After": soon})
    index.search([counted("hello")])
    assert 30 < waited[1] <= 40
    proxy.answer(429, {"error": "busy"}, headers={"Retry-After": "3600"})
    with pytest.raises(UnreachableError):
        index.search([counted("hello")])


def change_first(name: str, value: Any) -> Callable[[Any], Any]:
    def edit(body: Any) -> Any:
        if "responses" in body:
            body["responses"][0][name] = value
        return body

    return edit


PARTLY = {"total": 4, "successful": 3, "failed": 1}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("timed_out", True, "longer than the index allows"),
        ("terminated_early", True, "early"),
        ("_shards", PARTLY, "1 of 4 shards failed"),
    ],
)
def test_an_answer_that_is_not_whole_is_asked_again_alone(
    elasticsearch: Server, index_prefix: str, proxy_to: ProxyTo, name: str, value: Any, said: str
) -> None:
    plant(elasticsearch, f"{index_prefix}a")
    proxy = proxy_to(elasticsearch.url)
    index = connect(settings(elasticsearch, f"{index_prefix}*", proxy.url, patience_s=2))
    assert index.product
    proxy.change(change_first(name, value))
    bad, good = index.search([counted("hello"), counted("world")])
    assert (total(bad.body), bad.problem, total(good.body), good.problem) == (3, None, 3, None)
    first, second = proxy.requests[-2:]
    assert (first.body.count(b"query_string"), second.body.count(b"query_string")) == (2, 1)
    proxy.change(change_first(name, value), times=None)
    again = connect(settings(elasticsearch, f"{index_prefix}*", proxy.url))
    bad, good = again.search([counted("hello"), counted("world")])
    assert bad.problem is not None
    assert (bad.problem.kind, good.problem) == ("incomplete", None)
    assert said in bad.problem.reason


def test_opensearch_says_of_whole_answers_that_it_ended_early(opensearch: Server, index_prefix: str) -> None:
    plant(opensearch, f"{index_prefix}a")
    body = {"size": 0, "aggs": {"b": {"terms": {"field": "build_uuid.keyword"}}}}
    answer = connect(settings(opensearch, f"{index_prefix}*")).search([body])[0]
    assert answer.problem is None
    assert len(answer.body["aggregations"]["b"]["buckets"]) == 3


def test_what_is_too_large_for_one_request_is_parted(
    server: Server, index_prefix: str, proxy_to: ProxyTo
) -> None:
    plant(server, f"{index_prefix}a")
    proxy = proxy_to(server.url)
    proxy.answer(413, "<html>Too Large</html>", times=None, when=lambda request: len(request.body) > 300)
    index = connect(settings(server, f"{index_prefix}*", proxy.url))
    queries = ["hello", "world", "nothing", "u0 OR u1", "hello " * 60]
    answers = index.search([counted(query) for query in queries])
    assert [total(a.body) for a in answers[:4]] == [3, 3, 0, 2]
    assert answers[4].problem is not None
    assert answers[4].problem.kind == "rejected"
    assert "larger" in answers[4].problem.reason


def test_the_limit_of_a_real_server(own_engine: Callable[..., OwnServer], index_prefix: str) -> None:
    server = own_engine("elasticsearch", settings={"http.max_content_length": "4kb"})
    plant(server, f"{index_prefix}a")
    index = connect(settings(server, f"{index_prefix}*", patience_s=2))
    queries = [f"hello OR absent{n} " + "x" * 600 for n in range(9)]
    assert [total(a.body) for a in index.search([counted(query) for query in queries])] == [3] * 9


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def test_the_next_address_is_asked_if_one_does_not_answer(server: Server, index_prefix: str) -> None:
    plant(server, f"{index_prefix}a")
    dead = f"http://127.0.0.1:{free_port()}"
    several = settings(server, f"{index_prefix}*", patience_s=0).model_copy(
        update={"url": (dead, server.url)}
    )
    index = connect(several)
    assert total(index.search([counted("hello")])[0].body) == 3
    assert index.requests == 3  # the dead one once, and then no more


def test_a_node_that_is_killed_and_comes_back(
    own_engine: Callable[..., OwnServer], index_prefix: str
) -> None:
    server = own_engine("elasticsearch")
    plant(server, f"{index_prefix}a")
    index = connect(settings(server, f"{index_prefix}*"))
    assert total(index.search([counted("hello")])[0].body) == 3
    server.kill()
    with pytest.raises(UnreachableError) as caught:
        index.search([counted("hello")])
    assert caught.value.reason == "connection refused"
    server.restart()
    patient = connect(settings(server, f"{index_prefix}*", patience_s=20))
    answer = patient.search([counted("hello")])[0]
    assert (total(answer.body), answer.problem) == (3, None)


def test_the_wrong_product_says_which_type_to_write(engine: Server, index_prefix: str) -> None:
    plant(engine, f"{index_prefix}a")
    other = OTHER[engine.kind](url=engine.url, index=f"{index_prefix}*", patience_s=0.3)
    with pytest.raises(GatepostError) as caught:
        connect(other).search([counted("hello")])
    kind = {"elasticsearch": "elastic", "opensearch": "opensearch"}[engine.kind]
    assert f"write `type: {kind}`" in caught.value.hint


def test_what_is_no_index_at_all(server: Server, proxy_to: ProxyTo) -> None:
    proxy = proxy_to(server.url)
    proxy.answer(200, "<html>Welcome</html>")
    with pytest.raises(GatepostError) as caught:
        connect(settings(server, "x-*", proxy.url)).search([counted("hello")])
    assert "answers, but is no" in caught.value.message
    proxy.answer(302, "", headers={"Location": "/login", "osd-name": "dashboards"})
    with pytest.raises(GatepostError) as caught:
        connect(settings(server, "x-*", proxy.url)).search([counted("hello")])
    assert "moved to /login" in caught.value.message


@pytest.mark.parametrize("pattern", ["no-such-index-*", "no-such-index"])
def test_a_pattern_that_means_nothing(engine: Server, pattern: str) -> None:
    with pytest.raises(GatepostError) as caught:
        assert connect(settings(engine, pattern)).fields
    assert f"{pattern}: there is no such index" in caught.value.message


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:{dead}", "connection refused"),
        ("http://gatepost-has-no-such-host.invalid:9200", "there is no such host"),
        ("https://127.0.0.1:{port}", "does not speak TLS there"),
    ],
)
def test_a_wrong_address(server: Server, url: str, said: str) -> None:
    url = url.format(dead=free_port(), port=server.url.rpartition(":")[2])
    with pytest.raises(GatepostError) as caught:
        assert connect(settings(server, "x-*", url)).fields
    assert said in caught.value.message
    assert caught.value.hint
