"""Elasticsearch as a source: its client; the rest is in `sources.index`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from elasticsearch import (
    Elasticsearch,
    ElasticsearchWarning,
    SerializationError,
    TransportError,
    UnsupportedProductError,
)

from generator.sources.index.check import check as check
from generator.sources.index.client import Client, LostError, Reply, fault
from generator.sources.index.source import collect as collect

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings


class _Client:
    def __init__(self, url: str, settings: IndexSettings, certificates: Mapping[str, str]) -> None:
        options: dict[str, Any] = dict(certificates)
        self._client = Elasticsearch(
            url, request_timeout=settings.timeout_s, http_compress=True, max_retries=0, **options
        ).options(ignore_status=range(300, 1000))

    def send(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        kinds = {"accept": "application/json", "content-type": "application/x-ndjson"}
        try:
            answer = self._client.perform_request(method, target, headers={**kinds, **headers}, body=body)
        except UnsupportedProductError as error:  # which product it is, others find out
            return _reply(error.meta, error.body)
        except (SerializationError, RecursionError):
            raise LostError("the answer is neither JSON nor text") from None
        except TransportError as error:
            raise fault(error) from None
        return _reply(answer.meta, answer.body)


def _reply(meta: Any, body: Any) -> Reply:
    return Reply(meta.status, {name.lower(): value for name, value in meta.headers.items()}, body)


def client(url: str, settings: IndexSettings, certificates: Mapping[str, str]) -> Client:
    """A client of one address."""
    # the server's, meant for those who run it
    warnings.filterwarnings("ignore", category=ElasticsearchWarning)
    return _Client(url, settings, certificates)
