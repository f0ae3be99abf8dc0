"""Who says what on which patch set, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from generator.sources.simulated.community import END
from generator.sources.simulated.reviews.cast import GATE, PEOPLE, ROSTER, STRANGER, Ci
from generator.sources.simulated.reviews.world import Change, Patchset

#: A row of a comment: job, result, whether it votes.
Row = tuple[str, str, bool]

_RECHECKS = ("recheck", "recheck bug 2091874", "recheck no bug", "reverify")
_VOTES = {("check", "success"): 1, ("check", "failure"): -1, ("gate", "success"): 2}
_NEVER = END + timedelta(days=1)


@dataclass(frozen=True)
class Comment:
    """What a CI (`ci`) or a person said on a patch set; `outcome`, `vote` and `rows` as it was meant.

    `kind` is result, start, unread, recheck or other.
    """

    change: Change
    patchset: Patchset
    time: datetime
    kind: str
    ci: Ci | None = None
    outcome: str | None = None
    vote: int | None = None
    rows: tuple[Row, ...] = ()
    pipeline: str = "check"
    words: str = ""
    person: str = ""

    @property
    def compliant(self) -> bool:
        """Whether Gerrit's summary of Zuul's results shows it."""
        return self.ci is not None and self.ci.style == "zuul"


class _Run(NamedTuple):
    """Something that makes CIs run: an upload, or words of a person; `ci` alone, if given."""

    start: datetime
    ci: Ci | None = None


def comments(changes: list[Change], seed: int) -> list[Comment]:
    """All that is said before the end, in the order of time."""
    said = [
        comment
        for change in changes
        for patchset in change.patchsets
        for comment in _on(change, patchset, Random(f"{seed} {change.number} {patchset.number}"))
        if comment.time < END
    ]
    return sorted(said, key=lambda comment: (comment.time, comment.change.number))


def _on(change: Change, patchset: Patchset, rng: Random) -> Iterator[Comment]:
    """What is said on one patch set; a person who asks for another run sees what was said before."""
    runs = [_Run(patchset.created)]
    first = _gate(change, patchset, runs[0], rng)
    yield from first
    yield from _people(change, patchset, rng)
    if first and first[-1].outcome != "success" and not patchset.broken and rng.random() < 0.8:
        asked = _asks(change, patchset, first[-1].time, rng.choice(_RECHECKS), rng)
        yield from asked
        runs += [_Run(comment.time) for comment in asked]
        for run in runs[1:]:
            yield from _gate(change, patchset, run, rng)
    for ci in (*ROSTER, STRANGER):
        if change.project in {project.name for project in ci.projects}:
            yield from _third_party(ci, change, patchset, runs, rng)
    if change.status == "MERGED" and change.closed and patchset is change.current:
        at = change.closed - timedelta(minutes=1)
        yield _result(GATE, change, patchset, at, "success", rng, pipeline="gate")


def _gate(change: Change, patchset: Patchset, run: _Run, rng: Random) -> list[Comment]:
    began = run.start + timedelta(seconds=rng.randrange(20, 200))
    said = [Comment(change, patchset, began, "start", GATE)]
    at = began + _hours(rng, GATE)
    if at < (patchset.replaced or _NEVER):
        said.append(_result(GATE, change, patchset, at, _outcome(GATE, patchset, run, rng), rng))
    return said


def _third_party(
    ci: Ci, change: Change, patchset: Patchset, runs: list[_Run], rng: Random
) -> Iterator[Comment]:
    if ci.path and not any(name.startswith(ci.path) for name in patchset.files):
        return
    for run in runs if ci.listens else runs[:1]:
        said = [*_run(ci, change, patchset, run, rng)]
        yield from said
        wrong = said and said[-1].outcome in ("failure", "infra") and not patchset.broken
        if wrong and ci.listens and rng.random() < 0.5:
            asked = _asks(change, patchset, said[-1].time, ci.word, rng)
            yield from asked
            for one in asked:
                yield from _run(ci, change, patchset, _Run(one.time), rng)


def _run(ci: Ci, change: Change, patchset: Patchset, run: _Run, rng: Random) -> Iterator[Comment]:
    """What the CI says of one run, if it says anything."""
    at = run.start + _hours(rng, ci)
    gone = (patchset.replaced or _NEVER) <= at and (ci.style == "zuul" or rng.random() < 0.4)
    away = any(begin <= moment < end for begin, end in ci.silent for moment in (run.start, at))
    if away or gone or rng.random() >= ci.answers:
        return
    if ci.style == "jenkins" and rng.random() < 0.05:
        yield Comment(change, patchset, at - timedelta(minutes=3), "unread", ci)
    if ci.style == "zuul":
        yield Comment(change, patchset, run.start + timedelta(seconds=90), "start", ci)
    said = _result(ci, change, patchset, at, _outcome(ci, patchset, run, rng), rng)
    yield said
    if rng.random() < ci.twice:
        yield _result(ci, change, patchset, at + timedelta(minutes=7), said.outcome or "", rng)


def _outcome(ci: Ci, patchset: Patchset, run: _Run, rng: Random) -> str:
    if rng.random() < ci.infra:
        return "infra"
    broken = any(begin <= run.start < end for begin, end in ci.broken)
    found = patchset.broken and rng.random() < 0.92
    return "failure" if broken or found or rng.random() < ci.flaky else "success"


def _result(
    ci: Ci,
    change: Change,
    patchset: Patchset,
    at: datetime,
    outcome: str,
    rng: Random,
    pipeline: str = "check",
) -> Comment:
    """A comment of which one row gives the outcome."""
    vote = _VOTES.get((pipeline, outcome)) if ci.votes else None
    return Comment(change, patchset, at, "result", ci, outcome, vote, _rows(ci, outcome, rng), pipeline)


def _rows(ci: Ci, outcome: str, rng: Random) -> tuple[Row, ...]:
    """The jobs of a run; those called preview do not vote, and may fail."""
    voting = [job for job in ci.jobs if "preview" not in job]
    words = {
        "success": ("SUCCESS",),
        "failure": ("FAILURE",),
        "infra": ("POST_FAILURE", "NODE_FAILURE", "TIMED_OUT"),
    }
    told = {**dict.fromkeys(ci.jobs, "SUCCESS"), rng.choice(voting): rng.choice(words[outcome])}
    told |= {job: rng.choice(("SUCCESS", "FAILURE")) for job in ci.jobs if job not in voting}
    return tuple((job, word, job in voting) for job, word in told.items())


def _asks(change: Change, patchset: Patchset, after: datetime, words: str, rng: Random) -> list[Comment]:
    """A person asks for another run, unless the patch set has been replaced or closed by then."""
    at = after + timedelta(seconds=rng.randrange(1_800, 8 * 3_600))
    if at >= min(patchset.replaced or _NEVER, change.closed or _NEVER, END):
        return []
    return [Comment(change, patchset, at, "recheck", words=words, person=rng.choice(PEOPLE))]


def _people(change: Change, patchset: Patchset, rng: Random) -> Iterator[Comment]:
    """What people say, which is nothing that a report counts."""
    yield Comment(change, patchset, patchset.created, "other", words="upload", person=change.owner)
    at = patchset.created + timedelta(seconds=rng.randrange(3_600, 90_000))
    if rng.random() < 0.3 and at < min(patchset.replaced or _NEVER, change.closed or _NEVER):
        yield Comment(change, patchset, at, "other", words="review", person=rng.choice(PEOPLE))


def _hours(rng: Random, ci: Ci) -> timedelta:
    return timedelta(seconds=round(3600 * ci.hours * rng.lognormvariate(0, ci.sigma)))
