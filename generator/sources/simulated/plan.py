"""What happens in the community: changes, buildsets, builds and how they end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from generator.sources.simulated import community as c
from generator.sources.simulated.build import Build, Change
from generator.sources.simulated.fate import strike

#: Buildsets on a working day at the end of the simulation.
_BUILDSETS = {"check": 10.0, "gate": 9.0}
_PERIODIC = 2
_THIRD_PARTY = ("example/keel", "example/ballast", "example/anchor")
_FIRST_CHANGE = 91_400


def plan(seed: int, days: int, scale: float) -> list[Build]:
    """All builds of the last `days` before `community.END`, by their end; some 5,400 in 70 at `scale` 1."""
    world = _World(Random(seed), days, scale)
    first = c.END.date() - timedelta(days=days)
    builds = [build for n in range(days + 1) for build in world.day(first + timedelta(days=n))]
    begin = c.END - timedelta(days=days)
    kept = [b for b in builds if begin < b.end < c.END and b.end.date() not in c.GAP]
    kept.sort(key=lambda build: (build.end, build.uuid))
    kept[-1].end = c.END
    _special(kept)
    return kept


def _special(builds: list[Build]) -> None:
    """Some odd builds, so that the report has to cope: no metadata, damaged and hostile logs."""
    readable = [build for build in builds if build.logs]
    passed = [b for b in readable if b.ci.published and b.outcome == "success" and not b.hits]
    for build in [b for b in passed if b.job.kind == "integration"][20::150]:
        build.truncated = True
    failed = [build for build in readable if build.outcome == "failure"]
    # without metadata only the console is left, so that is where the failure must be
    on_console = [b for b in failed if b.ci.published and [*b.hits] == ["2084402"] and not b.unknown]
    for build in (*passed[-300::160], *on_console[-12::9]):
        build.metadata = build.truncated = False
    for build in (*failed[::25], *failed[-2:]):
        build.hostile = True


class _What(NamedTuple):
    """What a buildset is about; without a change it is the head of the branch."""

    project: str
    branch: str
    change: int | None = None
    patchset: int | None = None


class _World:
    """The state of the community while time passes."""

    def __init__(self, rng: Random, days: int, scale: float) -> None:
        self._rng, self._days, self._scale = rng, days, scale
        self._number = _FIRST_CHANGE
        self._open: list[tuple[Change, int]] = []

    def day(self, day: date) -> Iterator[Build]:
        """The builds whose buildsets start on a day."""
        for pipeline, number in _BUILDSETS.items():
            for _ in range(self._count(number * c.busy(day, self._days))):
                yield from self._of_change(pipeline, self._moment(day))
        for n in range(self._count(_PERIODIC)):
            start = datetime.combine(day, time(2, 15 * n % 60), UTC)
            branch = list(c.BRANCHES)[n % len(c.BRANCHES)]
            yield from self._buildset(c.ZUUL, "periodic", start, _What("example/sextant", branch), False)

    def _count(self, expected: float) -> int:
        expected *= self._scale * self._rng.uniform(0.8, 1.2)
        return int(expected) + (self._rng.random() < expected % 1)

    def _moment(self, day: date) -> datetime:
        (hour,) = self._rng.choices(range(24), c.HOURS)
        return datetime.combine(day, time(hour), UTC) + timedelta(seconds=self._rng.randrange(3600))

    def _of_change(self, pipeline: str, start: datetime) -> Iterator[Build]:
        change, patchset = self._change(pipeline)
        what = _What(change.project, change.branch, change.number, patchset)
        broken = change.broken and pipeline == "check"
        yield from self._buildset(c.ZUUL, pipeline, start, what, broken)
        if pipeline == "check" and change.project in _THIRD_PARTY and self._rng.random() < 0.6:
            yield from self._buildset(c.FERROUS, "third-party-check", start, what, broken)

    def _change(self, pipeline: str) -> tuple[Change, int]:
        """A new change, a new patch set, or a recheck of one; the gate takes one that was checked."""
        rng = self._rng
        if self._open and (pipeline == "gate" or rng.random() < 0.4):
            at = rng.randrange(len(self._open))
            change, patchset = self._open[at]
            if pipeline == "gate":
                return self._open.pop(at) if len(self._open) > 4 else (change, patchset)
            if rng.random() < 0.6:
                change = Change(change.number, change.project, change.branch, rng.random() < 0.1)
                self._open[at] = change, patchset + 1
            return self._open[at]
        self._number += rng.randrange(1, 5)
        (project,) = rng.choices(list(c.PROJECTS), list(c.PROJECTS.values()))
        (branch,) = rng.choices(list(c.BRANCHES), list(c.BRANCHES.values()))
        self._open = [*self._open, (Change(self._number, project, branch, rng.random() < 0.18), 1)][-40:]
        return self._open[-1]

    def _buildset(
        self, ci: c.Ci, pipeline: str, start: datetime, what: _What, broken: bool
    ) -> Iterator[Build]:
        """The builds of a buildset; what strikes one of them is likelier to strike the others."""
        rng = self._rng
        buildset = _identity(rng)
        luck = rng.choice((0.6, 0.6, 0.6, 4.2))
        for job, chance in c.PIPELINES[pipeline]:
            if rng.random() >= chance:
                continue
            attempts = 2 if rng.random() < 0.015 else 1
            for attempt in range(1, attempts + 1):
                build = self._build(ci, pipeline, job, start, what, buildset)
                build.attempt = attempt
                strike(build, rng, luck, broken)
                if attempt < attempts:
                    build.result, build.hits, build.unknown, build.logs = "RETRY", {}, (), True
                yield build

    def _build(
        self, ci: c.Ci, pipeline: str, job: c.Job, start: datetime, what: _What, buildset: str
    ) -> Build:
        rng = self._rng
        clouds = c.PROVIDERS if ci.published else (c.FERROUS_LAB,)
        (provider,) = rng.choices(clouds, [cloud.share for cloud in clouds])
        start += timedelta(seconds=rng.randrange(20, 400))
        duration = timedelta(seconds=int(job.minutes * 60 * rng.uniform(0.8, 1.3)))
        return Build(
            _identity(rng), ci, pipeline, job, *what, buildset, provider, start, start + duration
        )  # fmt: skip


def _identity(rng: Random) -> str:
    return f"{rng.getrandbits(128):032x}"
