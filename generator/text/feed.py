"""The Atom feed (RFC 4287): editions, corrections, and signatures that were new or back in a week.

All of it comes out of the editions, which do not change: an entry keeps its id and its time for ever.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from generator import words
from generator.editions.edition import Edition
from generator.signatures.model import Signature
from generator.stats.columns import ALL
from generator.text.context import PageContext, web_address
from generator.text.names import inert, label
from generator.text.records import Row

if TYPE_CHECKING:
    from feedgen.entry import FeedEntry

#: Entries, the newest ones.
_LONGEST = 200
#: The day from which the name of the feed itself counts.
_MINTED = datetime(2026, 1, 1)
_BACK = {"new": "is new", "returned": "is back"}


@dataclass(frozen=True)
class Entry:
    """`name` makes its id; `page` is relative to the site."""

    name: str
    week: datetime
    updated: datetime
    title: str
    summary: str
    page: str


def feed(context: PageContext) -> bytes:
    """The feed as XML, the newest entry first; the same editions give the same bytes."""
    from feedgen.feed import FeedGenerator

    entries = sorted(_entries(context.editions), key=lambda entry: (entry.updated, entry.name))[-_LONGEST:]
    newest = entries[-1].updated if entries else words.utc(context.generated)
    atom = FeedGenerator()
    atom.id(_id(context, _MINTED, "feed"))
    atom.title(inert(f"Gatepost, {context.community}"))
    atom.subtitle("Weekly editions, corrections, and signatures that are new or back")
    atom.author({"name": inert(context.community) or "Gatepost"})
    atom.generator("Gatepost")
    atom.updated(newest)
    atom.link(href=context.page("editions/index.html"), rel="alternate", type="text/html")
    if web_address(context.site_url):
        atom.link(href=context.page("feed.xml"), rel="self", type="application/atom+xml")
    for entry in entries:
        _add(atom.add_entry(), context, entry)
    return bytes(atom.atom_str(pretty=True)) + b"\n"


def _entries(editions: tuple[Edition, ...]) -> Iterator[Entry]:
    before: set[str] = set()
    for edition in editions:
        yield _edition(edition)
        for one in edition.corrections:
            name = f"edition/{edition.id}/correction/{one.number}"
            title = f"Correction of edition {edition.id}"
            yield Entry(name, edition.week.start, one.date, title, inert(one.text, 2000), edition.page)
        rows = [row for row in edition.rows("signatures") if row["pipeline"] == ALL and not row["hidden"]]
        for row in rows:
            # a closed bug that goes on failing is back once, not every week
            if row["state"] in _BACK and row["signature"] not in before:
                yield _signature(edition, row)
        before = {row["signature"] for row in rows if row["state"] == "returned"}


def _edition(edition: Edition) -> Entry:
    told = edition.document["verdict"]
    said = (*told["sentences"], *edition.document["remarks"])
    title = f"Edition {edition.id}: {inert(told['word'], 80)}"
    text = inert(" ".join(said), 2000)
    return Entry(f"edition/{edition.id}", edition.week.start, edition.made, title, text, edition.page)


def _signature(edition: Edition, row: Row) -> Entry:
    id, state = row["signature"], row["state"]
    known: Row = next((one for one in edition.document["queries"] if one["signature"] == id), {})
    shown = label(Signature(id, known.get("query") or "", title=known.get("title")))
    since = f", first {words.clock(row['first_seen'])}" if state == "new" and row["first_seen"] else ""
    hits = f"{words.count(row['hits'])} of {words.plural(row['failed'], 'failed build')}"
    return Entry(
        f"signature/{id}/{state}/{edition.id}",
        edition.week.start,
        edition.made,
        f"{shown} {_BACK[state]}",
        f"{hits} in the week of edition {edition.id}{since}.",
        edition.page,
    )


def _add(atom: FeedEntry, context: PageContext, entry: Entry) -> None:
    atom.id(_id(context, entry.week, entry.name))
    atom.title(entry.title)
    atom.updated(entry.updated)
    atom.link(href=context.page(entry.page), rel="alternate", type="text/html")
    atom.summary(entry.summary)


def _id(context: PageContext, minted: datetime, name: str) -> str:
    """A tag URI (RFC 4151) of the site's host; without an address a UUID of the community's name."""
    address = urlsplit(context.site_url or "")
    if address.hostname and web_address(context.site_url):
        place = quote(f"{address.path.strip('/')}/{name}".lstrip("/"))
        return f"tag:{address.hostname},{minted:%Y-%m-%d}:{place}"
    return uuid.uuid5(uuid.NAMESPACE_URL, f"gatepost:{context.community}/{name}").urn
