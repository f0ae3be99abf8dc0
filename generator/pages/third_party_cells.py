"""Cells of third-party CIs: what stands in the scoreboard and at the head of a CI's page."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from generator import words
from generator.pages.cells import value_of
from generator.pages.paths import third_party_path
from generator.render import Cell
from generator.text.context import PageContext
from generator.text.names import inert
from generator.text.records import Row
from generator.text.third_party import name_of
from generator.text.third_party_rules import readiness, why

#: Projects that are named in a cell.
_PROJECTS = 3
_BREAK = Markup("<br>")


def name_cell(row: Row) -> Cell:
    """The CI as a link within the folder of its page, above its projects."""
    names = [inert(name.strip(), 60) for name in (row["projects"] or "").split(",") if name.strip()]
    short = [name.rsplit("/", 1)[-1] for name in names]
    href = third_party_path(row["ci"]).rsplit("/", 1)[-1]
    return Cell(name_of(row), soft=words.listed(short, _PROJECTS), href=href)


def seen_cell(row: Row) -> Cell:
    """The newest result above the newest success."""
    last, good = row["last_result"], row["last_success"]
    if last is None:
        return Cell("never", sort="")
    note = f"success {words.day(good)}" if good is not None else "no success seen"
    return Cell(words.day(last), soft=note, sort=words.iso(last))


def reporting_cell(row: Row) -> Cell:
    """Reporting rate above its counts and interval."""
    counts = {"k": row["reported"], "n": row["expected"], "rate": row["rate"]}
    if not row["expected"]:
        return Cell("none expected", sort=-1)
    return _rate(counts, row["low"], row["high"])


def disagreement_cell(row: Row) -> Cell:
    """Disagreement with the gate above its counts and interval."""
    counts = {"k": row["disagree_k"], "n": row["disagree_n"], "rate": row["disagree_rate"]}
    return _rate(counts, row["disagree_low"], row["disagree_high"])


def _rate(counts: Row, low: float | None, high: float | None) -> Cell:
    value, of = value_of(counts, "k", "n")
    enough = counts["n"] >= words.FEW
    around = words.interval(low, high) if enough else ""
    if enough and not counts["k"]:  # a rate of nothing says less than the counts
        value, of = of, ""
    return Cell(
        value,
        soft=", ".join(filter(None, (of, around))),
        sort=round(counts["rate"] or 0.0, 4) if enough else -1,
    )


def percentile(row: Row, which: str) -> str:
    """`3.3 h`, `over 48 h` where it was not reached, a dash where there is nothing: `median` or `p90`."""
    reached, over = row[f"response_{which}_s"], row["response_over_s"]
    if not row["response_n"] or row["response_n"] == row["response_censored"]:
        return words.DASH
    if reached is not None:
        return words.span(reached)
    return f"over {words.span(over)}" if over is not None else words.DASH


def around(row: Row, which: str) -> str:
    """`2.9 h to 3.8 h`, the interval of a percentile; empty where there is none."""
    low, high = (row[f"response_{which}_{bound}_s"] for bound in ("low", "high"))
    if row[f"response_{which}_s"] is None or low is None:
        return ""
    return f"{words.span(low)} to {words.span(high)}" if high is not None else f"{words.span(low)} or more"


def response_cell(row: Row) -> Cell:
    """Median above the 90th percentile, the unanswered counted as waiting."""
    median = row["response_median_s"]
    return Cell(
        percentile(row, "median"),
        soft=f"p90 {percentile(row, 'p90')}",
        sort=round(median) if median is not None else 10**9,
    )


def standing_cell(row: Row) -> Cell:
    """Votes that could be lifted, linked to their list."""
    page = third_party_path(row["ci"]).rsplit("/", 1)[-1]
    return Cell(words.count(row["standing"]), href=f"{page}#h-votes" if row["standing"] else "")


def contacts_cell(row: Row) -> Cell:
    """How many are named above the month in which they were confirmed."""
    confirmed = row["confirmed"]
    note = f"{words.utc(confirmed):%b %Y}" if confirmed is not None else "not confirmed"
    return Cell(
        f"{row['contacts']} named" if row["contacts"] else "none", soft=note if row["contacts"] else ""
    )


def readiness_cell(row: Row, rules: Sequence[Row]) -> Cell:
    """How many rules are met, above a line for each that is not, and what else should be known."""
    state = readiness(row)
    lines = [*why(row, rules), *_remarks(row)]
    soft = _BREAK.join(escape(line) for line in lines)
    if state.kind == "met":
        return Cell(state=state, soft=soft)
    counted = row["readiness"] == "not all met"
    return Cell(Markup("<b>{}</b>").format(state.text) if counted else state.text, soft=soft)


def _remarks(row: Row) -> list[str]:
    if row["readiness"] in ("paused", "retired"):
        return []
    advice = {"ready": "has no vote yet", "at risk": "votes, and clearly misses a rule"}.get(row["advice"])
    votes = row["standing"]
    older = f"{words.plural(votes, 'vote')} from before a recovery" if votes else ""
    return [line for line in (older, advice) if line]


def change_link(context: PageContext, row: Row) -> tuple[str, str]:
    """`12345, 3` for a change and its patch set, and where it is; empty where nobody can know."""
    text = f"{row['change']}, {row['patchset']}" if row["patchset"] else f"{row['change']}"
    return text, context.review_url(
        row["server"], row.get("project") or "", row["change"], row["patchset"] or None
    ) or ""


def patchset_cell(context: PageContext, row: Row) -> Cell:
    """A change and its patch set as a link, above its subject."""
    text, href = change_link(context, row)
    return Cell(text, soft=inert(row.get("subject") or "", 100), href=href)
