"""What the site holds beside its pages: tables, weekly texts, the search index."""

from __future__ import annotations

from pathlib import Path

from generator.editions import shelf
from generator.pages import schemas, third_party_files
from generator.pages.book import Book
from generator.pages.downloads import write as write_tables
from generator.pages.paths import job_path, signature_path, third_party_path
from generator.stats.results import Results
from generator.text.context import PageContext
from generator.text.digest import digest
from generator.text.feed import feed
from generator.text.names import inert
from generator.text.records import records
from generator.text.third_party import name_of
from generator.text.tsc import tsc


def write_files(results: Results, context: PageContext, site: Path) -> None:
    """Writes `data/`, the weekly texts, feeds, badges and the files of editions into a site's folder."""
    write_tables(results, site / "data")
    schemas.write(site / "data" / "schema")
    (site / "digest.txt").write_text(digest(results, context), "ascii", newline="\n")
    (site / "tsc.md").write_text(tsc(results, context), "utf-8", newline="\n")
    shelf.write(context.editions, site)
    (site / "feed.xml").write_bytes(feed(context))
    third_party_files.write(results, context, site)


def search_entries(results: Results, context: PageContext) -> list[tuple[str, str, str]]:
    """Label, kind and address, relative to the root, of signatures, bugs, jobs and third-party CIs."""
    book = Book(results, context)
    kinds = dict.fromkeys(context.removed_by_id, "removed signature")
    found = [
        (f"{id} {book.label(id)}", kinds.get(id, "signature"), signature_path(id))
        for id in book.signature_ids
    ]
    bugs = ((book.ticket(id), context.bug(id)) for id in book.signature_ids)
    found += [(name, "bug", address) for name, address in bugs if address]
    found += [(inert(job), "job", job_path(job)) for job in book.jobs]
    cis = records(results.third_party)
    return found + [(name_of(row), "third-party CI", third_party_path(row["ci"])) for row in cis]
