"""What is said of third-party CIs in pages, mail and feeds: systems that could use a hand, and how to help.

Each function takes rows of `third_party`; with `ascii` the words are those of a plain text mail, and what
names hold is folded by whoever puts them there.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator import words
from generator.render import State
from generator.text.names import inert
from generator.text.records import Row

_NAME = 80


def name_of(row: Row) -> str:
    """What a CI is called, harmless and on one line."""
    return inert(row["name"] or row["ci"], _NAME)


def listed(rows: Sequence[Row]) -> list[Row]:
    """Those that have not been retired."""
    return [row for row in rows if row["readiness"] != "retired"]


def silent(row: Row) -> bool:
    """Whether it is silent although results are expected of it."""
    return bool(row["silent"]) and row["readiness"] not in ("paused", "retired")


def broken(row: Row) -> bool:
    """Whether it fails on every patch set of several people, and still reports."""
    return bool(row["broken"]) and not row["silent"] and row["readiness"] not in ("paused", "retired")


def needs_hand(row: Row) -> bool:
    """Whether the row is an exception: silent, broken, with votes to lift, or at risk by the rules."""
    if row["readiness"] == "retired":
        return False
    return silent(row) or broken(row) or row["standing"] > 0 or row["advice"] == "at risk"


def state(row: Row, *, ascii: bool = False) -> State:
    """The state of a CI in a few words."""
    if row["readiness"] == "retired":
        return State("Retired")
    if row["readiness"] == "paused":
        return State("In an announced pause")
    if silent(row):
        since = row["silent_since"]
        return State("No results seen" + (f" since {words.day(since)}" if since is not None else ""), "unmet")
    if broken(row):
        return State(f"Fails on every patch set since {words.day(row['streak_since'])}", "unmet")
    if row["last_result"] is None:
        return State("No result seen yet")
    return State("Reporting")


def headline(rows: Sequence[Row]) -> str:
    """`Three of eight third-party CIs meet every rule; one has shown no results since 6 Oct.`"""
    shown = listed(rows)
    if not shown:
        return "No third-party CI is expected to report."
    clauses = [_met(shown), *_exceptions(shown)]
    if len(clauses) == 1:
        fine = len(shown) > 1 and _some_judged(shown)
        return f"{clauses[0]}{'; none is silent or broken' if fine else ''}."
    rest = clauses[1:]
    return f"{clauses[0]}; {', and '.join([', '.join(rest[:-1]), rest[-1]]) if len(rest) > 1 else rest[0]}."


def _some_judged(rows: Sequence[Row]) -> bool:
    return any(row["rules_judged"] for row in rows)


def _met(rows: Sequence[Row]) -> str:
    met, n = sum(row["readiness"] == "all met" for row in rows), len(rows)
    if n == 1:
        said = "meets every rule" if met else "does not meet every rule yet"
        return f"The one third-party CI {said if _some_judged(rows) else 'has not been judged yet'}"
    if not _some_judged(rows):
        return f"None of {words.number(n)} third-party CIs could be judged yet"
    if met == n:
        return f"{'Both' if n == 2 else f'All {words.number(n)}'} third-party CIs meet every rule"
    of = f"of {words.number(n)} third-party CIs"
    if not met:
        return f"None {of} meets every rule yet"
    return f"{words.number(met).capitalize()} {of} {'meets' if met == 1 else 'meet'} every rule"


def _exceptions(rows: Sequence[Row]) -> list[str]:
    found = []
    quiet, failing = [r for r in rows if silent(r)], [r for r in rows if broken(r)]
    if len(quiet) == 1:
        since = quiet[0]["silent_since"]
        found.append(
            f"one has shown no results since {words.day(since)}"
            if since is not None
            else "one has shown no results so far"
        )
    elif quiet:
        found.append(f"{words.number(len(quiet))} have shown no results for a while")
    if len(failing) == 1:
        found.append(f"one has failed on every patch set since {words.day(failing[0]['streak_since'])}")
    elif failing:
        found.append(f"{words.number(len(failing))} fail on every patch set")
    votes = sum(row["standing"] for row in rows)
    if votes:
        said = "negative vote stands" if votes == 1 else "negative votes stand"
        found.append(f"{words.number(votes)} {said} from before a recovery")
    return found


def evidence(row: Row, *, ascii: bool = False) -> list[str]:
    """What was seen of an exception, one sentence each; empty where there is none."""
    said = []
    if silent(row):
        said.append(_silence(row, ascii))
    if silent(row) and _speaks(row):
        seen = words.clock(row["last_seen"])
        said.append(f"It still commented on {seen} UTC, but told no result that could be read.")
    if broken(row):
        said.append(_streak(row))
    if row["standing"] > 0 and row["readiness"] != "retired":
        votes = words.plural(row["standing"], "negative vote")
        stand = "stands" if row["standing"] == 1 else "stand"
        said.append(f"{votes} from before it recovered still {stand} on open changes.")
    return said


def _speaks(row: Row) -> bool:
    """Whether it has commented since its last result."""
    seen, since = row["last_seen"], row["silent_since"]
    return seen is not None and (since is None or seen > since)


def _silence(row: Row, ascii: bool) -> str:
    missed = words.plural(row["missed"], "expected patch set")
    if row["silent_since"] is None:
        return f"No results seen so far: {missed} went without."
    lasted = f" ({words.span(row['silence_s'], ascii=ascii)})" if row["silence_open"] else ""
    return f"No results seen since {words.clock(row['silent_since'])} UTC{lasted}: {missed} went without."


def _streak(row: Row) -> str:
    since = words.clock(row["streak_since"])
    owners = words.plural(row["streak_owners"], "person", "people")
    return (
        f"Its last {words.plural(row['streak'], 'verdict')} in a row failed, since {since} UTC, on "
        f"{words.plural(row['streak_changes'], 'change')} of {owners}: that points at the system, "
        "not at the patches."
    )


def request(row: Row, meeting: str | None = None) -> str:
    """What would help, addressed to those who run the CI; `meeting` says who can help; may be empty."""
    wishes = [*_wish(row, meeting), *_lift(row)]
    return f"To the team of {name_of(row)}: {' '.join(wishes)}" if wishes else ""


def _wish(row: Row, meeting: str | None) -> list[str]:
    help_ = inert(meeting or "", 300).rstrip(".")
    offer = (
        f"if it is stuck, others can help: {help_}."
        if help_
        else "if it is stuck, please ask: others would be glad to help."
    )
    if silent(row):
        since = row["silent_since"]
        seen = (
            f"the last result seen is of {words.clock(since)} UTC."
            if since is not None
            else ("no result has been seen yet.")
        )
        if _speaks(row):
            return [
                f"{seen} If it writes otherwise now, a pattern in the roster tells how to read it; {offer}"
            ]
        return [f"{seen} If the system was retired, a line in the roster is enough; {offer}"]
    if broken(row):
        return [
            f"every verdict since {words.clock(row['streak_since'])} UTC failed, whoever wrote the patch, so "
            f"the cause is likely in the system. Until it is found, it could report without a vote; {offer}"
        ]
    return []


def _lift(row: Row) -> list[str]:
    n = row["standing"]
    if not n or row["readiness"] == "retired":
        return []
    votes = "one negative vote is" if n == 1 else f"{words.number(n)} negative votes are"
    return [f"{votes} older than its recovery: a new run, or taking them back, would lift them."]
