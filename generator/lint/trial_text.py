"""What a trial of new signatures showed, for people, for machines and for Zuul."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from generator import words
from generator.lint.finding import Finding
from generator.lint.trial import Trial, Tried
from generator.matching.excerpts import printable

_ONLY = "Only these published lines were tried: no whole logs, and no builds that passed."


def as_text(trial: Trial) -> str:
    """Plain text: what was tried on what, a row a signature, and what that does not say."""
    lines = [summary(trial), ""]
    width = max((len(one.signature) for one in trial.tried), default=0)
    for one in trial.tried if trial.builds else ():
        lines.append(f"  {one.signature:<{width}}  {one.state:<7}  {_explains(one, trial)}")
        lines += [f"  {'':<{width}}  {'':<7}  e.g. {printable(log)}" for log in one.logs[:1]]
    return "\n".join(lines).rstrip("\n")


def as_data(trial: Trial) -> dict[str, object]:
    """The same for JSON: numbers of builds and lines; by signature also the builds' uuids."""
    return {
        "site": trial.site,
        "until": trial.until,
        "builds": trial.builds,
        "builds_without_lines": trial.unread,
        "lines": trial.lines,
        "explained": trial.explained,
        "summary": summary(trial),
        "signatures": [
            {
                "signature": one.signature,
                "state": one.state,
                "explained": len(one.builds),
                "assumed": len(one.assumed),
                "lines": one.lines,
                "builds": sorted(one.builds),
                "logs": one.logs,
            }
            for one in trial.tried
        ],
    }


def summary(trial: Trial) -> str:
    """One paragraph: how many builds all together would have explained, of how many, and on what."""
    if not trial.tried:
        return f"No signature is new or changed against {trial.site}: nothing was tried."
    if not trial.builds:
        return f"{trial.site} publishes no failure lines of unclassified builds: nothing could be tried."
    explained = f"{words.count(trial.explained)} of {words.plural(trial.builds, 'build')}"
    unread = f" Of {words.plural(trial.unread, 'more build')} no line is published." if trial.unread else ""
    return (
        f"{words.plural(len(trial.tried), 'signature')}, new or changed, would have explained {explained} "
        f"that {trial.site}{_until(trial)} shows as unclassified; "
        f"{words.plural(trial.lines, 'published line')} searched.{unread} {_ONLY}"
    )


def told(findings: Sequence[Finding], trial: Trial) -> list[Finding]:
    """What to comment on in a review: errors, and what is about new or changed signatures."""
    tried = {one.signature for one in trial.tried}
    return [*(f for f in findings if f.severity == "error" or f.signature in tried), *_remarks(trial)]


def _remarks(trial: Trial) -> Iterator[Finding]:
    for one in trial.tried if trial.builds else ():
        yield Finding("info", "against", one.path, one.line, 0, one.signature, _explains(one, trial), _ONLY)


def _explains(one: Tried, trial: Trial) -> str:
    explained = f"{words.count(len(one.builds))} of {words.plural(trial.builds, 'unclassified build')}"
    if not one.builds:
        return f"would have explained {explained}"
    assumed = (
        f", {words.count(len(one.assumed))} if metadata fits that is not published" if one.assumed else ""
    )
    return f"would have explained {explained}, {words.plural(one.lines, 'line')}{assumed}"


def _until(trial: Trial) -> str:
    with suppress(ValueError, OverflowError):
        return f" (data until {words.moment(datetime.fromisoformat(trial.until or ''))})"
    return ""
