"""The rules that a community asks of third-party CIs, and how each is met, in words."""

from __future__ import annotations

from collections.abc import Sequence

from generator import words
from generator.render import State
from generator.text.names import inert
from generator.text.records import Row

#: By the rule's name in the tables: what it is called, in the order of the pages.
RULES = {
    "record": "Record",
    "reporting_rate": "Reporting rate",
    "disagreement": "Disagreement",
    "silence": "Silence",
    "contacts": "Contacts",
}
_DAY = 86400
_SEPARATE = {"paused": "in an announced pause", "retired": "retired"}


def rule_name(rule: Row) -> str:
    """`Reporting rate`."""
    return RULES.get(rule["rule"], str(rule["rule"]))


def asked(rule: Row, *, ascii: bool = False) -> str:
    """What a rule asks: `90 % or more`, `14 d or less`, `two or more`."""
    limit = rule["asked"]
    if limit is None:
        return ""
    return f"{_amount(rule['rule'], limit, ascii)} or {'less' if _is_limit(rule) else 'more'}"


def measured(rule: Row, *, ascii: bool = False) -> str:
    """What was found: `87.7 % (214 of 244), 83.0–91.3`, `45 d`; of a rule that is not judged, why."""
    value = rule["value"]
    if rule["rule"] in ("reporting_rate", "disagreement"):
        found = words.percent(rule["k"] or 0, rule["n"] or 0, ascii=ascii)
        around = words.interval(rule["low"], rule["high"], ascii=ascii)
        return f"{found}, {around}" if around and (rule["n"] or 0) >= words.FEW else found
    if value is None:
        return inert(rule["why"] or "", 120) or "no data"
    if rule["rule"] == "silence" and not value:
        return "none"
    return _amount(rule["rule"], value, ascii)


def judged(rule: Row) -> State:
    """`met`, `not met` or `not judged`, as a state word."""
    return State(rule["state"], "met" if rule["state"] == "met" else "")


def readiness(row: Row) -> State:
    """`all 5 rules met`, `4 of 5 rules met`, `not judged`, `in an announced pause`."""
    state = row["readiness"]
    if state in _SEPARATE:
        return State(_SEPARATE[state])
    if state == "all met":
        return State(f"all {words.plural(row['rules'], 'rule')} met", "met")
    if state == "not judged":
        return State("not judged")
    return State(f"{row['rules_met']} of {words.plural(row['rules'], 'rule')} met")


def why(row: Row, rules: Sequence[Row], *, ascii: bool = False) -> list[str]:
    """What is missing, one line a rule that is not met or not judged."""
    if row["readiness"] == "retired":
        return []
    if row["readiness"] == "paused":
        return [_pause(row)]
    if (row["expected"] or 0) >= words.FEW:
        return [_line(row, rule, ascii) for rule in rules if rule["state"] != "met"]
    seen = words.plural(row["expected"], "expected patch set")
    length = f"28{' ' if ascii else words.THIN}d"
    return [
        f"Insufficient traffic: {seen} in {length}",
        *(_line(row, rule, ascii) for rule in rules if rule["state"] == "not met"),
    ]


def _pause(row: Row) -> str:
    until = f"until {words.day(row['pause_end'])}" if row["pause_end"] is not None else "in a planned pause"
    reason = inert(row["pause_reason"] or "", 80)
    return f"{until}: {reason}" if reason else until


def _line(row: Row, rule: Row, ascii: bool) -> str:
    name, value, limit = rule_name(rule), rule["value"], _amount(rule["rule"], rule["asked"], ascii)
    if rule["state"] == "not judged":
        because = inert(rule["why"] or "no data", 120)
        return f"{name} has no data" if because == "no data" else f"{name} not judged: {because}"
    if rule["rule"] == "silence" and row["silent"]:
        return f"No results seen for {words.span(_seconds(value), ascii=ascii)} (limit {limit})"
    if rule["rule"] == "silence":
        return f"A silence of {words.span(_seconds(value), ascii=ascii)} (limit {limit})"
    if rule["rule"] == "contacts":
        found = words.plural(value or 0, "contact") if value else "No contact"
        return f"{found} named ({limit} asked)"
    if rule["rule"] == "record" and value is None:
        return "No result seen so far"
    if rule["rule"] == "record":
        return f"Record of {words.span(_seconds(value), ascii=ascii)} ({limit} asked)"
    few = (rule["n"] or 0) < words.FEW or not rule["k"]
    found = words.percent(rule["k"] or 0, rule["n"] or 0, ascii=ascii).split(" (")[0]
    counts = f"{words.count(rule['k'] or 0)} of {words.count(rule['n'] or 0)}"
    most = "at most " if _is_limit(rule) else ""
    return f"{name} {counts if few else found} ({most}{limit} asked)"


def _is_limit(rule: Row) -> bool:
    """Whether less is better."""
    return rule["rule"] in ("disagreement", "silence")


def _amount(rule: str, value: float | None, ascii: bool) -> str:
    if value is None:
        return "no data"
    gap = " " if ascii else words.THIN
    if rule in ("reporting_rate", "disagreement"):
        return f"{100 * value:g}{gap}%"
    if rule == "contacts":
        return words.number(int(value))
    return f"{value:g}{gap}d" if value == round(value) else words.span(_seconds(value), ascii=ascii)


def _seconds(days: float | None) -> float | None:
    return None if days is None else days * _DAY
