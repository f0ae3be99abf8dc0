"""What is missing from the numbers, in a sentence or two: for every page, the mail and the report."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from generator import words
from generator.model import CLOSED, NO_DOCUMENTS, NOT_USABLE, OF_REVIEWS, PARTLY
from generator.text.names import inert
from generator.text.records import Row, records

if TYPE_CHECKING:
    from generator.stats.results import Results

#: Longer ago than any window goes back.
_DAYS = timedelta(days=28)
_NAMED = 2

#: What is said of CIs of which only failures are known.
NO_RATE = "builds that passed are not in this index: no failure rate, only shares of the failures"


def missing(results: Results) -> str:
    """What sources did not answer for the last 28 d; empty if they answered all."""
    until = results.facts.until or results.facts.now
    rows = [row for row in records(results.partial) if row["day"] > until - _DAYS]
    lost = sorted({row["source"] for row in rows if row["reason"] == NOT_USABLE})
    quiet = [row for row in rows if row["source"] not in lost and row["reason"] == NO_DOCUMENTS]
    open_ = [row for row in rows if row["source"] not in lost and row["reason"] != NO_DOCUMENTS]
    said = [f"{_sources(lost)} could not be used at the last collection"] if lost else []
    whole, sets = ([row for row in open_ if row[name]] for name in ("builds", "buildsets"))
    if whole:
        said.append(_unanswered(whole, ""))
    elif sets:
        said.append(_unanswered(sets, "buildsets of "))
    elif open_:
        said.append(_unanswered(open_, _signatures(open_)))
    if quiet:
        said.append(_empty_days(quiet))
    sentences = (
        [f"{'; '.join(said)}. What that leaves out is marked as partial and asked again."] if said else []
    )
    closed = sorted({row["source"] for row in records(results.skipped) if row["reason"] == CLOSED})
    if closed:
        sentences.append(f"In {_sources(closed)} an index is closed, and the lines in it are missing.")
    behind = sorted({row["source"] for row in records(results.skipped) if _of_reviews(row)})
    if behind:
        sentences.append(f"Not all changes of {_sources(behind)} came: third-party CIs end with what did.")
    return " ".join(f"{sentence[:1].upper()}{sentence[1:]}" for sentence in sentences)


def _of_reviews(row: Row) -> bool:
    return row["path"] == OF_REVIEWS and row["reason"] in (NOT_USABLE, PARTLY)


def _unanswered(rows: list[Row], what: str) -> str:
    reasons = sorted({inert(row["reason"], 80) for row in rows})
    why = reasons[0] if len(reasons) == 1 else words.plural(len(reasons), "reason")
    sources = sorted({row["source"] for row in rows})
    return f"{_sources(sources)} did not answer completely for {what}{_days(rows)} ({why})"


def _empty_days(rows: list[Row]) -> str:
    sources = sorted({row["source"] for row in rows})
    return f"{_sources(sources)} {'has' if len(sources) == 1 else 'have'} no documents of {_days(rows)}"


def _sources(names: list[str]) -> str:
    if len(names) > _NAMED:
        return words.plural(len(names), "source")
    return f"the {'source' if len(names) == 1 else 'sources'} {words.listed([inert(n, 40) for n in names])}"


def _signatures(rows: list[Row]) -> str:
    most = max(row["signatures"] for row in rows)
    return f"{words.plural(most, 'signature')}{' or fewer' if len(rows) > 1 and most > 1 else ''} on "


def _days(rows: list[Row]) -> str:
    days: list[datetime] = sorted({row["day"] for row in rows})
    if len(days) <= _NAMED:
        return words.listed([words.day(day) for day in days])
    return f"{len(days)} days from {words.day(days[0])} to {words.day(days[-1])}"


def unrated(results: Results) -> str:
    """Which CIs have no failure rate, and why; empty if all have one."""
    names = [inert(name, 40) for name in results.facts.unrated]
    return f"{words.listed(names)}: {NO_RATE}." if names else ""


def nothing_to_do(results: Results) -> str:
    """The sentence where nothing asks for help; another where nothing could, without builds."""
    if not results.facts.builds:
        return "No builds were collected: `gatepost check` says what each source answers."
    return "Nothing asks for attention this week."
