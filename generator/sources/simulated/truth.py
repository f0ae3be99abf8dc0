"""What the report must find in the simulated logs: counts, by the definitions of the Method page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from generator.sources.simulated import buildset_truth
from generator.sources.simulated.build import Build
from generator.sources.simulated.community import END, GAP
from generator.sources.simulated.hostile import SECRETS
from generator.sources.simulated.signatures import SIGNATURES

WINDOWS = {"24h": 1, "7d": 7, "10d": 10, "28d": 28}
#: What the report must say of a signature in its last 7 days.
STATES = {"2093008": "new", "2077420": "gone", "2062215": "returned", "2091874": "worse"}
BAD = ("2068020",)

#: What is said where no metadata tells.
UNKNOWN = "(unknown)"

Counts = dict[str, int]


def truth(builds: list[Build], seed: int) -> dict[str, Any]:
    """All counts; `builds` is everything that was simulated. Retried builds are in no count but `retried`."""
    final = [build for build in builds if build.result != "RETRY"]
    recent = _voting(_last(final, 28))
    return {
        "seed": seed,
        "until": END.isoformat(),
        "days_without_results": [day.isoformat() for day in GAP],
        "builds_simulated": len(builds),
        "retried": len(builds) - len(final),
        "without_metadata": sum(not build.metadata for build in builds),
        "truncated": sum(build.truncated for build in builds),
        "states": STATES,
        "bad": list(BAD),
        "hidden": [name for name, keys in SIGNATURES.items() if keys.get("suppress-graph")],
        "secrets": list(SECRETS),
        "builds": _by_scope(final, _counts),
        "days": {day: _counts(some) for day, some in _split(_voting(final), _day).items()},
        "ci": {ci: _counts(some) for ci, some in _split(recent, lambda b: b.ci.ci).items()},
        "jobs": {job: _counts(some) for job, some in _split(recent, job_of).items() if job},
        "buildsets": buildset_truth.passing(builds, WINDOWS),
        "first_pass_without": buildset_truth.spared(builds, WINDOWS),
        "overlaps": _overlaps(final),
        "signatures": {name: _signature(name, final) for name in SIGNATURES},
    }


def job_of(build: Build) -> str | None:
    """Its job, as far as can be known."""
    return build.job.name if build.metadata else None


def pipeline_of(build: Build) -> str | None:
    """Its pipeline, as far as can be known."""
    return build.pipeline if build.metadata else None


def votes(build: Build) -> bool:
    """Whether it counts as voting: what is not known to be non-voting does."""
    return build.job.voting or not build.metadata


def found(build: Build) -> dict[str, int]:
    """The signatures that are in its logs, as far as there are any, with the number of lines."""
    return build.hits if build.logs else {}


def _day(build: Build) -> str:
    return build.end.date().isoformat()


def _voting(builds: Iterable[Build]) -> list[Build]:
    return [build for build in builds if votes(build)]


def _last(builds: Iterable[Build], days: int) -> list[Build]:
    return [build for build in builds if END - build.end < timedelta(days=days)]


def _split(builds: Iterable[Build], key: Callable[[Build], str | None]) -> dict[str | None, list[Build]]:
    parts: dict[str | None, list[Build]] = {}
    for build in builds:
        parts.setdefault(key(build), []).append(build)
    return dict(sorted(parts.items(), key=lambda item: item[0] or ""))


def _by_scope(builds: list[Build], count: Callable[[list[Build]], Counts]) -> dict[str, Any]:
    """By pipeline (`*` is all), by voting or all, by window."""
    pipelines = {"*": builds, **{name: some for name, some in _split(builds, pipeline_of).items() if name}}
    return {
        pipeline: {
            scope: {window: count(_last(inside, days)) for window, days in WINDOWS.items()}
            for scope, inside in (("voting", _voting(some)), ("all", some))
        }
        for pipeline, some in pipelines.items()
    }


def _counts(builds: list[Build]) -> Counts:
    """Builds by what became of them; classified are failed with a hit, unclassified failed, read, without."""
    outcomes = Counter(build.outcome for build in builds)
    failed = [build for build in builds if build.outcome == "failure"]
    read = [build for build in failed if build.logs]
    return {
        "run": len(builds),
        "examined": sum(build.logs for build in builds),
        "succeeded": outcomes["success"],
        "failed": outcomes["failure"],
        "infra": outcomes["infra"],
        "neutral": outcomes["neutral"],
        "failed_examined": len(read),
        "classified": sum(bool(build.hits) for build in read),
        "unclassified": sum(not build.hits for build in read),
    }


def _signature(name: str, final: list[Build]) -> dict[str, Any]:
    """All counts of one signature; `lines` and `matching` are of builds of any outcome, but not retried."""
    allowed = _allows_nonvoting(name)
    scopes = {"voting": [b for b in final if allowed or votes(b)], "all": final}
    every = [build for build in final if name in found(build)]
    jobs = {job_of(build) for build in every}
    hits = [build for build in scopes["voting"] if name in found(build) and build.outcome == "failure"]
    return {
        "lines": sum(found(build)[name] for build in every),
        "matching": Counter(build.outcome for build in every),
        "first_seen": min((build.end for build in hits), default=None),
        "last_seen": max((build.end for build in hits), default=None),
        "cells": {
            pipeline: {
                scope: {
                    window: _cell(name, jobs, _last(_in(builds, pipeline), days))
                    for window, days in WINDOWS.items()
                }
                for scope, builds in scopes.items()
            }
            for pipeline in ("*", *sorted({build.pipeline for build in final}))
        },
        "days": {day: len(some) for day, some in _split(hits, _day).items()},
        "breakdowns": {
            dimension: {
                window: {value: len(some) for value, some in _split(_last(hits, days), key).items()}
                for window, days in (("7d", 7), ("28d", 28))
            }
            for dimension, key in _DIMENSIONS.items()
        },
    }


def _cell(name: str, jobs: set[str | None], builds: list[Build]) -> Counts:
    """Hits, out of how many completed builds of its jobs, out of how many failed ones; and success hits."""
    failed = [build for build in builds if build.outcome == "failure" and build.logs]
    passed = [build for build in builds if build.outcome == "success"]
    return {
        "hits": sum(name in build.hits for build in failed),
        "n": sum(job_of(build) in jobs for build in (*failed, *passed)),
        "failed": len(failed),
        "success_k": sum(name in found(build) for build in passed),
    }


def _overlaps(final: list[Build]) -> dict[str, dict[str, int]]:
    """Of the failed builds of 28 d, how many are a hit of two signatures."""
    pairs: dict[str, Counter[str]] = {name: Counter() for name in SIGNATURES}
    for build in _last(final, 28):
        if build.outcome == "failure":
            counted = [name for name in found(build) if votes(build) or _allows_nonvoting(name)]
            for name in counted:
                pairs[name].update(other for other in counted if other != name)
    return {name: dict(sorted(others.items())) for name, others in pairs.items()}


def _allows_nonvoting(name: str) -> bool:
    return bool(SIGNATURES[name].get("allow-nonvoting"))


def _in(builds: list[Build], pipeline: str) -> list[Build]:
    return builds if pipeline == "*" else [build for build in builds if pipeline_of(build) == pipeline]


_DIMENSIONS: dict[str, Callable[[Build], str | None]] = {
    "job": lambda b: job_of(b) or UNKNOWN,
    "project": lambda b: b.project if b.metadata else UNKNOWN,
    "branch": lambda b: b.branch if b.metadata else UNKNOWN,
    "provider": lambda b: b.provider.name if b.metadata else UNKNOWN,
    "pipeline": lambda b: pipeline_of(b) or UNKNOWN,
}
