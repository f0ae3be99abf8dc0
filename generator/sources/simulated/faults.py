"""What breaks in the community, and the signatures that its people wrote for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from generator.sources.simulated.plan import Build

CONSOLE = "job-output.txt"
COMPUTE, NETWORK, SYSLOG, TESTS = (
    "logs/keel-compute.log",
    "logs/anchor-agent.log",
    "logs/syslog",
    "logs/tests.log",
)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Fault:
    """A cause of failures. `rate` is its chance in a build of one of `kinds`, times what else applies.

    `times` are factors from a moment on; `places` factors by provider, of which `elsewhere` is the default.
    Each of `lines` is logged in `file` `repeat` times at most, and matched by the query of the signature.
    A fault with `harmless` is logged whether the build fails or not.
    """

    id: str
    file: str
    lines: tuple[str, ...]
    rate: float
    kinds: tuple[str, ...] = ("functional", "integration")
    times: tuple[tuple[datetime, float], ...] = ()
    places: dict[str, float] = field(default_factory=dict)
    elsewhere: float = 1.0
    jobs: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    repeat: int = 3
    brings: str = ""
    harmless: bool = False
    result: str = "FAILURE"

    def chance(self, build: Build) -> float:
        """How likely it strikes a build."""
        if build.job.kind not in self.kinds or (self.jobs and build.job.name not in self.jobs):
            return 0.0
        if self.branches and build.branch not in self.branches:
            return 0.0
        factor = self.places.get(build.provider.name, self.elsewhere)
        for start, then in self.times:
            factor = (
                factor if build.start < start else then * self.places.get(build.provider.name, self.elsewhere)
            )
        return self.rate * factor
