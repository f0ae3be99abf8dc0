"""OpenSearch as a source: its client; the rest is in `sources.index`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opensearchpy import OpenSearch, OpenSearchWarning, TransportError

from generator.sources.index.check import check as check
from generator.sources.index.client import Client, Reply, decoded, fault
from generator.sources.index.source import collect as collect

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings


class _Client:
    def __init__(self, url: str, settings: IndexSettings, certificates: Mapping[str, str]) -> None:
        options: dict[str, Any] = dict(certificates)
        options |= {"timeout": settings.timeout_s, "pool_maxsize": 4}  # as many as ask at once
        cluster = OpenSearch(url, http_compress=True, max_retries=0, **options)
        # of a failure the transport tells no headers, so no Retry-After
        self._connection = cluster.transport.get_connection()

    def send(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        kinds = {"accept": "application/json", "content-type": "application/x-ndjson"}
        try:
            status, answered, text = self._connection.perform_request(
                method, target, body=body, headers={**kinds, **headers}, ignore=range(300, 1000)
            )
        except TransportError as error:
            raise fault(error) from None
        return Reply(status, {name.lower(): value for name, value in answered.items()}, decoded(text))


def client(url: str, settings: IndexSettings, certificates: Mapping[str, str]) -> Client:
    """A client of one address."""
    # the server's, meant for those who run it
    warnings.filterwarnings("ignore", category=OpenSearchWarning)
    return _Client(url, settings, certificates)
