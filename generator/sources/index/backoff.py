"""How long to wait before asking again: longer each time, and not all at the same moment."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_FIRST_S, _LONGEST_S = 0.5, 30.0


def waits(patience_s: float) -> Iterator[float]:
    """Seconds to wait, doubling, with jitter; in all no longer than the patience."""
    left, longest = patience_s, _FIRST_S
    while left > 0:
        wait = min(left, longest * random.uniform(0.5, 1))
        yield wait
        left, longest = left - wait, min(2 * longest, _LONGEST_S)


def retry_after(value: str | None, now: datetime) -> float:
    """Seconds of a Retry-After header, which is a number or a date; 0 without one."""
    if value is None:
        return 0
    try:
        if value.strip().isdigit():
            return float(value)
        return max(0.0, (parsedate_to_datetime(value).astimezone(UTC) - now).total_seconds())
    except (ValueError, OverflowError):
        return 0
