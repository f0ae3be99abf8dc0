"""The tables of an edition's page, from its frozen rows: a column that came later is missing in old ones."""

from __future__ import annotations

from generator import words
from generator.editions.edition import Edition
from generator.pages.book import Book
from generator.pages.cells import interval_cell, rate_cell, share_cell, trend_cell
from generator.pages.paths import root_of, signature_path, third_party_path
from generator.pages.signature_rows import top_of
from generator.pages.state_tables import coverage_table
from generator.pages.third_party_cells import disagreement_cell, reporting_cell
from generator.render import Cell, Column, Table
from generator.render import Row as TableRow
from generator.signatures.model import Signature
from generator.stats.columns import ALL
from generator.text.context import web_address
from generator.text.names import inert, label, spelled
from generator.text.records import Row
from generator.text.third_party import name_of, state
from generator.text.third_party_rules import readiness

_DIMENSIONS = {"ci": "CI", "pipeline": "pipeline", "provider": "provider"}
#: What fits into a page beside the queries.
_SIGNATURES, _GROUPS = 100, 100


def of_main(edition: Edition, table: str) -> list[Row]:
    """The rows of the pipeline that the edition speaks of."""
    return [row for row in edition.rows(table) if row["pipeline"] == edition.document["pipeline"]]


def area(edition: Edition) -> str:
    """`Pipeline gate`."""
    name = edition.document["pipeline"]
    return "All pipelines" if name == ALL else f"Pipeline {inert(name, 40)}"


def signatures(book: Book, edition: Edition) -> Table:
    """Signatures with hits in the week or the one before, most hits first."""
    rows = [row for row in of_main(edition, "signatures") if row["hits"] or row["prev_k"]]
    rows = [row for row in rows if not row["hidden"]]
    rows.sort(key=lambda row: (-row["hits"], row["signature"]))
    top = top_of(rows)
    columns = (
        Column("Signature"),
        Column("Failed builds", numeric=True),
        Column("Failure rate", numeric=True),
        Column(f"95\u202f% interval, 0 to {100 * top:.3g}\u202f%", short="95\u202f% interval"),
        Column("Change on the week before", short="Change"),
    )
    kept = set(book.signature_ids)
    named = {one["signature"]: one for one in edition.document["queries"]}
    cells = [
        TableRow(
            (
                _name(row["signature"], named, kept, edition.page),
                share_cell(row["hits"], row["failed"], row),
                rate_cell(row),
                interval_cell(row, top),
                trend_cell(row),
            )
        )
        for row in rows[:_SIGNATURES]
    ]
    more = f"All {words.count(len(rows))} in edition.json" if len(rows) > _SIGNATURES else ""
    return Table("Signatures of the week", columns, cells, more, f"{edition.id}/edition.json")


def _name(id: str, named: dict[str, Row], kept: set[str], path: str) -> Cell:
    known = named.get(id, {})
    shown = label(Signature(id, known.get("query") or "", title=known.get("title")))
    below = inert(id, 60) if known.get("title") else ""
    return Cell(shown, soft=below, href=root_of(path) + signature_path(id) if id in kept else "")


def days(edition: Edition) -> Table:
    """Builds of each day of the week."""
    columns = (
        Column("Day", nowrap=True),
        Column("Builds run", numeric=True),
        Column("Failed builds", numeric=True),
        Column("Infra", numeric=True),
        Column("Examined", numeric=True),
    )
    rows = []
    for row in of_main(edition, "days"):
        name = Cell(words.weekday(row["day"]), sort=words.iso(row["day"]))
        if not row["has_data"]:
            rows.append(TableRow((name, "no data", "", "", "")))
            continue
        judged = {**row, "k": row["failed"], "n": row["failed"] + row["succeeded"]}
        seen = {"k": row["examined"], "n": row["run"], "rate": row["coverage"]}
        rows.append(
            TableRow((name, words.count(row["run"]), rate_cell(judged), str(row["infra"]), rate_cell(seen)))
        )
    return Table("Builds by day", columns, rows, sortable=False)


def groups(edition: Edition) -> Table:
    """Failure rates by CI, pipeline and provider, by name."""
    rows = [row for row in edition.rows("groups") if row["n"]]
    rows.sort(key=lambda row: (list(_DIMENSIONS).index(row["dimension"]), row["value"]))
    top = top_of(rows)
    columns = (
        Column("Where"),
        Column("Failed builds", numeric=True),
        Column(f"95\u202f% interval, 0 to {100 * top:.3g}\u202f%", short="95\u202f% interval"),
        Column("Change on the week before", short="Change"),
    )
    cells = [
        TableRow(
            (
                Cell(inert(row["value"]), soft=_DIMENSIONS[row["dimension"]]),
                rate_cell(row),
                interval_cell(row, top),
                trend_cell(row),
            )
        )
        for row in rows[:_GROUPS]
    ]
    more = f"All {words.count(len(rows))} in edition.json" if len(rows) > _GROUPS else ""
    return Table(
        "Failure rates by CI, pipeline and provider", columns, cells, more, f"{edition.id}/edition.json"
    )


def third_party(book: Book, edition: Edition) -> Table:
    """Third-party CIs as they stood at the end of the week, by name; without rows where none was expected."""
    rows = sorted(edition.rows("third_party"), key=lambda row: name_of(row).casefold())
    columns = (
        Column("CI"),
        Column("State"),
        Column("Reporting rate", numeric=True),
        Column("Disagreement", numeric=True),
        Column("Standing \u22121s", numeric=True),
        Column("Readiness"),
    )
    kept = set(book.results.third_party["ci"])
    cells = [
        TableRow(
            (
                _third_party_name(row, kept, edition.page),
                Cell(state=state(row)),
                reporting_cell(row),
                disagreement_cell(row),
                words.count(row["standing"]),
                Cell(state=readiness(row)),
            )
        )
        for row in rows[:_GROUPS]
    ]
    more = f"All {words.count(len(rows))} in edition.json" if len(rows) > _GROUPS else ""
    return Table("Third-party CIs", columns, cells, more, f"{edition.id}/edition.json")


def _third_party_name(row: Row, kept: set[str], path: str) -> Cell:
    page = root_of(path) + third_party_path(row["ci"])
    return Cell(name_of(row), soft=inert(row["owner"] or "", 60), href=page if row["ci"] in kept else "")


def coverage(edition: Edition) -> Table:
    """Builds examined of builds run, by CI and outcome."""
    return coverage_table(edition.rows("coverage"), "7d")


def partial(edition: Edition) -> list[str]:
    """What sources did not answer of the week, a line a day."""
    return [
        f"{words.weekday(row['day'])}, {inert(row['source'], 60)}: {inert(row['reason'], 200)}"
        for row in edition.rows("partial")
    ]


def queries(edition: Edition) -> list[tuple[str, str, str | None]]:
    """Name, query and bug of each signature as its file was then, by id."""
    found = sorted(edition.document["queries"], key=lambda one: one["signature"])
    return [
        (
            f"{inert(one['signature'], 60)} {inert(one['title'] or '', 120)}".strip(),
            spelled(one["query"].strip()),
            web_address(one["bug"]),
        )
        for one in found
    ]
