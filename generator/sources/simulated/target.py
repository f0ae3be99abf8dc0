"""The Elasticsearch or OpenSearch that the demo sends its documents into, and what its indices are called."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from generator.errors import GatepostError
from generator.index_settings import ElasticSettings, IndexSettings, OpensearchSettings
from generator.sources.index.client import Reply
from generator.sources.index.faults import UnreachableError, reason_of
from generator.sources.index.refusals import product
from generator.sources.index.wire import Wire

PREFIX = "gatepost-demo"
USER, PASSWORD, CA_FILE = "GATEPOST_DEMO_USER", "GATEPOST_DEMO_PASSWORD", "GATEPOST_DEMO_CA_FILE"
_KINDS = {"elastic": ElasticSettings, "opensearch": OpensearchSettings}
_PATIENCE_S = 30
_NO_SERVER = (
    "is a server running there? One to try: docker run -p 9200:9200 -e discovery.type=single-node "
    "-e xpack.security.enabled=false elasticsearch:8.15.0; without --engine the demo needs no server"
)
_ACCESS = (
    f"the demo takes the user's name from the environment variable {USER}, the password from {PASSWORD}, and "
    f"the name of a file with the certificate of the authority that signed the server's from {CA_FILE}"
)


@dataclass(frozen=True)
class Target:
    """An engine that answers; the names of all indices of the demo begin with `prefix`."""

    wire: Wire
    settings: IndexSettings
    prefix: str

    def logs_index(self, at: datetime) -> str:
        """Where lines of log go that are sent at a moment."""
        return f"{self.prefix}-logs-{at:%Y.%m.%d}"

    def runs_index(self, tenant: str, at: datetime) -> str:
        """Where Zuul's reporter writes at a moment."""
        return f"{self.prefix}-zuul.{tenant}-{at:%Y.%m.%d}"

    def is_ours(self, index: str) -> bool:
        """Whether an index is one of the demo's by its name."""
        names = rf"{re.escape(self.prefix)}-(logs|zuul\.\w+)-\d{{4}}\.\d\d\.\d\d"
        return re.fullmatch(names, index) is not None

    def ask(self, method: str, path: str, body: bytes | None = None) -> Reply:
        """The reply to one request; GatepostError if it is refused."""
        reply = self.wire.ask(method, path, body)
        if reply.status >= 400:
            said = self.wire.hide(reason_of(reply.data.get("error") or f"HTTP {reply.status}"))
            raise self.refusal(said)
        return reply

    def refusal(self, said: str) -> GatepostError:
        """The error of an engine that does not take what it is sent."""
        hint = f"the demo must be able to create, fill and delete indices that begin with {self.prefix}-"
        return GatepostError(f"{self.wire.url}: refused: {said}", hint)

    def sources(self) -> list[dict[str, Any]]:
        """The sources of gatepost.yaml: what ran, by Zuul's reporter; and the lines of log, of all builds."""
        access = {"type": self.settings.type, "url": self.wire.url, **_access()}
        runs = {"name": "runs", **access, "index": f"{self.prefix}-zuul.*", "preset": "zuul"}
        lines = {"name": "lines", **access, "index": f"{self.prefix}-logs-*", "preset": "openstack"}
        return [runs, {**lines, "builds": 'filename:"job-output.txt"'}]


def connect(url: str, prefix: str = PREFIX) -> Target:
    """The engine at `url`, whichever of the two; GatepostError with a way out if there is none to use."""
    access = {"url": url, "index": f"{prefix}-*", **_access()}
    try:
        root = Wire(ElasticSettings(**access, patience_s=0)).ask("GET", "/")
        kind, _ = product(root, root.headers.get("x-elastic-product"))
        if kind is not None:
            settings = _KINDS[kind](**access, patience_s=_PATIENCE_S)
            return Target(Wire(settings), settings, prefix)
    except ValidationError as error:
        raise GatepostError(f"--engine: {error.errors()[0]['msg']}", _ACCESS) from None
    except UnreachableError as error:
        raise GatepostError(error.message, _NO_SERVER) from None
    except GatepostError as error:
        raise GatepostError(error.message, _ACCESS) from None
    raise GatepostError(f"{url}: answers, but is neither Elasticsearch nor OpenSearch", _NO_SERVER)


def _access() -> dict[str, Any]:
    """Who asks, as the configuration of a source says it."""
    user, authority = os.environ.get(USER), os.environ.get(CA_FILE)
    access: dict[str, Any] = {"username": user, "password_env": PASSWORD} if user else {}
    return {**access, "ca_file": str(Path(authority).resolve())} if authority else access
