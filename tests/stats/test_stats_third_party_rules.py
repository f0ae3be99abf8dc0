"""The rules of readiness, and what follows from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from generator.stats.third_party.rules import judged, summary
from generator.third_party_settings import Rules

RULES = ("record", "reporting_rate", "disagreement", "silence", "contacts")
GOOD: dict[str, Any] = {
    "ci": "larkfield", "expected": 118, "reported": 116, "rate": 0.983, "low": 0.94, "high": 0.995,
    "disagree_k": 1, "disagree_n": 113, "disagree_rate": 0.009, "disagree_low": 0.002, "disagree_high": 0.048,
    "contacts": 2, "record_days": 180.0, "silence_days": 1.5, "voting": True, "paused": False,
    "retired": False,
}  # fmt: skip
LOW_RATE = {"rate": 0.703, "low": 0.616, "high": 0.778, "reported": 83}
UNCLEAR_RATE = {"rate": 0.877, "low": 0.83, "high": 0.913, "reported": 103}
NO_GATE = {"disagree_k": 0, "disagree_n": 0, "disagree_rate": np.nan, "disagree_low": np.nan,
           "disagree_high": np.nan}  # fmt: skip


def of(rules: Rules | None = None, known_days: float = 180, **differs: Any) -> tuple[dict[str, Any], Any]:
    """States by rule and the summary's row, of a good CI that differs in something."""
    evidence = pd.DataFrame([{**GOOD, "ci": "other"}, {**GOOD, **differs}])
    frame = judged(evidence, rules or Rules(), known_days)
    row = {name: values[1] for name, values in summary(evidence, frame).items()}
    mine = frame[frame["ci"] == "larkfield"]
    assert tuple(mine["rule"]) == RULES
    return dict(zip(mine["rule"], mine["state"], strict=True)), row


def test_a_good_ci_meets_all() -> None:
    states, row = of()
    assert set(states.values()) == {"met"}
    assert row == {"rules_met": 5, "rules_judged": 5, "rules": 5, "readiness": "all met", "advice": None}


@pytest.mark.parametrize(
    ("differs", "rule"),
    [
        ({"record_days": 27.9}, "record"),
        ({"record_days": np.nan}, "record"),
        (LOW_RATE, "reporting_rate"),
        ({"disagree_rate": 0.0501}, "disagreement"),
        ({"silence_days": 14.1}, "silence"),
        ({"contacts": 1}, "contacts"),
    ],
    ids=["short record", "no record", "rate", "disagreement", "silence", "contacts"],
)
def test_each_rule_alone_can_fail(differs: dict[str, Any], rule: str) -> None:
    states, row = of(**differs)
    assert [name for name, state in states.items() if state != "met"] == [rule]
    assert states[rule] == "not met"
    assert (row["rules_met"], row["rules_judged"], row["readiness"]) == (4, 5, "not all met")


@pytest.mark.parametrize(
    "differs",
    [{"record_days": 28.0}, {"rate": 9 / 10}, {"disagree_rate": 1 / 20}, {"silence_days": 14.0}],
    ids=["record", "rate", "disagreement", "silence"],
)
def test_exactly_what_is_asked_is_met(differs: dict[str, Any]) -> None:
    assert set(of(**differs)[0].values()) == {"met"}


def test_under_ten_nothing_is_judged_and_nothing_is_met() -> None:
    states, row = of(expected=9, reported=0, rate=0.0, low=0.0, high=0.3, silence_days=40.0, **NO_GATE)
    assert {r for r, state in states.items() if state == "not judged"} == set(RULES[1:4])
    assert (row["rules_met"], row["rules_judged"], row["readiness"]) == (2, 2, "not judged")
    assert row["advice"] is None


def test_a_rule_not_met_outweighs_one_not_judged() -> None:
    assert of(contacts=1, **NO_GATE)[1]["readiness"] == "not all met"


def test_why_it_is_not_judged_is_said() -> None:
    evidence = pd.DataFrame([{**GOOD, **NO_GATE, "expected": 9, "record_days": 5.0}])
    frame = judged(evidence, Rules(), 10).set_index("rule")
    assert frame["why"].dropna().to_dict() == {
        "record": "data reach back less far than the rule asks", "reporting_rate": "n under 10",
        "disagreement": "no data", "silence": "n under 10",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("differs", "advice"),
    [
        (LOW_RATE, "at risk"),
        (UNCLEAR_RATE, None),
        ({"disagree_rate": 0.2, "disagree_low": 0.1}, "at risk"),
        ({"disagree_rate": 0.06, "disagree_low": 0.04}, None),
        ({"silence_days": 45.0}, "at risk"),
        ({"contacts": 0}, None),
        ({"record_days": 3.0}, None),
        ({**LOW_RATE, "voting": False}, None),
        ({**LOW_RATE, "paused": True}, None),
        ({**LOW_RATE, "retired": True}, None),
        ({"voting": False}, "ready"),
        ({"voting": False, "paused": True}, None),
        ({"voting": False, **NO_GATE}, None),
    ],
)
def test_advice_needs_clear_evidence(differs: dict[str, Any], advice: str | None) -> None:
    assert of(**differs)[1]["advice"] == advice


@pytest.mark.parametrize(
    ("differs", "readiness"), [({"paused": True}, "paused"), ({"retired": True}, "retired")]
)
def test_who_is_away_is_not_called_failing(differs: dict[str, Any], readiness: str) -> None:
    assert of(**LOW_RATE, **differs)[1]["readiness"] == readiness


def test_the_community_sets_the_rules() -> None:
    rules = Rules(record_days=200, reporting_rate=0.99, disagreement=0.001, silence_days=1, contacts=3)
    states, _ = of(rules, known_days=300)
    assert set(states.values()) == {"not met"}
