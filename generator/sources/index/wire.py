"""Requests to a cluster at one or several addresses, asked again with back-off where that helps."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from generator.sources.index.backoff import retry_after, waits
from generator.sources.index.client import Client, LostError, Reply, UntrustedError, client
from generator.sources.index.credentials import credentials
from generator.sources.index.faults import BUSY, UnreachableError, is_blocked, reason_of
from generator.sources.index.refusals import refused, unreachable_hint, untrusted

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings


class Wire:
    """Sends requests; an address that answers is kept until it fails. `requests`: HTTP requests so far."""

    def __init__(self, settings: IndexSettings) -> None:
        self.settings = settings
        self.requests = 0
        self._credentials = credentials(settings)
        self._clients: list[tuple[str, Client]] = [(url, client(url, settings)) for url in settings.url]
        self._turn = 0  # only ever counted on: several threads may ask
        self._lock = Lock()

    @property
    def url(self) -> str:
        """The address that is asked next."""
        return self._clients[self._turn % len(self._clients)][0]

    @property
    def overheard(self) -> bool:
        """Whether credentials travel in clear text to another machine."""
        near = {"localhost", "127.0.0.1", "::1"}
        parts = [urlsplit(url) for url in self.settings.url]
        return bool(self._credentials.headers) and any(
            url.scheme == "http" and url.hostname not in near for url in parts
        )

    def hide(self, text: str) -> str:
        """The text without secrets."""
        return self._credentials.hide(text)

    def ask(self, method: str, target: str, body: bytes | None = None, allowed: Iterable[int] = ()) -> Reply:
        """The reply to one request, if its status is not an error of who asks or of where.

        401, 403 and redirects raise GatepostError unless their status is in `allowed`; UnreachableError if
        there is none within the patience of the settings.
        """
        began, patience, reason = time.monotonic(), self.settings.patience_s, ""
        for tried, wait in enumerate(chain(waits(patience), [None])):
            reply, reason, least = self._round(method, target, body)
            if reply is not None:
                if reply.status not in allowed:
                    refused(reply, self.url, self.settings, self.hide)
                return reply
            late = tried and time.monotonic() - began > patience  # to wait for answers takes time, too
            if wait is None or late or least > patience:
                break
            time.sleep(max(wait, least))
        raise UnreachableError(self.url, reason, unreachable_hint(self.url, reason, self.settings))

    def _round(self, method: str, target: str, body: bytes | None) -> tuple[Reply | None, str, float]:
        """Each address once, until one answers: the reply or None, why not, seconds to wait at least."""
        reason, least = "", 0.0
        for _ in self._clients:
            with self._lock:
                self.requests += 1
            url, node = self._clients[self._turn % len(self._clients)]
            try:
                reply = node.send(method, target, body, self._credentials.headers)
            except LostError as error:
                reason = str(error)
            except UntrustedError as error:
                raise untrusted(url, self.hide(str(error)), self.settings) from None
            else:
                blocked = reply.status == 403 and is_blocked(reply)
                if reply.status not in BUSY and not blocked:
                    return reply, "", 0
                reason = self._busy(reply)
                least = max(least, retry_after(reply.headers.get("retry-after"), datetime.now(UTC)))
            self._turn += 1
        return None, reason, least

    def _busy(self, reply: Reply) -> str:
        error = reply.data.get("error")
        return self.hide(f"HTTP {reply.status}" + (f": {reason_of(error)}" if error else ""))
