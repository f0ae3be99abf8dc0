"""Writes the folder of a build, as Zuul publishes it or as logscraper leaves it."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from random import Random
from typing import Any

import yaml

from generator.sources.simulated.build import Build
from generator.sources.simulated.console import console, report
from generator.sources.simulated.faults import COMPUTE, NETWORK, SYSLOG, TESTS
from generator.sources.simulated.lines import body, stamped

_SERVICES = {"functional": (TESTS,), "integration": (TESTS, COMPUTE, NETWORK, SYSLOG)}
_LINES = {TESTS: 25, COMPUTE: 60, NETWORK: 40, SYSLOG: 40}


def write(root: Path, build: Build, seed: int) -> None:
    """Write all files of a build below `root`; the same build and seed give the same bytes and times."""
    # the text of a build does not depend on the builds before it
    rng = Random(f"{seed} {build.uuid}")
    folder = root / place(build)
    files = _published(build, rng) if build.ci.published else _scraped(build, rng)
    stamp = int(build.end.timestamp())
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (stamp, stamp))


def place(build: Build) -> str:
    """The folder of a build, relative to the root of all logs."""
    if not build.ci.published:
        return f"{build.ci.source}/{build.uuid}"
    if build.change is None:
        inner = f"{build.project}/{build.branch}"
    else:
        inner = f"{build.change % 100:02}/{build.change}/{build.patchset}"
    return f"{build.ci.source}/{inner}/{build.pipeline}/{build.job.name}/{build.uuid[:7]}"


def _published(build: Build, rng: Random) -> dict[str, bytes]:
    if not build.logs:
        return {"build.json": json.dumps(record(build), indent=1).encode()}
    text = console(build, rng)
    files = {"job-output.txt": text} if rng.random() < 0.5 else {"job-output.txt.gz": _packed(text)}
    if not build.metadata:
        return files
    files["job-output.json.gz"] = _packed(report(build))
    files["zuul-info/inventory.yaml"] = _yaml(inventory(build))
    for name, data in _services(build, rng).items():
        # Zuul's log server tells the encoding in a header; the name may not
        files[f"logs/{name}" if name == SYSLOG else f"logs/{name}.gz"] = _packed(data)
    if build.truncated:
        files[f"logs/{COMPUTE}.gz"] = files[f"logs/{COMPUTE}.gz"][:-900]
    return {**files, "zuul-manifest.json": _manifest(files)}


def _manifest(files: dict[str, bytes]) -> bytes:
    """The list of the files, as a tree."""
    tree: list[dict[str, Any]] = []
    folders: dict[str, list[dict[str, Any]]] = {"": tree}
    for name, data in files.items():
        folder, _, base = name.rpartition("/")
        if folder not in folders:
            folders[folder] = []
            tree.append({"name": folder, "mimetype": "application/directory", "children": folders[folder]})
        folders[folder].append({"name": base, "mimetype": "text/plain", "size": len(data)})
    return json.dumps({"tree": tree}).encode()


def _scraped(build: Build, rng: Random) -> dict[str, bytes]:
    files = {"buildinfo": _yaml({**record(build), "tenant": build.ci.tenant})}
    if build.logs:
        files["inventory.yaml"] = _yaml(inventory(build))
        files["job-output.txt"] = console(build, rng)
        files |= _services(build, rng)
    return files


def _services(build: Build, rng: Random) -> dict[str, bytes]:
    """The logs besides the console's."""
    never_started = build.result in ("RETRY", "RETRY_LIMIT")
    return {
        name: stamped(body(build, name, _LINES[name], rng), name, build.start, build.end)
        for name in ([] if never_started else _SERVICES.get(build.job.kind, ()))
    }


def log_url(build: Build) -> str | None:
    """Where the folder of its logs is published, if there is one."""
    inner = place(build).partition("/")[2]
    return f"https://logs.{build.ci.source}.example.org/{inner}/" if build.logs else None


def record(build: Build) -> dict[str, Any]:
    """The build as Zuul's web API tells it."""
    return {
        "uuid": build.uuid, "job_name": build.job.name, "result": build.result, "voting": build.job.voting,
        "final": build.result != "RETRY", "pipeline": build.pipeline, "log_url": log_url(build),
        "held": False, "nodeset": None,
        "start_time": f"{build.start:%Y-%m-%dT%H:%M:%S}", "end_time": f"{build.end:%Y-%m-%dT%H:%M:%S}",
        "duration": (build.end - build.start).total_seconds(), "buildset": {"uuid": build.buildset},
        "ref": {
            "project": build.project, "branch": build.branch, "change": build.change, "ref": build.ref,
            "patchset": None if build.patchset is None else str(build.patchset), "ref_url": None,
        },
    }  # fmt: skip


def inventory(build: Build) -> dict[str, Any]:
    """The inventory of a build, as its executor wrote it."""
    provider = build.provider
    pool = {"provider": provider.name, "cloud": provider.name, "region": provider.region, "az": None}
    hosts = {
        f"node-{n}" if n else "controller": {"ansible_host": f"198.51.100.{10 + n}", "nodepool": pool}
        for n in range(build.job.nodes)
    }
    zuul: dict[str, Any] = {
        "build": build.uuid, "buildset": build.buildset, "job": build.job.name, "pipeline": build.pipeline,
        "tenant": build.ci.tenant, "branch": build.branch, "ref": build.ref, "voting": build.job.voting,
        "attempts": 3 if build.result == "RETRY_LIMIT" else build.attempt, "max_attempts": 3,
        "executor": {"hostname": "ze01.example.org"},
        "project": {"name": build.project, "short_name": build.project.rsplit("/", 1)[-1]},
    }  # fmt: skip
    if build.change is not None:
        url = f"https://review.example.org/{build.change}"
        zuul |= {"change": str(build.change), "patchset": str(build.patchset), "change_url": url}
    return {"all": {"hosts": hosts, "vars": {"zuul": zuul}}}


def _yaml(data: object) -> bytes:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False).encode()


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """Zuul writes the same pool of two nodes twice, without an anchor."""
        return True


def _packed(data: bytes) -> bytes:
    return gzip.compress(data, 5, mtime=0)
