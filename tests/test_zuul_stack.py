"""A whole Zuul runs our jobs: as a community's periodic job, and in the post-run of another project's job."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from conftest import ROOT
from engines.zuul_stack import ZuulStack

pytestmark = pytest.mark.engines

REPORT, LINT = "our-gatepost-report", "our-gatepost-lint"
SIGNATURE = """
title: The mirror answers 502
query: message:"502 Bad Gateway" AND message:"Failed to fetch" AND tags:"console"
"""
FAILING_PROJECT = {
    ".zuul.yaml": """
- job:
    name: unit
    parent: base
    run: playbooks/unit.yaml
    post-run: playbooks/explain.yaml
    roles:
      - zuul: gatepost

- job:
    name: docs
    parent: base
    run: playbooks/docs.yaml

- project:
    post:
      jobs:
        - unit
        - docs
""",
    "playbooks/docs.yaml": """
- hosts: localhost
  tasks:
    - ansible.builtin.shell: |
        echo "ERROR: index.rst: undefined label: nowhere"
        exit 1
""",
    "playbooks/unit.yaml": """
- hosts: localhost
  tasks:
    - ansible.builtin.shell: |
        echo "E: Failed to fetch http://mirror.example.org/curl.deb  502  Bad Gateway"
        exit 1
""",
    "playbooks/explain.yaml": """
- hosts: localhost
  roles:
    - gatepost-explain
""",
    "queries/mirror-502.yaml": SIGNATURE,
}
PUBLISHING = """
- hosts: localhost
  tasks:
    - ansible.builtin.command:
        cmd: "{{ gatepost_command | default(zuul_user_dir ~ '/gatepost-venv/bin/gatepost') }} publish FOLDER"
        chdir: "{{ zuul_user_dir }}/{{ zuul.project.src_dir }}"
"""
NEW_SIGNATURE = """
query: message:"undefined label" AND tags:"console"
"""
CONFIGURATION = """
community: A community with a Zuul
signatures: queries
state: state
output: public
sources:
  - type: zuul
    name: zuul
    url: {url}
    tenant: test
    logs:
      hosts: ["{logs}"]
      networks: [127.0.0.0/8]
"""


class Builds(NamedTuple):
    """What Zuul's API says of the builds, in the order in which they ended."""

    failed: dict[str, Any]
    first: dict[str, Any]
    second: dict[str, Any]
    linted: dict[str, Any]


def our_job(pipeline: str, name: str, **variables: str) -> str:
    """The child job that `gatepost init` writes, in this pipeline; the report's post-run publishes."""
    entries = yaml.safe_load((ROOT / "templates" / "init" / "zuul.yaml").read_text())
    job = next(entry["job"] for entry in entries if entry.get("job", {}).get("name") == name)
    job["vars"] |= variables
    if name == REPORT:
        job["post-run"] = "playbooks/publish.yaml"
    return yaml.safe_dump([{"job": job}, {"project": {pipeline: {"jobs": [name]}}}])


@pytest.fixture(scope="module")
def builds(zuul_stack: ZuulStack) -> Builds:
    """Failing jobs and a first report side by side, then the periodic report, then a new signature is judged.

    The first report installs its own Gatepost, as a failing job does; later ones are given one.
    """
    stack, published = zuul_stack, f"{zuul_stack.served}/published/current/"
    installed = str(Path(sys.prefix) / "bin" / "gatepost")
    community = {
        "gatepost.yaml": CONFIGURATION.format(url=stack.url, logs=stack.served.partition("//")[2]),
        "queries/mirror-502.yaml": SIGNATURE,
        "playbooks/publish.yaml": PUBLISHING.replace("FOLDER", str(stack.home / "published")),
        ".zuul.yaml": our_job("post", REPORT, gatepost_restore=published),
    }
    stack.commit("other", FAILING_PROJECT)
    stack.commit("community", community)
    first = stack.build(REPORT)
    failed, _ = stack.build("unit"), stack.build("docs")
    periodic = our_job("periodic", REPORT, gatepost_restore=published, gatepost_command=installed)
    stack.commit("community", {".zuul.yaml": periodic})
    second = stack.build(REPORT, after=first["_id"])
    lint = our_job("post", LINT, gatepost_site=published, gatepost_command=installed)
    stack.commit("community", {".zuul.yaml": lint, "queries/undefined-label.yaml": NEW_SIGNATURE})
    return Builds(failed, first, second, stack.build(LINT))


def artifacts(build: Mapping[str, Any]) -> dict[str, str]:
    return {artifact["metadata"]["type"]: artifact["url"] for artifact in build["artifacts"]}


def message(stack: ZuulStack, build: Mapping[str, Any]) -> str:
    """What Zuul reports of a build's buildset."""
    said = [each["message"] for each in stack.get("buildsets") if each["uuid"] == build["buildset"]["uuid"]]
    return str(said[0])


def fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())


def test_a_job_leaves_its_site_in_the_logs_and_says_where(zuul_stack: ZuulStack, builds: Builds) -> None:
    build = builds.first
    assert build["result"] == "SUCCESS", zuul_stack.log(build)
    urls = artifacts(build)
    assert urls["gatepost_site"] == f"{build['log_url']}site/"
    assert "A community with a Zuul" in fetched(urls["gatepost_preview"])
    names = [entry["name"] for entry in json.loads(fetched(urls["zuul_manifest"]))["tree"]]
    assert "site" in names


def test_the_periodic_report_restores_the_first_and_has_what_zuul_knows(
    zuul_stack: ZuulStack, builds: Builds
) -> None:
    assert builds.second["result"] == "SUCCESS", zuul_stack.log(builds.second)
    site = artifacts(builds.second)["gatepost_site"]
    figures = json.loads(fetched(f"{site}data/site.json"))
    assert builds.second["pipeline"] == "periodic"
    assert (figures["hits"], figures["signatures"], figures["cis"]) == (1, 1, ["test"])
    assert fetched(f"{zuul_stack.served}/published/current/data/site.json") == fetched(
        f"{site}data/site.json"
    )
    assert "mirror-502" in fetched(f"{site}index.html")
    assert builds.failed["log_url"] in fetched(f"{site}signatures/mirror-502.html")


def test_a_failing_job_says_what_it_failed_on(zuul_stack: ZuulStack, builds: Builds) -> None:
    build = builds.failed
    assert build["result"] == "FAILURE", zuul_stack.log(build)
    assert "| Known failure: The mirror answers 502" in zuul_stack.log(build)
    answer = fetched(artifacts(build)["gatepost_explanation"])
    assert "E: Failed to fetch http://mirror.example.org/curl.deb  502  Bad Gateway" in answer
    assert "Warning:\n  Gatepost: Known failure: " in message(zuul_stack, build)


def test_a_new_signature_is_tried_on_what_the_site_publishes(zuul_stack: ZuulStack, builds: Builds) -> None:
    assert builds.linted["result"] == "SUCCESS", zuul_stack.log(builds.linted)
    said = message(zuul_stack, builds.linted)
    assert "1 signature, new or changed, would have explained 1 of 1 build" in said
