"""Which days were received wholly: rows of `asked`, as of an index, so that all pages can say it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from generator.sources.rows import Row
from generator.sources.zuul.reading import LONGEST, Kind

_DAY = timedelta(days=1)


def asked_rows(
    source: str, kind: Kind, scope: str, span: tuple[datetime, datetime], lost: tuple[datetime, str] | None
) -> Iterator[Row]:
    """A row for each day of the span, whose end is now; `lost` tells up to when rows are missing, and why.

    What began then may have ended up to twelve hours later.
    """
    first, now = span
    told = f"{kind.name}-{scope}"
    until = lost[0] + LONGEST if lost else None
    for day in _days(first, now):
        reason = lost[1] if lost and until and day < until else None
        complete = reason is None and day + _DAY <= now
        row = {"source": source, "day": day, "query_hash": told, "asked": now}
        yield {**row, "complete": complete, "reason": reason}


def midnight(at: datetime) -> datetime:
    """The start of its day, UTC."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _days(first: datetime, last: datetime) -> Iterator[datetime]:
    day = midnight(first)
    while day <= last:
        yield day
        day += _DAY
