"""Third-party CIs as those of the story: silent, broken, with votes to lift, at risk, ready, faultless."""

from __future__ import annotations

from typing import Any

import made_results as made
import pandas as pd

_NOW = made.UNTIL


def ci(name: str, **values: Any) -> dict[str, Any]:
    """A row of `third_party`: one that reports well, unless said otherwise."""
    usual = {
        "ci": name.lower().replace(" ", "-"), "name": name, "projects": "cinder", "voting": True,
        "last_seen": _NOW, "last_success": _NOW, "last_result": _NOW, "expected": 118, "reported": 116,
        "rate": 116 / 118, "low": 0.94, "high": 0.995, "contacts": 2, "rules_met": 5, "rules_judged": 5,
        "rules": 5, "readiness": "all met",
    }  # fmt: skip
    return {**usual, **values}


def rule(ci: str, rule: str, value: float, asked: float, state: str = "met", **values: Any) -> dict[str, Any]:
    """A row of `third_party_rules`."""
    return {"ci": ci, "rule": rule, "state": state, "value": value, "asked": asked, **values}


def story() -> dict[str, list[dict[str, Any]]]:
    """The rows of both tables."""
    october = pd.Timestamp("2026-10-06T14:20Z")
    away = {"rules_met": 3, "readiness": "not all met"}
    rows = [
        ci("Brightwater NFS CI", **away, expected=118, reported=0, rate=0.0, silent=True, missed=186,
           silent_since=october, silence_s=45.3 * 86400, silence_open=True, advice="at risk"),
        ci("Ferrous Power CI", **away, broken=True, streak=9, streak_changes=7, streak_owners=4,
           streak_since=pd.Timestamp("2026-11-16T05:00Z")),
        ci("Halden NVMe CI", standing=4),
        ci("Larkfield Storage CI", voting=False, advice="ready"),
        ci("Meridian SAN CI", **away, advice="at risk"),
        ci("Quayside SDN CI"),
        ci("Old CI", readiness="retired", silent=True, standing=3, retired=october),
    ]  # fmt: skip
    counted = {"k": 83, "n": 118, "low": 0.616, "high": 0.778}
    rules = [
        rule("brightwater-nfs-ci", "silence", 45.3, 14, "not met"),
        rule("larkfield-storage-ci", "record", 120, 28),
        rule("larkfield-storage-ci", "reporting_rate", 116 / 118, 0.9, k=116, n=118, low=0.94, high=0.995),
        rule("larkfield-storage-ci", "contacts", 3, 2),
        rule("meridian-san-ci", "record", 120, 28),
        rule("meridian-san-ci", "reporting_rate", 83 / 118, 0.9, "not met", **counted),
    ]
    return {"third_party": rows, "third_party_rules": rules}
