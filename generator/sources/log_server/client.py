"""Fetches what stands at a URL: redirects followed with care, connections kept, errors told apart."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPException, HTTPResponse, IncompleteRead

from generator.sources.index.backoff import retry_after
from generator.sources.log_server.budget import Allowance
from generator.sources.log_server.connection import Connection, fault
from generator.sources.log_server.faults import REDIRECT, SERVER, AbsentError, FetchError
from generator.sources.log_server.guard import Guard, Place

_HOPS = 5
_KEPT = 4  # connections to different servers
_MOVED = frozenset({301, 302, 303, 307, 308})
_ABSENT = frozenset({403, 404, 410})
_BUSY = frozenset({429, 500, 502, 503, 504})
_SOON_S = 1.0
_REST = 1 << 16  # bytes of an answer of no use that are read, so that its connection can be used again


class Body(io.RawIOBase):
    """The body of an answer as it is served; `fault` is why it could not be read to its end.

    `packed`: it is gzip for the way only, whatever else the file may be; `kind`: the media type.
    """

    def __init__(self, response: HTTPResponse) -> None:
        super().__init__()
        self._response = response
        encoding = response.getheader("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise FetchError(SERVER, "an encoding that was not asked for")
        self.packed = encoding.endswith("gzip")
        self.kind = response.getheader("content-type", "").lower()
        self.fault: FetchError | None = None
        self._told = response.chunked or response.length is not None
        self._begun = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes, nothing at the end; raises FetchError."""
        try:
            data = self._response.read(size)
            # without a length, and without a byte, it may be the head already that was cut
            if not data and (self._response.length or not (self._begun or self._told)):
                raise IncompleteRead(b"", self._response.length)
        except (OSError, HTTPException, ValueError) as error:
            cut = isinstance(error, IncompleteRead)
            self.fault = fault(ConnectionError() if cut else error)
            raise self.fault from None
        self._begun = True
        return data


class Client:
    """Fetches over connections of its own: for one thread."""

    def __init__(self, guard: Guard, timeout_s: float, agent: str) -> None:
        self.guard, self._timeout_s, self._agent = guard, timeout_s, agent
        self._open: dict[tuple[str, str, int], Connection] = {}

    def close(self) -> None:
        """End all connections."""
        while self._open:
            self._open.popitem()[1].close()

    @contextmanager
    def get(self, url: str, allowance: Allowance) -> Iterator[Body]:
        """The body of what is there, as it is served; raises FetchError, which also reading it may."""
        place = self.guard.place(url)
        for _ in range(_HOPS + 1):
            connection, response = self._ask(place, allowance)
            try:
                to = self._moved(place, response)
                if to is None:
                    yield Body(_checked(response))
                    return
                place = to
            finally:
                self._done(connection, response)
        raise FetchError(REDIRECT, f"more than {_HOPS} redirects")

    def _ask(self, place: Place, allowance: Allowance) -> tuple[Connection, HTTPResponse]:
        """An answer, over the connection that is open already if there is one."""
        kept = self._open.pop(place.origin, None)
        if kept is not None:
            try:
                return kept, kept.ask(place, self._agent, allowance)
            except FetchError as error:
                kept.close()
                if error.wait_s != 0:
                    raise
                # the server may have ended it before the request arrived
        connection = Connection(self.guard, place, self._timeout_s, allowance)
        try:
            return connection, connection.ask(place, self._agent, allowance)
        except BaseException:
            connection.close()
            raise

    def _moved(self, place: Place, response: HTTPResponse) -> Place | None:
        location = response.getheader("location")
        if response.status not in _MOVED or location is None:
            return None
        return self.guard.redirected(place, location)

    def _done(self, connection: Connection, response: HTTPResponse) -> None:
        """Keep the connection if the answer was read to its end, which may be a few bytes away."""
        try:
            if not (response.isclosed() or response.will_close) and (response.length or 0) <= _REST:
                response.read(_REST)
        except (OSError, HTTPException, ValueError):
            connection.close()
            return
        if response.will_close or response.length or not response.isclosed():
            connection.close()
            return
        self._open[connection.origin] = connection
        while len(self._open) > _KEPT:
            self._open.pop(next(iter(self._open))).close()


def _checked(response: HTTPResponse) -> HTTPResponse:
    """The answer, if it holds what was asked for."""
    status = response.status
    if status == 200:
        return response
    if status in _ABSENT:
        raise AbsentError(status)
    wait = None
    if status in _BUSY:
        wait = max(_SOON_S, retry_after(response.getheader("retry-after"), datetime.now(UTC)))
    raise FetchError(SERVER, f"the server answered {status}", transient=True, wait_s=wait)
