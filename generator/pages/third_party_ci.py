"""A page for each third-party CI: its state, what it reported, what is missing for voting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from generator import words
from generator.figures.figure import Figure
from generator.figures.response import answered, medians
from generator.figures.timeline import Span, timeline
from generator.figures.weekly import weekly_legend
from generator.pages.book import Book
from generator.pages.cells import value_of
from generator.pages.paths import third_party_badge, third_party_feed, third_party_grid, third_party_path
from generator.pages.third_party_board import Board
from generator.pages.third_party_cells import around, percentile
from generator.pages.third_party_facts import Fact, facts
from generator.pages.third_party_tables import (
    disagreements_table,
    habits_table,
    jobs_table,
    mix_table,
    rules_table,
    silences_table,
    unread_table,
    votes_table,
)
from generator.render import KeyFigure, State, Table, render
from generator.site import Page
from generator.text.names import inert
from generator.text.records import Row
from generator.text.third_party import evidence, name_of, request, state
from generator.text.third_party_rules import readiness, why

#: Half a year, as the figures have it.
_DAYS = 182
#: A silence that is marked in the timeline has missed so many patch sets, and lasted so long.
_MARKED, _LASTED = 3, timedelta(days=1)
#: Projects whose grid is linked: the page has at most 300 KB.
_GRIDS = 1_000


@dataclass(frozen=True)
class View:
    """All that the template places."""

    name: str
    state: State
    standing: str
    request: str
    keys: list[KeyFigure]
    legend: Markup
    timeline: Figure | None
    curve: Figure | None
    medians: Figure | None
    heading: str
    rules: Table | None
    advice: str
    votes: Table | None
    failed: Table | None
    passed: Table | None
    silences: Table
    least: str
    mix: Table
    habits: Table
    jobs: Table
    unread: Table | None
    facts: list[Fact]
    grids: list[tuple[str, str]]
    more_grids: int
    feed: str
    badge: str
    snippet: str


def pages(book: Book) -> Iterator[Page]:
    """One page for each CI of the roster, retired ones too."""
    board = book.third_party
    for row in board.rows:
        view = _view(board, row)
        yield Page(
            third_party_path(row["ci"]),
            view.name,
            f"What {view.name} reported on reviews, and what is missing for voting",
            render("pages/third_party_ci.html", v=view),
            "third-party cis",
            third_party_feed(row["ci"]),
        )


def _view(board: Board, row: Row) -> View:
    ci, context = row["ci"], board.context
    rules, votes, unread = board.rules.get(ci, []), board.standing.get(ci, []), board.unread.get(ci, [])
    failed, passed = (board.disagreements.get((ci, kind), []) for kind in ("failed", "passed"))
    watched = board.watched(ci)
    return View(
        name=name_of(row),
        state=state(row),
        standing=_sentences(row),
        request=request(row, board.meeting),
        keys=_keys(row),
        legend=weekly_legend(),
        **_figures(board, row),
        heading="How it meets the rules" if row["voting"] else "What is missing for voting",
        rules=rules_table(rules) if rules and row["readiness"] != "retired" else None,
        advice=_advice(row, rules),
        votes=votes_table(context, votes) if votes else None,
        failed=disagreements_table(context, failed, "Failed where the gate passed", row["disagree_k"])
        if failed
        else None,
        passed=disagreements_table(context, passed, "Passed where the gate failed", row["converse_k"])
        if passed
        else None,
        silences=silences_table(board.silences.get(ci, []), board.until),
        least=words.span(row["least_s"]) if row["least_s"] is not None else "",
        mix=mix_table(row),
        habits=habits_table(row),
        jobs=jobs_table(board.jobs.get(ci, [])),
        unread=unread_table(context, unread) if unread else None,
        facts=facts(row, board.entry(ci), board.deadline(ci)),
        grids=[(inert(p, 80), third_party_grid(p).removeprefix("third-party/")) for p in watched[:_GRIDS]],
        more_grids=len(watched[_GRIDS:]),
        feed=_beside(third_party_feed(ci)),
        badge=_beside(third_party_badge(ci)),
        snippet=_snippet(board, row),
    )


def _beside(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _sentences(row: Row) -> str:
    """What is to be said of it beside its state; of one that works, its newest result."""
    said = evidence(row)
    if said:
        return " ".join(said)
    if row["last_result"] is None:
        return "No comment with a result of it has been seen yet."
    pause = f"It rests {why(row, ())[0]}. " if row["readiness"] == "paused" else ""
    return f"{pause}Its newest result is of {words.clock(row['last_result'])} UTC."


def _keys(row: Row) -> list[KeyFigure]:
    gap = words.THIN
    return [
        _rate(f"Reporting rate, 28{gap}d", row, ("reported", "expected", "rate", "low", "high")),
        KeyFigure(
            f"Response, median, 28{gap}d",
            percentile(row, "median"),
            interval=around(row, "median"),
            note=_response_note(row),
        ),
        _rate(
            f"Disagreement, 28{gap}d",
            row,
            ("disagree_k", "disagree_n", "disagree_rate", "disagree_low", "disagree_high"),
            "failed where the gate passed, same patch set",
        ),
        KeyFigure(
            f"Standing {words.MINUS}1s",
            words.count(row["standing"]),
            note="negative votes from before a recovery",
        ),
    ]


def _rate(label: str, row: Row, names: tuple[str, str, str, str, str], note: str = "") -> KeyFigure:
    k, n, rate, low, high = names
    value, of = value_of(row, k, n, rate)
    interval = words.interval(row[low], row[high]) if row[n] >= words.FEW else ""
    return KeyFigure(label, value, of, interval, note=note)


def _response_note(row: Row) -> str:
    if not row["response_n"]:
        return "nothing was expected"
    patchsets = words.plural(row["response_n"], "patch set")
    if row["response_censored"] == row["response_n"]:
        return f"{patchsets}, no result yet"
    waiting = f"; {words.count(row['response_censored'])} still waiting" if row["response_censored"] else ""
    interval = f" ({around(row, 'p90')})" if around(row, "p90") else ""
    return f"90th percentile {percentile(row, 'p90')}{interval}; {patchsets}{waiting}"


def _advice(row: Row, rules: list[Row]) -> str:
    if row["advice"] == "ready":
        return "It meets every rule and has no vote yet: it is ready for one, if the community agrees."
    if row["advice"] == "at risk":
        return (
            "It votes and clearly misses a rule: the community may want it to report without a vote for now."
        )
    if row["readiness"] == "all met":
        return "Nothing is missing."
    said = readiness(row).text
    because = why(row, rules) if row["readiness"] == "not judged" else []
    return f"{said[:1].upper()}{said[1:]}{': ' if because else ''}{'; '.join(because)}."


def _figures(board: Board, row: Row) -> dict[str, Figure | None]:
    ci, until, name = row["ci"], board.until, name_of(row)
    days, curve = board.days.get(ci, []), board.response.get(ci, [])
    deadline, weeks = board.deadline(ci), board.weeks.get(ci, [])
    if until is None:
        return {"timeline": None, "curve": None, "medians": None}
    return {
        "timeline": timeline(days, _spans(board, ci, until), weeks, until, "line", f"Results a day, {name}")
        if weeks
        else None,
        "curve": answered(curve, deadline.total_seconds(), "curve", f"Patch sets answered, {name}")
        if deadline and curve
        else None,
        "medians": medians(days, until, _DAYS, "medians", f"Response by day, {name}")
        if any(day["response_median_s"] is not None for day in days)
        else None,
    }


def _spans(board: Board, ci: str, until: datetime) -> list[Span]:
    """Silences that are worth a mark, and pauses."""
    quiet = (
        Span(row["start"], row["end"] or until, "silent")
        for row in board.silences.get(ci, [])
        if row["missed"] >= _MARKED
    )
    entry = board.entry(ci)
    pauses = [
        Span(
            datetime.combine(pause.start, datetime.min.time()),
            datetime.combine(pause.end, datetime.min.time()) + timedelta(days=1),
            "paused",
        )
        for pause in (entry.pauses if entry else ())
    ]
    return [*(span for span in quiet if span.end - span.start >= _LASTED), *pauses]


def _snippet(board: Board, row: Row) -> str:
    """Markdown that shows the badge and leads to the page."""
    page, badge = (board.context.page(path(row["ci"])) for path in (third_party_path, third_party_badge))
    # pasted once, so it says nothing that changes
    alt = f"{name_of(row)}: reporting rate".translate(str.maketrans("", "", "[]\\`"))
    return f"[![{alt}]({badge})]({page})"
