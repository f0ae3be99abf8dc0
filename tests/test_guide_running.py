"""The guides to running it: what they have one write is valid, and does what they say."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from engines.zuul_api import ZuulApi
from guide_kit import Command, agrees, shell, steps

from generator import config
from generator.editions import shelf
from generator.editions.edition import EDITION_VERSION, Edition
from generator.scaffold import scaffold
from generator.sources.simulated import simulate
from generator.store.files import Store

GUIDES = ROOT / "site" / "guide"


def blocks(guide: str, kind: str) -> list[str]:
    """The fenced blocks of a kind."""
    return re.findall(rf"```{kind}\n(.*?)```", (GUIDES / guide).read_text("utf-8"), re.DOTALL)


def test_the_configuration_for_a_zuul_is_valid_and_its_keys_are_explained(tmp_path: Path) -> None:
    whole, *_jobs, mail = (yaml.safe_load(block) for block in blocks("zuul.md", "yaml"))
    (tmp_path / "gatepost.yaml").write_text(yaml.safe_dump({**whole, **mail}))
    settings = config.load(tmp_path / "gatepost.yaml")
    assert settings.sources[0].type == "zuul"
    assert settings.mail is not None and settings.mail.where == "smtp.example.org:587"
    source: dict[str, Any] = settings.sources[0].model_dump()
    told = re.findall(r"^\| `(\w+)`", (GUIDES / "zuul.md").read_text("utf-8"), re.MULTILINE)
    assert set(told[:-4]) <= set(source) and set(told[-4:]) <= set(source["logs"])


def test_the_jobs_are_children_of_jobs_that_there_are() -> None:
    ours = yaml.safe_load((ROOT / ".zuul.yaml").read_text())
    there = {entry["job"]["name"]: entry["job"] for entry in ours if "job" in entry}
    _, *jobs, _mail = (yaml.safe_load(block) for block in blocks("zuul.md", "yaml"))
    for job in [entry["job"] for block in jobs for entry in block if "job" in entry]:
        parent = there[job["parent"]]
        for variable in job["vars"]:
            assert variable in parent["description"], f"{variable} of {job['parent']}"


@pytest.mark.engines
def test_the_first_steps_with_a_real_zuul(zuul_api: ZuulApi, tmp_path: Path) -> None:
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    for n in range(30):
        start = began - timedelta(hours=2 * n)
        end = {"start_time": start, "end_time": start + timedelta(hours=1), "result": "SUCCESS"}
        zuul_api.add(
            event_timestamp=start, pipeline="gate", builds=[{**end, "job_name": job} for job in ("a", "b")]
        )
    init, enter, check, collect, *_ = [step for step in steps("zuul.md") if isinstance(step, Command)]
    shell(init.text, tmp_path)
    whole = yaml.safe_load(blocks("zuul.md", "yaml")[0])
    whole["sources"][0].update(url=zuul_api.url, tenant=zuul_api.tenant)
    path = tmp_path / "our-ci" / "gatepost.yaml"
    path.write_text(yaml.safe_dump(whole))
    printed = shell(f"{enter.text} && {check.text}", tmp_path).replace(zuul_api.tenant, "our-tenant")
    printed = re.sub(r"began .*? ago", "began 2 h ago", printed)
    assert agrees(check.printed, printed), printed
    shell(f"{enter.text} && {collect.text}", tmp_path)
    assert len(Store(tmp_path / "our-ci" / "state").read().builds) == 60


def test_the_mail_can_be_seen_before_it_is_sent(tmp_path: Path) -> None:
    (command,) = (step for step in steps("zuul.md") if isinstance(step, Command) and "digest" in step.text)
    scaffold(tmp_path)
    path = tmp_path / "gatepost.yaml"
    path.write_text(f"{path.read_text()}\n{blocks('zuul.md', 'yaml')[-1]}")
    week = "2026-W47"
    document: dict[str, Any] = {
        "schema_version": EDITION_VERSION,
        "edition": week,
        "start": "2026-11-16T00:00:00Z",
    }
    document |= {
        "community": "Our community",
        "pipeline": "gate",
        "remarks": [],
        "queries": [],
        "coverage": [],
    }
    document["verdict"] = {"tone": "steady", "word": "fine", "sentences": []}
    text = "Subject: [gatepost] Gate: fine\n\nText\n"
    shelf.put(
        Store(tmp_path / "state"),
        Edition({**document, "made": "2026-11-23T06:00:00Z", "tables": {}}, text, "# x\n"),
    )
    printed = shell(f"{command.text} --now 2026-11-23T08:00Z", tmp_path)
    assert "Message-ID: <gatepost.2026-W47." in printed and "a dry run" in printed


def test_the_script_reports_and_publishes_and_says_nothing(tmp_path: Path) -> None:
    simulate(tmp_path / "our-ci", seed=2, days=9, scale=0.05)
    script = tmp_path / "our-ci" / "report.sh"
    script.write_text(blocks("cron.md", "sh")[0])
    printed = shell(f"HOME={tmp_path} sh our-ci/report.sh", tmp_path)
    assert printed == "", printed
    assert (tmp_path / "site" / "current" / "index.html").is_file()
    assert (tmp_path / "site" / "current" / "state" / "manifest.json").is_file()


def test_lines_of_cron_and_units_of_systemd_are_well_formed(tmp_path: Path) -> None:
    *settings, report, mail = blocks("cron.md", "crontab")[0].splitlines()
    assert all(re.fullmatch(r"[A-Z]+=\S+", line) for line in settings)
    time = r"(\*|\d+)(/\d+)?"
    for line, command in (
        (report, "$HOME/our-ci/report.sh"),
        (mail, "cd $HOME/our-ci && gatepost digest --send"),
    ):
        assert re.fullmatch(rf"({time}\s+|\*/6\s+){{5}}{re.escape(command)}", line), line
    service, timer = blocks("cron.md", "ini")
    for text, section in ((service, "Service"), (timer, "Timer")):
        parsed = configparser.ConfigParser(interpolation=None, strict=True)
        parsed.optionxform = str  # type: ignore[assignment,method-assign]
        parsed.read_string(text)
        assert section in parsed and "Unit" in parsed
    analyze = shutil.which("systemd-analyze")
    if analyze is not None:
        when = re.search(r"OnCalendar=(.*)", timer)
        assert when is not None
        done = subprocess.run([analyze, "calendar", when[1]], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
