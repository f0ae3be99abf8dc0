"""Third-party CIs in the weekly mail, exceptions only, and in the report for the TSC, with the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from generator import words
from generator.text.context import PageContext
from generator.text.layout import WIDTH, paragraph
from generator.text.names import escaped, plain
from generator.text.records import Row, grouped, records
from generator.text.third_party import broken, headline, listed, name_of, needs_hand, silent
from generator.text.third_party_rules import asked, measured, rule_name
from generator.text.verdict import Verdict

if TYPE_CHECKING:
    from generator.stats.results import Results

_PAGE = "third-party/index.html"
#: Columns of the mail that names take.
_NAME = 20
_ADVISES = "By the rules of this community's configuration: they advise, people decide."


def alone(results: Results) -> bool:
    """Whether no build was ever collected, but reviews were, and third-party CIs are expected there."""
    facts = results.facts
    return not facts.builds and facts.reviewed is not None and len(results.third_party) > 0


def verdict_alone(results: Results) -> Verdict:
    """What a report says first that is about third-party CIs alone."""
    said = plain(headline(records(results.third_party)), 400)
    return Verdict("unknown", said.rstrip("."), (said, "", ""))


def mail_lines(results: Results, context: PageContext, longest: int) -> list[str]:
    """A line or two of each CI that could use a hand, at most `longest` of them; none where none could."""
    rows = [row for row in records(results.third_party) if needs_hand(row)]
    if not rows:
        return []
    rules = grouped(results.third_party_rules, "ci")
    lines = [line for row in rows[:longest] for line in _entry(row, rules.get(row["ci"], []))]
    if len(rows) > longest:
        lines.append(f"  and {len(rows) - longest} more on the site")
    if told := _until(results):
        lines += paragraph(told, indent="  ")
    address = context.page(_PAGE) if context.site_url else "see the page Third-party CIs of the site"
    return [*lines, f"  {address}"]


def report(results: Results, context: PageContext, longest: int) -> str:
    """Markdown: how they do, who may be given the vote, who should lose it; empty where none is expected."""
    rows = listed(records(results.third_party))
    if not rows:
        return ""
    rules = grouped(results.third_party_rules, "ci")
    parts = [f"{escaped(headline(rows), 400)} {_until(results)}".rstrip()]
    for advice, title in (("ready", "Ready to vote"), ("at risk", "Votes, and does not meet the rules")):
        chosen = [row for row in rows if row["advice"] == advice]
        told = [_bullet(row, rules.get(row["ci"], []), advice) for row in chosen[:longest]]
        told += [f"- and {len(chosen) - longest} more"] * (len(chosen) > longest)
        parts.append(f"**{title}**\n\n" + "\n".join(told) if told else f"**{title}**: none.")
    return "\n\n".join([*parts, f"{_ADVISES} Evidence: {context.page(_PAGE)}"])


def _entry(row: Row, rules: Sequence[Row]) -> list[str]:
    """The name, and beside it, or below a longer one, what was seen."""
    name = plain(name_of(row), WIDTH - 2)
    lines = paragraph(plain("; ".join(_said(row, rules)), 400), indent=" " * (_NAME + 3))
    if len(name) > _NAME:
        return [f"  {name}", *lines]
    return [f"  {name:<{_NAME}} {lines[0].lstrip()}", *lines[1:]]


def _said(row: Row, rules: Sequence[Row]) -> list[str]:
    """What was seen of a CI that could use a hand, in few words."""
    said = []
    if silent(row):
        since = row["silent_since"]
        lasted = f" ({words.span(row['silence_s'], ascii=True)})" if row["silence_open"] else ""
        said.append(
            f"no results seen since {words.day(since)}{lasted}" if since else "no results seen so far"
        )
    if broken(row):
        failures, changes = (
            words.plural(row["streak"], "failure"),
            words.plural(row["streak_changes"], "change"),
        )
        said.append(f"{failures} in a row on {changes} since {words.day(row['streak_since'])}")
    if row["standing"]:
        stand = "vote from before its recovery still stands"
        many = "votes from before its recovery still stand"
        said.append(words.plural(row["standing"], stand, many))
    if row["advice"] == "at risk" and not said:
        said += [_measured(rule, ascii=True) for rule in _unmet(rules)]
    return said


def _bullet(row: Row, rules: Sequence[Row], advice: str) -> str:
    told = _unmet(rules) if advice == "at risk" else rules
    evidence = "; ".join(_measured(rule) for rule in told)
    return f"- {escaped(name_of(row))}: {escaped(evidence, 600)}"


def _unmet(rules: Sequence[Row]) -> list[Row]:
    return [rule for rule in rules if rule["state"] == "not met"]


def _measured(rule: Row, *, ascii: bool = False) -> str:
    """`reporting rate 70.3 % (83 of 118), 61.6-77.8, asked 90 % or more`."""
    name = rule_name(rule)
    return f"{name[:1].lower()}{name[1:]} {measured(rule, ascii=ascii)}, asked {asked(rule, ascii=ascii)}"


def _until(results: Results) -> str:
    """Up to when reviews were read, where that is another day than the builds'."""
    until, reviewed = results.facts.until, results.facts.reviewed
    if until is None or reviewed is None or words.day_year(until) == words.day_year(reviewed):
        return ""
    return f"Reviews were read up to {words.moment(reviewed)}."
