"""Where each page stands; names from logs and configuration never leave their folder."""

from __future__ import annotations

from generator.site import root as root_of
from generator.site import slug
from generator.stats.results import ALL

__all__ = [
    "THIRD_PARTY",
    "THIRD_PARTY_FEED",
    "ci_path",
    "gate_path",
    "job_path",
    "root_of",
    "signature_path",
    "third_party_badge",
    "third_party_feed",
    "third_party_grid",
    "third_party_path",
]

#: The scoreboard and the feed of all third-party CIs; no slug is `index`.
THIRD_PARTY, THIRD_PARTY_FEED = "third-party/index.html", "third-party/index.xml"


def signature_path(id: str) -> str:
    """`signatures/2091874.html`."""
    return f"signatures/{slug(id)}.html"


def job_path(job: str) -> str:
    """`jobs/tempest-full.html`."""
    return f"jobs/{slug(job)}.html"


def ci_path(ci: str) -> str:
    """`cis/zuul.html`."""
    return f"cis/{slug(ci)}.html"


def gate_path(pipeline: str, window: str, voting: str) -> str:
    """`gate/gate-7d-voting.html`: a view of the home page."""
    return f"gate/{'all-pipelines' if pipeline == ALL else slug(pipeline)}-{window}-{voting}.html"


def third_party_path(ci: str) -> str:
    """`third-party/halden-nvme-ci.html`."""
    return f"third-party/{slug(ci)}.html"


def third_party_feed(ci: str) -> str:
    """`third-party/halden-nvme-ci.xml`."""
    return f"third-party/{slug(ci)}.xml"


def third_party_badge(ci: str) -> str:
    """`third-party/halden-nvme-ci.svg`."""
    return f"third-party/{slug(ci)}.svg"


def third_party_grid(project: str) -> str:
    """`third-party/grid/cinder.html`: the CIs of a project by its recent patch sets."""
    return f"third-party/grid/{slug(project)}.html"
