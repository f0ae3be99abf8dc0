"""How numbers, times and names are written, the same in pages, mail and report.

Pages use a narrow no-break space before % and units and a real minus; `ascii=True` gives the
plain characters of a text mail.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

THIN = "\u202f"
MINUS = "\u2212"
DASH = "\u2013"

#: Below this many cases no percentage is printed, only the counts (figures.md).
FEW = 10

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    "twelve",
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _missing(x: float | None) -> bool:
    return x is None or not math.isfinite(x)


def count(n: float) -> str:
    """A count with thousands separated: `2,462`."""
    return f"{round(n):,}"


def rate(x: float | None, *, ascii: bool = False) -> str:
    """A fraction as a percentage with one decimal: `14.3 %`; `no data` where it is unknown."""
    if _missing(x):
        return "no data"
    assert x is not None
    return f"{100 * x:.1f}{' ' if ascii else THIN}%"


def percent(k: float, n: float, *, ascii: bool = False) -> str:
    """`14.3 % (353 of 2,462)`; only the counts where n is under 10; `no data` for n = 0."""
    if n <= 0:
        return "no data"
    of = f"{count(k)} of {count(n)}"
    return of if n < FEW else f"{rate(k / n, ascii=ascii)} ({of})"


def interval(low: float | None, high: float | None, *, ascii: bool = False) -> str:
    """Two fractions as `13.0–15.8` (per cent); empty where there is none."""
    if _missing(low) or _missing(high):
        return ""
    assert low is not None and high is not None
    return f"{100 * low:.1f}{'-' if ascii else DASH}{100 * high:.1f}"


def points(change: float | None, *, ascii: bool = False) -> str:
    """A difference of two fractions in percentage points, signed: `+4.3`, `±0.0`."""
    if _missing(change):
        return ""
    assert change is not None
    text = f"{abs(100 * change):.1f}"
    if text == "0.0":
        return "0.0" if ascii else "±0.0"
    return ("+" if change > 0 else "-" if ascii else MINUS) + text


def signed_interval(low: float | None, high: float | None, *, ascii: bool = False) -> str:
    """The interval of a difference: `+2.3 to +6.3`; empty where there is none."""
    if _missing(low) or _missing(high):
        return ""
    return f"{points(low, ascii=ascii)} to {points(high, ascii=ascii)}"


def utc(moment: datetime) -> datetime:
    """The moment in UTC; a naive one is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def day(moment: datetime) -> str:
    """`17 Nov`."""
    at = utc(moment)
    return f"{at.day} {_MONTHS[at.month - 1]}"


def day_year(moment: datetime) -> str:
    """`17 Nov 2026`."""
    return f"{day(moment)} {utc(moment).year}"


def clock(moment: datetime) -> str:
    """`17 Nov 06:12`."""
    return f"{day(moment)} {utc(moment):%H:%M}"


def weekday(moment: datetime) -> str:
    """`Tue 17 Nov`."""
    return f"{_DAYS[utc(moment).weekday()]} {day(moment)}"


def moment(moment: datetime) -> str:
    """`Fri 20 Nov 2026, 22:00 UTC`."""
    at = utc(moment)
    return f"{weekday(at)} {at.year}, {at:%H:%M} UTC"


def iso(moment: datetime) -> str:
    """`2026-11-20T22:00Z`, for machines."""
    return f"{utc(moment):%Y-%m-%dT%H:%MZ}"


def age(delta: timedelta, *, ascii: bool = False) -> str:
    """A length of time in its two largest units: `45 d`, `3 d 4 h`, `1 h 10 min`, `under a minute`."""
    minutes = int(delta.total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "d"), (hours, "h"), (rest, "min")]
    first = next(i for i, (n, _) in enumerate(parts) if n)
    shown = parts[first : first + (1 if days >= 10 else 2)]
    return " ".join(f"{count(n)}{' ' if ascii else THIN}{unit}" for n, unit in shown if n)


def span(seconds: float | None, *, ascii: bool = False) -> str:
    """A length of time in its largest unit: `35 min`, `2.2 h`, `6.2 d`, `45 d`; `no data` for None."""
    if _missing(seconds):
        return "no data"
    assert seconds is not None
    units = ((86400, "d", 2 * 86400), (3600, "h", 5399), (60, "min", -1))
    length, unit = next((length, unit) for length, unit, most in units if seconds > most)
    value = seconds / length
    text = count(value) if unit == "min" or value >= 20 else f"{value:.1f}"
    return f"{text}{' ' if ascii else THIN}{unit}"


def number(n: int) -> str:
    """`no`, `one` to `twelve`, then `13`: a count within a sentence."""
    return _NUMBERS[n] if n < len(_NUMBERS) else count(n)


def plural(n: float, one: str, many: str = "") -> str:
    """`1 build`, `2,462 builds`."""
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def listed(names: list[str], at_most: int = 3) -> str:
    """`a, b and c`; with more than `at_most`: `a, b, c and 4 more`."""
    if len(names) > at_most:
        return f"{', '.join(names[:at_most])} and {len(names) - at_most} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def cut(text: str, width: int) -> str:
    """The text on one line, at most `width` characters, an ellipsis where it was cut."""
    text = " ".join(text.split())
    return text if len(text) <= width else text[: max(width - 1, 0)].rstrip() + "…"
