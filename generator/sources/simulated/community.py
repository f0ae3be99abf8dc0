"""The made-up community: who has which projects and jobs, where they run, and when people work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

NAME = "Example Community"
#: The moment of the newest result; everything is counted back from it.
END = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
#: The log store could not be reached on these days: nothing is known of them.
GAP = (date(2026, 11, 8), date(2026, 11, 9))
#: The day after, many logs had not come back yet.
THIN_DAY = date(2026, 11, 10)


@dataclass(frozen=True)
class Ci:
    """One system that runs builds: its source in the configuration, its tenant and its layout of logs."""

    source: str
    ci: str
    tenant: str
    published: bool


ZUUL = Ci("zuul", "Example Zuul", "example", published=True)
FERROUS = Ci("ferrous", "Ferrous Power CI", "ferrous", published=False)


@dataclass(frozen=True)
class Provider:
    """A cloud that gives nodes; `share` of all builds run there, on hosts of its `region`."""

    name: str
    region: str
    share: float


PROVIDERS = (
    Provider("aldgate-north1", "north1", 0.28),
    Provider("aldgate-south1", "south1", 0.30),
    Provider("brightwater", "east-2", 0.24),
    Provider("halden", "fjord-1", 0.18),
)
FERROUS_LAB = Provider("ferrous-lab", "lab", 1.0)

#: Projects and how busy they are.
PROJECTS = {
    "example/keel": 20,
    "example/anchor": 16,
    "example/ballast": 12,
    "example/lighthouse": 9,
    "example/galley": 7,
    "example/rigging": 7,
    "example/capstan": 5,
    "example/quay": 5,
    "example/sextant": 6,
    "example/tide": 4,
    "example/logbook": 3,
    "example/harbour-deploy": 6,
}
BRANCHES = {"master": 80, "stable/2026.2": 13, "stable/2026.1": 7}


@dataclass(frozen=True)
class Job:
    """A job: its kind decides what it runs and logs. `nodes` 0 means that it runs on the executor."""

    name: str
    kind: str
    minutes: int
    nodes: int = 1
    voting: bool = True


LINT = Job("lint", "light", 4)
DOCS = Job("build-docs", "light", 6)
UNIT = Job("unit-py311", "unit", 9)
UNIT_NEXT = Job("unit-py313", "unit", 9)
FUNCTIONAL = Job("functional", "functional", 28)
INTEGRATION = Job("integration-full", "integration", 74)
MULTINODE = Job("integration-multinode", "integration", 88, nodes=2)
UPGRADE = Job("upgrade", "integration", 96, nodes=2)
EDGE = Job("integration-edge", "integration", 80, voting=False)
NIGHTLY = Job("integration-nightly", "integration", 110)
IMAGES = Job("build-images", "functional", 35)
POWER = Job("ferrous-power-integration", "integration", 90)

#: Which jobs a pipeline runs for a change, and with which chance.
PIPELINES: dict[str, tuple[tuple[Job, float], ...]] = {
    "check": (
        (LINT, 1.0), (DOCS, 0.5), (UNIT, 1.0), (UNIT_NEXT, 0.6), (FUNCTIONAL, 0.6), (INTEGRATION, 0.75),
        (MULTINODE, 0.5), (UPGRADE, 0.45), (EDGE, 0.4),
    ),
    "gate": (
        (LINT, 1.0), (UNIT, 1.0), (UNIT_NEXT, 0.6), (FUNCTIONAL, 0.7), (INTEGRATION, 1.0), (MULTINODE, 0.8),
        (UPGRADE, 0.7),
    ),
    "periodic": ((NIGHTLY, 1.0), (UPGRADE, 1.0), (IMAGES, 1.0), (EDGE, 1.0)),
    "third-party-check": ((POWER, 1.0),),
}  # fmt: skip

#: Weight of each hour of a working day, UTC: Europe's morning, then America's.
HOURS = (2, 1, 1, 2, 2, 3, 4, 6, 8, 9, 9, 8, 8, 10, 11, 11, 10, 9, 8, 7, 6, 4, 3, 2)
WEEKEND = 0.3


def busy(day: date, days: int) -> float:
    """Buildsets that start on a day, relative to a working day at the end: a release comes near."""
    age = (END.date() - day).days
    return (1.0 - 0.5 * min(age / days, 1.0)) * (WEEKEND if day.weekday() >= 5 else 1.0)
