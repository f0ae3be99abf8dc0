"""What one build has on its log server, asked for with patience: another attempt where that may help."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import BinaryIO, TypeVar, cast
from urllib.parse import quote

from generator.matching.inventory import INVENTORIES, MANIFEST, MAX_INVENTORY
from generator.matching.records import Record, from_inventory
from generator.matching.small_files import UnusableError, load_plain, read_small
from generator.sources.log_server.budget import Allowance
from generator.sources.log_server.client import Body, Client
from generator.sources.log_server.faults import BAD_MANIFEST, NO_MANIFEST, AbsentError, FetchError, SpentError
from generator.sources.log_server.guard import Place
from generator.sources.log_server.manifest import MAX_BYTES, Listed, read_manifest

T = TypeVar("T")
_ATTEMPTS = 3


class Folder:
    """The folder of a build on its server; every answer is taken from the allowance. Raises FetchError."""

    def __init__(self, client: Client, place: Place, allowance: Allowance, patience_s: float) -> None:
        path = place.target.partition("?")[0].rstrip("/")
        self._base = place._replace(target=f"{path}/").url
        self._client, self.allowance, self._patience_s = client, allowance, patience_s

    def manifest(self, url: str | None) -> Listed:
        """The files that there are; of a build without a manifest none, which is among its problems."""
        try:
            text = self._small(url or f"{self._base}{MANIFEST}", MAX_BYTES)
        except AbsentError as error:
            return Listed((), ((NO_MANIFEST, error.detail),))
        except UnusableError as error:
            return Listed((), ((BAD_MANIFEST, error.detail or error.reason),))
        return read_manifest(text) or Listed((), ((BAD_MANIFEST, "no JSON with a tree of files"),))

    def inventory(self, name: str = INVENTORIES[0]) -> Record:
        """What the inventory says, nothing if there is none; raises UnusableError."""
        try:
            text = self._small(self.url(name), MAX_INVENTORY)
        except AbsentError:
            return Record({}, {})
        return from_inventory(load_plain(text))

    def url(self, name: str) -> str:
        """The URL of one of the files."""
        return self._base + quote(name)

    def read(self, url: str, use: Callable[[Body], T]) -> T:
        """What `use` makes of a file, anew for each attempt; of one too large, of its beginning."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._client.get(url, self.allowance) as body:
                    made = use(body)
                if body.fault is None or isinstance(body.fault, SpentError):
                    return made
                raise body.fault
            except FetchError as error:
                wait = error.wait_s
                if wait is None or wait > self._patience_s or attempt == _ATTEMPTS:
                    raise
            time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def _small(self, url: str, limit: int) -> str:
        def use(body: Body) -> str:
            try:
                return read_small(cast(BinaryIO, body), limit)
            except UnusableError:
                if body.fault is not None:
                    raise body.fault from None
                raise

        return self.read(url, use)
