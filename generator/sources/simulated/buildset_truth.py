"""What the report must find of the simulated buildsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from generator.sources.simulated.build import Build
from generator.sources.simulated.buildsets import result, sets
from generator.sources.simulated.community import END


class Try(NamedTuple):
    """A buildset that passed or failed; `first` of its patch set, which only a `change` has."""

    pipeline: str
    age: timedelta
    passed: bool
    change: bool
    first: bool
    builds: list[Build]


def passing(builds: list[Build], windows: dict[str, int]) -> dict[str, dict[str, dict[str, tuple[int, int]]]]:
    """By pipeline, window and figure: buildsets that passed, at the first try too, out of how many."""
    every = [*_tries(builds)]
    counted: dict[str, dict[str, dict[str, tuple[int, int]]]] = {}
    for pipeline in sorted({one.pipeline for one in every}):
        for window, days in windows.items():
            some = [one for one in every if one.pipeline == pipeline and one.age < timedelta(days=days)]
            of_changes = [one for one in some if one.change]
            counted.setdefault(pipeline, {})[window] = {
                "passed": (sum(one.passed for one in some), len(some)),
                "first_pass": (sum(one.passed and one.first for one in of_changes), len(of_changes)),
            }
    return counted


def spared(builds: list[Build], windows: dict[str, int]) -> dict[str, dict[str, dict[str, int]]]:
    """By signature, pipeline and window: first tries that only this signature made fail."""
    counted: dict[str, dict[str, Counter[str]]] = {}
    for one in _tries(builds):
        if one.passed or not (one.change and one.first):
            continue
        for name in _alone(one.builds):
            inside = [window for window, days in windows.items() if one.age < timedelta(days=days)]
            counted.setdefault(name, {}).setdefault(one.pipeline, Counter()).update(inside)
    return {name: {p: dict(n) for p, n in by.items() if n} for name, by in sorted(counted.items())}


def _tries(builds: list[Build]) -> Iterator[Try]:
    tried: set[tuple[object, ...]] = set()
    for some in sets(builds).values():
        said = result(some)
        if said == "DEQUEUED":
            continue
        which = (some[0].pipeline, some[0].change, some[0].patchset)
        age = END - max(build.end for build in some)
        yield Try(which[0], age, said == "SUCCESS", which[1] is not None, which not in tried, some)
        tried.add(which)


def _alone(builds: list[Build]) -> set[str]:
    """Signatures in each of the builds at fault that are known to be of the set: those with metadata."""
    guilty = [b for b in builds if b.metadata and b.job.voting and b.result != "RETRY"]
    hits = [set(b.hits) if b.logs else set() for b in guilty if b.outcome in ("failure", "infra")]
    return set.intersection(*hits) if hits else set()
