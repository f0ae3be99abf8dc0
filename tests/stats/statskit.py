"""Small tables for tests of the statistics."""

from __future__ import annotations

from itertools import count
from typing import Any

import pandas as pd

from generator.model import BUILDS, FAILURE_LINES, HITS, QUERIES, SIGNATURES, SKIPPED
from generator.stats import Results, StatsSettings, compute
from generator.tables import Tables, from_rows

#: Newest end of a build; collected an hour later.
UNTIL = pd.Timestamp("2026-11-20T22:00", tz="UTC")
NOW = UNTIL + pd.Timedelta(hours=2)


class Community:
    """Collects rows; a build is given by its age in days before `UNTIL` and what differs from the usual."""

    def __init__(self, **signatures: dict[str, Any]) -> None:
        self.builds: list[dict[str, Any]] = []
        self.hits: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.skipped: list[dict[str, Any]] = []
        self.signatures = signatures
        self.queries: dict[str, dict[str, str]] = {"q": {name: f"hash-{name}" for name in signatures}}
        self._number = count()

    def build(self, age: float, outcome: str = "success", hits: str = "", **values: Any) -> str:
        uuid = values.pop("build_uuid", f"b{next(self._number):05}")
        self.builds.append({
            "build_uuid": uuid, "ci": "zuul", "pipeline": "gate", "job": "tempest", "project": "nova",
            "branch": "master", "provider": "aldgate", "outcome": outcome, "result": outcome.upper(),
            "voting": True, "final": True, "source": "logs", "examined": True, "query_set": "q",
            "has_metadata": True, "collected": NOW, "end_time": UNTIL - pd.Timedelta(days=age), **values,
        })  # fmt: skip
        for name in hits.split():
            self.hits.append({
                "build_uuid": uuid, "signature": name, "query_hash": f"hash-{name}", "lines": 2,
                "file": "job-output.txt", "line": 7, "excerpt": "boom", "excerpt_line": 6, "assumed": False,
            })  # fmt: skip
        return uuid

    def many(self, number: int, age: float, outcome: str = "success", hits: str = "", **values: Any) -> None:
        for _ in range(number):
            self.build(age, outcome, hits, **values)

    def tables(self) -> Tables:
        signatures = [
            {"signature": name, "query_hash": f"hash-{name}", "suppress_graph": False,
             "allow_nonvoting": False, **values}
            for name, values in self.signatures.items()
        ]  # fmt: skip
        queries = [
            {"query_set": query_set, "signature": name, "query_hash": hashed}
            for query_set, names in self.queries.items() for name, hashed in names.items()
        ]  # fmt: skip
        return Tables.of(
            builds=from_rows(self.builds, BUILDS), hits=from_rows(self.hits, HITS),
            failure_lines=from_rows(self.lines, FAILURE_LINES), skipped=from_rows(self.skipped, SKIPPED),
            queries=from_rows(queries, QUERIES), signatures=from_rows(signatures, SIGNATURES),
        )  # fmt: skip

    def results(self, **settings: Any) -> Results:
        return compute(self.tables(), StatsSettings(**settings), NOW)


def pick(frame: pd.DataFrame, **values: Any) -> pd.Series[Any]:
    """The one row of a table with these values."""
    for name, value in values.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1, (len(frame), values)
    return frame.iloc[0]


def signature(results: Results, name: str, window: str = "7d", **values: Any) -> pd.Series[Any]:
    """The row of a signature, of all pipelines and voting builds unless said."""
    scope = {"pipeline": "*", "voting": "voting", **values}
    return pick(results.signatures, signature=name, window=window, **scope)
