"""An HTTP proxy before a server: counts what passes, and does what networks do at their worst."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import io
import json
import socket
import struct
import threading
import urllib.parse
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length"}


class Request(NamedTuple):
    """A request as it came, its body unpacked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """An answer as the server gave it, its body as it travels."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


When = Callable[[Request], bool]
Act = Callable[["_Handler", Request], None]


def every(request: Request) -> bool:
    """Picks every request."""
    return True


class Proxy:
    """Passes HTTP requests on to `target`, a URL; to be used in a `with`, or closed.

    `url` is where it listens. `requests` holds what was asked, `bytes_sent` and `bytes_received` count what
    the client sent and received, heads included. `latency_s` is added to each request. The methods plan
    faults for requests to come, in the order planned, each request has one at most; `times=None` is for ever.
    """

    def __init__(self, target: str, *, latency_s: float = 0.0) -> None:
        self.target = urllib.parse.urlsplit(target)
        self.latency_s = latency_s
        self.requests: list[Request] = []
        self.bytes_sent = self.bytes_received = 0
        self.closing = threading.Event()
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()
        self._server = _Listener(("127.0.0.1", 0), self)
        self.url = f"http://127.0.0.1:{self._server.server_port}{self.target.path}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Accept no connections any more, and end those there are."""
        self.closing.set()
        self._server.shutdown()
        self._server.end_connections()
        self._server.server_close()
        self._thread.join()

    def reset_counts(self) -> None:
        """Count from nought again."""
        with self._lock:
            self.requests, self.bytes_sent, self.bytes_received = [], 0, 0

    def heal(self) -> None:
        """Forget all planned faults."""
        with self._lock:
            self._faults.clear()

    def answer(
        self,
        status: int,
        body: str | Mapping[str, Any] = "",
        headers: Mapping[str, str] | None = None,
        *,
        times: int | None = 1,
        when: When = every,
    ) -> None:
        """Answer by itself: a mapping as JSON, a text as HTML; the server is not asked."""
        kind = "text/html" if isinstance(body, str) else "application/json"
        raw = (body if isinstance(body, str) else json.dumps(body)).encode()
        fields = list({"Content-Type": kind, **(headers or {})}.items())
        reply = Reply(status, http.client.responses.get(status, "?"), fields, raw)
        self._plan(lambda handler, request: handler.reply(reply), times, when)

    def change(
        self,
        edit: Callable[[Any], Any],
        *,
        times: int | None = 1,
        when: When = every,
    ) -> None:
        """Give what `edit` makes of the parsed JSON of the server's answer."""
        self._plan(lambda handler, request: handler.reply(_edited(handler.ask(request), edit)), times, when)

    def cut(self, after: int, *, times: int | None = 1, when: When = every) -> None:
        """Break the connection after so many bytes of the answer's body."""
        self._plan(lambda handler, request: handler.cut(handler.ask(request), after), times, when)

    def reset(self, *, times: int | None = 1, when: When = every) -> None:
        """Reset the connection when the request has been read; the server is not asked."""
        self._plan(lambda handler, request: handler.reset(), times, when)

    def stall(self, seconds: float = 3600, *, times: int | None = 1, when: When = every) -> None:
        """Keep the answer back for so long, or until the proxy is closed; the server is asked then."""
        self._plan(lambda handler, request: handler.stall(request, seconds), times, when)

    def _plan(self, act: Act, times: int | None, when: When) -> None:
        with self._lock:
            self._faults.append(_Fault(act, times, when))

    def meet(self, request: Request) -> Act | None:
        """Note a request; what to do with it, None to pass it on."""
        with self._lock:
            self.requests.append(request)
            return next((fault.act for fault in self._faults if fault.takes(request)), None)

    def count(self, sent: int, received: int) -> None:
        """Note bytes that passed."""
        with self._lock:
            self.bytes_sent += sent
            self.bytes_received += received


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], proxy: Proxy) -> None:
        self.proxy = proxy
        self.connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        for connection in list(self.connections):
            _shut(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: broken connections are what this is for."""


class _Fault:
    """What happens instead of the plain answer: to requests that `when` picks, `times` times."""

    def __init__(self, act: Act, times: int | None, when: When) -> None:
        self.act, self.left, self.when = act, times, when

    def takes(self, request: Request) -> bool:
        if self.left == 0 or not self.when(request):
            return False
        self.left = None if self.left is None else self.left - 1
        return True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.proxy = self.server.proxy
        self.upstream: http.client.HTTPConnection | None = None
        self.rfile = _Counting(self.rfile, lambda n: self.proxy.count(n, 0))  # type: ignore[assignment]

    def finish(self) -> None:
        if self.upstream:
            self.upstream.close()
        super().finish()

    def handle_any(self) -> None:
        request = self._read()
        act = self.proxy.meet(request)
        self.proxy.closing.wait(self.proxy.latency_s)
        try:
            act(self, request) if act else self.reply(self.ask(request))
        except (OSError, http.client.HTTPException):
            self.reset()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815

    def _read(self) -> Request:
        self.raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        packed = self.headers.get("Content-Encoding") == "gzip"
        return Request(
            self.command, self.path, dict(self.headers), gzip.decompress(self.raw) if packed else self.raw
        )

    def ask(self, request: Request) -> Reply:
        """What the server answers."""
        if self.upstream is None:
            target = self.proxy.target
            self.upstream = http.client.HTTPConnection(target.hostname or "", target.port, timeout=600)
        headers = {k: v for k, v in request.headers.items() if k.lower() not in HOP_BY_HOP}
        self.upstream.request(request.method, request.path, self.raw or None, headers)
        answer = self.upstream.getresponse()
        fields = [(k, v) for k, v in answer.getheaders() if k.lower() not in HOP_BY_HOP]
        return Reply(answer.status, answer.reason, fields, answer.read())

    def reply(self, reply: Reply) -> None:
        self._send(reply, reply.body)

    def cut(self, reply: Reply, after: int) -> None:
        self._send(reply, reply.body[:after])
        self.close_connection = True
        _shut(self.connection)

    def reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def stall(self, request: Request, seconds: float) -> None:
        if self.proxy.closing.wait(seconds):
            self.close_connection = True
        else:
            self.reply(self.ask(request))

    def _send(self, reply: Reply, body: bytes) -> None:
        lines = [f"HTTP/1.1 {reply.status} {reply.reason}", *[f"{k}: {v}" for k, v in reply.headers]]
        head = "\r\n".join([*lines, f"Content-Length: {len(reply.body)}", "", ""]).encode("latin-1")
        sent = head if self.command == "HEAD" else head + body
        self.proxy.count(0, len(sent))
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Counting(io.RawIOBase):
    """A stream that reports how many bytes were read from it."""

    def __init__(self, stream: Any, report: Callable[[int], None]) -> None:
        self._stream, self._report = stream, report

    def read(self, size: int = -1) -> bytes:
        return self._seen(self._stream.read(size))

    def readline(self, size: int | None = -1) -> bytes:
        return self._seen(self._stream.readline(size))

    def _seen(self, data: bytes) -> bytes:
        self._report(len(data))
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


def _edited(reply: Reply, edit: Callable[[Any], Any]) -> Reply:
    packed = any(name.lower() == "content-encoding" for name, _ in reply.headers)
    body = json.dumps(edit(json.loads(gzip.decompress(reply.body) if packed else reply.body))).encode()
    return reply._replace(body=gzip.compress(body) if packed else body)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
