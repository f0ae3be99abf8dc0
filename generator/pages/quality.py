"""How good a signature is: what passes although it matches, and what others match as well."""

from __future__ import annotations

from generator import words
from generator.pages.book import Book
from generator.pages.cells import link, value_of
from generator.pages.paths import root_of, signature_path
from generator.render import Cell, Column, State, Table
from generator.render import Row as TableRow
from generator.text.records import Row

_OTHERS = 5


def quality_table(book: Book, id: str, month: Row | None, path: str) -> Table:
    """Success hits against elastic-recheck's limit of 10 %, own hits, and the largest overlaps; last 28 d."""
    columns = (Column("Check"), Column("Found, last 28\u202fd", short="Found"), Column("Result"))
    rows = [_success(month), _own(month)]
    rows += [_overlap(book, row, path) for row in book.overlaps.get(id, [])[:_OTHERS]]
    return Table("Checks of the signature", columns, rows, sortable=False)


def _success(month: Row | None) -> TableRow:
    if month is None or not month["success_n"]:
        return TableRow(("Success hits", "no data", "not judged"))
    value, of = value_of(month, "success_k", "success_n", "success_rate")
    interval = words.interval(month["success_low"], month["success_high"])
    judged = month["success_n"] >= words.FEW
    soft = f"{of} matching builds passed, {interval}" if judged else "matching builds passed"
    if not judged:
        result: Cell | str = "not judged: n under 10"
    elif month["success_bad"]:
        result = Cell(state=State("over 10\u202f%: bad", "unmet"))
    else:
        result = Cell(state=State("at most 10\u202f%", "met"))
    return TableRow(("Success hits", Cell(value, soft=soft), result))


def _own(month: Row | None) -> TableRow:
    if month is None or not month["hits"]:
        return TableRow(("Own hits", "no data", "not judged"))
    found = f"{words.count(month['unique'])} of {words.plural(month['hits'], 'hit')}"
    return TableRow(("Own hits", Cell(found, soft="matched by no other signature"), ""))


def _overlap(book: Book, row: Row, path: str) -> TableRow:
    other = row["other"]
    name = link(None if other in book.hidden else root_of(path) + signature_path(other), book.label(other))
    share = words.percent(row["both"], row["hits"])
    return TableRow(
        (Cell("Overlap", soft=name), Cell(share, soft="of its hits are also hits of that one"), "")
    )
