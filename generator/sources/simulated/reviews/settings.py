"""What a community that has these reviews configures: its roster, its rules, its source."""

from __future__ import annotations

from typing import Any

from generator.sources.simulated.reviews.cast import PENROSE, ROSTER, Ci

REVIEWS, ROSTER_FILE = "reviews", "thirdparty.yaml"
DEADLINE_HOURS = 24
EXEMPT = ("doc/**", "releasenotes/**")
EXEMPT_KINDS = ("NO_CODE_CHANGE",)
RULES = {
    "record_days": 28, "reporting_rate": 0.9, "disagreement": 0.05, "silence_days": 14, "contacts": 2,
}  # fmt: skip
BROKEN = {"failures": 5, "owners": 2}

SOURCE = {"type": "gerrit", "name": "reviews", "path": REVIEWS}
THIRD_PARTY: dict[str, Any] = {
    "roster": ROSTER_FILE,
    "deadline_hours": DEADLINE_HOURS,
    "gate": ["zuul"],
    "gate_pipelines": ["check", "gate"],
    "exempt": [*EXEMPT],
    "exempt_kinds": [*EXEMPT_KINDS],
    "rules": RULES,
    "broken": BROKEN,
    "meeting": "the meeting of the storage team, Wednesdays at 14:00 UTC",
}
_READING = {
    "patterns": [r"The (?P<job>[\w ]+ suite) shows (?P<result>all green|errors), see (?P<url>https://\S+)"],
    "words": {"ALL_GREEN": "success", "ERRORS": "failure"},
    "examples": [
        {
            "text": "The tape suite shows errors, see https://penrose.example.com/runs/7",
            "results": {"tape suite": "ERRORS"},
        }
    ],
}


def roster() -> dict[str, Any]:
    """The content of the roster file."""
    return {"cis": [_entry(ci) for ci in ROSTER]}


def _entry(ci: Ci) -> dict[str, Any]:
    reading = _READING if ci is PENROSE else {}
    asked = {"recheck": [ci.word]} if ci.listens else {}
    hours = {"deadline_hours": ci.deadline_hours} if ci.deadline_hours != DEADLINE_HOURS else {}
    return {
        "name": ci.name,
        "account": ci.username,
        "projects": [project.name for project in ci.projects],
        **ci.entry,
        **hours,
        **asked,
        **reading,
    }
