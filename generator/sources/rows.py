"""Rows of the tables in `model`, as dicts, from what a source knows of a build."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from generator.matching.excerpts import printable, redact
from generator.sources.outcomes import is_known, outcome

Row = dict[str, Any]
_DETAIL_CHARS = 300
#: To redact every name and address of every build would cost more than all else: these cannot hold a secret
#: without one of the signs of what gives it away.
_SUSPECT = re.compile(r"[@?=&]|pass|secret|token|key|gh[a-z]_|glpat|xox|eyj|akia|begin", re.I)


@dataclass(frozen=True)
class Origin:
    """What all rows of one collection of one source share."""

    source: str
    ci: str | None
    now: datetime
    query_set: str
    outcomes: Mapping[str, str]


@dataclass
class Rows:
    """Rows by table, as they come."""

    builds: list[Row] = field(default_factory=list)
    hits: list[Row] = field(default_factory=list)
    failure_lines: list[Row] = field(default_factory=list)
    skipped: list[Row] = field(default_factory=list)

    def add(self, other: Rows) -> None:
        """Append another's rows, in order."""
        self.builds += other.builds
        self.hits += other.hits
        self.failure_lines += other.failure_lines
        self.skipped += other.skipped


def build_row(origin: Origin, build: Mapping[str, object], uuid: str, examined: bool, known: bool) -> Row:
    """A row of `builds`; `build` holds what is known of it, `known` tells whether metadata named it."""
    start, end = build.get("start_time"), build.get("end_time")
    build = {name: shown(value) if isinstance(value, str) else value for name, value in build.items()}
    row: Row = {**build, "build_uuid": uuid}
    if (
        "duration_s" not in build
        and isinstance(start, datetime)
        and isinstance(end, datetime)
        and start <= end
    ):
        row["duration_s"] = (end - start).total_seconds()
    result = build.get("result")
    row |= {
        "ci": origin.ci or build.get("tenant") or origin.source,
        "outcome": outcome(result if isinstance(result, str) else None, origin.outcomes),
        "final": build.get("final", result != "RETRY"),
        "source": origin.source,
        "examined": examined,
        "query_set": origin.query_set if examined else None,
        "has_metadata": known,
        "collected": origin.now,
    }
    return row


def buildset_row(origin: Origin, buildset: Mapping[str, object]) -> Row:
    """A row of `buildsets`; `buildset` holds what is known of it, its tenant at least."""
    row = {name: shown(value) if isinstance(value, str) else value for name, value in buildset.items()}
    ci = origin.ci or row["tenant"]
    return {**row, "ci": ci, "source": origin.source, "collected": origin.now}


def shown(text: str) -> str:
    """A name or an address without what may be a secret in it."""
    return _redacted(text) if _SUSPECT.search(text) else text


# builds share most of their names
_redacted = lru_cache(4096)(redact)


def odd_results(origin: Origin, row: Row, path: str) -> list[Row]:
    """A row of `skipped` if no table knows the result of a build."""
    if is_known(row.get("result"), origin.outcomes):
        return []
    return [
        skipped_row(origin, path, "unknown result", f"{row['result']}: counted as neutral", row["build_uuid"])
    ]


def skipped_row(origin: Origin, path: str, reason: str, detail: str = "", uuid: str | None = None) -> Row:
    """A row of `skipped`: what was not read, or only in part."""
    return {
        "source": origin.source,
        "path": printable(path),
        "reason": reason,
        "detail": printable(redact(detail)).replace("\n", " ")[:_DETAIL_CHARS] or None,
        "build_uuid": uuid,
        "collected": origin.now,
    }
