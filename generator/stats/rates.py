"""Columns of a rate and of its trend, and tables as documented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from generator.model import BUILDS, Schema, Type
from generator.stats.base import Base, Texts
from generator.stats.columns import RESULTS
from generator.stats.intervals import Bools, Floats, Ints, Moments, difference, effective, wilson
from generator.stats.settings import WINDOWS
from generator.stats.testing import change_p, discoveries

Columns = dict[str, NDArray[Any]]

_NUMPY: dict[Type, str] = {"int64": "int64", "float64": "float64", "bool": "bool", "string": "str"}
_TIME = pd.DatetimeTZDtype("us", "UTC")
#: Columns of single builds and lines that may be null.
_NULLABLE = {"change", "line", "excerpt_line"}


@dataclass(frozen=True)
class Rate:
    """Rates of some cells: fractions with bounds, NaN where there is no data; n that they are worth."""

    moments: Moments
    effective: Floats
    rate: Floats
    low: Floats
    high: Floats

    def columns(self) -> Columns:
        """The standard rate columns."""
        m = self.moments
        return {
            "k": m.k, "n": m.n, "rate": self.rate, "low": self.low, "high": self.high,
            "n_effective": self.effective,
        }  # fmt: skip


def rate(moments: Moments, shown: Bools | None = None) -> Rate:
    """The rates of the cells with their intervals; NaN for n = 0 and where `shown` is false."""
    worth = effective(moments)
    has = moments.n > 0 if shown is None else (moments.n > 0) & shown
    value = np.where(has, moments.k / np.maximum(moments.n, 1), np.nan)
    low, high = wilson(value, worth)
    return Rate(moments, worth, value, low, high)


def days_with_data(slot: Ints) -> dict[str, tuple[int, int]]:
    """By window: days of the window before it, and those of its 24-hour slots that are in `slot`."""
    slots = np.unique(slot)
    return {name: (days, int(((slots >= days) & (slots < 2 * days)).sum())) for name, days in WINDOWS.items()}


def change(now: Rate, before: Rate) -> Columns:
    """The difference of rates, its interval and the p-value that there is none; NaN where one has no data."""
    value, low, high = difference(now.rate, now.low, now.high, before.rate, before.low, before.high)
    p = change_p(
        now.moments.k, now.moments.n, now.effective, before.moments.k, before.moments.n, before.effective
    )
    p[~np.isfinite(value)] = np.nan
    return {"change": value, "change_low": low, "change_high": high, "p_value": p}


def trend(now: Rate, before: Rate, days: int | Ints, with_data: int | Ints) -> Columns:
    """The standard trend columns but `q_value` and `state`, which need all tests: see `judged`."""
    size = len(now.rate)
    return {
        "prev_k": before.moments.k, "prev_n": before.moments.n, "prev_rate": before.rate,
        "prev_days": np.broadcast_to(days, size), "prev_days_with_data": np.broadcast_to(with_data, size),
        **change(now, before),
    }  # fmt: skip


def judged(frame: pd.DataFrame, alpha: float, better_up: Bools | None = None) -> pd.DataFrame:
    """The table with `q_value` over all its tests, and `state`; `better_up`: rows where more is better."""
    p = frame["p_value"].to_numpy(dtype=np.float64)
    q = discoveries(p)
    value = frame["change"].to_numpy(dtype=np.float64)
    worse = value > 0 if better_up is None else np.where(better_up, value < 0, value > 0)
    clear = np.isfinite(q) & (q <= alpha) & (value != 0)
    state = np.where(clear, np.where(worse, "worse", "better"), "no clear change")
    return frame.assign(q_value=q, state=np.where(np.isfinite(value), state, "no data"))


def timestamps(values: Ints) -> pd.Series[Any]:
    """Microseconds since 1970 as UTC timestamps; `NO_TIME` becomes NaT."""
    # numpy reads the smallest number as NaT, which is what NO_TIME is
    return pd.Series(values.astype("datetime64[us]")).dt.tz_localize("UTC")


def typed(columns: Mapping[str, Any] | pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """A table with the columns of the schema, in its order and with the types that `columns` documents."""
    single = any(c.name == "build_uuid" for c in schema)
    data = {c.name: _typed(columns[c.name], c.type, single and c.name in _NULLABLE) for c in schema}
    return pd.DataFrame(data)


def _typed(values: Any, kind: Type, nullable: bool) -> pd.Series[Any]:
    series: pd.Series[Any] = pd.Series(values).reset_index(drop=True)
    dtype: Any = _TIME if kind == "timestamp" else "Int64" if nullable else _NUMPY[kind]
    return series.astype(dtype)


def table(name: str, columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """The result table `name` from its columns."""
    return typed(columns, RESULTS[name])


def stacked(name: str, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables of one kind below each other; an empty one of that kind if there are none."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return table(name, {c.name: np.empty(0, dtype=object) for c in RESULTS[name]})
    return typed(pd.concat(filled, ignore_index=True), RESULTS[name])


def repeated(values: Texts | list[str], times: int) -> NDArray[Any]:
    """Each value `times` times in a row."""
    return np.repeat(np.asarray(values, dtype=object), times)


def build_columns(base: Base, rows: Ints) -> dict[str, Any]:
    """Columns of single builds, for those at positions `rows` of the builds that count."""
    picked = base.builds.take(base.rows[rows]).reset_index(drop=True)
    return {c.name: picked[c.name] for c in BUILDS}
