"""The Atom feed of a site: editions, corrections, and signatures that were new or back in a week.

All of it comes out of the editions, which do not change: an entry keeps its id and its time for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import words
from generator.editions.edition import Edition
from generator.signatures.model import Signature
from generator.stats.columns import ALL
from generator.text.atom import Channel, Entry, atom
from generator.text.context import PageContext
from generator.text.names import inert, label
from generator.text.records import Row

_BACK = {"new": "is new", "returned": "is back"}


def feed(context: PageContext) -> bytes:
    """The feed as XML, the newest entry first; the same editions give the same bytes."""
    title = inert(f"Gatepost, {context.community}")
    about = "Weekly editions, corrections, and signatures that are new or back"
    return atom(
        context,
        Channel("feed", title, about, "feed.xml", "editions/index.html"),
        _entries(context.editions),
    )


def _entries(editions: tuple[Edition, ...]) -> Iterator[Entry]:
    before: set[str] = set()
    for edition in editions:
        yield _edition(edition)
        for one in edition.corrections:
            name = f"edition/{edition.id}/correction/{one.number}"
            title = f"Correction of edition {edition.id}"
            yield Entry(name, one.date, title, inert(one.text, 2000), edition.page, edition.week.start)
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
    return Entry(f"edition/{edition.id}", edition.made, title, text, edition.page, edition.week.start)


def _signature(edition: Edition, row: Row) -> Entry:
    id, state = row["signature"], row["state"]
    known: Row = next((one for one in edition.document["queries"] if one["signature"] == id), {})
    shown = label(Signature(id, known.get("query") or "", title=known.get("title")))
    since = f", first {words.clock(row['first_seen'])}" if state == "new" and row["first_seen"] else ""
    hits = f"{words.count(row['hits'])} of {words.plural(row['failed'], 'failed build')}"
    return Entry(
        f"signature/{id}/{state}/{edition.id}",
        edition.made,
        f"{shown} {_BACK[state]}",
        f"{hits} in the week of edition {edition.id}{since}.",
        edition.page,
        edition.week.start,
    )
