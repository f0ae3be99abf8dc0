"""One connection to one server: to an address that was checked, with an end to what comes a byte at a time.

The standard library reads the answers. What it does not offer is to connect to an address that was looked up
and checked before, nor a limit to the time of a whole answer.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from functools import cache
from http.client import HTTPException, HTTPResponse
from typing import cast

from generator.sources.log_server.budget import Allowance
from generator.sources.log_server.faults import SERVER, FetchError
from generator.sources.log_server.guard import Guard, Place

#: An answer may take `timeout_s`, and longer only as long as it comes at least this fast.
SLOWEST = 16 << 10  # bytes/s
_BUFFER = 1 << 16
_TRIED = 4  # addresses of a host


class Connection:
    """Asks one server, one request after the other."""

    def __init__(self, guard: Guard, place: Place, timeout_s: float, allowance: Allowance) -> None:
        self.origin = place.origin
        self._timeout_s = timeout_s
        start = time.monotonic()
        self._socket = _secured(_connected(guard, place, timeout_s), place)
        allowance.spend(0, time.monotonic() - start)

    def close(self) -> None:
        """End it, whatever is under way."""
        self._socket.close()

    def ask(self, place: Place, agent: str, allowance: Allowance) -> HTTPResponse:
        """The head of the answer to a GET; what arrives is taken from the allowance. Raises FetchError."""
        host = place.url.split("/", 3)[2]
        head = (
            f"GET {place.target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n"
            "Accept: */*\r\nAccept-Encoding: gzip\r\n\r\n"
        )
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(head.encode("ascii"))
            wire = _Wire(self._socket, self._timeout_s, allowance)
            # It asks of a socket nothing but its stream.
            response = HTTPResponse(cast(socket.socket, wire), method="GET")
            response.begin()
        except (OSError, HTTPException, ValueError) as error:
            raise fault(error) from None
        return response


class _Wire(io.RawIOBase):
    """What arrives as the answer to one request."""

    def __init__(self, sock: socket.socket, timeout_s: float, allowance: Allowance) -> None:
        super().__init__()
        self._socket, self._timeout_s, self._allowance = sock, timeout_s, allowance
        self._left_s = timeout_s

    def makefile(self, mode: str) -> io.BufferedReader:
        """The stream of the answer, as of a socket."""
        return io.BufferedReader(self, _BUFFER)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """The next bytes that arrive; TimeoutError if they are late, SpentError if they are too many."""
        if self._left_s <= 0:
            raise TimeoutError
        self._socket.settimeout(min(self._left_s, self._timeout_s))
        start = time.monotonic()
        count = self._socket.recv_into(cast(bytearray, buffer))
        waited = time.monotonic() - start  # how long we take to search it is none of the server's
        self._left_s += count / SLOWEST - waited
        self._allowance.spend(count, waited)
        return count


def fault(error: Exception) -> FetchError:
    """What an error of the network or of the protocol means."""
    if isinstance(error, FetchError):
        return error
    if isinstance(error, TimeoutError):  # to ask a slow server twice helps nobody
        return FetchError(SERVER, "no answer in time, or one that comes too slowly", transient=True)
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return FetchError(SERVER, f"TLS: {error.reason or error}", transient=True)
    if isinstance(error, ConnectionRefusedError):
        return FetchError(SERVER, "connection refused", transient=True)
    what = "the answer was cut" if isinstance(error, OSError) else f"no proper HTTP: {type(error).__name__}"
    return FetchError(SERVER, what, transient=True, wait_s=0)


def _connected(guard: Guard, place: Place, timeout_s: float) -> socket.socket:
    """A connection to one of the addresses of the host, all of which were checked."""
    failed: Exception = OSError("no address")
    for family, address in guard.addresses(place)[:_TRIED]:
        sock = socket.socket(socket.AddressFamily(family), socket.SOCK_STREAM)
        try:
            sock.settimeout(timeout_s)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect((address, place.port))
        except OSError as error:
            sock.close()
            failed = error
        else:
            return sock
    raise fault(failed)


def _secured(sock: socket.socket, place: Place) -> socket.socket:
    if place.scheme == "http":
        return sock
    try:
        return tls().wrap_socket(sock, server_hostname=place.host)
    except OSError as error:
        sock.close()
        raise fault(error) from None


@cache
def tls() -> ssl.SSLContext:
    """What is trusted: the system's authorities, or those that SSL_CERT_FILE names."""
    return ssl.create_default_context()
