"""One simulated build, as it really was: what the report should find out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from generator.sources.simulated.community import Ci, Job, Provider

OUTCOMES = {
    "SUCCESS": "success",
    "FAILURE": "failure",
    "TIMED_OUT": "failure",
    "POST_FAILURE": "infra",
    "NODE_FAILURE": "infra",
    "RETRY_LIMIT": "infra",
    "RETRY": "infra",
    "ABORTED": "neutral",
    "SKIPPED": "neutral",
}
#: Results of builds that never had a node, and so no logs.
NEVER_RAN = ("NODE_FAILURE", "SKIPPED")


@dataclass(frozen=True)
class Change:
    """A change in review; what stands at its patch set `broken` fails by itself."""

    number: int
    project: str
    branch: str
    broken: bool


@dataclass
class Build:
    """A build; `hits` is how often the lines of each fault are in its logs, `unknown` the file and the
    line of failures that no signature knows.
    """

    uuid: str
    ci: Ci
    pipeline: str
    job: Job
    project: str
    branch: str
    change: int | None
    patchset: int | None
    buildset: str
    provider: Provider
    start: datetime
    end: datetime
    attempt: int = 1
    result: str = "SUCCESS"
    logs: bool = True
    metadata: bool = True
    truncated: bool = False
    hostile: bool = False
    hits: dict[str, int] = field(default_factory=dict)
    unknown: tuple[tuple[str, str], ...] = ()

    @property
    def outcome(self) -> str:
        """What its result means."""
        return OUTCOMES[self.result]

    @property
    def ref(self) -> str:
        """Its git ref."""
        if self.change is None:
            return f"refs/heads/{self.branch}"
        return f"refs/changes/{self.change % 100:02}/{self.change}/{self.patchset}"
