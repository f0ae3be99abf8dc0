"""Finds what is wrong in a roster of third-party CIs, or will not do what it seems to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from generator.errors import GatepostError
from generator.lint import roster_examples
from generator.lint.finding import Finding, Severity
from generator.problem import Problem
from generator.roster.entry import Entry
from generator.roster.globs import may_both_match, path_spec
from generator.roster.load import load_with_places
from generator.roster.model import ThirdPartyCI
from generator.words import cut
from generator.yaml_input import YamlError

#: Contacts that a vacation leaves one of.
CONTACTS = 2
#: A confirmation is asked for once a year; a longer pause is not a vacation.
_YEAR, _LONG = timedelta(days=365), timedelta(days=92)


class Remark(NamedTuple):
    """What is to be said of an item of a key of an entry."""

    severity: Severity
    check: str
    key: str
    item: int
    message: str
    hint: str


def lint_roster(path: Path, today: date) -> list[Finding]:
    """All findings about a roster, by place; one that cannot be read at all is the only finding."""
    try:
        loaded = load_with_places(path)
    except GatepostError as error:
        if not isinstance(error, YamlError):
            return [Finding("error", "roster", str(path), 0, 0, "", error.message, error.hint)]
        return [Finding("error", "roster", str(path), error.line, error.column, "", error.said, error.hint)]
    found = [_of_problem(problem) for problem in loaded.roster.problems]
    if not loaded.entries and not found:
        hint = "`gatepost roster` prints entries for the accounts that report"
        return [
            Finding("warning", "no-entries", str(path), 0, 0, "", "no CI is in it: none is expected", hint)
        ]
    entries = [loaded.entries[ci.id] for ci in loaded.roster.cis]
    for entry in entries:
        for check in _CHECKS:
            found += [_finding(path, entry, remark) for remark in check(entry.ci, today)]
    found += [_finding(path, entry, remark) for entry, remark in _shared(entries)]
    return sorted(found, key=lambda finding: (finding.line, finding.column, finding.check, finding.message))


def _contacts(ci: ThirdPartyCI, today: date) -> Iterator[Remark]:
    if ci.retired is not None and ci.retired <= today:
        return
    if len({contact.name.casefold() for contact in ci.contacts}) < CONTACTS:
        message = f"{ci.name} has no contact: nobody can be asked"
        if ci.contacts:
            message = f"{ci.name} has one contact only: nobody can be asked while that person is away"
        yield Remark("warning", "contacts", "contacts", 0, message, "name a second one, or a team's channel")
    for index, contact in enumerate(ci.contacts):
        told = contact.confirmed
        if told is None:
            message, hint = (
                f"{contact.name} has never been confirmed",
                "ask, and write confirmed: and the day",
            )
        elif told > today:
            message, hint = (
                f"{contact.name} is confirmed on a day to come, {told}",
                "write the day of the answer",
            )
        elif told < today - _YEAR:
            message, hint = f"{contact.name} was last confirmed on {told}", "ask again, and write the day"
        else:
            continue
        yield Remark("warning", "confirmed", "contacts", index, message, hint)


def _pauses(ci: ThirdPartyCI, today: date) -> Iterator[Remark]:
    for index, pause in enumerate(ci.pauses):
        if pause.end - pause.start > _LONG:
            message = (
                f"the pause takes {(pause.end - pause.start).days + 1} days, in which silence is not seen"
            )
            hint = "write retired: and the day, or several shorter pauses"
            yield Remark("warning", "long-pause", "pauses", index, message, hint)
    in_order = sorted(enumerate(ci.pauses), key=lambda item: item[1].start)
    for (_, before), (index, pause) in pairwise(in_order):
        if pause.start <= before.end:
            message = f"the pause begins on {pause.start}, within one that ends on {before.end}"
            yield Remark("warning", "pauses-overlap", "pauses", index, message, "make one of the two")


def _life(ci: ThirdPartyCI, today: date) -> Iterator[Remark]:
    if ci.retired is not None and ci.voting and ci.retired <= today:
        message = f"{ci.name} is retired since {ci.retired}, and may vote"
        yield Remark(
            "warning", "retired-voting", "retired", 0, message, "write voting: false, and lift its votes"
        )
    if ci.since is not None and ci.since > today:
        message = f"nothing is expected of {ci.name} before {ci.since}"
        yield Remark("info", "since", "since", 0, message, "fine if that day is to come")
    if ci.since is not None and ci.retired is not None and ci.retired < ci.since:
        message = f"{ci.name} is retired on {ci.retired}, before it begins on {ci.since}"
        yield Remark("error", "retired-before", "retired", 0, message, "mend one of the days")


def _paths(ci: ThirdPartyCI, today: date) -> Iterator[Remark]:
    for index, pattern in enumerate(ci.paths):
        why = _never(pattern)
        if why:
            hint = "write it as in a .gitignore file, e.g. cinder/volume/drivers/example/**"
            yield Remark("warning", "never-matches", "paths", index, f"{cut(pattern, 80)!r} {why}", hint)
    if ci.paths and all(pattern.lstrip().startswith("!") for pattern in ci.paths):
        message = f"{ci.name} watches no path: all its patterns take paths away"
        yield Remark("error", "never-matches", "paths", 0, message, "write first what it watches, e.g. /**")


def _never(pattern: str) -> str:
    """Why no path of a change can match; empty if one can."""
    plain = pattern.strip().removeprefix("!")
    if not plain or plain.startswith("#"):
        return "matches no path: it is empty or a comment"
    if re.search(r"\\\w", plain) or {".", ".."} & set(plain.split("/")) or "://" in plain:
        return "matches no path: a change's begin with their first folder and have / between folders"
    sample = plain.strip("/").replace("**", "a/b").replace("*", "a").replace("?", "a")
    if not {"[", "\\"} & set(plain) and not path_spec((plain,)).match_file(
        sample + "/a" * plain.endswith("/")
    ):
        return "matches no path"
    return ""


def _patterns(ci: ThirdPartyCI, today: date) -> Iterator[Remark]:
    if ci.patterns and not any(example.results for example in ci.examples):
        message = f"{ci.name} has patterns, and no example that shows what they read"
        hint = "add examples: with text: and results: of a real comment; lint reads them"
        yield Remark("warning", "no-examples", "patterns", 0, message, hint)
    for index, example in enumerate(ci.examples):
        for message in roster_examples.faults(ci, example):
            yield Remark("error", "example", "examples", index, message, "mend the pattern or the example")


_CHECKS: tuple[Callable[[ThirdPartyCI, date], Iterator[Remark]], ...] = (
    _contacts,
    _pauses,
    _life,
    _paths,
    _patterns,
)


def _shared(entries: list[Entry]) -> Iterator[tuple[Entry, Remark]]:
    """Names that two entries have, and accounts that would be those of both."""
    names: dict[str, list[Entry]] = {}
    plain: dict[str, list[_Claim]] = {}
    every, open_ended = list[_Claim](), list[_Claim]()
    for entry in entries:
        for _ in names.setdefault(entry.ci.name.casefold(), []):
            message = f"two entries are called {entry.ci.name}"
            yield entry, Remark("warning", "same-name", "name", 0, message, "tell them apart by name")
        names[entry.ci.name.casefold()].append(entry)
        claims = [_Claim(entry.ci, account) for account in entry.ci.account]
        for index, claim in enumerate(claims):
            others = (
                every if "*" in claim.account else [*plain.get(claim.account.casefold(), ()), *open_ended]
            )
            met = [other for other in others if may_both_match(claim.account, other.account)]
            yield from ((entry, _claimed(index, claim.account, other)) for other in met)
        for claim in claims:
            plain.setdefault(claim.account.casefold(), []).append(claim)
        every += claims
        open_ended += [claim for claim in claims if "*" in claim.account]


class _Claim(NamedTuple):
    """A pattern of accounts, and whose it is."""

    ci: ThirdPartyCI
    account: str


def _claimed(index: int, account: str, other: _Claim) -> Remark:
    """A finding on an account that an earlier entry has too."""
    message = f"{account!r} may match what {other.account!r} of {other.ci.name} matches"
    hint = f"comments of such an account count for {other.ci.name} only: make the patterns narrower"
    sure = "*" not in account or "*" not in other.account
    return Remark("error" if sure else "warning", "shared-account", "account", index, message, hint)


def _finding(path: Path, entry: Entry, remark: Remark) -> Finding:
    places = entry.places.get(remark.key) or entry.places["name"]
    line, column = places[min(remark.item, len(places) - 1)]
    severity, check, _, _, message, hint = remark
    return Finding(severity, check, str(path), line, column, entry.ci.id, message, hint)


def _of_problem(problem: Problem) -> Finding:
    path, line, column, construct, message, hint, severity = problem
    check = "syntax" if severity == "error" else construct.replace(" ", "-").replace("_", "-")
    told = f"{construct}: {message}" if severity == "error" else message
    return Finding(severity, check, path, line, column, "", told, hint)
