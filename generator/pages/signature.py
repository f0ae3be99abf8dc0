"""A page for each signature: verdict, rates, where it happens, recent builds, how good it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator import words
from generator.figures.figure import Figure
from generator.figures.rate import rate as rate_figure
from generator.pages.book import Book
from generator.pages.builds import hits_table
from generator.pages.cells import key_figure, value_of
from generator.pages.paths import signature_path
from generator.pages.quality import quality_table
from generator.pages.signature_facts import FactLine, fact_lines
from generator.pages.where import Group, where_groups
from generator.render import KeyFigure, State, Table, render
from generator.signatures.model import Signature
from generator.site import Page
from generator.stats.results import ALL
from generator.text.place import is_it_us
from generator.text.records import Row
from generator.text.removed import Removed
from generator.text.scope import compared, state_of

#: Recent builds with their excerpts on a page of at most 300 KB.
_BUILDS = 12
_QUERY = 8000


@dataclass(frozen=True)
class View:
    """All that the template places."""

    id: str
    label: str
    ticket: str
    state: State
    verdict: tuple[str, str]
    keys: list[KeyFigure]
    figure: Figure | None
    query: str
    facts: list[FactLine]
    groups: list[Group]
    builds: Table | None
    quality: Table | None
    bad: bool
    resolved: str


def pages(book: Book) -> Iterator[Page]:
    """One page for each signature that is not hidden."""
    for id in book.signature_ids:
        path = signature_path(id)
        view = _view(book, id, path)
        yield Page(
            path,
            f"{view.ticket}: {view.label}",
            view.verdict[0],
            render("pages/signature.html", v=view),
            "signatures",
        )


def _view(book: Book, id: str, path: str) -> View:
    rows = book.signatures.get(id, {})
    week, month = rows.get("7d"), rows.get("28d")
    signature = book.context.signature(id)
    hits, gone = book.recent_hits.get(id, []), book.context.removed_by_id.get(id)
    counted = not gone or bool(rows)
    caption = f"The newest {min(len(hits), _BUILDS)} builds that this signature matched"
    return View(
        id=id,
        label=book.label(id),
        ticket=book.ticket(id),
        state=State("No longer looked for") if gone else _state(week),
        verdict=_farewell(gone) if gone else _verdict(book, id, week, month),
        keys=_keys(week, month) if counted else [],
        figure=_figure(book, id, month) if counted else None,
        query=signature.query.strip()[:_QUERY],
        facts=fact_lines(book, id, month),
        groups=where_groups(book, id),
        builds=hits_table(hits, signature.query, path, caption, _BUILDS) if hits else None,
        quality=quality_table(book, id, month, path) if counted else None,
        bad=bool(month and month["success_bad"]),
        resolved=_resolved(signature, month),
    )


def _state(week: Row | None) -> State:
    if week is None or week["last_seen"] is None:
        return State("Never seen")
    name = state_of(week)
    if week["regressed"]:
        return State("Regressed: worse than in the 28 d before", "worse", "up")
    kind = name if name in ("worse", "better", "new", "gone", "returned") else ""
    said = {
        "worse": "Worse than in the 7 d before",
        "better": "Better than in the 7 d before",
        "new": "New in the last 7 d",
        "gone": "Gone",
        "returned": "Back",
        "no data": "Not enough data",
    }
    return State(said.get(name, "No clear change"), kind, {"worse": "up", "better": "dn"}.get(name, ""))


def _farewell(gone: Removed) -> tuple[str, str]:
    """Since when its numbers stop, and why."""
    day = words.day_year(gone.since)
    why = "its file is refused; the Data page says why" if gone.refused else "its file was removed"
    return (
        f"It has not been looked for since {day}: {why}.",
        f"{_until_then(gone)}Builds that came later are not examined with it, and earlier ones that could "
        "be read again are counted without it, so its numbers stop. If the file comes back, they go on.",
    )


def _until_then(gone: Removed) -> str:
    if gone.builds is None:
        return ""
    if gone.first is None or gone.last is None:
        return "It had not matched any build. "
    days = f"from {words.day_year(gone.first)} to {words.day_year(gone.last)}"
    return f"Until then it matched {words.plural(gone.builds, 'build')}, {days}. "


def _verdict(book: Book, id: str, week: Row | None, month: Row | None) -> tuple[str, str]:
    """What was seen of it, and where it points."""
    if week is None or month is None or month["last_seen"] is None:
        return (
            "No build that is kept was matched by this signature.",
            "It is examined with every new build.",
        )
    if not month["hits"]:
        last = words.day_year(month["last_seen"])
        closed = book.context.signature(id).resolved_at
        return (
            f"No failed build was matched in the last 28 d; the last one was seen on {last}.",
            f"Its file says that its bug was resolved on {closed.isoformat()}."
            if closed
            else "If its bug is fixed, its file can say so (resolved_at).",
        )
    window = week if week["hits"] else month
    length = f"{window['window'][:-1]} d"
    said = (
        f"It is in {words.count(window['hits'])} of {words.plural(window['failed'], 'failed build')} "
        f"of the last {length}{_change(window, length)}."
    )
    return said, is_it_us(book.breakdowns.get(id, []), window["window"])


def _change(row: Row, length: str) -> str:
    if row["state"] == "new":
        return f"; the first was seen on {words.clock(row['first_seen'])} UTC"
    if state_of(row) != row["state"]:
        row, length = compared(row), "28 d"
    if not row["prev_n"]:
        return ""
    value, of = value_of(row, "k", "n")
    if value in ("no data", "no rate") or of == "n under 10":
        return ""
    before = words.percent(row["prev_k"], row["prev_n"])
    return f"; its failure rate is {value} ({of}), in the {length} before it was {before}"


def _keys(week: Row | None, month: Row | None) -> list[KeyFigure]:
    return [
        key_figure("Failure rate, last 7\u202fd", week),
        key_figure("Share of failed builds, 7\u202fd", _share(week)),
        key_figure("Failure rate, last 28\u202fd", month),
        key_figure(
            "Matching builds that passed, 28\u202fd", _success(month), "above 10\u202f% the signature is bad"
        ),
    ]


def _share(row: Row | None) -> Row | None:
    """The share as a rate of its own; its change is not tested, so none is shown."""
    if row is None:
        return None
    return {
        "k": row["hits"],
        "n": row["failed"],
        "rate": row["share"],
        "low": row["share_low"],
        "high": row["share_high"],
    }


def _success(row: Row | None) -> Row | None:
    if row is None:
        return None
    return {
        "k": row["success_k"],
        "n": row["success_n"],
        "rate": row["success_rate"],
        "low": row["success_low"],
        "high": row["success_high"],
    }


def _figure(book: Book, id: str, month: Row | None) -> Figure:
    frame = book.signature_frames.get(id, book.results.signature_days.iloc[:0]).tail(28)
    coverage = book.day_frames.get((ALL, "voting"))
    coverage = coverage[coverage["day"].isin(frame["day"])] if coverage is not None and len(frame) else None
    counts = f" ({words.count(month['k'])} of {words.count(month['n'])} in 28{words.THIN}d)" if month else ""
    caption = (
        f"Failed builds it matches, of the completed builds of the jobs it was ever seen in, all pipelines"
        f"{counts}. The strip is coverage; a day without data has no rate."
    )
    return rate_figure(
        frame,
        "rate",
        f"Daily failure rate of {book.ticket(id)} with its 95 % interval",
        caption,
        coverage,
        book.facts.coverage_threshold,
    )


def _resolved(signature: Signature, month: Row | None) -> str:
    """A word where its bug was said to be fixed and builds still fail with it."""
    if signature.resolved_at is None or month is None or month["last_seen"] is None:
        return ""
    if month["last_seen"].date() <= signature.resolved_at:
        return ""
    return (
        f"Its file says that the bug was resolved on {signature.resolved_at.isoformat()}, but it was seen "
        f"after that, last on {words.day_year(month['last_seen'])}."
    )
