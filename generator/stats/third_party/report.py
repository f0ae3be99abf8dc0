"""All figures of third-party CIs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from generator.stats.rates import Columns, table, timestamps
from generator.stats.third_party import (
    compliance,
    describe,
    disagreement,
    events,
    flips,
    grid,
    mix,
    reporting,
    response,
    rules,
    silences,
    standing,
    strangers,
    streaks,
)
from generator.stats.third_party.base import Base, make, reviewed
from generator.stats.third_party.columns import THIRD_PARTY
from generator.tables import Tables
from generator.third_party_settings import ThirdParty

__all__ = ["compute", "moment", "nothing", "reviewed"]


def nothing() -> dict[str, pd.DataFrame]:
    """The tables of `THIRD_PARTY`, without rows."""
    return {
        name: table(name, {c.name: np.empty(0, dtype=object) for c in schema})
        for name, schema in THIRD_PARTY.items()
    }


def moment(until: int | None) -> pd.Timestamp | None:
    """Where the windows end as a time."""
    return None if until is None else pd.Timestamp(until, unit="us", tz="UTC")


def compute(
    tables: Tables, settings: ThirdParty | None, until: int | None, whole: bool = True
) -> dict[str, pd.DataFrame]:
    """The tables of `THIRD_PARTY` for windows that end at `until`, microseconds since 1970; None: no data.

    Without settings, or data, they have no rows; if not `whole`, only the scoreboard and the rules have.
    """
    if settings is None or until is None:
        return nothing()
    base = make(tables, settings, until)
    quiet = silences.runs(base)
    answered, curves = response.response(base)
    stands = standing.standing(base)
    board = _board(base, quiet, answered, stands)
    judged, summary = rules.rules(base, quiet, board)
    found = {"third_party": table("third_party", board.assign(**summary)), "third_party_rules": judged}
    return nothing() | found | (_details(base, quiet, curves, stands) if whole else {})


def _details(
    base: Base, quiet: silences.Runs, curves: pd.DataFrame, stands: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The tables beside the scoreboard and the rules."""
    shown = grid.newest(base)
    return {
        "third_party_weeks": reporting.weeks(base),
        "third_party_days": reporting.days(base),
        "third_party_jobs": mix.jobs(base),
        "third_party_response": curves,
        "third_party_disagreements": disagreement.disagreements(base),
        "third_party_standing": stands,
        "third_party_silences": silences.silences(base, quiet),
        "third_party_events": events.events(base),
        "third_party_patchsets": grid.patchsets(base, shown),
        "third_party_results": grid.results(base, shown),
        "third_party_unknown": strangers.unknown(base),
        "third_party_unread": strangers.unread(base),
    }


def _board(base: Base, quiet: silences.Runs, answered: Columns, stands: pd.DataFrame) -> pd.DataFrame:
    """The scoreboard, but for the rules."""
    excess_k, excess_n = compliance.excess(base)
    streak, silence = streaks.columns(base), silences.columns(base, quiet)
    return pd.DataFrame({
        **describe.columns(base), **reporting.columns(base), **answered, **mix.columns(base),
        **disagreement.columns(base), **reporting.prefixed("flip", flips.flips(base)),
        **reporting.prefixed("compliant", compliance.compliant(base)),
        "excess_k": excess_k, "excess_n": excess_n,
        **streak, "streak_since": timestamps(streak["streak_since"]),
        **silence, **{name: timestamps(silence[name]) for name in ("silent_since", "silence_start")},
        "standing": standing.counts(base, stands),
    })  # fmt: skip
