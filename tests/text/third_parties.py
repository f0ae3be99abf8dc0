"""Third-party CIs as those of the story: silent, broken, with votes to lift, at risk, ready, faultless."""

from __future__ import annotations

from typing import Any

import made_third_party as made
import pandas as pd


def ci(name: str, **values: Any) -> dict[str, Any]:
    """A row of `third_party`: one that reports well, unless said otherwise."""
    return made.ci(name.lower().replace(" ", "-"), name=name, **values)


def story() -> dict[str, list[dict[str, Any]]]:
    """The rows of both tables."""
    october = pd.Timestamp("2026-10-06T14:20Z")
    away = {"rules_met": 3, "readiness": "not all met"}
    rows = [
        ci("Brightwater NFS CI", **made.silent(silent_since=october), advice="at risk"),
        ci("Ferrous Power CI", **away, broken=True, streak=9, streak_changes=7, streak_owners=4,
           streak_since=pd.Timestamp("2026-11-16T05:00Z")),
        ci("Halden NVMe CI", standing=4),
        ci("Larkfield Storage CI", voting=False, advice="ready"),
        ci("Meridian SAN CI", **away, advice="at risk"),
        ci("Quayside SDN CI"),
        ci("Old CI", readiness="retired", silent=True, standing=3, retired=october),
    ]  # fmt: skip
    larkfield, meridian = "larkfield-storage-ci", "meridian-san-ci"
    good, bad = ({"k": k, "n": 118, "value": k / 118} for k in (116, 83))
    rules = [
        made.rule("brightwater-nfs-ci", "silence", "not met", value=45.3),
        made.rule(larkfield, "record", value=120),
        made.rule(larkfield, "reporting_rate", **good, low=0.94, high=0.995),
        made.rule(larkfield, "contacts", value=3),
        made.rule(meridian, "record", value=120),
        made.rule(meridian, "reporting_rate", "not met", **bad, low=0.616, high=0.778),
    ]
    return {"third_party": rows, "third_party_rules": rules}
