"""The report for the TSC meeting: one page of Markdown, from the same tables as the digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator import words
from generator.text import third_party_report
from generator.text.context import PageContext
from generator.text.digest import edition
from generator.text.missing import missing, nothing_to_do, unrated
from generator.text.names import escaped, label
from generator.text.records import Row
from generator.text.scope import STATE_WORDS, Scope, Scopes, compared, figure_known, judged, state_of, word_of
from generator.text.verdict import evidence, verdict

if TYPE_CHECKING:
    from generator.stats.results import Results

_FIGURES = (
    ("failed", "Failed builds"),
    ("passed", "Buildsets that passed"),
    ("first_pass", "Buildsets that passed at the first try"),
    ("classified", "Classified failures"),
    ("infra", "Infra outcomes, apart"),
    ("coverage", "Coverage: builds examined"),
    ("coverage_failed", "Coverage: failed builds examined"),
)
_LONGEST = 5


def tsc(results: Results, context: PageContext) -> str:
    """One page: verdict, figures, what changed, most frequent signatures, what would help."""
    scope, until = Scopes(results).scope(), results.facts.end
    alone = third_party_report.alone(results)
    area = "all pipelines" if scope.name == "CI" else f"pipeline {escaped(scope.name)}"
    about = "third-party CIs, 28 d" if alone else f"{area}, voting jobs, compared with the 7 d before"
    parts = [
        f"# CI report {edition(results, context)}: {escaped(context.community, 100)}",
        f"{f'Week to {words.moment(until)}' if until else 'No data yet'}, {about}. "
        "Intervals are 95 %; under n = 10 only counts are given.",
        *(escaped(remark, 400) for remark in context.remarks),
        *_missing(results),
        *([] if alone else _of_builds(results, context, scope)),
        *_third_party(results, context),
        *([] if alone else ["## What would help\n\n" + _help(results, scope, context)]),
        f"Numbers and definitions: {context.page(context.permalink or 'index.html')}",
    ]
    return "\n\n".join(parts) + "\n"


def _of_builds(results: Results, context: PageContext, scope: Scope) -> list[str]:
    return [
        _state(results, context, scope),
        "## Figures\n\n" + _figures(scope),
        "## New or worse\n\n" + _items(scope.in_state("new", "returned", "worse"), context),
        "## Better or gone\n\n" + _items(scope.in_state("better", "gone"), context),
        "## Most frequent signatures\n\n" + _frequent(scope, context),
    ]


def _missing(results: Results) -> list[str]:
    """What is missing from the numbers; nothing where nothing is."""
    partial, without = missing(results), unrated(results)
    return [f"**Partial.** {escaped(partial, 400)}"] * bool(partial) + [escaped(without, 400)] * bool(without)


def _state(results: Results, context: PageContext, scope: Scope) -> str:
    found = verdict(
        scope,
        evidence(results, scope),
        lambda id: label(context.signature(id), 100),
        results.facts.coverage_threshold,
    )
    return f"**{escaped(found.word)}.** {escaped(' '.join(found.sentences), 1500)}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figures(scope: Scope) -> str:
    rows: list[tuple[str, ...]] = []
    for figure, title in _FIGURES:
        row = scope.totals.get(figure)
        if not figure_known(figure, scope.totals):
            continue
        if row is None or not row["n"]:
            rows.append((title, "no data", "", ""))
            continue
        rows.append((title, words.percent(row["k"], row["n"]), _interval(row), _change(row)))
    return _table(("Figure", "Last 7 d", "95 % interval", "Change, points"), rows)


def _interval(row: Row) -> str:
    return words.interval(row["low"], row["high"]) if row["n"] >= words.FEW else ""


def _change(row: Row) -> str:
    state = state_of(row) if "regressed" in row else row["state"]
    word = state
    if state != row["state"]:
        row, word = compared(row), "worse than 28 d before"
    return f"{words.points(row['change'])}, {word}" if judged(row) else STATE_WORDS.get(word, word)


def _name(row: Row, context: PageContext) -> str:
    signature = context.signature(row["signature"])
    return escaped(label(signature, 90)) + (f" ({escaped(signature.id, 40)})" if signature.title else "")


def _items(rows: list[Row], context: PageContext) -> str:
    lines = [f"- **{word_of(row)}**: {_name(row, context)}: {_fact(row)}" for row in rows[:_LONGEST]]
    if len(rows) > _LONGEST:
        lines.append(f"- and {len(rows) - _LONGEST} more")
    return "\n".join(lines) or "None."


def _fact(row: Row) -> str:
    if row["state"] == "gone":
        return f"none for 28 d, last seen {words.day_year(row['last_seen'])}"
    hits = f"{words.count(row['hits'])} of {words.plural(row['failed'], 'failed build')}"
    if row["state"] == "new":
        return f"{hits}, first seen {words.clock(row['first_seen'])}"
    if row["regressed"] and row["state"] != "worse":
        base = words.percent(row["base_k"], row["base_n"])
        return f"{hits}; failure rate {words.percent(row['k'], row['n'])}, in the 28 d before {base}"
    return f"{hits}; {words.count(row['prev_k'])} in the 7 d before"


def _frequent(scope: Scope, context: PageContext) -> str:
    rows: list[tuple[str, ...]] = [
        (
            _name(row, context),
            f"{words.count(row['hits'])} of {words.count(row['failed'])}",
            words.percent(row["k"], row["n"]) if row["rate"] is not None else "no data",
            _change(row),
        )
        for row in scope.frequent()[:_LONGEST]
    ]
    return _table(("Signature", "Failed builds", "Failure rate", "Change, points"), rows) if rows else "None."


def _third_party(results: Results, context: PageContext) -> list[str]:
    """Only where third-party CIs are expected."""
    told = third_party_report.report(results, context, _LONGEST)
    return [f"## Third-party CIs\n\n{told}"] * bool(told)


def _help(results: Results, scope: Scope, context: PageContext) -> str:
    """What a person could do this week, from what is new, worse, unclassified or badly described."""
    lines = [
        f"- Look at {_name(row, context)}: {word_of(row)}, no owner yet."
        for row in scope.in_state("new", "worse", "returned")
        if not context.signature(row["signature"]).owner
    ]
    unread = scope.unread(results.facts.coverage_threshold)
    lines = [*([f"- {unread}"] if unread else []), *lines]
    known = scope.totals.get("classified")
    if known and known["n"] > known["k"]:
        count = words.plural(known["n"] - known["k"], "failed build")
        lines.append(f"- Write signatures: {count} have none ({context.page('unclassified/index.html')}).")
    lines += [
        f"- Narrow {_name(row, context)}: over 10 % of the builds it matches passed."
        for row in scope.frequent()
        if row["success_bad"]
    ]
    return "\n".join(lines[:_LONGEST]) or nothing_to_do(results)
