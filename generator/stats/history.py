"""Failure rates by week and month, and first and last days of signatures, since the first day collected.

What is counted are the rollups: they outlive the builds, but do not know which of these failed together. So
the intervals take the design effect of the last 28 days for that of all times.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.base import Base, flags, unrated
from generator.stats.columns import ALL
from generator.stats.exposure import Voting
from generator.stats.intervals import wilson
from generator.stats.rates import stacked, table
from generator.tables import Tables

_FREQUENCIES = {"week": "W-SUN", "month": "M"}
_DAY = pd.Timedelta(days=1)


def history(base: Base, tables: Tables, effect: float) -> pd.DataFrame:
    """The table `history`; `effect` is the design effect of failed builds."""
    days = _days(_until(tables.history_builds, base), unrated(tables))
    parts = [
        _periods(of, unit, days["day"].max()).assign(ci=ci, unit=unit)
        for unit in _FREQUENCIES
        for ci, of in [(ALL, days), *days.groupby("ci")]
        if len(of)
    ]
    return stacked("history", [_rated(part, effect) for part in parts])


def signature_history(base: Base, tables: Tables) -> pd.DataFrame:
    """The table `signature_history`."""
    hits = failed_hits(base, tables, "voting")
    found = hits.groupby("signature").agg(
        first=("day", "min"), last=("day", "max"), hits=("hits", "sum"), days=("day", "nunique")
    )
    return table("signature_history", found.reset_index())


def failed_hits(base: Base, tables: Tables, scope: Voting) -> pd.DataFrame:
    """Hits of failed builds of a voting scope, by day and signature, since the first day collected."""
    hits = _until(tables.history_hits, base)
    files = tables.signatures
    allowed = files.loc[flags(files["allow_nonvoting"], False), "signature"]
    counted = flags(hits["voting"], True) | hits["signature"].isin(allowed).to_numpy(dtype=np.bool_)
    failed = hits["outcome"].eq("failure").to_numpy(dtype=np.bool_)
    return hits[failed & (counted | (scope == "all"))]


def _until(rollup: pd.DataFrame, base: Base) -> pd.DataFrame:
    """Of final builds, and of the days that the report has."""
    until = pd.Timestamp(base.until, unit="us", tz="UTC")
    days = (rollup["day"] <= until).to_numpy(dtype=np.bool_)
    return rollup[days & flags(rollup["final"], True)]


def _days(rollup: pd.DataFrame, without_passed: list[str]) -> pd.DataFrame:
    """Voting builds by CI and day, by what became of them, and what rates and coverage are out of."""
    rollup = rollup[flags(rollup["voting"], True)]
    outcome, builds = rollup["outcome"].to_numpy(dtype=object), rollup["builds"].to_numpy(dtype=np.int64)
    hit, rated = flags(rollup["classified"], False), ~rollup["ci"].isin(without_passed).to_numpy(dtype=bool)
    read, failed, passed = flags(rollup["examined"], False) | hit, outcome == "failure", outcome == "success"
    chosen = {
        "run": builds > 0, "examined": read, "succeeded": passed, "failed": failed,
        "infra": outcome == "infra", "neutral": outcome == "neutral", "failed_examined": failed & read,
        "classified": failed & hit, "unclassified": failed & read & ~hit,
        "k": failed & rated, "n": (failed | passed) & rated, "read": read & rated, "ran": rated,
    }  # fmt: skip
    counts = {name: np.where(of, builds, 0) for name, of in chosen.items()}
    keys = rollup[["ci", "day"]].astype({"ci": object}).reset_index(drop=True)
    return pd.concat([keys, pd.DataFrame(counts)], axis=1).groupby(["ci", "day"], as_index=False).sum()


def _periods(days: pd.DataFrame, unit: str, last: pd.Timestamp) -> pd.DataFrame:
    """The sums of each period from that of the first of `days` to that of the day `last`."""
    frequency = _FREQUENCIES[unit]
    period = pd.PeriodIndex(days["day"].dt.tz_localize(None).dt.to_period(frequency))
    every = pd.period_range(period.min(), last.tz_localize(None).to_period(frequency), freq=frequency)
    counts = days.drop(columns=["ci", "day"])
    sums = counts.groupby(period).sum().reindex(every, fill_value=0).reset_index(drop=True)
    start = pd.Series(every.start_time.tz_localize("UTC"))
    stop = pd.Series((every + 1).start_time.tz_localize("UTC"))
    first, end = days["day"].min(), last + _DAY
    known = stop.where(stop < end, end) - start.where(start > first, first)
    seen = days[days["run"] > 0].groupby(every.get_indexer(period[days["run"] > 0]))["day"]
    return sums.assign(
        start=start,
        first=seen.min().reindex(sums.index),
        days=seen.nunique().reindex(sums.index, fill_value=0),
        length=known.dt.days,
        complete=known == stop - start,
        has_data=sums["run"] > 0,
    )


def _rated(periods: pd.DataFrame, effect: float) -> pd.DataFrame:
    """With the failure rate, its interval and the coverage."""
    k, n = periods["k"].to_numpy(dtype=np.int64), periods["n"].to_numpy(dtype=np.int64)
    rate = np.divide(k, n, out=np.full(len(n), np.nan), where=n > 0)
    low, high = wilson(rate, n / effect)
    share = np.divide(periods["read"], periods["ran"].where(periods["ran"] > 0))
    return table("history", periods.assign(rate=rate, low=low, high=high, coverage=share))
