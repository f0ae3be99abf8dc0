"""The first screen: what breaks, since when, is it us; and the same for other pipelines and windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator import words
from generator.figures.daily import daily
from generator.figures.figure import Figure
from generator.pages.book import Book
from generator.pages.cells import marked
from generator.pages.key_figures import key_figures
from generator.pages.paths import THIRD_PARTY, gate_path, root_of, signature_path, third_party_path
from generator.pages.signature_rows import signature_table
from generator.pages.state_tables import freshness_table, top_jobs
from generator.render import KeyFigure, State, Table, render
from generator.site import Page
from generator.stats.results import ALL
from generator.text.names import inert
from generator.text.records import Row
from generator.text.scope import WINDOW_WORDS, WINDOWS, Scope, state_of
from generator.text.third_party import evidence, name_of, needs_hand
from generator.text.verdict import Verdict, verdict

_FREQUENT = 10
_LISTED = 4
_HOURS = 48
_CIS = 10


@dataclass(frozen=True)
class Switch:
    """One way to another view; without `href` it is the one that is shown."""

    text: str
    href: str


@dataclass(frozen=True)
class Item:
    """A signature beside the graph."""

    state: State
    name: str
    href: str
    note: str


@dataclass(frozen=True)
class View:
    """All that the template of a view places."""

    path: str
    root: str
    scope: Scope
    state: State
    verdict: Verdict
    culprit: str
    keys: list[KeyFigure]
    compared: str
    switches: list[tuple[str, list[Switch]]]
    figure: Figure
    heading: str
    lists: list[tuple[str, list[Item]]]
    frequent: Table
    signatures: int
    place: str
    unclassified: str
    jobs: Table
    freshness: Table
    odd: str
    third_party: str
    scoreboard: str


def pages(book: Book) -> Iterator[Page]:
    """The home page, and one page for each pipeline, window and voting; of reviews alone the home page."""
    if not book.facts.builds and book.third_party.exists:
        yield _reviews(book)
        return
    yield _page(book, book.scopes.scope(), "index.html")
    for pipeline in book.scopes.pipelines:
        for window in WINDOWS:
            for voting in ("voting", "all"):
                scope = book.scopes.scope(pipeline, window, voting)
                yield _page(book, scope, gate_path(pipeline, window, voting))


def _page(book: Book, scope: Scope, path: str) -> Page:
    view = _view(book, scope, path)
    home = path == "index.html"
    title = "What breaks us" if home else f"{view.scope.name}, last {scope.length}, {_votes(scope)}"
    return Page(path, title, view.verdict.sentences[0], render("pages/home.html", v=view), "home")


def _reviews(book: Book) -> Page:
    """Without builds nothing can be said of what breaks: what is said of the third-party CIs comes first."""
    board = book.third_party
    rows = [row for row in board.listed if needs_hand(row)]
    body = render(
        "pages/home_reviews.html",
        headline=board.headline,
        scoreboard=THIRD_PARTY,
        items=[(name_of(row), third_party_path(row["ci"]), " ".join(evidence(row))) for row in rows],
    )
    return Page("index.html", "Third-party CIs", board.headline, body, "home")


def _votes(scope: Scope) -> str:
    return "voting jobs" if scope.voting == "voting" else "all jobs"


def _view(book: Book, scope: Scope, path: str) -> View:
    root = root_of(path)
    culprit = scope.culprit()
    breakdowns = book.breakdowns.get(culprit["signature"], []) if culprit else []
    found = verdict(scope, breakdowns, book.label, book.facts.coverage_threshold)
    known = scope.totals.get("classified")
    rows = scope.frequent()
    return View(
        path=path,
        root=root,
        scope=scope,
        state=_state(scope, found),
        verdict=found,
        culprit=root + signature_path(found.signature) if found.signature else "",
        keys=key_figures(scope.totals),
        compared=_compared(scope),
        switches=_switches(book, scope, root),
        figure=_figure(book, scope),
        heading="Failed builds per hour" if scope.window == "24h" else "Failed builds per day",
        lists=_lists(book, scope, root),
        frequent=signature_table(
            book, rows[:_FREQUENT], path, f"Most frequent signatures, last {scope.length}"
        ),
        signatures=len(book.listed_ids),
        place=f"{inert(scope.name[:1].upper() + scope.name[1:], 60)}, {_votes(scope)}",
        unclassified=marked(
            words.percent(known["n"] - known["k"], known["n"]) if known else "no data", known
        ),
        jobs=top_jobs(book, root),
        freshness=freshness_table(book, root, _CIS),
        odd=_odd(book),
        third_party=book.third_party.headline,
        scoreboard=root + THIRD_PARTY,
    )


def _state(scope: Scope, found: Verdict) -> State:
    kind = found.tone if found.tone in ("worse", "better") else ""
    return State(found.word, kind, {"worse": "up", "better": "dn"}.get(kind, ""))


def _compared(scope: Scope) -> str:
    failed = scope.totals.get("failed")
    pipeline = "all pipelines" if scope.pipeline == ALL else f"{scope.pipeline} pipeline"
    head = f"Last {scope.length}, {pipeline}, {_votes(scope)}"
    if not failed or not failed["prev_n"]:
        return f"{head}; there is nothing before to compare with."
    gaps = failed["prev_days"] - failed["prev_days_with_data"]
    some = f" ({failed['prev_days_with_data']} of its {failed['prev_days']} days have data)" if gaps else ""
    return f"{head}; changes in percentage points on the {scope.length} before{some}."


def _switches(book: Book, scope: Scope, root: str) -> list[tuple[str, list[Switch]]]:
    def to(pipeline: str, window: str, voting: str, text: str) -> Switch:
        same = (pipeline, window, voting) == (scope.pipeline, scope.window, scope.voting)
        return Switch(text, "" if same else root + gate_path(pipeline, window, voting))

    names = book.scopes.pipelines
    jobs = {"voting": "voting", "all": "all"}
    return [
        ("Window", [to(scope.pipeline, w, scope.voting, WINDOW_WORDS[w]) for w in WINDOWS]),
        ("Pipeline", [to(p, scope.window, scope.voting, "all" if p == ALL else p) for p in names]),
        ("Jobs", [to(scope.pipeline, scope.window, v, text) for v, text in jobs.items()]),
    ]


def _figure(book: Book, scope: Scope) -> Figure:
    hourly = scope.window == "24h"
    frame = (book.hour_frames if hourly else book.day_frames).get((scope.pipeline, scope.voting))
    if frame is None:
        frame = book.results.hours.iloc[:0] if hourly else book.results.days.iloc[:0]
    frame = frame.tail(_HOURS) if hourly else frame
    unit = "hour" if hourly else "day"
    span = ""
    if len(frame):
        span = f", {words.day(frame[unit].iloc[0])} to {words.day_year(frame[unit].iloc[-1])}"
    threshold = book.facts.coverage_threshold
    caption = (
        f"{scope.name[:1].upper()}{scope.name[1:]}, {_votes(scope)}{span}; UTC. The strip under the axis is "
        "coverage, builds examined of builds run; it is hatched where fewer than "
        f"{100 * threshold:.0f}{words.THIN}% of the failed ones were examined."
    )
    return daily(frame, "days", f"Failed builds per {unit}{span}", caption, threshold, by=unit)


def _lists(book: Book, scope: Scope, root: str) -> list[tuple[str, list[Item]]]:
    titles = (
        (f"New or back in the last {scope.length}", ("new", "returned")),
        ("Worse than before", ("worse",)),
        ("Gone or better", ("gone", "better")),
    )
    return [
        (title, [_item(book, row, root) for row in scope.in_state(*states)[:_LISTED]])
        for title, states in titles
    ]


def _item(book: Book, row: Row, root: str) -> Item:
    id, name = row["signature"], state_of(row)
    arrow = {"worse": "up", "better": "dn"}.get(name, "")
    owner = book.context.signature(id).owner
    note = [inert(id, 60), _fact(row), f"owner {inert(owner, 60)}" if owner else "no owner yet"]
    if name in ("gone", "better"):
        note.pop()
    word = "back" if name == "returned" else name
    return Item(State(word, name, arrow), book.label(id), root + signature_path(id), " · ".join(note))


def _fact(row: Row) -> str:
    if row["state"] == "gone":
        return f"none for 28{words.THIN}d · last {words.day_year(row['last_seen'])}"
    hits = f"{words.count(row['hits'])} of {words.plural(row['failed'], 'failed build')}"
    if row["state"] == "new":
        return f"since {words.clock(row['first_seen'])} · {hits}"
    if row["state"] == "returned":
        return f"{hits}, after a pause"
    if row["regressed"]:
        before = words.percent(row["base_k"], row["base_n"])
        return f"{hits} · rate {words.percent(row['k'], row['n'])}, in the 28{words.THIN}d before {before}"
    return f"{hits}, was {words.count(row['prev_k'])}"


def _odd(book: Book) -> str:
    lost = int(book.results.skipped["count"].sum())
    return f"{words.plural(lost, 'case')} skipped or only partly read" if lost else "Nothing was skipped"
