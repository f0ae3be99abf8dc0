"""What we give to Zuul is read by Zuul's own parsers."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

OURS = "gatepost-report,gatepost-digest,gatepost-lint"


@pytest.mark.engines
@pytest.mark.parametrize(
    ("file", "jobs"),
    [
        (".zuul.yaml", "base"),
        ("templates/init/zuul.yaml", f"base,{OURS}"),
        ("templates/zuul/publish/.zuul.yaml", OURS),
    ],
)
def test_zuul_reads_our_jobs(root: Path, zuul_python: Path, file: str, jobs: str) -> None:
    validate = root.parent / "shared" / "zuul" / "validate.py"
    options = ["--pipelines", "check,periodic,periodic-weekly", "--jobs", jobs]
    command = [str(zuul_python), str(validate), file, *options]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_configuration_that_our_own_report_names_is_there(root: Path) -> None:
    import yaml

    entries = yaml.safe_load((root / ".zuul.yaml").read_text())
    (project,) = (entry["project"] for entry in entries if "project" in entry)
    (report,) = project["periodic"]["jobs"]
    variables = report["gatepost-report"]["vars"]
    config = Path(variables["gatepost_config"])
    assert (root / config).is_file() or config.parent == Path(variables["gatepost_demo"])


def test_playbooks_named_by_jobs_exist(root: Path) -> None:
    import yaml

    jobs = [entry["job"] for entry in yaml.safe_load((root / ".zuul.yaml").read_text()) if "job" in entry]
    assert {job["name"] for job in jobs} == {*OURS.split(","), "gatepost-test"}
    for job in jobs:
        for playbook in [job["run"]] if isinstance(job["run"], str) else job["run"]:
            assert yaml.safe_load((root / playbook).read_text())[0]["tasks"]


def test_explain_installs_what_the_report_installs_and_less(root: Path) -> None:
    names = ("report", "explain")
    texts = [(root / "requirements" / f"{name}.txt").read_text() for name in names]
    report, explain = (dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)) for text in texts)
    wanted = (root / "requirements" / "explain.in").read_text().split("\n")[1:-1]
    assert set(wanted) <= set(explain)
    assert explain.items() < report.items()
    assert not {"pandas", "pyarrow", "scipy", "plotly"} & set(explain)
