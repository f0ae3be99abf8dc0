"""What speaks like an index and gives answers of other shapes: told in words, or partial; never a zero."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from generator.errors import GatepostError
from generator.index_settings import ElasticSettings
from generator.matching.tags import FileList
from generator.progress import Progress
from generator.signatures.model import Signature
from generator.sources import Context
from generator.sources.index.check import check
from generator.sources.index.counting import count
from generator.sources.index.source import collect
from generator.sources.tally import Question

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = round(datetime(2026, 11, 20, tzinfo=UTC).timestamp() * 1000)
SIGNATURE = Signature("s1", "message:boom")
KEYWORD = {"keyword": {"aggregatable": True}}
SHARDS = {"total": 1, "successful": 1, "failed": 0}


class Spoken:
    """Answers as an index of one build does; `change` makes something else of an answer before it is sent."""

    def __init__(self) -> None:
        self.url = ""
        self.change: Callable[[Any], Any] = lambda answer: answer

    def answer(self, path: str, body: bytes) -> Any:
        if "_field_caps" in path:
            fields = {"@timestamp": {"date": {"aggregatable": True}}, "build_uuid": KEYWORD}
            return {"indices": ["i"], "fields": fields}
        if "_msearch" in path:
            searches = [json.loads(line) for line in body.splitlines()[1::2]]
            return {"responses": [{"status": 200, "_shards": SHARDS, **_found(one)} for one in searches]}
        return {"version": {"number": "8.15.0"}, "tagline": "You Know, for Search"}


def _found(search: Any) -> dict[str, Any]:
    times = {"first": {"value": DAY + 5}, "last": {"value": DAY + 6}}
    if "composite" in str(search) and "days" in str(search):
        key = {"days": DAY, "uuid": "u1"}
        return {"aggregations": {"builds": {"buckets": [{"key": key, "doc_count": 1, **times}]}}}
    if "composite" in str(search):
        bucket = {"key": {"build": "u1", "value": "u1"}, "doc_count": 1, **times}
        return {"aggregations": {"values": {"buckets": [bucket]}}}
    if "'signatures'" in str(search):
        days = {"buckets": [{"key": DAY, "builds": {"buckets": [{"key": "u1", "doc_count": 3, **times}]}}]}
        hits = {SIGNATURE.query_hash: {"days": days}}
        return {"aggregations": {"signatures": {"buckets": hits}}}
    if "date_histogram" in str(search):
        return {"aggregations": {"days": {"buckets": [{"key": DAY, "doc_count": 4}]}}}
    return {"hits": {"total": {"value": 4}, "hits": []}}


@pytest.fixture
def spoken() -> Iterator[Spoken]:
    told = Spoken()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("content-encoding") == "gzip":
                sent = gzip.decompress(sent)
            reply = json.dumps(told.change(copy.deepcopy(told.answer(self.path, sent)))).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("x-elastic-product", "Elasticsearch")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()


def settings(spoken: Spoken) -> ElasticSettings:
    return ElasticSettings(url=(spoken.url,), index=("i",), patience_s=0)


def context() -> Context:
    return Context(signatures=(SIGNATURE,), files=FileList.load(None), now=NOW, progress=Progress(0))


def places(answer: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of each value in an answer, the outermost first."""
    for key, inner in answer.items() if isinstance(answer, dict) else enumerate(answer):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def odd(answer: Any, number: int, value: Any) -> Any:
    """The answer with another value at one of its places."""
    every = list(places(answer))
    inner, path = answer, every[number % len(every)]
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return answer


def test_what_is_spoken_is_understood(spoken: Spoken) -> None:
    tables = collect(settings(spoken), context())
    assert list(tables.builds["build_uuid"]) == ["u1"]
    assert list(tables.hits["lines"]) == [3]
    assert tables.asked["complete"].all()


@pytest.mark.parametrize("value", [None, "x", [1], {"a": 1}, float("nan"), 10**30], ids=str)
def test_answers_of_any_other_shape_are_no_traceback(spoken: Spoken, value: object) -> None:
    question = Question("message:boom", ("build_uuid",), None, 0)
    for number in range(0, 30, 3):
        spoken.change = lambda answer, number=number: odd(answer, number, value)  # type: ignore[misc]
        for ask in (
            lambda: collect(settings(spoken), context()),
            lambda: check(settings(spoken)),
            lambda: count(settings(spoken), question, context()),
        ):
            try:
                ask()
            except GatepostError as error:
                assert error.message
                assert error.hint


@pytest.mark.parametrize(
    "change",
    [
        {"_shards": None},
        {"_shards": {}},
        {"_shards": {"total": "1", "successful": "1", "failed": "0"}},
    ],
    ids=str,
)
def test_without_shards_nothing_found_is_no_zero(spoken: Spoken, change: dict[str, Any]) -> None:
    def of_searches(answer: Any) -> Any:
        for one in answer.get("responses", ()):
            if "date_histogram" not in str(one) and "days" not in one.get("aggregations", {}):
                one.update(change)
                one.pop("aggregations", None)
        return answer

    spoken.change = of_searches
    tables = collect(settings(spoken), context())
    assert tables.builds.empty
    assert len(tables.asked) == 2
    assert not tables.asked["complete"].any()


@pytest.mark.parametrize("lines", [0, -3, "many", None, [1], 2**60], ids=str)
def test_an_impossible_count_makes_the_day_partial(spoken: Spoken, lines: object) -> None:
    def of_hits(answer: Any) -> Any:
        for one in answer.get("responses", ()):
            for found in one.get("aggregations", {}).get("signatures", {}).get("buckets", {}).values():
                found["days"]["buckets"][0]["builds"]["buckets"][0]["doc_count"] = lines
        return answer

    spoken.change = of_hits
    tables = collect(settings(spoken), context())
    assert tables.hits.empty
    assert not tables.asked["complete"].any()
    assert set(tables.asked["reason"]) == {"an answer has another shape than an index gives it"}


def test_times_far_from_the_day_that_was_asked(spoken: Spoken) -> None:
    """A document may have several times: those of other days, or of no calendar, are not of this day."""

    def ever(answer: Any) -> Any:
        for found in (one.get("aggregations", {}) for one in answer.get("responses", ())):
            for bucket in found.get("builds", {}).get("buckets", ()):
                bucket |= {"first": {"value": -9e15}, "last": {"value": 9e15}}
            if "buckets" in found.get("days", {}):
                found["days"]["buckets"].append({"key": -9e15, "doc_count": 1})
        return answer

    spoken.change = ever
    tables = collect(settings(spoken), context())
    assert list(tables.builds["end_time"]) == [NOW.replace(hour=0) - timedelta(microseconds=1)]
