"""An edition as it was frozen. Plain data; importing it costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

#: Version of the form of `edition.json` and `corrections.json`, as their JSON Schemas describe it.
EDITION_VERSION = 1
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """An ISO week in UTC, from Monday 00:00, which belongs to it, to the next, which does not."""

    start: datetime

    @classmethod
    def of(cls, moment: datetime) -> Week:
        """The week of a moment (UTC)."""
        day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(day - timedelta(days=day.weekday()))

    @property
    def end(self) -> datetime:
        """Monday 00:00 UTC after it."""
        return self.start + WEEK

    @property
    def id(self) -> str:
        """`2026-W47`."""
        year, week, _ = self.start.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def next(self) -> Week:
        """The week after it."""
        return Week(self.end)


@dataclass(frozen=True)
class Correction:
    """What was wrong in an edition, or was taken out of it: said on a day, under a number of its own."""

    number: int
    date: datetime
    text: str


@dataclass(frozen=True)
class Edition:
    """The contents of `edition.json` with its two texts, and what was said of them later."""

    document: Mapping[str, Any]
    digest: str
    tsc: str
    corrections: tuple[Correction, ...] = ()

    @property
    def id(self) -> str:
        """`2026-W47`."""
        return str(self.document["edition"])

    @property
    def week(self) -> Week:
        """The week that it is about."""
        return Week(moment(self.document["start"]))

    @property
    def made(self) -> datetime:
        """When it was frozen, UTC."""
        return moment(self.document["made"])

    @property
    def page(self) -> str:
        """Where its page stands in the site."""
        return page_of(self.id)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of one of its tables by name of column, times as times; none if it has no such table."""
        found = self.document["tables"].get(table, {"columns": [], "rows": []})
        names = [column["name"] for column in found["columns"]]
        times = [column["type"] == "timestamp" for column in found["columns"]]
        return [
            {
                name: moment(value) if time and value is not None else value
                for name, time, value in zip(names, times, row, strict=True)
            }
            for row in found["rows"]
        ]


def page_of(id: str) -> str:
    """`editions/2026-W47.html`."""
    return f"editions/{id}.html"


def stamp(at: datetime) -> str:
    """`2026-11-23T06:10:00Z`."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def moment(text: str) -> datetime:
    """The time (UTC) that `stamp` wrote."""
    return datetime.fromisoformat(text)
