"""When a line of a log was written, by the clock at its start."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

#: So many bytes at the start of a line tell its time.
CLOCK_BYTES = 64

_ISO = re.compile(
    rb"[\[(]?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d{1,6})\d{0,3})?(Z|[+-]\d\d:?\d\d)?(?![\d:])"
)
_SHORT = re.compile(rb"(?:([A-Z][a-z]{2}) ([ \d]\d) )?(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6})\d{0,3})?(?![\d:])")
_MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def line_time(line: bytes, near: datetime | None) -> datetime | None:
    """The time of a line, UTC; None without a clock, or with one that cannot be. Without a zone it is UTC.

    Of syslog's clock, which has no year, and of a time of day the rest is that which brings it closest to
    `near`; without that there is no time.
    """
    try:
        found = _ISO.match(line)
        if found:
            return _whole(found)
        found = _SHORT.match(line) if near is not None else None
        return _completed(found, near) if found and near is not None else None
    except (ValueError, OverflowError):  # 2021-99-99: not a time after all
        return None


def _whole(found: re.Match[bytes]) -> datetime:
    seconds, fraction, zone = (part.decode() if part else "" for part in found.groups())
    at = datetime.fromisoformat(f"{seconds}.{fraction:0<6}{zone}")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _completed(found: re.Match[bytes], near: datetime) -> datetime:
    month, day, hour, minute, second, fraction = found.groups()
    micros = int((fraction or b"0").ljust(6, b"0"))
    if month is None:
        dates = [near + timedelta(days=shift) for shift in (-1, 0, 1)]
    else:
        dates = [on for shift in (-1, 0, 1) if (on := _day(near, near.year + shift, month, int(day)))]
    clock = {"hour": int(hour), "minute": int(minute), "second": int(second), "microsecond": micros}
    return min((on.replace(**clock) for on in dates), key=lambda at: abs(at - near))  # type: ignore[arg-type]


def _day(near: datetime, year: int, month: bytes, day: int) -> datetime | None:
    try:
        return near.replace(year=year, month=_MONTHS.index(month) + 1, day=day)
    except ValueError:  # 29 February
        return None
