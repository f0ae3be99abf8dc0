"""Zuul's API over HTTP: one question, asked politely and patiently, and what its answer means."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from generator import __version__, words
from generator.errors import GatepostError
from generator.fetching import unpacked
from generator.matching.excerpts import printable
from generator.sources.index.backoff import retry_after, waits
from generator.sources.index.client import TIMEOUT, UntrustedError, fault
from generator.sources.index.credentials import bearer, check_certificates

if TYPE_CHECKING:
    from generator.matching.small_files import Plain
    from generator.zuul_settings import ZuulSettings

Params = Iterable[tuple[str, str]]

#: Of an answer, unpacked. A page of 500 builds has about 1 MB.
_MOST_BYTES = 32 << 20
#: 422: the tenant is not loaded yet.
_NOT_YET = frozenset({408, 422, 425, 429, 500, 502, 503, 504})
_CHARS = 200


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


class Client:
    """The API of one Zuul. It asks for one thing at a time, and not more often than the settings allow."""

    def __init__(self, settings: ZuulSettings) -> None:
        self._settings = settings
        self._next = 0.0
        self._credentials = bearer(settings.token_env, settings.token_file)
        self._http = httpx.Client(
            headers={"user-agent": agent(settings), "accept": "application/json", "accept-encoding": "gzip"}
            | self._credentials.headers,
            timeout=settings.timeout_s,
            verify=_trust(settings),
        )
        #: How many requests were made, also in vain.
        self.requests = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def get(self, path: str, params: Params = (), patient: bool = True, large: bool = False) -> Plain:
        """The JSON at `path` below /api/, numbers as texts; UnansweredError, AbsentError if it is missing.

        With `large` a smaller question can be asked instead, so that no time is lost on this one.
        """
        url = httpx.URL(f"{self._settings.url}/api/{path}", params=list(params))
        patience = self._settings.patience_s if patient else 0
        left, until, tired = waits(patience), time.monotonic() + patience, 0
        while True:
            self._pace()
            try:
                return self._once(url)
            except _AgainError as again:
                wait, tired = next(left, None), tired + again.large
                late = wait is None or time.monotonic() + again.after > until
                if late or (large and tired > 1):
                    raise self._failed(str(again), _LATER, again.large) from None
                time.sleep(max(wait or 0, again.after))

    def _pace(self) -> None:
        """Wait for the turn of the next request."""
        now = time.monotonic()
        time.sleep(max(0.0, self._next - now))
        self._next = max(now, self._next) + 1 / self._settings.requests_per_s

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
                raise self._failed(f"is not trusted: {cause}", "correct `url`, or name `ca_file`") from None
            raise _AgainError(str(cause), large=str(cause) == TIMEOUT) from None

    def _body(self, response: httpx.Response) -> bytes:
        """The answer, within limits of size and of time: httpx has one only for each part of it."""
        until, parts, size = time.monotonic() + self._settings.timeout_s, [], 0
        for part in unpacked(response):
            parts.append(part)
            size += len(part)
            if size > _MOST_BYTES:
                limit = words.count(_MOST_BYTES)
                raise self._failed(f"an answer has more than {limit} bytes", _OTHER, large=True)
            if time.monotonic() > until:
                raise _AgainError(TIMEOUT, large=True)
        return b"".join(parts)

    def _meaning(self, response: httpx.Response, body: bytes) -> Plain:
        status = response.status_code
        if status == 200:
            return self._json(response, body)
        reason = f"answers {status}{self._told(response, body)}"
        if status in _NOT_YET:
            after = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
            raise _AgainError(reason, after, large=status in (500, 502, 504))
        if status == 404:
            raise AbsentError(self._settings.url, reason, "correct `url` and `tenant`")
        if status in (401, 403):
            raise self._failed(reason, "ask those who run it; `token_env` names a token that may read")
        if response.has_redirect_location:
            target = response.url.join(response.headers["location"]).copy_with(query=None)
            raise self._failed(f"sends to {self._credentials.hide(str(target))}", "write that as `url`")
        raise self._failed(reason, _OTHER)

    def _json(self, response: httpx.Response, body: bytes) -> Plain:
        if not _is_json(response):
            raise self._failed("answers with a web page, not as Zuul's API does", "correct `url`")
        try:
            data: Plain = json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError):
            raise _AgainError("an answer is not the JSON that it says it is") from None
        return data

    def _told(self, response: httpx.Response, body: bytes) -> str:
        """What Zuul says of an error; of a web page nothing."""
        with suppress(ValueError, RecursionError, AttributeError):
            if _is_json(response) and (text := _description(json.loads(body))):
                return f": {words.cut(printable(self._credentials.hide(text)), _CHARS)}"
        return ""

    def _failed(self, reason: str, hint: str, large: bool = False) -> UnansweredError:
        return UnansweredError(self._settings.url, reason, hint, large)


_LATER = "if `url` is right, try again later; `patience_s` says how long to wait for it"
_OTHER = "is `url` that of a Zuul?"


def agent(settings: ZuulSettings) -> str:
    """What servers are told of who asks."""
    return f"gatepost/{__version__}" + (f" (+{settings.contact})" if settings.contact else "")


def _description(data: Any) -> str:
    text = data.get("description") or data.get("message") or data.get("error") or ""
    return " ".join(str(text).split())


def _is_json(response: httpx.Response) -> bool:
    kind = response.headers.get("content-type", "")
    return str(kind).partition(";")[0].strip().lower() == "application/json"


def _trust(settings: ZuulSettings) -> ssl.SSLContext | bool:
    check_certificates(settings.ca_file)
    return ssl.create_default_context(cafile=settings.ca_file) if settings.ca_file else True
