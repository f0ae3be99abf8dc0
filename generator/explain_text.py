"""What `gatepost explain` says to people: the verdict first, then the evidence, then what to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from generator.matching.excerpts import printable
from generator.matching.inputs import Skipped
from generator.matching.log_text import plain, template
from generator.signatures.model import Signature
from generator.words import count, plural

# a signature that matches more lines than both does not single out a failure
WIDE_LINES, WIDE_SHARE = 100, 0.1
OTHERS = 10  # builds that are named without lines, and skipped files that are named
SUCCESS = "SUCCESS"
_ESCAPED = re.compile(r"[\\\"'…]|\[redacted\]")


class Line(NamedTuple):
    """A line of a log: its 1-based number (None: an index knows none), its text, redacted and printable."""

    number: int | None
    text: str


class Place(NamedTuple):
    """Where a signature matched: build, its file, line (as in Line), the lines around it, its result."""

    build: str
    file: str
    line: int | None
    context: tuple[Line, ...]
    result: str | None


class Found(NamedTuple):
    """A signature that matched: how many lines of how many builds, and the place to look at."""

    signature: Signature
    lines: int
    builds: int
    place: Place
    assumed: bool


class Unexplained(NamedTuple):
    """A build that no signature explains, with the likeliest lines as (file, line)."""

    build: str
    lines: tuple[tuple[str, Line], ...]


@dataclass(frozen=True)
class Report:
    """All that is said.

    `classified` builds have a hit; `others` are further failed ones without, `succeeded` did not fail.
    `compared` says whether a log that passed was given, `bug_url` where bugs with a number are.
    """

    lines: int
    builds: int
    classified: int
    signatures: int
    found: tuple[Found, ...]
    unexplained: tuple[Unexplained, ...]
    others: tuple[str, ...]
    succeeded: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    compared: bool
    bug_url: str | None


def render(report: Report) -> str:
    """Return the report as plain text, without control characters."""
    found = _surest_first(report)
    lines = [_verdict(report, found), ""]
    for hit in found:
        lines += [*_found(hit, report), ""]
    for build in report.unexplained:
        lines += [*_unexplained(build, report), ""]
    if report.others:
        lines += [f"No known failure either: {_listed(report.others)}", ""]
    if report.succeeded:
        lines += [f"Succeeded, without a known failure: {_listed(report.succeeded)}", ""]
    lines += [*_next(found, report), ""]
    lines += _skipped(report.skipped)
    return "\n".join(printable(line) for line in lines).rstrip("\n")


def headline(report: Report) -> str:
    """The verdict in one line, with the bug of the surest signature; nothing of the log is in it."""
    found = _surest_first(report)
    bug = _bug(found[0].signature, report.bug_url) if found else None
    return printable(_verdict(report, found) + (f", {bug}" if bug else ""))


def _surest_first(report: Report) -> list[Found]:
    return sorted(report.found, key=lambda hit: (_too_wide(hit, report.lines), *_order(hit)))


def _order(hit: Found) -> tuple[bool, bool, int, int, str]:
    """The surest first: nothing assumed, not fixed, most builds; then the one that matches fewest lines."""
    return (hit.assumed, hit.signature.resolved_at is not None, -hit.builds, hit.lines, hit.signature.id)


def _name(signature: Signature) -> str:
    return f"{signature.title} ({signature.id})" if signature.title else signature.id


def _bug(signature: Signature, bug_url: str | None) -> str | None:
    """The link to the bug, or its number if nothing tells where bugs are."""
    if signature.bug or not signature.id.isdigit():
        return signature.bug
    if bug_url is None:
        return signature.id
    place = bug_url if "{id}" in bug_url else f"{bug_url.rstrip('/')}/{{id}}"
    return place.replace("{id}", signature.id)


def _verdict(report: Report, found: Sequence[Found]) -> str:
    searched = f"{plural(report.signatures, 'signature')}, {plural(report.lines, 'line')} searched"
    if not found:
        where = "" if report.builds == 1 else f" in {plural(report.builds, 'build')}"
        return f"No known failure{where}: {searched}."
    if report.builds > 1:
        builds = f"{count(report.classified)} of {plural(report.builds, 'build')}"
        return f"Known failures in {builds}: {searched}."
    more = "" if len(found) == 1 else f", and {count(len(found) - 1)} more"
    certainly = "Known failure, if what is assumed holds" if found[0].assumed else "Known failure"
    return f"{certainly}: {_name(found[0].signature)}{more}"


def _found(hit: Found, report: Report) -> Iterator[str]:
    signature, place, several = hit.signature, hit.place, report.builds > 1
    bug = _bug(signature, report.bug_url)
    yield f"{signature.id}  {signature.title or ''}".rstrip()
    matched = plural(hit.lines, "line") + (" match" if hit.lines != 1 else " matches")
    if several:
        yield f"  builds   {count(hit.builds)}; {matched}"
        yield f"  first    {place.build}"
    if bug:
        yield f"  bug      {bug}"
    at = "" if place.line is None else f", line {count(place.line)}"
    yield f"  file     {place.file}{at}" + ("" if several else f"; {matched}")
    yield from (f"  note     {note}" for note in _notes(hit, report.lines))
    yield ""
    width = _width(place.context)
    for line in place.context:
        yield f"  {'>' if line.number == place.line else ' '} {_numbered(line, width)}".rstrip()


def _width(lines: Iterable[Line]) -> int:
    return max(len(str(line.number or "")) for line in lines)


def _numbered(line: Line, width: int) -> str:
    return f"{line.number or '':>{width}}  {line.text}" if width else line.text


def _too_wide(hit: Found, all_lines: int) -> bool:
    return hit.lines > max(WIDE_LINES, WIDE_SHARE * all_lines)


def _notes(hit: Found, all_lines: int) -> Iterator[str]:
    if _too_wide(hit, all_lines):
        matched = f"{count(hit.lines)} of {plural(all_lines, 'line')}"
        yield f"matches {matched}: too wide to explain this; see `gatepost lint`"
    if hit.assumed:
        yield "assumed: the query also asks for metadata that is unknown here; it is taken as met"
    if hit.signature.resolved_at:
        fixed = hit.signature.resolved_at.isoformat()
        yield f"said to be fixed on {fixed}: it may be back, or the signature too wide"
    if hit.place.result == SUCCESS:
        yield "this build succeeded: the signature also matches builds that nothing failed"
    if hit.signature.suppress_graph:
        yield "hidden on the site (suppress-graph), but it classifies"


def _unexplained(build: Unexplained, report: Report) -> Iterator[str]:
    single = report.builds == 1
    if not build.lines:
        yield f"{'No' if single else build.build + ': no'} line looks like a failure."
        return
    where = "" if single else f"{build.build}: no known failure. "
    against = ", against the log that passed" if report.compared else ""
    yield f"{where}The {plural(len(build.lines), 'line')} most likely to be the failure{against}:"
    file = None
    width = _width(line for _, line in build.lines)
    for name, line in build.lines:
        if name != file:
            file = name
            yield f"  {name}"
        yield f"    {_numbered(line, width)}".rstrip()


def _next(found: Sequence[Found], report: Report) -> Iterator[str]:
    unexplained = [build for build in report.unexplained if build.lines]
    if found or unexplained:
        yield "What to do next"
    if found:
        yield "  Read the bug. If it is this failure and your change is not the cause, have the CI run again"
        yield f"  and name the bug; where a comment in the review does that: {_recheck(found[0].signature)}"
    if unexplained:
        yield "  If your change is not the cause, look for a bug report or file one, and write a signature,"
        yield "  so that whoever meets this next is told: BUG.yaml in the folder of signatures with, e.g.,"
        yield f"    query: {_draft(unexplained[0])}"
        yield "  Then try `gatepost lint` and this command again."


def _recheck(signature: Signature) -> str:
    return f"`recheck bug {signature.id}`" if signature.id.isdigit() else f"`recheck {signature.id}`"


def _draft(build: Unexplained) -> str:
    """A query, as YAML, for the longest stretch of the likeliest lines that stays from run to run."""
    pieces = [piece for _, line in build.lines for piece in _constant(line.text)]
    phrase = max(pieces, key=len, default="what the log says")
    return f"'message:\"{phrase}\"'"


def _constant(text: str) -> Iterator[str]:
    """The stretches of whole words of a line that stay from run to run and need no escape in a phrase."""
    words = plain(text).text.split()
    stretches = groupby(words, lambda word: template(word) == word and not _ESCAPED.search(word))
    for constant, stretch in stretches:
        if constant:
            yield " ".join(stretch)


def _listed(names: Sequence[str]) -> str:
    more = f", and {count(len(names) - OTHERS)} more" if len(names) > OTHERS else ""
    return ", ".join(names[:OTHERS]) + more


def _skipped(skipped: Sequence[Skipped]) -> Iterator[str]:
    """Each reason once, with the paths, the first few of them by name."""
    if not skipped:
        return
    yield f"Not searched, or not to the end: {count(len(skipped))}"
    for reason, number in Counter(item.reason for item in skipped).most_common():
        paths = [item.path for item in skipped if item.reason == reason]
        yield f"  {reason} ({count(number)}): {_listed(paths)}"
