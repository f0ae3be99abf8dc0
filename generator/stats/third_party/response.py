"""How long CIs take: Kaplan-Meier over E, what was not answered so far counted as still waiting."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import CensoredData, ecdf

from generator.stats.intervals import Bools, Floats
from generator.stats.rates import Columns, table
from generator.stats.third_party.base import Base

#: Points of a curve that are kept.
POINTS = 100


@dataclass(frozen=True)
class Curve:
    """The share answered by these seconds, with 95 % bounds; by time."""

    seconds: Floats
    share: Floats
    low: Floats
    high: Floats

    def reached(self, share: float) -> tuple[float, float, float]:
        """Seconds by which this share was answered, and their bounds; NaN: not reached."""
        return _first(self, self.share, share), _first(self, self.high, share), _first(self, self.low, share)


def _first(curve: Curve, reached: Floats, share: float) -> float:
    where = np.flatnonzero(reached >= share - 1e-12)
    return float(curve.seconds[where[0]]) if len(where) else float("nan")


def curve(seconds: Floats, answered: Bools) -> Curve:
    """The curve of one CI, of one patch set or more: seconds until it was answered, or how long it waits."""
    found: Any = ecdf(CensoredData(uncensored=seconds[answered], right=seconds[~answered])).cdf
    with warnings.catch_warnings():
        # before the first answer and after the last one there is no interval, which is no error
        warnings.simplefilter("ignore", RuntimeWarning)
        around = found.confidence_interval(0.95, method="log-log")
    share = found.probabilities
    low, high = around.low.probabilities, around.high.probabilities
    # where all are answered the lower bound stays that of the time before
    low = np.where(np.isfinite(low), low, np.maximum.accumulate(np.nan_to_num(low)))
    high = np.where(share > 0, np.nan_to_num(high, nan=1.0), 0.0)
    return Curve(found.quantiles, share, np.where(share > 0, low, 0.0), high)


def response(base: Base) -> tuple[Columns, pd.DataFrame]:
    """The columns of the scoreboard on response, one element a CI; and the table `third_party_response`."""
    e = base.expected
    use = base.recent(e.created)
    ci, answered = e.ci[use], e.reported[use]
    waited = np.minimum(base.patches.replaced[e.patch[use]], base.until)
    seconds = np.maximum(np.where(answered, e.first[use], waited) - e.created[use], 0) / 1e6
    begin, stop = (np.searchsorted(ci, np.arange(len(base.cis)), side=side) for side in ("left", "right"))
    rows, curves = [], []
    for one, at, to in zip(base.cis, begin, stop, strict=True):
        found = curve(seconds[at:to], answered[at:to]) if to > at else None
        rows.append(_row(found, answered[at:to]))
        if found is not None:
            curves.append(_shown(one.id, found))
    frame = pd.concat(curves) if curves else _shown("", Curve(*(np.zeros(0) for _ in range(4))))
    made = pd.DataFrame(rows, columns=[*_NAMES])
    return {name: made[name].to_numpy() for name in _NAMES}, table("third_party_response", frame)


_TIMES = ("", "_low", "_high")
_NAMES = (
    *(f"response_{name}{bound}_s" for name in ("median", "p90") for bound in _TIMES),
    "response_over_s",
    "response_n",
    "response_censored",
)


def _row(found: Curve | None, answered: Bools) -> tuple[float, ...]:
    if found is None:
        return (*(np.nan for _ in range(7)), 0, 0)
    return (
        *found.reached(0.5),
        *found.reached(0.9),
        float(found.seconds[-1]),
        len(answered),
        int((~answered).sum()),
    )


def _shown(ci: str, found: Curve) -> pd.DataFrame:
    """The curve in few points: those where it rises, evenly among them."""
    rises = np.flatnonzero(np.diff(found.share, prepend=0) > 0)
    if len(rises) > POINTS:
        rises = rises[np.linspace(0, len(rises) - 1, POINTS).round().astype(np.int64)]
    return pd.DataFrame({
        "ci": ci, "seconds": found.seconds[rises], "share": found.share[rises],
        "low": found.low[rises], "high": found.high[rises],
    })  # fmt: skip
