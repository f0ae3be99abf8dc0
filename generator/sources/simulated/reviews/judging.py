"""Which of the community's rules a simulated CI meets."""

from __future__ import annotations

from datetime import datetime, timedelta

from generator.sources.simulated.reviews.cast import Ci
from generator.sources.simulated.reviews.expecting import Expected
from generator.sources.simulated.reviews.settings import RULES

_FEW, _LEAST = 10, 3
_RECENT = timedelta(days=28)


def rules(
    ci: Ci, reported: tuple[int, int], disagree: tuple[int, int], silence: timedelta, record: timedelta
) -> dict[str, str]:
    """State by rule, from k and n of the rates, the longest silence, and the time since the first result."""
    return {
        "record": _state(record.days >= RULES["record_days"]),
        "reporting_rate": _state(_share(reported) >= RULES["reporting_rate"], reported[1]),
        "disagreement": _state(_share(disagree) <= RULES["disagreement"], disagree[1]),
        "silence": _state(silence <= timedelta(days=RULES["silence_days"]), reported[1]),
        "contacts": _state(len(ci.entry["contacts"]) >= RULES["contacts"]),
    }


def longest(due: list[Expected], until: datetime) -> timedelta:
    """The longest time without any report on three or more that was not over before the last 28 d."""
    found, missed = timedelta(0), list[datetime]()
    for one in due:
        if one.reported is None:
            missed.append(one.created)
            continue
        if len(missed) >= _LEAST and one.created > until - _RECENT:
            found = max(found, one.created - missed[0])
        missed.clear()
    return max(found, until - missed[0]) if len(missed) >= _LEAST else found


def readiness(ci: Ci, states: dict[str, str], until: datetime) -> str:
    """What these states come to."""
    if "retired" in ci.entry:
        return "retired"
    if any(pause["start"] <= until.date() <= pause["end"] for pause in ci.entry.get("pauses", ())):
        return "paused"
    if "not met" in states.values():
        return "not all met"
    return "not judged" if "not judged" in states.values() else "all met"


def _share(rate: tuple[int, int]) -> float:
    return rate[0] / max(rate[1], 1)


def _state(met: bool, n: int = _FEW) -> str:
    return "not judged" if n < _FEW else "met" if met else "not met"
