"""Where each page stands; names from logs and configuration never leave their folder."""

from __future__ import annotations

import hashlib
import re

from generator.stats.results import ALL

_PLAIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


def slug(name: str) -> str:
    """A file name for any text: itself if it is plain, else what is plain of it and a hash, so that no two collide."""
    if _PLAIN.fullmatch(name) and name != "index":
        return name
    digest = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    plain = re.sub(r"[^a-z0-9_]+", "-", name.lower())[:60].strip("-")
    return f"{plain}-{digest}" if plain else digest


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


def root_of(path: str) -> str:
    """What leads from a page to the root of the site: `../` for each folder."""
    return "../" * path.count("/")
