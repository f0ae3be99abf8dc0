"""What our playbooks and roles do, run by Ansible with Zuul's own zuul_return."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import made_results as made
import pytest
from zuul_jobs import Job, ansible

from generator.pages import downloads

pytestmark = pytest.mark.engines

SIGNATURE = 'title: The mirror is gone\nbug: https://bugs.example.org/7\nquery: message:"mirror gone"\n'
EXPLAIN = [{"hosts": "localhost", "gather_facts": False, "roles": ["gatepost-explain"]}]
HOSTILE = (
    "2026-11-21 18:00:00.0 | node | ERROR: \x1b[2J{{ lookup('pipe', 'touch owned') }} {% raw %}\n"
    "2026-11-21 18:00:00.0 | node | $(touch owned) `touch owned` ' \" \\ \x00 !unsafe ${IFS}\n"
)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    made_job = Job(tmp_path)
    (made_job.project / "queries").mkdir()
    (made_job.project / "queries" / "7.yaml").write_text(SIGNATURE)
    return made_job


def explain(job: Job, log: str, **variables: Any) -> subprocess.CompletedProcess[str]:
    (job.logs / "job-output.txt").write_text(log)
    playbook = job.work / "post.yaml"
    playbook.write_text(json.dumps(EXPLAIN))
    return job.run(playbook, **variables)


def test_a_failing_job_explains_itself(job: Job) -> None:
    done = explain(job, f"{HOSTILE}2026-11-21 18:00:01.0 | node | the mirror gone again\n")
    assert done.returncode == 0, done.stdout
    assert job.returned["warnings"] == [
        "Gatepost: Known failure: The mirror is gone (7), https://bugs.example.org/7"
    ]
    (artifact,) = job.returned["artifacts"]
    text = (job.logs / artifact["url"]).read_text()
    assert "job-output.txt, line 3" in text and "assumed" not in text  # the inventory was there


def test_whatever_is_in_the_logs_runs_and_writes_nowhere(job: Job) -> None:
    (job.work / "other").mkdir()
    (job.work / "other" / "file").write_text("as it was")
    (job.logs / "gatepost-explain.txt").symlink_to(job.work / "other" / "file")
    (job.logs / "zuul-info").symlink_to(job.work / "other")
    done = explain(job, HOSTILE)
    assert done.returncode == 0, done.stdout
    assert job.returned["warnings"][0].startswith("Gatepost: No known failure: 1 signature, ")
    assert "\x1b" not in (job.logs / "gatepost-explain.txt").read_text()
    assert not list(job.work.parent.rglob("owned"))
    assert [path.name for path in (job.work / "other").iterdir()] == ["file"]
    assert (job.work / "other" / "file").read_text() == "as it was"


@pytest.mark.parametrize("broken", ["no signatures", "no command", "too slow"])
def test_it_never_fails_the_job(job: Job, broken: str, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    variables: dict[str, Any] = {
        "no signatures": {"gatepost_signatures": "/nowhere"},
        "no command": {"gatepost_command": "/nowhere/gatepost"},
        "too slow": {"gatepost_command": str(slow), "gatepost_explain_timeout": 1},
    }
    done = explain(job, HOSTILE, **variables[broken])
    assert done.returncode == 0 and "rescued=1" in done.stdout, done.stdout
    assert job.returned == {}


def test_a_job_that_succeeded_is_left_alone(job: Job) -> None:
    done = explain(job, HOSTILE, zuul_success=True)
    assert (
        done.returncode == 0
        and job.returned == {}
        and [path.name for path in job.logs.iterdir()] == ["job-output.txt"]
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    builds = [{"build_uuid": f"u{n}", "ci": "zuul", "pipeline": "gate", "job": "j"} for n in range(3)]
    lines = [{"build_uuid": "u1", "file": "job-output.txt", "text": "mirror gone"},
             {"build_uuid": "u2", "file": "job-output.txt", "text": "something else"}]  # fmt: skip
    results = made.results(unclassified=builds, failure_lines=lines)
    downloads.write(results, tmp_path / "site" / "data")
    return tmp_path / "site"


def test_lint_tells_what_a_new_signature_would_have_explained(root: Path, job: Job, site: Path) -> None:
    done = job.run(root / "playbooks/gatepost/lint.yaml", gatepost_site=str(site))
    assert done.returncode == 0, done.stdout
    assert "1 signature, new or changed, would have explained 1 of 2 builds" in job.returned["warnings"][0]
    assert "Only these published lines were tried" in job.returned["warnings"][0]
    (comment,) = job.returned["file_comments"]["queries/7.yaml"]
    assert comment["line"] == 3 and "1 of 2 unclassified builds" in comment["message"]


def test_lint_fails_for_errors_and_goes_on_without_a_site(root: Path, job: Job) -> None:
    (job.project / "queries" / "8.yaml").write_text('query: message:"open\n')
    done = job.run(root / "playbooks/gatepost/lint.yaml", gatepost_site="/nowhere")
    assert done.returncode != 0 and "is in error; what lint printed" in done.stdout
    assert "not tried" in job.returned["warnings"][0]
    assert [comment["level"] for comment in job.returned["file_comments"]["queries/8.yaml"]] == ["error"]


def test_lint_judges_a_roster_too_and_alone(root: Path, job: Job) -> None:
    roster = job.project / "thirdparty.yaml"
    roster.write_text("cis:\n  - {name: Example CI, account: example-ci, projects: a}\n")
    variables = {"gatepost_roster": "thirdparty.yaml", "gatepost_signatures": ""}
    done = job.run(root / "playbooks/gatepost/lint.yaml", **variables)
    assert done.returncode == 0, done.stdout
    (comment,) = job.returned["file_comments"]["thirdparty.yaml"]
    assert (comment["line"], comment["level"]) == (2, "warning") and "no contact" in comment["message"]
    roster.write_text("cis:\n  - {name: Example CI}\n")
    done = job.run(root / "playbooks/gatepost/lint.yaml", gatepost_roster="thirdparty.yaml")
    assert done.returncode != 0
    assert job.returned["file_comments"]["thirdparty.yaml"][-1]["level"] == "error"


def test_the_digest_announces_the_newest_week(root: Path, job: Job) -> None:
    for week in ("2025-W52", "2026-W46", "2026-W47"):
        folder = job.logs / "site" / "editions" / week
        folder.mkdir(parents=True)
        (folder / "digest.txt").write_text(f"Subject: {week}\n")
    done = job.run(root / "playbooks/gatepost/digest.yaml")
    assert done.returncode == 0, done.stdout
    urls = [artifact["url"] for artifact in job.returned["artifacts"]]
    assert urls == ["site/editions/2026-W47/digest.txt", "site/editions/2026-W47/tsc.md"]


def test_playbooks_are_sound(root: Path, job: Job, tmp_path: Path) -> None:
    """Also those that need ansible.posix, of which only a name is here."""
    module = tmp_path / "ansible_collections" / "ansible" / "posix" / "plugins" / "modules" / "synchronize.py"
    module.parent.mkdir(parents=True)
    module.touch()
    playbooks = [*root.glob("playbooks/gatepost/*.yaml"), *root.glob("templates/zuul/*/playbooks/*.yaml")]
    assert len(playbooks) == 5
    pulling = tmp_path / "pull.yaml"
    tasks = str(root / "roles/gatepost-fetch/tasks/node.yaml")
    pulling.write_text(json.dumps([{"hosts": "all", "tasks": [{"import_tasks": tasks}]}]))
    environment = job.environment | {"ANSIBLE_COLLECTIONS_PATH": str(tmp_path)}
    command = [str(ansible()), "--syntax-check", *map(str, playbooks), str(pulling)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
