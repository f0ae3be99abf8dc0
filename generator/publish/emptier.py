"""What a site says of itself (`data/site.json`), and in what one is emptier than another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from generator import words

NAME = "data/site.json"
_DAY = timedelta(days=1)
#: Under this share of what was there before, something is missing.
_HALF = 0.5
_COUNTED = {"builds": "build", "signatures": "signature", "third_party_cis": "third-party CI"}
#: Sites of earlier versions do not count these.
_LATER = frozenset({"third_party_cis"})


@dataclass(frozen=True)
class Said:
    """What is compared: counts by name, and times in UTC; `until` is None for a site without data.

    `since` is the first day of its history, `reviewed` where its reviews end; None if it does not say.
    """

    counts: dict[str, int]
    generated: datetime
    until: datetime | None
    period: timedelta
    since: datetime | None = None
    reviewed: datetime | None = None


def read(site: Path) -> Said | None:
    """What a site says of itself; None where it does not, or not in words that are understood."""
    try:
        data = json.loads((site / NAME).read_bytes())
        return Said(
            {name: int(data.get(name, 0) if name in _LATER else data[name]) for name in _COUNTED},
            words.utc(datetime.fromisoformat(data["generated"])),
            _time(data["until"]),
            timedelta(hours=float(data["period_hours"])),
            _time(data.get("since")),
            _time(data.get("reviewed")),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None


def _time(text: str | None) -> datetime | None:
    return words.utc(datetime.fromisoformat(text)) if text is not None else None


def emptier(new: Said, old: Said) -> list[str]:
    """In what a new site is emptier than the published one, a sentence each; empty if it is not."""
    found = [_fewer(name, new.counts[name], old.counts[name]) for name in _COUNTED]
    found += [_begins_later(new, old), _ends_earlier(new, old), _reviews_end_earlier(new, old)]
    return [sentence for sentence in found if sentence]


def _fewer(name: str, new: int, old: int) -> str:
    if new >= _HALF * old:
        return ""
    one = _COUNTED[name]
    return f"it has {words.plural(new, one)}, fewer than half of the published site's {words.count(old)}"


def _begins_later(new: Said, old: Said) -> str:
    """The history only ever grows, so this is what a site without the state of the old one looks like."""
    if new.since is None or old.since is None or new.since <= old.since:
        return ""
    return (
        f"its history begins on {words.day_year(new.since)}, that of the published site on "
        f"{words.day_year(old.since)}"
    )


def _ends_earlier(new: Said, old: Said) -> str:
    """A site whose data end before those of the old one, or that has none of its own last day."""
    if old.until is None:
        return ""
    if new.until is None:
        return "it has no data at all"
    if new.until < old.until:
        return (
            f"its data end at {words.moment(new.until)}, those of the published site at "
            f"{words.moment(old.until)}"
        )
    if not _of_last_day(new) and _of_last_day(old):
        return (
            f"it has no data of its last day: they end at {words.moment(new.until)}, "
            f"{words.age(new.generated - new.until)} before it was built"
        )
    return ""


def _reviews_end_earlier(new: Said, old: Said) -> str:
    if old.reviewed is None or (new.reviewed is not None and new.reviewed >= old.reviewed):
        return ""
    if new.reviewed is None:
        return "it has no reviews at all"
    return (
        f"its reviews end at {words.moment(new.reviewed)}, those of the published site at "
        f"{words.moment(old.reviewed)}"
    )


def _of_last_day(site: Said) -> bool:
    return site.until is not None and site.generated - site.until <= max(_DAY, site.period)
