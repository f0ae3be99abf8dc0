"""A Gerrit for the benchmark, as `gerrit query --format=JSON` prints its changes, and the roster beside."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

NOW = datetime(2026, 11, 20, 22, tzinfo=UTC)
CIS, PROJECTS = 200, 10
_SPAN_S = timedelta(days=182).total_seconds()
_FILE_CHANGES = 500
_JOBS = ("tempest-storage-full", "tempest.slow_multi-node", "driver-functional-py312")
#: Of a hundred CIs so many write free text, are slow, fail often.
_FREE, _SLOW, _FAILING = 5, 10, 10
_FILES = ("driver.py", "tests/test_driver.py", "api/v3/volumes.py", "db/models.py")


def write(folder: Path, changes: int, seed: int = 1) -> int:
    """Write `reviews/`, `thirdparty.yaml` and gatepost.yaml into `folder`; the number of comments."""
    (folder / "reviews").mkdir(parents=True)
    (folder / "queries").mkdir()
    (folder / "queries" / "1.yaml").write_text("query: 'message:\"no such line\"'\n", "utf-8")
    (folder / "thirdparty.yaml").write_text(yaml.safe_dump(_roster(), sort_keys=False), "utf-8")
    (folder / "gatepost.yaml").write_text(yaml.safe_dump(_SETTINGS, sort_keys=False), "utf-8")
    rng, comments = random.Random(seed), 0
    for start in range(0, changes, _FILE_CHANGES):
        numbers = range(start, min(start + _FILE_CHANGES, changes))
        told = [_change(rng, number, changes) for number in numbers]
        comments += sum(len(one["comments"]) for one in told)
        lines = [*told, {"type": "stats", "rowCount": len(told), "moreChanges": False}]
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        (folder / "reviews" / f"{start:06d}.json").write_text(text, "utf-8")
    return comments


_SETTINGS = {
    "community": "Benchmark",
    "third_party": {"roster": "thirdparty.yaml", "deadline_hours": 24},
    "sources": [{"type": "gerrit", "path": "reviews", "server": "review.example.org"}],
}

_FREE_TEXT = {
    "patterns": [r"run of (?P<job>\S+) ended: (?P<result>\w+)"],
    "words": {"FINE": "success", "BROKEN": "failure"},
}


def _name(ci: int) -> str:
    return f"Vendor {ci:03d} Storage CI"


def _project(number: int) -> str:
    return f"openstack/project-{number % PROJECTS}"


def _free(ci: int) -> bool:
    return ci % 100 < _FREE


def _roster() -> dict[str, Any]:
    contacts = [{"name": name, "how": f"{name} on IRC", "confirmed": "2026-10-01"} for name in ("ann", "bo")]
    return {
        "cis": [
            {
                "name": _name(ci),
                "account": f"vendor-{ci:03d}-ci",
                "owner": f"Vendor {ci:03d}",
                "projects": [_project(ci)],
                "contacts": contacts,
                "voting": ci % 2 == 0,
                "since": "2026-01-01",
                **(_FREE_TEXT if _free(ci) else {}),
            }
            for ci in range(CIS)
        ]
    }


def _change(rng: random.Random, number: int, changes: int) -> dict[str, Any]:
    created = NOW.timestamp() - _SPAN_S * (1 - (number + rng.random()) / changes)
    patchsets, comments = [], []
    at = created
    for patchset in range(1, rng.choice((1, 2, 2, 3, 4)) + 1):
        if at > NOW.timestamp():
            break
        said = list(_comments(rng, number, patchset, at))
        comments += [comment for comment in said if comment["timestamp"] <= NOW.timestamp()]
        patchsets.append(_patchset(rng, patchset, at))
        at += rng.expovariate(1 / 200_000) + 3600
    comments.sort(key=lambda comment: int(comment["timestamp"]))
    closed = rng.random() < 0.7
    return {
        "project": _project(number),
        "branch": "master",
        "id": f"I{number:040x}",
        "number": 500_000 + number,
        "subject": f"Make volume driver {number} report its capabilities",
        "owner": _person(number % 300),
        "url": f"https://review.example.org/c/{_project(number)}/+/{500_000 + number}",
        "createdOn": int(created),
        "lastUpdated": max([int(created), *(comment["timestamp"] for comment in comments)]),
        "open": not closed,
        "status": "MERGED" if closed else "NEW",
        "comments": comments,
        "patchSets": patchsets,
    }


def _person(number: int) -> dict[str, str]:
    return {"name": f"Developer {number}", "username": f"dev{number}", "email": f"dev{number}@example.org"}


def _account(ci: int) -> dict[str, str]:
    return {"name": _name(ci), "username": f"vendor-{ci:03d}-ci"}


def _patchset(rng: random.Random, number: int, at: float) -> dict[str, Any]:
    files = [
        {"file": f"volume/{name}", "type": "MODIFIED", "insertions": 3, "deletions": 1} for name in _FILES
    ]
    return {
        "number": number,
        "revision": f"{rng.getrandbits(160):040x}",
        "createdOn": int(at),
        "kind": "REWORK",
        "files": [{"file": "/COMMIT_MSG", "type": "ADDED"}, *files],
    }


def _comments(rng: random.Random, number: int, patchset: int, at: float) -> Iterator[dict[str, Any]]:
    zuul = {"name": "Zuul", "username": "zuul"}
    yield _comment(zuul, at + 30, f"Patch Set {patchset}:\n\nStarting check jobs.")
    yield _comment(zuul, at + 5400 + 3600 * rng.random(), _results(rng, patchset, 0.2, "check", 6))
    if rng.random() < 0.15:
        person = _person(number % 300)
        yield _comment(person, at + 20_000, f"Patch Set {patchset}:\n\nrecheck bug {number}")
    for ci in range(number % PROJECTS, CIS, PROJECTS):
        if rng.random() < 0.05:
            continue
        wait = rng.lognormvariate(9.6 if ci % 100 < _SLOW else 8.6, 0.5)
        failing = 0.4 if ci % 100 < _FAILING else 0.04
        text = _told(rng, ci, patchset, failing)
        yield _comment(_account(ci), at + wait, text)


def _told(rng: random.Random, ci: int, patchset: int, failing: float) -> str:
    if _free(ci):
        word = "broken" if rng.random() < failing else "fine"
        return f"Patch Set {patchset}:\n\nOur run of {_JOBS[0]} ended: {word}. Nothing failed in vain."
    return _results(rng, patchset, failing, "vendor-check", 1 + ci % 3)


def _results(rng: random.Random, patchset: int, failing: float, pipeline: str, jobs: int) -> str:
    words = ["FAILURE" if rng.random() < failing / jobs else "SUCCESS" for _ in range(jobs)]
    failed = "FAILURE" in words
    head = f"Build {'failed' if failed else 'succeeded'} ({pipeline} pipeline)."
    rows = (
        f"- {_JOBS[row % 3]}-{row} https://logs.example.org/{rng.getrandbits(64):016x}/ : {word} in 42m 07s"
        for row, word in enumerate(words)
    )
    vote = "-1" if failed else "+1"
    return f"Patch Set {patchset}: Verified{vote}\n\n{head}\n\n" + "\n".join(rows)


def _comment(author: dict[str, str], at: float, message: str) -> dict[str, Any]:
    return {"timestamp": int(at), "reviewer": author, "message": message}
