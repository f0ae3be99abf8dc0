"""Times as an index tells them: milliseconds since 1970, or nanoseconds where it sorts by those."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_NANOSECONDS = 1e15  # no time in milliseconds is as large
_WITHOUT = 2**63 - 1  # by this a document without a time is sorted


def sort_time(hit: Mapping[str, Any]) -> float | None:
    """Milliseconds, of a document that was sorted by time first; None if it has no time."""
    at = hit["sort"][0]
    if at is None or at >= _WITHOUT:
        return None
    return float(at if at < _NANOSECONDS else at / 1e6)


def moment(milliseconds: float | None) -> datetime | None:
    """The UTC time; None for none, and for one that is in no calendar: some clocks are that wrong."""
    try:
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
