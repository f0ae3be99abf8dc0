"""The simulated builds as documents: a line of log each, as ci-log-processing writes them; and Zuul's own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from generator.matching.clock import CLOCK_BYTES, line_time
from generator.matching.folders import log_files
from generator.matching.reading import open_log
from generator.matching.tags import FileList, log_name
from generator.sources.simulated.build import Build
from generator.sources.simulated.community import END
from generator.sources.simulated.logs import log_url

Document = dict[str, Any]

_LATE = 0.04
#: When the last logs have been sent.
_ALL_SENT = END + timedelta(hours=1)


def sent(build: Build) -> datetime:
    """When its logs were sent: minutes after its end, of some builds hours after. It names their index."""
    rng = Random(build.uuid)
    late = rng.randrange(3 * 60, 10 * 60) if rng.random() < _LATE else rng.randrange(2, 25)
    return min(build.end + timedelta(minutes=late), _ALL_SENT)


def lines(build: Build, folder: Path, files: FileList) -> Iterator[Document]:
    """A document for each line of the logs in the build's folder, as far as they can be unpacked.

    `message` is the whole line: a query means the same here as in the file. Times are naive UTC; a line
    without a clock has the time of the one before.
    """
    metadata, url = _metadata(build), log_url(build)
    for path in log_files(folder).names if build.logs else ():
        name = log_name(path)
        of_file = {"filename": name, "log_url": f"{url}{name}", "tags": list(files.tags(name)), **metadata}
        at = build.start
        for line in _lines(folder / path):
            at = line_time(line[:CLOCK_BYTES], at) or at
            time = at.replace(tzinfo=None).isoformat()
            yield {"@timestamp": time, "message": line.decode("utf-8", "replace"), **of_file}


def buildsets(builds: Iterable[Build]) -> list[list[Build]]:
    """The builds that Zuul's reporter tells of, by buildset: not those that were retried."""
    found: dict[str, list[Build]] = {}
    for build in builds:
        if build.result != "RETRY":
            found.setdefault(build.buildset, []).append(build)
    return list(found.values())


def reported(builds: list[Build]) -> tuple[datetime, list[Document]]:
    """When Zuul's reporter writes of a buildset, and what: a document for each build, and one for the set."""
    start, end = min(build.start for build in builds), max(build.end for build in builds)
    passed = all(build.outcome == "success" for build in builds if build.job.voting)
    first, shared = builds[0], _shared(builds[0])
    buildset = {
        **shared, "uuid": first.buildset, "build_type": "buildset", "changes": [_change(first)],
        "zuul_ref": f"Z{first.buildset}", "ref_url": _change_url(first),
        "result": "SUCCESS" if passed else "FAILURE",
        "message": f"Build {'succeeded' if passed else 'failed'}.",
        "start_time": _epoch(start), "end_time": _epoch(end), "duration": _epoch(end) - _epoch(start),
        "@timestamp": _stamp(start),
    }  # fmt: skip
    return end + timedelta(seconds=5), [*(_of_build(build, shared) for build in builds), buildset]


def _of_build(build: Build, shared: Document) -> Document:
    start, end = _epoch(build.start), _epoch(build.end)
    return {
        **shared, "uuid": build.uuid, "build_type": "build", "buildset_uuid": build.buildset,
        "job_name": build.job.name, "result": build.result, "start_time": str(start), "end_time": str(end),
        "duration": end - start, "voting": build.job.voting,
        "log_url": f"https://zuul.example.org/t/{build.ci.tenant}/build/{build.uuid}",
        "@timestamp": _stamp(build.start),
    }  # fmt: skip


def _shared(build: Build) -> Document:
    """What the documents of a buildset and of its builds have in common."""
    return {"tenant": build.ci.tenant, "pipeline": build.pipeline, **_change(build)}


def _change(build: Build) -> Document:
    patchset = None if build.patchset is None else str(build.patchset)
    return {
        "project": build.project, "change": build.change, "patchset": patchset, "ref": build.ref,
        "oldrev": None, "newrev": _revision(build), "branch": build.branch,
    }  # fmt: skip


def _metadata(build: Build) -> Document:
    """What every line of a build has; of one without an inventory only what Zuul's API tells."""
    told: Document = {
        "build_uuid": build.uuid, "build_set": build.buildset, "build_name": build.job.name,
        "build_status": build.result, "build_queue": build.pipeline, "build_branch": build.branch,
        "build_ref": build.ref, "build_change": build.change, "build_newrev": _revision(build),
        "build_patchset": _shared(build)["patchset"], "build_node": "zuul-executor",
        "project": build.project, "tenant": build.ci.tenant, "change_url": _change_url(build),
        "voting": int(build.job.voting) if build.metadata else 2,
    }  # fmt: skip
    if build.metadata:
        hosts = [f"{build.provider.name}-{build.uuid[:8]}-{n}" for n in range(build.job.nodes)]
        told |= {"node_provider": "local", "hosts_region": [build.provider.region], "hosts_id": hosts}
        told["zuul_executor"] = "ze01.example.org"
    return told


def _change_url(build: Build) -> str | None:
    return None if build.change is None else f"https://review.example.org/{build.change}"


def _revision(build: Build) -> str | None:
    """The commit that a build without a change was run at."""
    return hashlib.sha1(build.buildset.encode()).hexdigest() if build.change is None else None


def _lines(path: Path) -> list[bytes]:
    found = b"".join(open_log(path)).split(b"\n")
    return found if found[-1] else found[:-1]


def _epoch(at: datetime) -> int:
    return int(at.timestamp())


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
