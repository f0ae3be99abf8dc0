"""What stands beside the pages of third-party CIs: a feed and a badge of each, a feed of all."""

from __future__ import annotations

from pathlib import Path

from generator.pages.paths import (
    THIRD_PARTY,
    THIRD_PARTY_FEED,
    third_party_badge,
    third_party_feed,
    third_party_path,
)
from generator.stats.results import Results
from generator.text.badge import badge
from generator.text.context import PageContext
from generator.text.records import grouped, records
from generator.text.third_party_feed import entries, feed_of, feed_of_all


def write(results: Results, context: PageContext, site: Path) -> None:
    """Writes them into the folder of a site; nothing where no third-party CI is expected."""
    rows, events = records(results.third_party), grouped(results.third_party_events, "ci")
    if not rows:
        return
    (site / THIRD_PARTY_FEED).parent.mkdir(parents=True, exist_ok=True)
    told = []
    for row in rows:
        ci = row["ci"]
        own, page = events.get(ci, []), third_party_path(ci)
        told += entries(context, row, own, page)
        path = third_party_feed(ci)
        (site / path).write_bytes(feed_of(context, row, own, path, page))
        drawn = badge(row, results.facts.reviewed)
        (site / third_party_badge(ci)).write_text(drawn, "utf-8", newline="\n")
    everything = feed_of_all(context, told, THIRD_PARTY_FEED, THIRD_PARTY)
    (site / THIRD_PARTY_FEED).write_bytes(everything)
