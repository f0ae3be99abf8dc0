"""Atom feeds of third-party CIs: the phone call when one falls silent or breaks, and when it is back.

An entry says what was known when it was written, and nothing that changes later: it keeps its id, its time
and its words for as long as it is told.
"""

from __future__ import annotations

from collections.abc import Iterable

from generator import words
from generator.text.atom import Channel, Entry, atom
from generator.text.context import PageContext
from generator.text.names import inert
from generator.text.records import Row
from generator.text.third_party import name_of

#: Relative to the site.
_FOLDER = "third-party"
_ABOUT = "When {} falls silent or breaks, when it is back, votes to lift, announced pauses"


def feed_of(context: PageContext, row: Row, events: Iterable[Row], path: str, page: str) -> bytes:
    """The feed of the CI of a row of `third_party`, of its rows of `third_party_events`."""
    name = name_of(row)
    title = inert(f"{name}, {context.community}")
    channel = Channel(f"{_FOLDER}/{row['ci']}", title, _ABOUT.format(name), path, page)
    return atom(context, channel, entries(context, row, events, page))


def feed_of_all(context: PageContext, told: Iterable[Entry], path: str, page: str) -> bytes:
    """The feed of all third-party CIs together."""
    title = inert(f"Third-party CIs, {context.community}")
    return atom(context, Channel(_FOLDER, title, _ABOUT.format("one"), path, page), told)


def entries(context: PageContext, row: Row, events: Iterable[Row], page: str) -> list[Entry]:
    """An entry for each event of a CI; ids, times and words are those of the runs before."""
    meeting = context.third_party.settings.meeting if context.third_party else None
    stuck = f" If it is stuck, others can help: {inert(meeting, 300).rstrip('.')}." if meeting else ""
    found = []
    for event in events:
        title, said = _TOLD[event["kind"]](event)
        asks = stuck if event["kind"] in _STUCK else ""
        id = f"{_FOLDER}/{event['event']}"
        found.append(Entry(id, event["time"], f"{name_of(row)}: {title}", said + asks, page))
    return found


def _silent(event: Row) -> tuple[str, str]:
    since = event["start"]
    missed = words.plural(event["count"], "expected patch set")
    return (
        f"no results seen since {words.day_year(since)}",
        f"No result was seen since {words.moment(since)}: {missed} in a row had no result when their time "
        "was up, which is more than chance explains. What would help: a look at whether the system still "
        "hears of new patch sets, can comment on them, and writes results as before. If it rests for a "
        "while, a planned pause in the roster is enough; if it was retired, a line there.",
    )


def _results(event: Row) -> tuple[str, str]:
    missed = words.plural(event["count"], "patch set")
    return (
        "results are seen again",
        f"The first result since {words.moment(event['start'])} was seen on {words.moment(event['time'])}: "
        f"thank you. {missed} had none meanwhile; those that are still open would gain from a new run.",
    )


def _broken(event: Row) -> tuple[str, str]:
    failures, changes = words.plural(event["count"], "verdict"), words.plural(event["changes"], "change")
    return (
        f"fails on every patch set since {words.day_year(event['start'])}",
        f"{failures} in a row failed since {words.moment(event['start'])}, on {changes} of "
        f"{words.plural(event['owners'], 'person', 'people')}: that points at the system, not at the patches."
        " What would help: a look at what its newest failures have in common (its page lists those where the "
        "gate passed), and results without a vote until it is found.",
    )


def _recovered(event: Row) -> tuple[str, str]:
    return (
        "successes are seen again",
        f"The first success since {words.moment(event['start'])} was seen on {words.moment(event['time'])}, "
        f"after {words.plural(event['count'], 'failure')} in a row: thank you.",
    )


def _votes(event: Row) -> tuple[str, str]:
    one = event["count"] == 1
    votes = words.plural(event["count"], "negative vote")
    # which of the changes were open then is not known any more
    return (
        f"{votes} from before it recovered",
        f"{votes} from before it recovered {'was on a patch set' if one else 'were on patch sets'} that "
        f"{'was' if one else 'were'} current then, and may hold up {'the change' if one else 'changes'}. "
        f"What would help: a new run, or taking {'it' if one else 'them'} back; its page links what "
        "still stands.",
    )


def _pause(event: Row) -> tuple[str, str]:
    first, last = words.day_year(event["start"]), event["end"]
    span = f"{first} to {words.day_year(last)}" if last is not None else f"from {first} on"
    why = f" ({inert(event['reason'], 200)})" if event["reason"] else ""
    return (
        f"announced pause, {span}",
        f"By the roster it rests{why}: nothing is expected of it on these days, and nothing needs doing.",
    )


_TOLD = {
    "silent": _silent,
    "results": _results,
    "broken": _broken,
    "recovered": _recovered,
    "votes": _votes,
    "pause": _pause,
}
#: Kinds of events in which others may be able to help.
_STUCK = frozenset({"silent", "broken"})
