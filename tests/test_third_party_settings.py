from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import ROOT

from generator import checking
from generator.config import load
from generator.errors import GatepostError
from generator.gathering import third_party
from generator.roster import Roster, ThirdPartyCI
from generator.third_party_settings import Rules, ThirdParty, ThirdPartySettings

CI = ThirdPartyCI(id="a", name="A", account=("a",), projects=("p",))


def configured(folder: Path, section: str) -> Path:
    path = folder / "gatepost.yaml"
    path.write_text(f"sources: [{{type: logs, path: logs}}]\nthird_party: {section}\n", "utf-8")
    return path


def test_without_the_section_there_are_no_third_parties(tmp_path: Path) -> None:
    settings = load(configured(tmp_path, "null"))
    assert settings.third_party is None and third_party(settings) is None


def test_the_roster_is_looked_for_beside_the_configuration(tmp_path: Path) -> None:
    settings = load(configured(tmp_path, "{deadline_hours: 24}"))
    assert settings.third_party is not None
    assert settings.third_party.roster == tmp_path / "thirdparty.yaml"
    with pytest.raises(GatepostError, match="no such file"):
        third_party(settings)
    (tmp_path / "thirdparty.yaml").write_text("cis: [{name: A, account: a, projects: p}]", "utf-8")
    found = third_party(settings)
    assert found is not None and [ci.id for ci in found.roster.cis] == ["a"]


def test_what_the_rules_of_figures_md_say_is_the_default() -> None:
    assert Rules() == Rules(
        record_days=28,
        reporting_rate=0.9,
        disagreement=0.05,
        silence_days=14,
        contacts=2,
        confirmed_days=None,
    )


def test_a_ci_has_its_own_deadline_or_the_communitys() -> None:
    own = ThirdPartyCI(id="b", name="B", account=("b",), projects=("p",), deadline_hours=1.5)
    asked = ThirdParty(Roster((CI, own)), ThirdPartySettings(deadline_hours=24))
    assert asked.deadline(CI) == timedelta(hours=24)
    assert asked.deadline(own) == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{}", "third_party.deadline_hours: is required"),
        ("{deadline_hours: 0}", "third_party.deadline_hours"),
        ("{deadline_hours: 24, rooster: a.yaml}", "third_party.rooster: no such key"),
        ("{deadline_hours: 24, rules: {reporting_rate: 90}}", "third_party.rules.reporting_rate"),
        ("{deadline_hours: 24, rules: {reporting: 0.9}}", "third_party.rules.reporting: no such key"),
        ("{deadline_hours: 24, broken: {failures: 1}}", "third_party.broken.failures"),
        ("{deadline_hours: 24, exempt: ['[z-a]']}", "third_party.exempt"),
    ],
)
def test_a_wrong_value_is_told_by_its_key(tmp_path: Path, section: str, said: str) -> None:
    with pytest.raises(GatepostError) as caught:
        load(configured(tmp_path, section))
    assert said in caught.value.message


def test_the_section_that_init_writes_is_valid_as_it_stands(tmp_path: Path) -> None:
    text = (ROOT / "templates" / "init" / "gatepost.yaml").read_text("utf-8")
    (section,) = re.findall(r"^# third_party:\n(?:#   .*\n)+", text, re.MULTILINE)
    path = tmp_path / "gatepost.yaml"
    plain = re.sub(r"^# ", "", section, flags=re.MULTILINE)
    path.write_text(f"sources: [{{type: logs, path: logs}}]\n{plain}", "utf-8")
    settings = load(path).third_party
    assert settings is not None and settings.deadline_hours == 24
    assert settings.meeting is not None and settings.meeting.endswith("#example-storage")
    assert {key for key in ThirdPartySettings.model_fields if f"#   {key}:" not in section} == set()
    assert {key for key in Rules.model_fields if f"#     {key}:" not in section} == set()


def test_check_answers_for_the_roster(tmp_path: Path) -> None:
    settings = load(configured(tmp_path, "{deadline_hours: 24}"))
    (tmp_path / "thirdparty.yaml").write_text(
        "cis: [{name: A, account: a, projects: p}, {name: B, voting: so}]", "utf-8"
    )
    lines, _ = checking.check(settings)
    (answer,) = (line for line in lines if line.startswith("roster: "))
    assert answer.startswith("roster: 1 third-party CI, 3 errors: `gatepost lint --roster ")
    assert "no source of type gerrit" in answer


def test_an_entry_of_no_use_is_a_skipped_row(tmp_path: Path) -> None:
    from generator import pipeline
    from generator.progress import Progress
    from generator.store.files import Store

    settings = load(configured(tmp_path, "{deadline_hours: 24}"))
    (tmp_path / "thirdparty.yaml").write_text(
        "cis:\n- {name: B, account: b, projects: p, voting: so}", "utf-8"
    )
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "1.yaml").write_text('query: message:"lost carrier"\n', "utf-8")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "odd.txt").write_text("a line\n", "utf-8")
    pipeline.collect(settings, datetime(2026, 11, 20, tzinfo=UTC), Progress(0))
    skipped = Store(settings.state).read().skipped
    row = skipped[skipped["source"] == "roster"].iloc[0]
    assert (row["path"], row["reason"]) == ("thirdparty.yaml", "roster entry refused")
    assert row["detail"].startswith("line 2, column 46: voting: must be true or false")
