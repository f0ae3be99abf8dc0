"""Builds by day and by hour: what became of them, with coverage; periods without builds are rows too."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from generator.stats.base import DAY, HOUR, Base
from generator.stats.cells import scopes
from generator.stats.exposure import VOTING
from generator.stats.gaps import Gaps
from generator.stats.groups import failure_rate, in_scope, outcome_counts, shares
from generator.stats.intervals import Ints
from generator.stats.rates import Columns, Rate, repeated, stacked, table, timestamps

DAYS = 28
#: So far back go the days of all pipelines together.
LONG_DAYS = 70
HOURS = 7 * 24


def period(base: Base, unit: int, count: int) -> tuple[Ints, Ints]:
    """Each build's period of `unit` µs: 0 is the oldest of `count`, −1 is older; and where they start."""
    first = base.until // unit - count + 1
    number = base.end // unit - first
    return np.where(number >= 0, number, -1), (first + np.arange(count)) * unit


def days(base: Base, gaps: Gaps) -> pd.DataFrame:
    """The table `days`: the last 28 days by pipeline, the last 70 of all together."""
    long, short = (_series(base, gaps, "days", count) for count in (LONG_DAYS, DAYS))
    return stacked("days", [*long[::2], *short[1::2]])


def hours(base: Base, gaps: Gaps) -> pd.DataFrame:
    """The table `hours`: the last 7 × 24 hours by pipeline."""
    return stacked("hours", _series(base, gaps, "hours", HOURS))


def _series(base: Base, gaps: Gaps, name: Literal["days", "hours"], count: int) -> list[pd.DataFrame]:
    """For each voting scope, the rows of all pipelines together and those of each pipeline."""
    unit, column = (DAY, "day") if name == "days" else (HOUR, "hour")
    number, starts = period(base, unit, count)
    reach, parts = gaps.of_pipelines(base), []
    for scope in VOTING:
        grouped = scopes(base, in_scope(base, scope) & (number >= 0))
        for (labels, group), near in zip(grouped, (reach[:1], reach[1:]), strict=True):
            cell, cells = np.where(group >= 0, group * count + number, -1), len(labels) * count
            numbers, rates = outcome_counts(base, cell, cells), failure_rate(base, cell, cells)
            parts.append(table(name, {
                "pipeline": repeated(labels, count), "voting": repeated([scope], cells),
                column: pd.concat([timestamps(starts)] * len(labels)) if labels else [],
                **numbers, **_shares(numbers, rates),
                "partial": gaps.periods(near, starts),
            }))  # fmt: skip
    return parts


def _shares(numbers: Columns, rates: Rate) -> dict[str, Any]:
    return {
        "rate": rates.rate, "low": rates.low, "high": rates.high,
        "coverage_failed": shares(numbers["failed_examined"], numbers["failed"]),
        "has_data": numbers["run"] > 0,
    }  # fmt: skip


def group_days(base: Base, gaps: Gaps) -> pd.DataFrame:
    """The table `group_days`: each CI and job by day, voting builds, the last 28 days."""
    number, starts = period(base, DAY, DAYS)
    inside = base.voting & (number >= 0)
    parts = []
    for dimension in ("ci", "job"):
        coded = base.dims[dimension]
        size = len(coded.values)
        cell = np.where(inside, coded.codes * DAYS + number, -1)
        numbers, rates = outcome_counts(base, cell, size * DAYS), failure_rate(base, cell, size * DAYS)
        frame = table("group_days", {
            "dimension": repeated([dimension], size * DAYS), "value": repeated(coded.values, DAYS),
            "day": pd.concat([timestamps(starts)] * size), **numbers, **_shares(numbers, rates),
            "partial": gaps.periods(gaps.reach(base, coded.codes, size), starts),
        })  # fmt: skip
        seen = np.bincount(coded.codes[inside], minlength=size) > 0
        parts.append(frame[np.repeat(seen, DAYS)])
    return stacked("group_days", parts)
