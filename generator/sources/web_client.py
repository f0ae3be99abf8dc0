"""A JSON API over HTTP: one question, asked politely and patiently, and what its answer means."""

from __future__ import annotations

import json
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

import httpx

from generator import __version__, words
from generator.errors import GatepostError
from generator.fetching import unpacked
from generator.matching.excerpts import printable
from generator.sources.index.backoff import retry_after, waits
from generator.sources.index.client import TIMEOUT, UntrustedError, fault
from generator.sources.index.credentials import Credentials, check_certificates

if TYPE_CHECKING:
    from generator.matching.small_files import Plain

#: Of an answer, unpacked. A page of 500 builds has about 1 MB.
_MOST_BYTES = 32 << 20
_NOT_YET = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHARS = 200


class Manners(Protocol):
    """How patiently and how often a server is asked, and whom its operators may write to."""

    @property
    def requests_per_s(self) -> float: ...  # noqa: D102
    @property
    def timeout_s(self) -> float: ...  # noqa: D102
    @property
    def patience_s(self) -> float: ...  # noqa: D102
    @property
    def contact(self) -> str | None: ...  # noqa: D102
    @property
    def ca_file(self) -> Path | None: ...  # noqa: D102


class UnansweredError(GatepostError):
    """The API did not answer, however often it was asked; `reason` is short, for people.

    `large` tells whether it might answer a smaller question.
    """

    def __init__(self, where: str, reason: str, hint: str, large: bool = False) -> None:
        super().__init__(f"{where}: {reason}", hint)
        self.reason = reason
        self.large = large


class AbsentError(UnansweredError):
    """There is no such address: 404."""


class _AgainError(Exception):
    """It failed in a way that may pass; `after` seconds is when the server wants to be asked again."""

    def __init__(self, reason: str, after: float = 0, large: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.large = large


class WebClient:
    """A server's API. It is asked for one thing at a time, and not more often than the settings allow.

    A class of its own for each kind of server says what is particular to it.
    """

    #: Statuses that may pass besides those that always may; those that a smaller question may not get.
    not_yet: ClassVar[frozenset[int]] = frozenset()
    too_much: ClassVar[frozenset[int]] = frozenset()
    #: Hints: for 404, for 401 and 403, and for what else no such server answers.
    absent = denied = other = ""

    def __init__(self, address: str, manners: Manners, credentials: Credentials) -> None:
        self._address, self._manners, self._credentials = address, manners, credentials
        self._next = 0.0
        self._http = httpx.Client(
            headers={"user-agent": agent(manners), "accept": "application/json", "accept-encoding": "gzip"}
            | credentials.headers,
            timeout=manners.timeout_s,
            verify=_trust(manners),
        )
        #: How many requests were made, also in vain.
        self.requests = 0

    def payload(self, response: httpx.Response, body: bytes) -> bytes:
        """The JSON in an answer; UnansweredError, made by `failed`, if it is none of this kind of server."""
        raise NotImplementedError

    def said(self, response: httpx.Response, body: bytes) -> str:
        """What an answer that is an error says, for people; nothing if it is not the server's own."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def ask(self, url: httpx.URL, patient: bool = True, large: bool = False) -> Plain:
        """The JSON at a URL, numbers as texts; UnansweredError, AbsentError if it is missing.

        With `large` a smaller question can be asked instead, so that no time is lost on this one.
        """
        patience = self._manners.patience_s if patient else 0
        left, until, tired = waits(patience), time.monotonic() + patience, 0
        while True:
            self._pace()
            try:
                return self._once(url)
            except _AgainError as again:
                wait, tired = next(left, None), tired + again.large
                late = wait is None or time.monotonic() + again.after > until
                if late or (large and tired > 1):
                    raise self.failed(str(again), _LATER, again.large) from None
                time.sleep(max(wait or 0, again.after))

    def _pace(self) -> None:
        """Wait for the turn of the next request."""
        now = time.monotonic()
        time.sleep(max(0.0, self._next - now))
        self._next = max(now, self._next) + 1 / self._manners.requests_per_s

    def _once(self, url: httpx.URL) -> Plain:
        self.requests += 1
        try:
            with self._http.stream("GET", url) as response:
                return self._meaning(response, self._body(response))
        except httpx.DecodingError:
            raise _AgainError("an answer cannot be unpacked") from None
        except httpx.HTTPError as error:
            cause = fault(error)
            if isinstance(cause, UntrustedError):
                raise self.failed(f"is not trusted: {cause}", "correct `url`, or name `ca_file`") from None
            raise _AgainError(str(cause), large=str(cause) == TIMEOUT) from None

    def _body(self, response: httpx.Response) -> bytes:
        """The answer, within limits of size and of time: httpx has one only for each part of it."""
        until, parts, size = time.monotonic() + self._manners.timeout_s, [], 0
        for part in unpacked(response):
            parts.append(part)
            size += len(part)
            if size > _MOST_BYTES:
                limit = words.count(_MOST_BYTES)
                raise self.failed(f"an answer has more than {limit} bytes", self.other, large=True)
            if time.monotonic() > until:
                raise _AgainError(TIMEOUT, large=True)
        return b"".join(parts)

    def _meaning(self, response: httpx.Response, body: bytes) -> Plain:
        status = response.status_code
        if status == 200:
            return self._json(response, body)
        told = self._credentials.hide(self.said(response, body))
        reason = f"answers {status}" + (f": {words.cut(printable(told), _CHARS)}" if told else "")
        if status in _NOT_YET | self.not_yet:
            after = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
            raise _AgainError(reason, after, large=status in (500, 502, 504))
        if status == 404:
            raise AbsentError(self._address, reason, self.absent)
        if status in (401, 403):
            raise self.failed(reason, self.denied)
        if response.has_redirect_location:
            target = response.url.join(response.headers["location"]).copy_with(query=None)
            raise self.failed(f"sends to {self._credentials.hide(str(target))}", "write that as `url`")
        raise self.failed(reason, self.other, large=status in self.too_much)

    def _json(self, response: httpx.Response, body: bytes) -> Plain:
        try:
            data: Plain = json.loads(
                self.payload(response, body), parse_int=str, parse_float=str, parse_constant=str
            )
        except (ValueError, RecursionError):
            raise _AgainError("an answer is not the JSON that it says it is") from None
        return data

    def failed(self, reason: str, hint: str, large: bool = False) -> UnansweredError:
        """The error that says so."""
        return UnansweredError(self._address, reason, hint, large)


_LATER = "if `url` is right, try again later; `patience_s` says how long to wait for it"


def agent(manners: Manners) -> str:
    """What servers are told of who asks."""
    return f"gatepost/{__version__}" + (f" (+{manners.contact})" if manners.contact else "")


def is_json(response: httpx.Response) -> bool:
    """Whether the answer says that it is JSON."""
    kind = response.headers.get("content-type", "")
    return str(kind).partition(";")[0].strip().lower() == "application/json"


def _trust(manners: Manners) -> ssl.SSLContext | bool:
    check_certificates(manners.ca_file)
    return ssl.create_default_context(cafile=manners.ca_file) if manners.ca_file else True
