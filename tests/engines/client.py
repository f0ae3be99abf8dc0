"""Talks to a server as a test does that plants documents and looks at the outcome."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .security import Security


class Answer(NamedTuple):
    """What a server said: its JSON parsed, anything else as text."""

    status: int
    body: Any


class Server:
    """A server that runs; `name` is like elasticsearch-8.15.0, `url` has no credentials."""

    def __init__(self, name: str, url: str, security: Security | None = None) -> None:
        self.name = name
        self.kind, _, self.version = name.partition("-")
        self.url = url
        self.security = security

    def __repr__(self) -> str:
        return f"{self.name} at {self.url}"

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 60,
    ) -> Answer:
        """Send a request as one who may do all; `body` as JSON, bytes untouched. Any status is an answer."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path.lstrip('/')}", sent, method=method)
        for name, value in {
            "Content-Type": "application/json",
            **self._credentials(),
            **(headers or {}),
        }.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=timeout_s, context=self._tls()) as response:
                return Answer(response.status, _parsed(response.read()))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _parsed(error.read()))

    def request(self, method: str, path: str, body: object = None) -> Any:
        """The JSON that is answered; AssertionError for a status of 400 or more."""
        answer = self.ask(method, path, body)
        assert answer.status < 400, f"{self}: {method} {path}: {answer.status} {answer.body}"
        return answer.body

    def index(self, index: str, documents: Iterable[Mapping[str, Any]]) -> int:
        """Put documents into an index and make them searchable; how many there were."""
        lines = [line for document in documents for line in ('{"index":{}}', json.dumps(document))]
        for at in range(0, len(lines), 10_000):
            body = "\n".join([*lines[at : at + 10_000], ""]).encode()
            items = self.request("POST", f"{index}/_bulk", body)["items"]
            errors = [item for item in items if item["index"]["status"] >= 300]
            assert not errors, errors[:3]
        self.request("POST", f"{index}/_refresh")
        return len(lines) // 2

    def indices(self, prefix: str) -> list[str]:
        """The names of the indices that begin so."""
        path = f"_cat/indices/{prefix}*?format=json&h=index&expand_wildcards=all"
        return sorted(row["index"] for row in self.request("GET", path))

    def forget(self, prefix: str) -> None:
        """Delete the indices that begin so."""
        for index in self.indices(prefix):
            self.request("DELETE", index)

    def _credentials(self) -> dict[str, str]:
        if self.security is None:
            return {}
        pair = f"{self.security.username}:{self.security.password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def _tls(self) -> ssl.SSLContext | None:
        return self.security.context() if self.security else None


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
