"""Zuul's API over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx

from generator.sources.index.credentials import bearer
from generator.sources.web_client import WebClient, is_json

if TYPE_CHECKING:
    from generator.matching.small_files import Plain
    from generator.zuul_settings import ZuulSettings

Params = Iterable[tuple[str, str]]


class Client(WebClient):
    """The API of one Zuul."""

    not_yet = frozenset({422})  # the tenant is not loaded yet
    absent = "correct `url` and `tenant`"
    denied = "ask those who run it; `token_env` names a token that may read"
    other = "is `url` that of a Zuul?"

    def __init__(self, settings: ZuulSettings) -> None:
        super().__init__(settings.url, settings, bearer(settings.token_env, settings.token_file))

    def get(self, path: str, params: Params = (), patient: bool = True, large: bool = False) -> Plain:
        """The JSON at `path` below /api/; see `ask`."""
        return self.ask(httpx.URL(f"{self._address}/api/{path}", params=list(params)), patient, large)

    def payload(self, response: httpx.Response, body: bytes) -> bytes:
        """See `WebClient`."""
        if not is_json(response):
            raise self.failed("answers with a web page, not as Zuul's API does", "correct `url`")
        return body

    def said(self, response: httpx.Response, body: bytes) -> str:
        """See `WebClient`."""
        with suppress(ValueError, RecursionError, AttributeError):
            return _description(json.loads(body)) if is_json(response) else ""
        return ""


def _description(data: Any) -> str:
    text = data.get("description") or data.get("message") or data.get("error") or ""
    return " ".join(str(text).split())
