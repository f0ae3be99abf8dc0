"""The proxy does to connections what it says, before a small server of this module."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from engines.proxy import Proxy, Request

BODY = json.dumps({"took": 3, "text": "x" * 5000}).encode()


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        packed = self.headers.get("Accept-Encoding") == "gzip"
        body = gzip.compress(BODY) if packed else BODY
        self.send_response(200)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    with Proxy(f"http://127.0.0.1:{server.server_port}") as proxy:
        yield proxy
    server.shutdown()
    server.server_close()
    thread.join()


def connect(proxy: Proxy) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", int(proxy.url.rpartition(":")[2]), timeout=5)


def get(proxy: Proxy, path: str = "/", **headers: str) -> tuple[int, bytes]:
    connection = connect(proxy)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_passes_requests_on_and_counts_them_with_their_bytes(proxy: Proxy) -> None:
    connection = connect(proxy)
    for _ in range(2):
        connection.request("POST", "/a?b=c", gzip.compress(b"hello"), {"Content-Encoding": "gzip"})
        answer = connection.getresponse()
        assert (answer.status, gzip.decompress(answer.read())) == (201, b"hello")
    connection.request("HEAD", "/")
    answer = connection.getresponse()
    assert (answer.status, answer.read(), answer.headers["Content-Length"]) == (200, b"", "0")
    connection.close()
    assert [(r.method, r.path, r.body) for r in proxy.requests] == [
        ("POST", "/a?b=c", b"hello"),
        ("POST", "/a?b=c", b"hello"),
        ("HEAD", "/", b""),
    ]


def test_bytes_are_those_of_the_wire(proxy: Proxy) -> None:
    assert get(proxy) == (200, BODY)
    plain = proxy.bytes_received
    assert len(BODY) < plain < len(BODY) + 300
    assert len("GET / HTTP/1.1") < proxy.bytes_sent < 300
    proxy.reset_counts()
    status, body = get(proxy, **{"Accept-Encoding": "gzip"})
    assert (status, gzip.decompress(body)) == (200, BODY)
    assert len(body) < proxy.bytes_received < len(body) + 300
    assert len(proxy.requests) == 1


def test_adds_latency(proxy: Proxy) -> None:
    proxy.latency_s = 0.2
    begin = time.monotonic()
    get(proxy)
    assert time.monotonic() - begin >= 0.2


def test_answers_for_the_server(proxy: Proxy) -> None:
    proxy.answer(429, {"error": "too many"}, {"Retry-After": "1"}, times=2)
    assert [get(proxy) for _ in range(3)] == [(429, b'{"error": "too many"}')] * 2 + [(200, BODY)]


def test_answers_what_a_predicate_picks_for_ever_until_healed(proxy: Proxy) -> None:
    def searches(request: Request) -> bool:
        return request.path.endswith("_search")

    proxy.answer(502, "<h1>Bad Gateway</h1>", times=None, when=searches)
    assert [get(proxy, path)[0] for path in ("/x", "/_search", "/_search", "/x")] == [200, 502, 502, 200]
    proxy.heal()
    assert get(proxy, "/_search") == (200, BODY)


def test_cuts_the_answer(proxy: Proxy) -> None:
    proxy.cut(100)
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(proxy)
    assert caught.value.partial == BODY[:100]
    assert get(proxy) == (200, BODY)


def test_resets_the_connection(proxy: Proxy) -> None:
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        get(proxy)
    assert get(proxy) == (200, BODY)


def test_stalls(proxy: Proxy) -> None:
    proxy.stall(0.3)
    begin = time.monotonic()
    assert get(proxy) == (200, BODY)
    assert time.monotonic() - begin >= 0.3


def test_closing_ends_a_stalled_request(proxy: Proxy) -> None:
    proxy.stall()
    connection = connect(proxy)
    connection.request("GET", "/")
    while not proxy.requests:
        time.sleep(0.01)
    proxy.close()
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_changes_the_servers_answer(proxy: Proxy, encoding: str) -> None:
    proxy.change(lambda answer: {**answer, "timed_out": True})
    _, body = get(proxy, **{"Accept-Encoding": encoding})
    changed = json.loads(gzip.decompress(body) if encoding == "gzip" else body)
    assert (changed["took"], changed["timed_out"]) == (3, True)


def test_a_server_that_is_gone_resets(proxy: Proxy) -> None:
    proxy.target = proxy.target._replace(netloc="127.0.0.1:1")
    with pytest.raises(ConnectionResetError):
        get(proxy)
