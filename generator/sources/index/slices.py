"""Which days of an index are asked for what: pure functions over days and hashes of queries.

An index is asked in slices: the documents of one UTC day by their own time. In which index a document lies
is no matter: names of indices are days of sending. What was answered wholly, for a day that is long enough
over, is never asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from generator.sources.index.presets import builds_query

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

DAY = timedelta(days=1)
#: So long after midnight a build may end that began, and failed, on the day before.
NIGHT = timedelta(hours=6)
#: All times that an index may hold, so that wrong clocks are seen.
EVER = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))

#: A day and the hash of a query: what is asked, and answered, once.
Key = tuple[date, str]


class Extent(NamedTuple):
    """Documents by day: `days` in the window, `gaps` between those (none that day), `outside` of it."""

    days: Mapping[date, int]
    gaps: tuple[date, ...]
    outside: Mapping[date, int]


class Question(NamedTuple):
    """One slice: its day, and the hashes of the queries that are to be asked."""

    day: date
    hashes: tuple[str, ...]


def extent(counts: Mapping[date, int], since: date | None, now: datetime) -> Extent:
    """What of an index's days is asked: from `since` on until today; tomorrow's is for tomorrow."""
    first, today = since or date.min, now.astimezone(UTC).date()
    days = {day: count for day, count in sorted(counts.items()) if first <= day <= today and count}
    outside = {day: n for day, n in sorted(counts.items()) if n and not first <= day <= today + DAY}
    return Extent(days, _between(days), outside)


def _between(days: Collection[date]) -> tuple[date, ...]:
    if not days:
        return ()
    first = min(days)
    every = (first + number * DAY for number in range((max(days) - first).days))
    return tuple(day for day in every if day not in days)


def questions(
    days: Collection[date], hashes: Sequence[str], finished: Collection[Key]
) -> tuple[Question, ...]:
    """The slices with something left to ask; the newest, which count most if the index goes away, first."""
    wanted = dict.fromkeys(hashes)
    asked = (
        Question(day, tuple(hash_ for hash_ in wanted if (day, hash_) not in finished))
        for day in sorted(days, reverse=True)
    )
    return tuple(question for question in asked if question.hashes)


def is_over(day: date, now: datetime, lag: timedelta) -> bool:
    """Whether all documents of a day should have arrived."""
    return midnight(day) + DAY + lag <= now


def nights(end: datetime, first: date) -> tuple[date, ...]:
    """The days that must have been answered before a build that ended then counts as examined.

    The day of its end, and the one before if it ended in the night; but none before the index began.
    """
    day = end.date()
    early = end - midnight(day) < NIGHT
    return (day - DAY, day) if early and day > first else (day,)


def builds_hash(settings: IndexSettings) -> str:
    """The hash of the query that defines builds, and of the fields that tell of them."""
    fields = [f"{theirs}\t{ours}" for theirs, ours in sorted(settings.fields.items())]
    said = "\n".join([builds_query(settings), settings.preset, settings.time_field, *fields])
    return f"builds-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def midnight(day: date) -> datetime:
    """The start of a day, UTC."""
    return datetime.combine(day, time(), UTC)
