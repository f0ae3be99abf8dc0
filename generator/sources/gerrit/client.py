"""Gerrit's REST API over HTTP: anonymous, or below /a/ with a name and password, or a token."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import httpx

from generator.sources.index.credentials import credentials
from generator.sources.web_client import WebClient, is_json

if TYPE_CHECKING:
    from generator.gerrit_settings import GerritSettings
    from generator.matching.small_files import Plain

#: Before each answer, so that no web page of another site can read it as a script.
_GUARD = b")]}'"


class Client(WebClient):
    """The API of one Gerrit."""

    too_much = frozenset({400, 413})  # a Gerrit refuses a page that is larger than it allows
    absent = "correct `url`: it is what is before /c/ and /q/ in the addresses of its pages"
    denied = (
        "ask those who run it; `username` with `password_env` is an account and its HTTP password, which "
        "Gerrit shows under Settings, HTTP Credentials"
    )
    other = "is `url` that of a Gerrit?"

    def __init__(self, settings: GerritSettings) -> None:
        who = credentials(settings)
        assert settings.url is not None
        super().__init__(settings.url, settings, who)
        self._root = f"{settings.url}/a" if who.headers else settings.url

    def get(self, path: str, params: Iterable[tuple[str, str]] = (), large: bool = False) -> Plain:
        """The JSON at `path`, as `changes/`; see `ask`."""
        return self.ask(httpx.URL(f"{self._root}/{path}", params=list(params)), large=large)

    def payload(self, response: httpx.Response, body: bytes) -> bytes:
        """See `WebClient`."""
        if not is_json(response):
            raise self.failed("answers with a web page, not as Gerrit's REST API does", _PAGE)
        if not body.startswith(_GUARD):
            raise self.failed("answers JSON, but not as Gerrit does: it does not begin with )]}'", self.other)
        return body[len(_GUARD) :]

    def said(self, response: httpx.Response, body: bytes) -> str:
        """See `WebClient`."""
        kind = response.headers.get("content-type", "")
        plain = str(kind).lower().startswith("text/plain")
        return " ".join(body[:1000].decode("utf-8", "replace").split()) if plain else ""


_PAGE = "correct `url`; a page to log in means that it must be asked with `username` or a token"
