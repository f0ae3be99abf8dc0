"""One tenant's part of the API, of a Zuul with several or of one that shows only this one (white-label)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from generator import words
from generator.errors import GatepostError
from generator.matching.records import text
from generator.sources.web_client import AbsentError, UnansweredError
from generator.sources.zuul.client import Client

if TYPE_CHECKING:
    from generator.matching.small_files import Plain
    from generator.zuul_settings import ZuulSettings

Params = tuple[tuple[str, str], ...]


class Api:
    """The API of one tenant."""

    def __init__(self, settings: ZuulSettings, client: Client) -> None:
        self.settings = settings
        self.tenant = settings.tenant or _tenant(settings, client)
        self._client = client
        self._root = f"tenant/{quote(settings.tenant, safe='')}/" if settings.tenant else ""

    @property
    def requests(self) -> int:
        """How many requests were made, also in vain."""
        return self._client.requests

    def get(self, path: str, params: Iterable[tuple[str, str]] = (), large: bool = False) -> Plain:
        """The JSON at a path of the tenant, like `builds`; numbers are texts. Raises UnansweredError.

        With `large` a smaller question can be asked instead.
        """
        try:
            return self._client.get(self._root + path, params, large=large)
        except AbsentError as error:
            hint = _tenants(self._client) if self._root else ""
            raise UnansweredError(self._place(), error.reason, hint or error.hint) from None

    def odd(self, what: str) -> UnansweredError:
        """The error for an answer that Zuul would not give."""
        return UnansweredError(self._place(), what, "does something between here and Zuul change answers?")

    def _place(self) -> str:
        return f"{self.settings.url}, tenant {self.tenant}"


@contextmanager
def connect(settings: ZuulSettings) -> Iterator[Api]:
    """The API that the settings name; GatepostError if it does not tell its tenant."""
    with Client(settings) as client:
        yield Api(settings, client)


def _tenant(settings: ZuulSettings, client: Client) -> str:
    """The only tenant of a white-label Zuul, by its own word."""
    told = client.get("info")
    info: Any = told.get("info") if isinstance(told, dict) else None
    name = text(info.get("tenant")) if isinstance(info, dict) else None
    if name is None:
        hint = _tenants(client) or "name the `tenant`, as in /t/TENANT of its pages"
        raise GatepostError(f"{settings.url}: has more than one tenant", hint)
    return name


def _tenants(client: Client) -> str:
    """A hint that names the tenants, if the Zuul tells them."""
    names = []
    with suppress(UnansweredError):
        told = client.get("tenants", patient=False)
        rows: list[Any] = told if isinstance(told, list) else []
        names = [name for row in rows if isinstance(row, dict) and (name := text(row.get("name")))]
    return f"name one of its tenants: {words.listed(names, 10)}" if names else ""
