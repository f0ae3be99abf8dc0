"""What a published site tells of its unclassified builds and of its queries: JSON from a stranger."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator import fetching
from generator.errors import GatepostError
from generator.fetching import AbsentError, Origin, TooLongError

#: Bytes that one table may have: ten lines each of some ten thousand builds.
_LIMIT = 64 << 20

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Published:
    """A site: rows of its tables `unclassified`, by build, and `failure_lines`; hashes of its queries by id.

    `until` is where the data ends, as the site writes it; None if it does not say.
    """

    name: str
    until: str | None
    builds: Mapping[str, Row]
    lines: tuple[Row, ...]
    queries: Mapping[str, str]


def read(where: str) -> Published:
    """The site at a URL or in a folder; GatepostError if there is none, or none that has these tables."""
    with fetching.opened(where) as site:
        return Published(
            name=site.name,
            until=_until(site),
            builds={row["build_uuid"]: row for row in _rows(site, "unclassified", ("build_uuid",))},
            lines=tuple(_rows(site, "failure_lines", ("build_uuid", "text"))),
            queries={
                row["signature"]: row["query_hash"]
                for row in _rows(site, "queries", ("signature", "query_hash"))
                if row.get("removed") is None
            },
        )


def _until(site: Origin) -> str | None:
    try:
        told = json.loads(site.read("data/site.json", _LIMIT))
    except (AbsentError, TooLongError, ValueError, RecursionError):
        return None
    until = told.get("until") if isinstance(told, dict) else None
    return until if isinstance(until, str) else None


def _rows(site: Origin, table: str, texts: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a table in which these columns hold texts, as dicts."""
    path = f"data/{table}.json"
    try:
        told = json.loads(site.read(path, _LIMIT))
        names = [column["name"] for column in told["columns"]]
        rows = [dict(zip(names, values, strict=True)) for values in told["rows"]]
    except AbsentError:
        raise GatepostError(
            f"{site.name}: has no {path}", "give the address of a site that this version of Gatepost built"
        ) from None
    except TooLongError:
        raise GatepostError(f"{site.name}: {path} has more than {_LIMIT} bytes", "ask who runs it") from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise GatepostError(f"{site.name}: {path} is no table of Gatepost's", "ask who runs it") from None
    return (row for row in rows if all(isinstance(row.get(name), str) for name in texts))
