"""What stands behind the pages: every table to download, what was skipped, coverage, oddities, freshness."""

from __future__ import annotations

from collections.abc import Iterator

from generator import words
from generator.pages.book import Book
from generator.pages.cells import rate_cell
from generator.pages.state_tables import coverage_table, freshness_table
from generator.render import Cell, Column, Table, render
from generator.render import Row as TableRow
from generator.site import Page
from generator.stats.results import RESULTS
from generator.text.names import inert
from generator.text.records import Row, records

PATH = "data/index.html"
_SKIPPED = 100

#: What each table of the report is, one line each.
MEANINGS = {
    "totals": "failure, infra and classification rates and coverage, by pipeline and window",
    "buildsets": "buildsets that passed, and that passed at the first try, by pipeline and window",
    "first_pass_without": "what the first-pass rate would have been without a signature",
    "days": "builds per day by pipeline",
    "hours": "builds per hour of the last 7 d by pipeline",
    "signatures": "hits, rates, change and state of each signature, by pipeline and window",
    "signature_days": "rate of each signature per day",
    "signature_hours": "rate of each signature per hour of the last 7 d",
    "breakdowns": "rate of each signature by job, project, branch, provider and pipeline",
    "breakdown_days": "the same as hits per day",
    "groups": "failure rates by CI, job, pipeline, project, branch and provider",
    "group_days": "builds per day of each CI and job",
    "group_signatures": "which signatures match failed builds of each CI and job",
    "overlaps": "signatures that match the same failed builds",
    "recent_hits": "newest builds of each signature, with an excerpt of the log",
    "recent_failures": "newest failed builds of each job",
    "unclassified": "failed builds of the last 10 d that no signature matches",
    "failure_lines": "their lines that most likely are the failure, on which new signatures can be tried",
    "queries": "what each signature asks",
    "coverage": "builds examined of builds run, by CI and outcome",
    "freshness": "newest build of each CI",
    "skipped": "what could not be read, and why",
    "partial": "what a source did not answer completely: which day, of what, why",
    "history": "failure rates by week and month since the first day collected, of all together and by CI",
    "signature_history": "first and last day of each signature since then",
    "odd": "builds that are kept but lack something",
    "third_party": "each third-party CI: reporting, response, disagreement, silence, readiness",
    "third_party_rules": "the community's rules, and how each CI meets them",
    "third_party_weeks": "reporting rate of each by week, half a year",
    "third_party_days": "comments of each by day and outcome, half a year",
    "third_party_jobs": "results of each by job",
    "third_party_response": "share of patch sets that each answered, by time since they were created",
    "third_party_disagreements": "patch sets on which one and the gate differ",
    "third_party_standing": "negative votes that stand since before a recovery",
    "third_party_silences": "runs of expected patch sets without a result",
    "third_party_events": "what the feeds tell: silent, back, broken, recovered, votes, pauses",
    "third_party_patchsets": "the newest patch sets of each project, with what the gate said",
    "third_party_results": "every result on them",
    "third_party_unknown": "accounts that write as CIs do and are in no entry of the roster",
    "third_party_unread": "comments that were not understood, by account",
}


def pages(book: Book) -> Iterator[Page]:
    """One page."""
    facts = book.facts
    skipped, partial = records(book.results.skipped), records(book.results.partial)
    body = render(
        "pages/data.html",
        builds=facts.builds,
        hits=facts.hits,
        first=words.day_year(facts.first_day) if facts.first_day is not None else "",
        collected=words.moment(facts.collected) if facts.collected is not None else "",
        reviewed=words.moment(facts.reviewed) if facts.reviewed is not None else "",
        downloads=_downloads(book),
        skipped=_skipped(skipped),
        skipped_count=sum(row["count"] for row in skipped),
        partial=_partial(partial),
        partial_count=len({(row["source"], row["day"]) for row in partial}),
        odd=_odd(records(book.results.odd), facts.builds),
        coverage=coverage_table(records(book.results.coverage)),
        freshness=freshness_table(book, "../"),
        takedowns=book.context.takedowns,
    )
    yield Page(PATH, "Data", "Downloads, coverage, what was skipped and why", body, "data")


def _downloads(book: Book) -> Table:
    columns = (
        Column("Table"),
        Column("What it holds"),
        Column("Rows", numeric=True),
        Column("CSV"),
        Column("JSON"),
        Column("Schema"),
    )
    rows = []
    for name in RESULTS:
        length = len(getattr(book.results, name))
        rows.append(
            TableRow(
                (
                    Cell(name),
                    MEANINGS[name],
                    Cell(words.count(length), sort=length),
                    Cell("CSV", href=f"{name}.csv"),
                    Cell("JSON", href=f"{name}.json"),
                    Cell("Schema", href=f"schema/{name}.json"),
                )
            )
        )
    return Table("Tables of this report", columns, rows, sortable=False)


def _skipped(rows: list[Row]) -> Table:
    columns = (
        Column("Reason"),
        Column("Source"),
        Column("Count", numeric=True),
        Column("An example"),
        Column("What exactly"),
    )
    cells = [
        TableRow(
            (
                inert(row["reason"]),
                inert(row["source"] or "unknown"),
                Cell(words.count(row["count"]), sort=row["count"]),
                inert(row["path"] or "", 160),
                inert(row["detail"] or "", 300),
            )
        )
        for row in sorted(rows, key=lambda row: (-row["count"], row["reason"], row["source"] or ""))[
            :_SKIPPED
        ]
    ]
    more = f"All {words.count(len(rows))} rows as CSV" if len(rows) > _SKIPPED else ""
    return Table("What was skipped or only partly read", columns, cells, more, "skipped.csv")


def _partial(rows: list[Row]) -> Table:
    columns = (Column("Source"), Column("Day", nowrap=True), Column("What"), Column("Why"))
    cells = [
        TableRow(
            (
                inert(row["source"]),
                Cell(words.weekday(row["day"]), sort=words.iso(row["day"])),
                _what(row),
                inert(row["reason"], 300),
            )
        )
        for row in rows[:_SKIPPED]
    ]
    more = f"All {words.count(len(rows))} rows as CSV" if len(rows) > _SKIPPED else ""
    return Table("Days that were not answered completely", columns, cells, more, "partial.csv")


def _what(row: Row) -> Cell:
    hits = f"hits of {words.plural(row['signatures'], 'signature')}" if row["signatures"] else ""
    what = " and ".join(name for name in ("builds", "buildsets") if row[name])
    if what:
        return Cell(what, soft=f"and {hits}" if hits else "")
    return Cell(hits, soft=inert(row["names"] or "", 120))


def _odd(rows: list[Row], builds: int) -> Table:
    columns = (Column("What"), Column("Builds", numeric=True), Column("An example"))
    cells = [
        TableRow(
            (
                inert(row["kind"]),
                rate_cell(
                    {"k": row["count"], "n": builds, "rate": row["count"] / builds if builds else None}
                ),
                inert(row["example"] or ""),
            )
        )
        for row in rows
    ]
    return Table("Builds that are kept but odd", columns, cells)
