"""What the pages of a CI and of a job have in common: key figures, builds per day, signatures."""

from __future__ import annotations

from generator import words
from generator.figures.daily import daily
from generator.figures.figure import Figure
from generator.pages.book import Book
from generator.pages.cells import key_figure, marked, plain_figure
from generator.render import KeyFigure
from generator.text.names import inert
from generator.text.records import Row


def group_keys(week: Row | None, month: Row | None) -> list[KeyFigure]:
    """Failure rate in 7 d and 28 d, classified failures, infra outcomes."""
    count: Row = month or {"classified": 0, "failed_examined": 0, "infra": 0, "failed": 0, "succeeded": 0}
    judged = count["failed"] + count["succeeded"] + count["infra"]
    return [
        key_figure("Failed builds, 7\u202fd", week),
        key_figure("Failed builds, 28\u202fd", month),
        plain_figure(
            "Classified failures, 28\u202fd",
            count["classified"],
            count["failed_examined"],
            marked("a signature matched; of those whose logs were seen", month),
        ),
        plain_figure("Infra outcomes, apart, 28\u202fd", count["infra"], judged, "not in the failure rate"),
    ]


def group_figure(book: Book, dimension: str, value: str) -> Figure:
    """Builds of a CI or a job per day, 28 d, without non-voting ones."""
    frame = book.group_frames.get((dimension, value), book.results.group_days.iloc[:0])
    caption = (
        "Last 28\u202fd, without non-voting builds; UTC. The strip is coverage, builds examined of those run."
    )
    return daily(
        frame, "days", f"Failed builds per day, {inert(value, 80)}", caption, book.facts.coverage_threshold
    )


def counts_line(row: Row | None) -> str:
    """`120 builds ran: 100 passed, 15 failed, 5 infra.`"""
    if row is None or not row["run"]:
        return "No build ran."
    neutral = f", {words.count(row['neutral'])} neutral" if row["neutral"] else ""
    return (
        f"{words.plural(row['run'], 'build')} ran: {words.count(row['succeeded'])} passed, "
        f"{words.count(row['failed'])} failed, {words.count(row['infra'])} infra{neutral}."
    )
