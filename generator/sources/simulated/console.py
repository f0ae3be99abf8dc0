"""job-output.txt and job-output.json as Zuul writes them."""

from __future__ import annotations

import json
from random import Random

from generator.sources.simulated.build import Build
from generator.sources.simulated.faults import CONSOLE
from generator.sources.simulated.lines import body, stamped

_PHASES = (
    ("PRE-RUN", "trusted : git.example.org/zuul/base-jobs/playbooks/base/pre.yaml@master"),
    ("RUN", "untrusted : git.example.org/{project}/playbooks/{job}/run.yaml@{branch}"),
    ("POST-RUN", "untrusted : git.example.org/{project}/playbooks/{job}/post.yaml@{branch}"),
    ("POST-RUN", "trusted : git.example.org/zuul/base-jobs/playbooks/base/post.yaml@master"),
)
_LINES = {"light": 12, "unit": 40, "functional": 60, "integration": 80}
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_SHORT = {"PRE-RUN": "pre", "RUN": "run", "POST-RUN": "post"}


def console(build: Build, rng: Random) -> bytes:
    """The text of job-output.txt."""
    texts = ["Job console starting", "Updating git repos", "Cloning repos into workspace", "Running Ansible"]
    for number, (phase, book) in enumerate(_PHASES):
        ended, failed = _end(build, number)
        if ended is None:
            continue
        book = book.format(project=build.project, job=build.job.name, branch=build.branch)
        texts += [f"{phase} START: [{book}]", "", "PLAY [all]", ""]
        texts += _tasks(build, phase, rng)
        if ended == "NORMAL":
            texts += ["", "PLAY RECAP"]
            texts.append(f"controller | ok: 12 changed: 7 unreachable: 0 failed: {failed:d} skipped: 4")
        texts += ["", f"{phase} END RESULT_{ended}: [{book}]"]
    return stamped(texts, CONSOLE, build.start, build.end)


def report(build: Build) -> bytes:
    """The text of job-output.json: how each playbook ended, without its tasks."""
    books = []
    for number, (phase, book) in enumerate(_PHASES):
        ended, failed = _end(build, number)
        if ended == "NORMAL":
            duration = {"start": f"{build.start:{_TIME}}", "end": f"{build.end:{_TIME}}"}
            stats = {"ok": 12, "changed": 7, "unreachable": 0, "failures": int(failed), "skipped": 4}
            books.append({
                "branch": "master", "index": str(number), "phase": _SHORT[phase],
                "playbook": book.split("/", 1)[1],
                "plays": [{"play": {"duration": duration, "name": "all"}, "tasks": []}],
                "stats": {"controller": stats}, "trusted": book.startswith("trusted"),
            })  # fmt: skip
    return json.dumps(books, indent=1).encode()


def _end(build: Build, number: int) -> tuple[str | None, bool]:
    """How a playbook ended, None if it was not run, and whether a task of it failed."""
    phase = _PHASES[number][0]
    if build.result in ("RETRY", "RETRY_LIMIT"):
        return (None, False) if phase == "RUN" else ("NORMAL", phase == "PRE-RUN")
    if phase == "RUN":
        broken_off = build.result in ("TIMED_OUT", "ABORTED")
        return (build.result if broken_off else "NORMAL"), build.result == "FAILURE"
    if build.result == "ABORTED" and phase == "POST-RUN":
        return None, False
    return "NORMAL", build.result == "POST_FAILURE" and number == 2


def _tasks(build: Build, phase: str, rng: Random) -> list[str]:
    if phase == "RUN":
        return [f"controller | {line}" for line in body(build, CONSOLE, _LINES[build.job.kind], rng)]
    texts = []
    for task in ("validate-host : Collect information", "configure-mirrors : Write package sources"):
        texts += [f"TASK [{task}]", "controller | changed", ""]
    return texts
