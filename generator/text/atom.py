"""Atom feeds (RFC 4287): the same entries give the same bytes, ids and times that stay."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from generator import words
from generator.text.context import PageContext, web_address
from generator.text.names import inert

if TYPE_CHECKING:
    from feedgen.entry import FeedEntry

#: Entries, the newest ones.
_LONGEST = 200
#: The day from which a name counts that tells its own time, or needs none.
_MINTED = datetime(2026, 1, 1)


@dataclass(frozen=True)
class Channel:
    """`name` makes its id; `path` is where it stands, `page` what it is about, both relative to the site."""

    name: str
    title: str
    subtitle: str
    path: str
    page: str


@dataclass(frozen=True)
class Entry:
    """`name` makes its id, together with the day `minted`; `page` is relative to the site."""

    name: str
    updated: datetime
    title: str
    summary: str
    page: str
    minted: datetime = _MINTED


def atom(context: PageContext, channel: Channel, entries: Iterable[Entry]) -> bytes:
    """The feed as XML, the newest entry first, at most 200."""
    from feedgen.feed import FeedGenerator

    newest = sorted(entries, key=lambda entry: (entry.updated, entry.name))[-_LONGEST:]
    made = FeedGenerator()
    made.id(_id(context, _MINTED, channel.name))
    made.title(channel.title)
    made.subtitle(channel.subtitle)
    made.author({"name": inert(context.community) or "Gatepost"})
    made.generator("Gatepost")
    made.updated(newest[-1].updated if newest else words.utc(context.generated))
    made.link(href=context.page(channel.page), rel="alternate", type="text/html")
    if web_address(context.site_url):
        made.link(href=context.page(channel.path), rel="self", type="application/atom+xml")
    for entry in newest:
        _add(made.add_entry(), context, entry)
    return bytes(made.atom_str(pretty=True)) + b"\n"


def _add(made: FeedEntry, context: PageContext, entry: Entry) -> None:
    made.id(_id(context, entry.minted, entry.name))
    made.title(entry.title)
    made.updated(entry.updated)
    made.link(href=context.page(entry.page), rel="alternate", type="text/html")
    made.summary(entry.summary)


def _id(context: PageContext, minted: datetime, name: str) -> str:
    """A tag URI (RFC 4151) of the site's host; without an address a UUID of the community's name."""
    address = urlsplit(context.site_url or "")
    if address.hostname and web_address(context.site_url):
        place = quote(f"{address.path.strip('/')}/{name}".lstrip("/"))
        return f"tag:{address.hostname},{minted:%Y-%m-%d}:{place}"
    return uuid.uuid5(uuid.NAMESPACE_URL, f"gatepost:{context.community}/{name}").urn
