"""The changes of half a year: who uploads which patch set when, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from generator.sources.simulated.community import BRANCHES, END, HOURS, WEEKEND
from generator.sources.simulated.reviews.cast import HALDEN, OSPREY_DRIVER, PEOPLE, PROJECTS, Project

#: Half a year and some days, so that the first of its weeks has a past.
DAYS = 187
_FIRST_CHANGE = 40_000
_PATCHSETS_A_CHANGE = 1.9
_VERBS = ("Fix", "Add", "Remove", "Rework", "Document", "Test")
_THINGS = (
    "retry of attach",
    "quota of snapshots",
    "paging of lists",
    "timeout of <b>detach</b>",
    "log messages",
)


@dataclass
class Patchset:
    """A patch set; `broken` ones fail by themselves."""

    number: int
    created: datetime
    kind: str
    files: tuple[str, ...]
    broken: bool
    replaced: datetime | None = None


@dataclass
class Change:
    """A change with its patch sets; `closed` is when it was merged or abandoned."""

    number: int
    project: str
    branch: str
    subject: str
    owner: str
    status: str = "NEW"
    closed: datetime | None = None
    patchsets: list[Patchset] = field(default_factory=list)

    @property
    def current(self) -> Patchset:
        """The newest patch set."""
        return self.patchsets[-1]


def changes(rng: Random, scale: float) -> list[Change]:
    """All changes, by number; `scale` 1 gives some 6,400 patch sets."""
    first = END.date() - timedelta(days=DAYS)
    found: list[Change] = []
    number = _FIRST_CHANGE
    for day in range(DAYS + 1):
        for project in PROJECTS:
            for start in _starts(rng, first + timedelta(days=day), project, scale):
                number += rng.randrange(1, 6)
                found.append(_change(rng, number, project, start))
    return [change for change in found if change.patchsets]


def _starts(rng: Random, day: date, project: Project, scale: float) -> Iterator[datetime]:
    """When changes of a project are uploaded on a day."""
    share = (WEEKEND if day.weekday() >= 5 else 1.0) / (5 + 2 * WEEKEND)
    expected = project.weekly / _PATCHSETS_A_CHANGE * share * scale * rng.uniform(0.7, 1.3)
    for _ in range(int(expected) + (rng.random() < expected % 1)):
        (hour,) = rng.choices(range(24), HOURS)
        yield datetime.combine(day, time(hour), UTC) + timedelta(seconds=rng.randrange(3600))


def _change(rng: Random, number: int, project: Project, start: datetime) -> Change:
    (branch,) = rng.choices(list(BRANCHES), list(BRANCHES.values()))
    subject = f"{rng.choice(_VERBS)} {rng.choice(_THINGS)}"
    change = Change(number, project.name, branch, subject, rng.choice(PEOPLE))
    at = start
    while at < END:
        change.patchsets.append(_patchset(rng, project, change, at))
        if rng.random() > (0.93 if change.current.broken else 0.4):
            break
        at += _hours(rng, 26, 0.9)
        change.current.replaced = at if at < END else None
    if change.patchsets:
        _close(rng, change)
    return change


def _patchset(rng: Random, project: Project, change: Change, at: datetime) -> Patchset:
    number = len(change.patchsets) + 1
    kinds = ("REWORK", "TRIVIAL_REBASE", "NO_CODE_CHANGE")
    (kind,) = rng.choices(kinds, (84, 12, 4)) if number > 1 else ("REWORK",)
    files = _files(rng, project) if number == 1 else change.patchsets[0].files
    return Patchset(number, at, kind, files, broken=rng.random() < 0.15)


def _files(rng: Random, project: Project) -> tuple[str, ...]:
    drawn = rng.random()
    if drawn < 0.08:
        return ("doc/source/index.rst", "releasenotes/notes/later.yaml")[: rng.randrange(1, 3)]
    if drawn > 0.97 and OSPREY_DRIVER.startswith(project.code):
        return (f"{OSPREY_DRIVER}fc.py", f"{project.code}/tests/test_osprey.py")
    names = (f"{project.code}/{part}.py" for part in ("api", "manager", "db/models", "rpc", "tests/test_api"))
    return tuple(sorted(rng.sample([*names], rng.randrange(1, 4))))


def _close(rng: Random, change: Change) -> None:
    """Most are merged; some are given up, some stay open, and those that Halden's −1 met wait for ever."""
    closed = change.current.created + _hours(rng, 60, 0.6)
    met = any(begin < change.current.created < end for begin, end in HALDEN.broken)
    if change.project in {project.name for project in HALDEN.projects} and met:
        return
    if change.current.replaced is None and closed < END and rng.random() < 0.97:
        change.status, change.closed = "ABANDONED" if change.current.broken else "MERGED", closed


def _hours(rng: Random, median: float, sigma: float) -> timedelta:
    return timedelta(seconds=round(3600 * median * rng.lognormvariate(0, sigma)))
