"""What a client of an engine offers: one HTTP request to one address, and what came of it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected
from importlib import import_module
from socket import gaierror
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from urllib3.exceptions import IncompleteRead as Incomplete
from urllib3.exceptions import TimeoutError as Late
from urllib3.util import parse_url

from generator.sources import SOURCES

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

#: A reason of LostError: what was asked may be too much.
TIMEOUT = "no answer in time"
_PORTS = {"http": 80, "https": 443}


class Reply(NamedTuple):
    """An answer of whatever status; `headers` in lower case; `body` decoded, text if it is no JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def data(self) -> Mapping[str, Any]:
        """The body if it is a JSON object, else nothing."""
        return self.body if isinstance(self.body, dict) else {}


class LostError(Exception):
    """No answer, or not the whole of one: the text says why, for people. Asking again may help."""


class UntrustedError(Exception):
    """TLS failed: the text is the library's. Asking again does not help."""


class Client(Protocol):
    """One address of a cluster; it never asks twice by itself, and compresses what it sends."""

    def send(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """One request; `body` is NDJSON. Raises LostError or UntrustedError."""


class _ClientModule(Protocol):
    def client(self, url: str, settings: IndexSettings, certificates: Mapping[str, str]) -> Client: ...


def client(url: str, settings: IndexSettings) -> Client:
    """The client for the type of the settings."""
    parts = parse_url(url)  # what is the port without one, the libraries do not agree on
    whole = parts._replace(port=parts.port or _PORTS[str(parts.scheme)]).url
    files = {
        "ca_certs": settings.ca_file,
        "client_cert": settings.client_cert,
        "client_key": settings.client_key,
    }
    certificates = {name: str(path) for name, path in files.items() if path is not None}
    module = cast(_ClientModule, import_module(SOURCES[settings.type]))
    return module.client(whole, settings, certificates)


def decoded(text: str) -> Any:
    """JSON as data; other text as it is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def fault(error: BaseException) -> LostError | UntrustedError:
    """What an exception of a library means."""
    chain = list(_chain(error))
    for kind, reason in _REASONS:
        for one in chain:
            if isinstance(one, kind):
                return LostError(reason) if reason else UntrustedError(str(one))
    return LostError("the connection failed")


_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLEOFError, "the connection was closed"),
    (ssl.SSLError, ""),
    (gaierror, "there is no such host"),
    (ConnectionRefusedError, "connection refused"),
    (Late, TIMEOUT),
    (TimeoutError, TIMEOUT),
    (IncompleteRead, "the answer was cut"),
    (Incomplete, "the answer was cut"),
    (RemoteDisconnected, "the connection was closed without an answer"),
    (BadStatusLine, "what answers there speaks no HTTP"),
    (ConnectionError, "the connection was reset"),
    (OSError, "the network cannot be reached"),
)


def _chain(error: BaseException, depth: int = 8) -> Iterator[BaseException]:
    """The exception and those that it carries in its arguments, or that caused it."""
    yield error
    inner = (*error.args, *getattr(error, "errors", ()), error.__cause__, error.__context__)
    for one in inner if depth else ():
        if isinstance(one, BaseException):
            yield from _chain(one, depth - 1)
