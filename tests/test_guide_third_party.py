"""The guide to third-party CIs names every key, rule and finding, and what it has one write is right."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

from generator.config import load
from generator.lint.roster import lint_roster
from generator.roster import Contact, Pause, ThirdPartyCI
from generator.sources.ci_comments import reader
from generator.third_party_settings import Broken, Rules, ThirdPartySettings

GUIDE = (ROOT / "site" / "guide" / "third-party.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def test_every_key_of_roster_and_settings_is_explained() -> None:
    keys = {field.name for kind in (ThirdPartyCI, Contact, Pause) for field in fields(kind)}
    tables = "\n".join(line for line in GUIDE.splitlines() if line.startswith("|"))
    assert {key for key in keys | set(ThirdPartySettings.model_fields) if f"`{key}`" not in tables} == set()
    nested = set(Rules.model_fields) | set(Broken.model_fields)
    assert {key for key in nested if f"{key}:" not in GUIDE} == set()


def test_every_check_of_lint_is_explained() -> None:
    tree = ast.parse((ROOT / "generator" / "lint" / "roster.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [call.args[1] for call in calls if getattr(call.func, "id", "") in ("Remark", "Finding")]
    checks = {node.value for node in named if isinstance(node, ast.Constant)}
    assert len(checks) >= 13
    told = checks | {"syntax", "unknown-key", "e-mail-address"}
    assert {check for check in told if f"`{check}`" not in GUIDE} == set()


def test_the_settings_are_valid_and_the_rules_those_of_the_defaults(tmp_path: Path) -> None:
    (section,) = (block for block in BLOCKS if block.startswith("third_party:"))
    (sources,) = (block for block in BLOCKS if block.startswith("sources:"))
    (tmp_path / "gatepost.yaml").write_text(sources + section, "utf-8")
    asked = load(tmp_path / "gatepost.yaml").third_party
    assert asked is not None and asked.meeting is not None and asked.meeting.endswith("#example-storage")
    assert asked.rules.model_copy(update={"confirmed_days": None}) == Rules()


@pytest.mark.parametrize("start", ["    patterns:", "    pauses:"])
def test_parts_of_an_entry_are_sound(tmp_path: Path, start: str) -> None:
    from datetime import date

    (block,) = (block for block in BLOCKS if block.startswith(start))
    path = tmp_path / "thirdparty.yaml"
    path.write_text(
        f"cis:\n  - name: A\n    account: a\n    projects: p\n    retired: 2026-01-01\n{block}", "utf-8"
    )
    assert lint_roster(path, date(2026, 11, 20)) == []


def test_the_comment_that_it_recommends_is_read_and_compliant() -> None:
    comment = re.search(r"^    Build succeeded.*?(?=^\S)", GUIDE, re.MULTILINE | re.DOTALL)
    assert comment is not None
    text = re.sub(r"^    ", "", comment[0], flags=re.MULTILINE)
    reading = reader(None, name="Example CI").read(f"Patch Set 1: Verified+1\n\n{text}")
    assert (reading.kind, reading.outcome, reading.pipeline, reading.compliant) == (
        "result",
        "success",
        "check",
        True,
    )
    assert [(job.result, job.voting) for job in reading.jobs] == [("SUCCESS", True), ("FAILURE", False)]


def test_what_it_shows_of_zuul_is_yaml() -> None:
    assert all(yaml.safe_load(block) for block in BLOCKS)
