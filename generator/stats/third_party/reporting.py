"""Whether CIs report: in 28 d, by week and by day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.model import OUTCOMES
from generator.stats.base import DAY
from generator.stats.intervals import Bools, Ints, Moments
from generator.stats.rates import Columns, rate, table, timestamps
from generator.stats.third_party.base import Base
from generator.stats.third_party.expected import HALF_YEAR, midnight
from generator.stats.third_party.said import RESULT, UNREAD

WEEKS = HALF_YEAR // 7
#: A week's share of reported patch sets from which on it is good, and under which it is low.
GOOD, LOW = 0.9, 0.5


def prefixed(prefix: str, moments: Moments) -> Columns:
    """The columns of a rate of each CI, with a prefix: k, n, rate, low, high."""
    made = rate(moments)
    names = {"k": moments.k, "n": moments.n, "rate": made.rate, "low": made.low, "high": made.high}
    return {f"{prefix}_{name}": values for name, values in names.items()}


def columns(base: Base) -> Columns:
    """The columns of the scoreboard on reporting, one element a CI."""
    e = base.expected
    recent = base.recent(e.created)
    made = rate(base.moments(e.ci[recent], e.patch[recent], e.reported[recent]))
    late = np.bincount(e.ci[recent & e.late], minlength=len(base.cis))
    return {
        "expected": made.moments.n, "reported": made.moments.k, "late": late,
        "rate": made.rate, "low": made.low, "high": made.high,
    }  # fmt: skip


def weeks(base: Base) -> pd.DataFrame:
    """The table `third_party_weeks`: 26 weeks of every CI, the oldest first."""
    e, size = base.expected, len(base.cis)
    expected, reported = (_by_week(base, e.ci[use], e.created[use]) for use in (slice(None), e.reported))
    told = base.comments.kind == RESULT
    seen = _by_week(base, base.comments.ci[told], base.comments.time[told]) > 0
    starts = base.until - np.arange(WEEKS, 0, -1) * 7 * DAY
    paused = np.array([_paused(base, ci, starts) for ci in range(size)], dtype=np.bool_).reshape(-1)
    uploaded = base.patches.created[base.patches.created >= starts[0]]
    unknown = np.bincount((uploaded - starts[0]) // (7 * DAY), minlength=WEEKS)[:WEEKS] == 0
    share = np.where(expected > 0, reported / np.maximum(expected, 1), np.nan)
    state = np.select(
        [
            (expected == 0) & paused,
            np.tile(unknown, size) & ~seen,
            expected == 0,
            share >= GOOD,
            share >= LOW,
            (reported == 0) & ~seen,
        ],
        ["paused", "no data", "nothing", "good", "partial", "silent"],
        "low",
    )
    return table("third_party_weeks", {
        "ci": np.repeat(np.array([ci.id for ci in base.cis], dtype=object), WEEKS),
        "start": timestamps(np.tile(starts, size)), "expected": expected, "reported": reported,
        "rate": share, "state": state.astype(object),
    })  # fmt: skip


def _by_week(base: Base, ci: Ints, time: Ints) -> Ints:
    """How many of these times are in each week of each CI: CIs × weeks, flattened."""
    week = WEEKS - 1 - (base.until - time) // (7 * DAY)
    use = week >= 0
    return np.bincount(ci[use] * WEEKS + week[use], minlength=len(base.cis) * WEEKS).astype(np.int64)


def _paused(base: Base, ci: int, starts: Ints) -> Bools:
    paused = np.zeros(len(starts), dtype=np.bool_)
    for pause in base.cis[ci].pauses:
        begin, end = midnight(pause.start), midnight(pause.end) + DAY
        paused |= (begin < starts + 7 * DAY) & (end > starts)
    return paused


def days(base: Base) -> pd.DataFrame:
    """The table `third_party_days`: days of every CI on which something was said or expected, half a year."""
    said, e = base.comments, base.expected
    since = (base.until - HALF_YEAR * DAY) // DAY + 1
    told = np.flatnonzero(((said.outcome >= 0) | (said.kind == UNREAD)) & (said.time // DAY >= since))
    span = base.until // DAY + 1
    of_comments, of_expected = said.ci[told] * span + said.time[told] // DAY, e.ci * span + e.created // DAY
    keys, place = np.unique(np.concatenate([of_comments, of_expected]), return_inverse=True)
    at, due = np.split(place, [len(told)])
    counted = {"expected": due, "reported": due[e.reported]} | {
        outcome: at[said.outcome[told] == code] for code, outcome in enumerate(OUTCOMES)
    }
    answer = pd.Series((e.first - e.created)[e.reported] / 1e6).groupby(due[e.reported]).median()
    return table("third_party_days", {
        "ci": np.array([ci.id for ci in base.cis], dtype=object)[keys // span],
        "day": timestamps(keys % span * DAY),
        **{name: np.bincount(rows, minlength=len(keys)) for name, rows in counted.items()},
        "unread": np.bincount(at[said.kind[told] == UNREAD], minlength=len(keys)),
        "response_median_s": answer.reindex(range(len(keys))).to_numpy(),
    })  # fmt: skip
