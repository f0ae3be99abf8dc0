"""What Zuul's API would say of the simulated buildsets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from generator.sources.simulated.build import Build
from generator.sources.simulated.community import ZUUL

#: The event that starts a buildset comes so long before its first build.
_BEFORE = timedelta(seconds=15)


def result(builds: Iterable[Build]) -> str:
    """What Zuul says of the set of these builds."""
    ends = {build.outcome for build in builds if build.job.voting and build.result != "RETRY"}
    if ends & {"failure", "infra"}:
        return "FAILURE"
    return "DEQUEUED" if any(build.result == "ABORTED" for build in builds) else "SUCCESS"


def sets(builds: Iterable[Build]) -> dict[str, list[Build]]:
    """Builds of the Zuul by buildset, in the order in which the sets begin."""
    found: dict[str, list[Build]] = {}
    for build in builds:
        if build.ci is ZUUL:
            found.setdefault(build.buildset, []).append(build)
    return dict(sorted(found.items(), key=lambda item: (began(item[1]), item[0])))


def began(builds: Iterable[Build]) -> datetime:
    """When the event came that started the set."""
    return min(build.start for build in builds) - _BEFORE


def records(builds: Iterable[Build]) -> list[dict[str, Any]]:
    """The records of `/api/tenant/example/buildsets`, newest first."""
    listed = [_record(number, some) for number, some in enumerate(sets(builds).values(), 1)]
    return listed[::-1]


def _record(number: int, builds: list[Build]) -> dict[str, Any]:
    first = builds[0]
    ref = {
        "project": first.project, "branch": first.branch, "change": first.change,
        "patchset": None if first.patchset is None else str(first.patchset), "ref": first.ref,
    }  # fmt: skip
    return {
        "_id": number,
        "uuid": first.buildset,
        "tenant": first.ci.tenant,
        "pipeline": first.pipeline,
        "result": result(builds),
        "event_timestamp": _time(began(builds)),
        "first_build_start_time": _time(min(build.start for build in builds)),
        "last_build_end_time": _time(max(build.end for build in builds)),
        "refs": [ref],
    }


def _time(at: datetime) -> str:
    """As Zuul writes it: UTC that does not say so."""
    return f"{at:%Y-%m-%dT%H:%M:%S}"
