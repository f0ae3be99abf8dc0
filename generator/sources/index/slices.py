"""Which days of an index are asked for what: pure functions over days and hashes of queries.

An index is asked in slices: the documents of one UTC day by their own time. In which index a document lies
is no matter: names of indices are days of sending. What was answered wholly, for a day that is long enough
over, is never asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from generator.sources.index.presets import builds_query

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings

DAY = timedelta(days=1)
#: So long after midnight a build may end that began, and failed, on the day before.
NIGHT = timedelta(hours=6)
#: So many lines one search may go through, so that its answer comes in time.
DOCUMENTS = 2_000_000
#: All times that are asked about, so that wrong clocks are seen; a field of type date_nanos knows no others.
EVER = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))

#: A day and the hash of a query: what is asked, and answered, once.
Key = tuple[date, str]


class Extent(NamedTuple):
    """Documents by day: `days` in the window, `gaps` between those (none known), `outside` of it."""

    days: Mapping[date, int]
    gaps: tuple[date, ...]
    outside: Mapping[date, int]


class Question(NamedTuple):
    """Days that follow one another, and the hashes of the queries that are to be asked of each of them."""

    days: tuple[date, ...]
    hashes: tuple[str, ...]

    def pairs(self) -> Iterator[Key]:
        """Each day with each query."""
        return ((day, hash_) for day in self.days for hash_ in self.hashes)


def extent(counts: Mapping[date, int], since: date | None, now: datetime, whole: bool = True) -> Extent:
    """What of an index's days is asked: from `since` on until today; tomorrow's is for tomorrow.

    If the counts are not whole, the newest days may be but missing in them.
    """
    first, today = since or date.min, now.astimezone(UTC).date()
    days = {day: count for day, count in sorted(counts.items()) if first <= day <= today and count}
    outside = {day: n for day, n in sorted(counts.items()) if n and not first <= day <= today + DAY}
    return Extent(days, _between(days, None if whole else today), outside)


def _between(days: Collection[date], last: date | None) -> tuple[date, ...]:
    """The days from the first to the newest, or to `last`, that are not among them."""
    known = [*days, *([last] if last else [])]
    if not known:
        return ()
    first = min(known)
    every = (first + number * DAY for number in range((max(known) - first).days + 1))
    return tuple(day for day in every if day not in days)


def questions(
    days: Mapping[date, int], hashes: Sequence[str], finished: Collection[Key]
) -> tuple[Question, ...]:
    """What is left to ask of days (with their documents), the newest first: they count most if it ends early.

    Neighbours with the same queries are asked together, up to DOCUMENTS: each search visits every index.
    """
    asked: list[Question] = []
    documents = 0
    for day in sorted(days, reverse=True):
        left = tuple(hash_ for hash_ in dict.fromkeys(hashes) if (day, hash_) not in finished)
        documents += days[day]
        if asked and asked[-1].hashes == left and documents <= DOCUMENTS:
            asked[-1] = Question((day, *asked[-1].days), left)
        else:
            asked.append(Question((day,), left))
            documents = days[day]
    return tuple(question for question in asked if question.hashes)


def is_over(day: date, now: datetime, lag: timedelta) -> bool:
    """Whether all documents of a day should have arrived."""
    return midnight(day) + DAY + lag <= now


def lived(start: datetime | None, end: datetime, first: date) -> tuple[date, ...]:
    """The days that must have been answered before a build counts as examined; none before the index began.

    Those from its start to its end; where the start is not known, the day of its end, and the one before if
    it ended in the night.
    """
    day = end.date()
    began = (end - NIGHT if start is None else min(start, end)).date()
    return tuple(day - DAY * back for back in range((day - max(began, min(first, day))).days, -1, -1))


def builds_hash(settings: IndexSettings) -> str:
    """The hash of the query that defines builds, of the fields that tell of them, and of where they are."""
    fields = [f"{theirs}\t{ours}" for theirs, ours in sorted(settings.fields.items())]
    where = ",".join(settings.index)
    said = "\n".join([builds_query(settings), settings.preset, settings.time_field, where, *fields])
    return f"builds-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def midnight(day: date) -> datetime:
    """The start of a day, UTC."""
    return datetime.combine(day, time(), UTC)
