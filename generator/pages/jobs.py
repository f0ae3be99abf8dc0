"""The index of jobs and a page each: is it me?"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from generator import words
from generator.pages.book import Book
from generator.pages.builds import failures_table, lines_table
from generator.pages.cells import rate_cell, share_cell, trend_cell
from generator.pages.group import counts_line, group_figure, group_keys
from generator.pages.paths import job_path, root_of
from generator.pages.signature_rows import hit_table
from generator.render import Cell, Column, Table, render
from generator.render import Row as TableRow
from generator.site import Page
from generator.text.names import inert
from generator.text.records import Row

PATH = "jobs/index.html"
#: As many rows as fit into a page of 300 KB.
_LISTED = 200


def pages(book: Book) -> Iterator[Page]:
    """The index, then one page for each job."""
    rows = sorted(book.groups.get(("job", "voting", "28d"), {}).values(), key=_most_failed)
    yield Page(PATH, "Jobs", "Jobs by failed builds", _index(book, rows), "jobs")
    for job in book.jobs:
        yield _job(book, job)


def _most_failed(row: Row) -> tuple[int, str]:
    return -row["failed"], row["value"]


def _index(book: Book, rows: list[Row]) -> Markup:
    week = book.groups.get(("job", "voting", "7d"), {})
    columns = (
        Column("Job"),
        Column("Failed, 28\u202fd", numeric=True),
        Column("Failed, 7\u202fd", numeric=True),
        Column("Change on 7\u202fd before", short="Change"),
        Column("Classified, 28\u202fd", numeric=True),
        Column("Infra, 28\u202fd", numeric=True),
    )
    cells = [
        TableRow(
            (
                Cell(inert(row["value"]), href=root_of(PATH) + job_path(row["value"])),
                rate_cell(row),
                rate_cell(week.get(row["value"])),
                trend_cell(week.get(row["value"])),
                share_cell(row["classified"], row["failed_examined"], row),
                Cell(words.count(row["infra"]), sort=row["infra"]),
            )
        )
        for row in rows[:_LISTED]
    ]
    more = f"All {words.plural(len(rows), 'job')} as CSV" if len(rows) > _LISTED else ""
    lede = "Those with most failed builds in the last 28 d first."
    if len(rows) > _LISTED:
        lede = f"The {_LISTED} with most failed builds in the last 28 d; the search above finds the others."
    table = Table("Jobs by failed builds of the last 28 d", columns, cells, more, "../data/groups.csv")
    return render("pages/jobs.html", table=table, count=len(rows), lede=lede)


def _job(book: Book, job: str) -> Page:
    path, name = job_path(job), inert(job)
    week, month = (book.groups.get(("job", "voting", w), {}).get(job) for w in ("7d", "28d"))
    every = book.groups.get(("job", "all", "28d"), {}).get(job)
    hits = book.group_signatures.get(("job", job, "28d"), [])
    failures, unknown = book.recent_failures.get(job, []), book.unclassified.get(job, [])
    body = render(
        "pages/job.html",
        name=name,
        answer=_answer(book, month, hits),
        counts=counts_line(month),
        nonvoting=counts_line(every) if not (month and month["run"]) else "",
        keys=group_keys(week, month),
        figure=group_figure(book, "job", job),
        signatures=hit_table(book, hits, path, f"Signatures that match failed builds of {name}, last 28 d"),
        failures=failures_table(book, failures, path, f"Newest failed builds of {name}"),
        unclassified=lines_table(unknown[:5], f"Failed builds of {name} without a signature")
        if unknown
        else None,
        unclassified_count=len(unknown),
    )
    return Page(path, name, f"Is it me? What {name} fails on", body, "jobs")


def _answer(book: Book, month: Row | None, hits: list[Row]) -> str:
    """What somebody whose patch just failed wants to know first."""
    if month is None or not month["failed"]:
        return "Nobody else saw it fail in the last 28 d: if it failed for you, look at your change first."
    said = f"In the last 28 d {words.percent(month['k'], month['n'])} of its builds failed"
    examined, known = month["failed_examined"], month["classified"]
    shown = [row for row in hits if row["signature"] not in book.hidden]
    if not examined:
        return f"{said}; their logs were not seen."
    if not shown:
        return f"{said}; no signature explains any of them."
    some = f"{words.count(known)} of the {words.count(examined)} whose logs were seen"
    top = f"{book.label(shown[0]['signature'])} ({words.count(shown[0]['hits'])})"
    return f"{said}; a known failure explains {some}, most often: {top}."
