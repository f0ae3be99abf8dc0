"""What the roster says of a third-party CI: who runs it, whom to ask, when it rests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from generator import words
from generator.text.context import web_address
from generator.text.names import inert
from generator.text.records import Row

if TYPE_CHECKING:
    from datetime import date

    from generator.roster import Contact, Pause, ThirdPartyCI


@dataclass(frozen=True)
class Fact:
    """A line of the side column; `href` is empty where it is no link."""

    name: str
    value: str
    href: str = ""


def facts(row: Row, entry: ThirdPartyCI | None, deadline: timedelta | None) -> list[Fact]:
    """Lines by name; what is not known is left out, but that nobody is named is said."""
    found = [
        Fact("Run by", inert(row["owner"] or "", 120)),
        Fact("Accounts", inert(row["accounts"] or "none seen", 300)),
        Fact("Tests", inert(row["driver"] or "", 120)),
        Fact("Projects", inert(row["projects"] or "", 300)),
        Fact("Vote", "votes, by the roster" if row["voting"] else "reports without a vote, by the roster"),
        Fact("Since", words.day_year(row["since"]) if row["since"] is not None else ""),
        Fact("Retired", words.day_year(row["retired"]) if row["retired"] is not None else ""),
        Fact("Deadline", words.span(deadline.total_seconds()) if deadline else ""),
        _page(row),
        *_of_roster(entry),
    ]
    return [fact for fact in found if fact.value]


def _page(row: Row) -> Fact:
    address = web_address(row["url"])
    return Fact("Its page", inert(address or "", 120), address or "")


def _of_roster(entry: ThirdPartyCI | None) -> list[Fact]:
    if entry is None:
        return []
    contacts = [Fact("Contact", _contact(contact)) for contact in entry.contacts]
    pauses = [Fact("Announced pause", _pause(pause)) for pause in entry.pauses]
    return [
        Fact("Branches", inert(", ".join(entry.branches), 200)),
        Fact("Paths", inert(", ".join(entry.paths), 300)),
        *(contacts or [Fact("Contact", "nobody is named")]),
        *pauses,
    ]


def _contact(contact: Contact) -> str:
    confirmed = f"confirmed {_date(contact.confirmed)}" if contact.confirmed else "not confirmed"
    return ", ".join(filter(None, (inert(contact.name, 80), inert(contact.how or "", 120), confirmed)))


def _pause(pause: Pause) -> str:
    when = _date(pause.start) if pause.start == pause.end else f"{_date(pause.start)} to {_date(pause.end)}"
    reason = inert(pause.reason or "", 120)
    return f"{when}: {reason}" if reason else when


def _date(day: date) -> str:
    return words.day_year(datetime(day.year, day.month, day.day))
