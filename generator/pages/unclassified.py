"""Failed builds that no signature matches, by job."""

from __future__ import annotations

from collections.abc import Iterator

from generator import words
from generator.pages.book import Book
from generator.pages.builds import job_cell, lines_table
from generator.pages.cells import share_cell, time_cell
from generator.pages.paths import job_path
from generator.render import Column, Table, render
from generator.render import Row as TableRow
from generator.site import Page
from generator.text.names import inert
from generator.text.records import Row

PATH = "unclassified/index.html"
#: Jobs in the table, jobs whose builds are listed, builds of each: a page of at most 300 KB.
_JOBS, _LISTED, _BUILDS = 40, 20, 4


def pages(book: Book) -> Iterator[Page]:
    """One page."""
    jobs = sorted(book.unclassified.items(), key=lambda item: (-len(item[1]), item[0]))
    count = sum(len(rows) for _, rows in jobs)
    known = book.scopes.scope("*").totals.get("classified")
    body = render(
        "pages/unclassified.html",
        count=count,
        share=words.percent(known["n"] - known["k"], known["n"]) if known else "no data",
        overview=_overview(book, jobs),
        sections=[_section(job, rows) for job, rows in jobs[:_LISTED]],
        more=max(0, len(jobs) - _LISTED),
    )
    yield Page(PATH, "Unclassified", "Failed builds that no signature matches, by job", body, "unclassified")


def _overview(book: Book, jobs: list[tuple[str, list[Row]]]) -> Table:
    failed = book.groups.get(("job", "voting", "10d"), {})
    columns = (
        Column("Job"),
        Column("Unclassified of its examined failed builds, 10\u202fd", numeric=True, short="Unclassified"),
        Column("Newest", nowrap=True),
    )
    rows = []
    for job, builds in jobs[:_JOBS]:
        of = failed[job]["failed_examined"] if job in failed else len(builds)
        rows.append(
            TableRow((job_cell(job, "../"), share_cell(len(builds), of), time_cell(builds[0]["end_time"])))
        )
    more = f"All {words.plural(len(jobs), 'job')} as CSV" if len(jobs) > _JOBS else ""
    return Table(
        "Unclassified failed builds by job, last 10 d", columns, rows, more, "../data/unclassified.csv"
    )


def _section(job: str, rows: list[Row]) -> dict[str, object]:
    name = inert(job)
    more = f"All {words.plural(len(rows), 'build')} as CSV" if len(rows) > _BUILDS else ""
    table = lines_table(
        rows[:_BUILDS], f"Newest unclassified builds of {name}", more, "../data/unclassified.csv"
    )
    return {"name": name, "href": f"../{job_path(job)}", "count": len(rows), "table": table}
