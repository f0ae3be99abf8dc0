"""Results made by hand: every table typed as its schema says, absent values filled with harmless ones."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pandas as pd

from generator.stats.results import RESULTS, Facts, Results

UNTIL = pd.Timestamp("2026-11-20T22:00Z")
_FILL = {"int64": 0, "bool": False, "string": None, "float64": float("nan"), "timestamp": None}
_NULLABLE = {"change", "line", "excerpt_line"}
_DTYPE = {
    "int64": "int64",
    "bool": "bool",
    "string": "str",
    "float64": "float64",
    "timestamp": "datetime64[us, UTC]",
}


def frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A table of Results from partial rows."""
    schema = RESULTS[table]
    unknown = {key for row in rows for key in row} - {c.name for c in schema}
    assert not unknown, f"{table}: {unknown}"
    columns = {}
    for c in schema:
        values = [row.get(c.name, _FILL[c.type]) for row in rows]
        nullable = c.type == "int64" and c.name in _NULLABLE
        columns[c.name] = pd.Series(
            [v or None for v in values] if nullable else values, dtype="Int64" if nullable else _DTYPE[c.type]
        )
    return pd.DataFrame(columns)


def facts(**changed: Any) -> Facts:
    day = pd.Timedelta(days=1)
    windows = {"24h": UNTIL - day, "7d": UNTIL - 7 * day, "10d": UNTIL - 10 * day, "28d": UNTIL - 28 * day}
    known: dict[str, Any] = {
        "now": UNTIL + pd.Timedelta(minutes=70),
        "until": UNTIL,
        "collected": UNTIL,
        "builds": 5000,
        "first_day": pd.Timestamp("2026-09-12T00:00Z"),
        "builds_without_metadata": 0,
        "builds_without_end": 0,
        "builds_retried": 0,
        "builds_nonvoting": 0,
        "hits": 400,
        "signatures": 3,
        "pipelines": ("gate", "check"),
        "main_pipeline": "gate",
        "cis": ("zuul",),
        "jobs": 2,
        "projects": 2,
        "unrated": (),
        "coverage_threshold": 0.7,
        "windows": windows,
        "design_effect": 1.5,
    }
    names = {f.name for f in fields(Facts)}
    return Facts(**{k: v for k, v in {**known, **changed}.items() if k in names})


def results(facts_: Facts | None = None, **rows: list[dict[str, Any]]) -> Results:
    """Results with these rows; the other tables are empty."""
    return Results(facts_ or facts(), **{name: frame(name, rows.get(name, [])) for name in RESULTS})


def total(figure: str, k: int, n: int, state: str = "no clear change", **more: Any) -> dict[str, Any]:
    rate = k / n if n else None
    return {
        "pipeline": "gate",
        "voting": "voting",
        "window": "7d",
        "figure": figure,
        "k": k,
        "n": n,
        "rate": rate,
        "low": rate and rate * 0.9,
        "high": rate and min(1.0, rate * 1.1),
        "state": state,
        **more,
    }


def hit(
    signature: str, hits: int, failed: int, n: int, state: str = "no clear change", **more: Any
) -> dict[str, Any]:
    return {
        "pipeline": "gate",
        "voting": "voting",
        "window": "7d",
        "signature": signature,
        "hits": hits,
        "failed": failed,
        "k": hits,
        "n": n,
        "rate": hits / n,
        "low": 0.9 * hits / n,
        "high": 1.1 * hits / n,
        "share": hits / failed,
        "share_low": 0.9 * hits / failed,
        "share_high": min(1.0, 1.1 * hits / failed),
        "state": state,
        "first_seen": UNTIL - pd.Timedelta(days=3),
        "last_seen": UNTIL,
        "has_data": True,
        "projects": 1,
        "project_names": "nova",
        **more,
    }


def share(signature: str, dimension: str, value: str, k: int, n: int, window: str = "7d") -> dict[str, Any]:
    return {
        "signature": signature,
        "dimension": dimension,
        "value": value,
        "window": window,
        "k": k,
        "n": n,
        "hits": k,
        "rate": k / n,
        "low": 0.8 * k / n,
        "high": 1.2 * k / n,
        "has_data": True,
    }


def week() -> dict[str, list[dict[str, Any]]]:
    """The week of the mock: worse since one signature got worse in one provider."""
    worse = {
        "prev_k": 167,
        "prev_n": 1670,
        "prev_rate": 0.1,
        "change": 0.043,
        "change_low": 0.023,
        "change_high": 0.063,
    }
    detach = {
        "prev_k": 3,
        "prev_n": 900,
        "prev_rate": 0.003,
        "change": 0.093,
        "change_low": 0.076,
        "change_high": 0.111,
    }
    return {
        "totals": [
            total("failed", 353, 2462, "worse", **worse),
            total(
                "classified",
                286,
                353,
                prev_k=130,
                prev_n=167,
                change=0.032,
                change_low=-0.04,
                change_high=0.11,
            ),
            total(
                "infra",
                86,
                2548,
                "worse",
                prev_k=40,
                prev_n=1700,
                change=0.011,
                change_low=0.001,
                change_high=0.021,
            ),
            total("coverage", 2548, 2732),
            total("coverage_failed", 353, 380),
        ],
        "signatures": [
            hit("2091874", 112, 353, 1158, "worse", **detach),
            hit("2084402", 46, 353, 2210, prev_k=30, prev_n=1400, change=0.0004),
            hit("2093008", 17, 353, 640, "new"),
            hit("2071150", 15, 353, 1890, "better", prev_k=34, prev_n=1300, change=-0.017),
            {**hit("2077420", 0, 353, 700, "gone"), "last_seen": UNTIL - pd.Timedelta(days=30)},
            {**hit("1253896", 30, 353, 700), "hidden": True},
        ],
        "breakdowns": [
            share("2091874", "provider", "aldgate-north1", 95, 301),
            share("2091874", "provider", "aldgate-south1", 10, 313),
            share("2091874", "provider", "cedar-us1", 7, 544),
            share("2091874", "project", "nova", 60, 600),
            share("2091874", "project", "cinder", 52, 558),
        ],
        "unclassified": [
            {
                "build_uuid": f"u{i}",
                "job": "tempest-full" if i % 3 else "grenade",
                "project": "nova",
                "end_time": UNTIL,
                "text": "boom",
            }
            for i in range(7)
        ],
    }
