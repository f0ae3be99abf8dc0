"""Third-party CIs made by hand: rows of their tables as the statistics would give them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import made_results as made
import pandas as pd

from generator.roster import Contact, Pause, Roster, ThirdPartyCI
from generator.stats.results import Results
from generator.third_party_settings import ThirdParty, ThirdPartySettings

UNTIL = made.UNTIL
SERVER = "review.example.org"
DAY = pd.Timedelta(days=1)


def at(days_ago: float) -> pd.Timestamp:
    """So many days before the end of the windows."""
    return UNTIL - days_ago * DAY


def ci(id: str, **more: Any) -> dict[str, Any]:
    """A row of `third_party`: a CI that works, but for what is given."""
    row = {
        "ci": id,
        "name": f"{id.title()} CI",
        "owner": f"{id.title()} Inc.",
        "projects": "openstack/cinder",
        "voting": True,
        "last_seen": at(0.1),
        "last_result": at(0.1),
        "last_success": at(0.2),
        "expected": 118,
        "reported": 116,
        "response_median_s": 5000.0,
        "response_p90_s": 10000.0,
        "response_over_s": 2e6,
        "response_n": 118,
        "response_censored": 2,
        "success": 110,
        "failure": 8,
        "comments": 118,
        "disagree_k": 1,
        "disagree_n": 113,
        "contacts": 3,
        "confirmed": at(10),
        "least_s": 1.5 * 86400,
        "rules_met": 5,
        "rules_judged": 5,
        "rules": 5,
        "readiness": "all met",
        **more,
    }
    for k, n, prefix in (("reported", "expected", ""), ("disagree_k", "disagree_n", "disagree_")):
        if row[n]:
            rate = row[k] / row[n]
            found = {"rate": rate, "low": max(rate - 0.05, 0.0), "high": min(rate + 0.05, 1.0)}
            row = {**{prefix + name: value for name, value in found.items()}, **row}
    return row


def rule(ci: str, name: str, state: str = "met", **more: Any) -> dict[str, Any]:
    """A row of `third_party_rules`."""
    asked = {"record": 28, "reporting_rate": 0.9, "disagreement": 0.05, "silence": 14, "contacts": 2}[name]
    return {"ci": ci, "rule": name, "state": state, "asked": asked, "value": asked, **more}


def rules(row: dict[str, Any], **changed: dict[str, Any]) -> list[dict[str, Any]]:
    """The five rules of a CI, met, but for what is given by name."""
    known: dict[str, dict[str, Any]] = {
        "record": {"value": 300},
        "reporting_rate": {"k": row["reported"], "n": row["expected"], "value": row.get("rate")},
        "disagreement": {"k": row["disagree_k"], "n": row["disagree_n"], "value": row.get("disagree_rate")},
        "silence": {"value": 1.5},
        "contacts": {"value": row["contacts"]},
    }
    return [rule(row["ci"], name, **{**found, **changed.get(name, {})}) for name, found in known.items()]


def silent(**more: Any) -> dict[str, Any]:
    """What makes a CI silent for 45 days."""
    return {
        "last_seen": at(45),
        "last_result": at(45),
        "last_success": at(48),
        "reported": 0,
        "silent": True,
        "silent_since": at(45),
        "missed": 186,
        "silence_missed": 186,
        "silence_s": 45 * 86400.0,
        "silence_start": at(45),
        "silence_open": True,
        "response_median_s": None,
        "response_p90_s": None,
        "response_censored": 118,
        "disagree_k": 0,
        "disagree_n": 0,
        "readiness": "not all met",
        "rules_met": 2,
        "rules_judged": 4,
        **more,
    }


def broken(**more: Any) -> dict[str, Any]:
    """What makes a CI fail on every patch set for four days."""
    return {
        "broken": True,
        "streak": 14,
        "streak_changes": 9,
        "streak_owners": 7,
        "streak_since": at(4),
        "last_success": at(4.2),
        **more,
    }


def community() -> dict[str, list[dict[str, Any]]]:
    """The tables of a community like that of the mock: each way in which a CI can be odd, once."""
    quiet = ci("brightwater", projects="openstack/cinder, openstack/manila", **silent())
    failing = ci(
        "ferrous", projects="openstack/nova", expected=186, reported=171, disagree_k=14, disagree_n=163,
        readiness="not all met", rules_met=4, advice="at risk", **broken(),
    )  # fmt: skip
    votes = ci("halden", standing=4, silence_missed=27, silence_s=6.2 * 86400)
    slow = ci(
        "meridian", reported=83, response_median_s=11.8 * 3600, response_p90_s=None,
        response_over_s=48 * 3600.0,
        contacts=1, readiness="not all met", rules_met=3, response_censored=35,
    )  # fmt: skip
    rare = ci(
        "osprey", expected=8, reported=7, disagree_k=0, disagree_n=7, readiness="not judged", rules_met=2,
        rules_judged=2, least_s=None, silence_missed=1, silence_s=3 * 86400.0, response_n=8,
    )  # fmt: skip
    new = ci("quayside", voting=False, advice="ready")
    resting = ci(
        "tarn", paused=True, pause_end=at(-5), pause_reason="the lab moves", readiness="paused", contacts=0
    )
    gone = ci("umber", retired=at(100), readiness="retired", expected=0, reported=0)
    every = [quiet, failing, votes, ci("larkfield"), slow, rare, new, resting, gone]
    low = {"state": "not judged", "why": "fewer than 10 expected patch sets in 28 d"}
    found = [
        *rules(
            quiet,
            reporting_rate={"state": "not met"},
            disagreement={"state": "not judged", "value": None, "why": "fewer than 10 verdicts to compare"},
            silence={"state": "not met", "value": 45},
        ),
        *rules(failing, disagreement={"state": "not met", "low": 0.052, "high": 0.139}),
        *rules(slow, reporting_rate={"state": "not met"}, contacts={"state": "not met", "value": 1}),
        *rules(rare, reporting_rate=low, disagreement=low, silence={**low, "value": None}),
        *(one for row in (votes, every[3], new, resting) for one in rules(row)),
    ]
    return {
        "third_party": every,
        "third_party_rules": found,
        "third_party_weeks": _weeks(),
        "third_party_days": [day for row in every[:5] for day in _days(row["ci"], row is quiet)],
        "third_party_jobs": _jobs(),
        "third_party_response": _response(),
        "third_party_disagreements": _disagreements(),
        "third_party_standing": _standing(),
        "third_party_silences": [
            {"ci": "brightwater", "start": at(45), "missed": 186, "open": True},
            {"ci": "brightwater", "start": at(130), "end": at(128), "missed": 9},
            {"ci": "halden", "start": at(78.2), "end": at(72), "missed": 27},
            {"ci": "halden", "start": at(20), "end": at(19.9), "missed": 1},
        ],
        "third_party_unknown": [
            {
                "server": SERVER, "account": "nobody-ci", "name": "Nobody's CI", "comments": 31,
                "results": 30, "first": at(60), "last": at(2), "projects": "openstack/cinder",
            }
        ],
        "third_party_unread": [
            {
                "ci": "larkfield", "account": "larkfield-ci", "count": 3, "text": "Hardware is on holiday",
                "server": SERVER, "change": 1042, "patchset": 2, "time": at(3),
            },
            {
                "ci": None, "account": "nobody-ci", "count": 1, "text": "hello", "server": SERVER,
                "change": 1040, "patchset": 1, "time": at(9),
            },
        ],
    }  # fmt: skip


_STATES = {
    "brightwater": ["good"] * 13 + ["partial"] * 4 + ["low"] * 2 + ["silent"] * 7,
    "halden": ["good"] * 14 + ["partial"] * 2 + ["silent"] + ["good"] * 9,
    "meridian": ["good"] * 8 + ["partial"] * 14 + ["low"] * 4,
    "osprey": ["nothing"] * 6 + ["good"] * 2 + ["nothing"] * 9 + ["good"] * 4 + ["nothing"] * 5,
    "tarn": ["silent"] * 3 + ["low"] * 4 + ["good"] * 17 + ["paused"] * 2,
}


def _weeks() -> list[dict[str, Any]]:
    names = ("brightwater", "ferrous", "halden", "larkfield", "meridian", "osprey", "quayside", "tarn")
    return [
        {"ci": name, "start": UNTIL - 7 * (26 - i) * DAY, "expected": 20, "state": state}
        for name in names
        for i, state in enumerate(_STATES.get(name, ["good"] * 26))
    ]


def _days(id: str, quiet: bool) -> list[dict[str, Any]]:
    midnight = UNTIL.normalize()
    return [
        {
            "ci": id,
            "day": midnight - i * DAY,
            "success": (i * 7) % 5 + 2,
            "failure": i % 3,
            "infra": int(i % 11 == 0),
            "unread": int(i % 17 == 0),
            "expected": 6,
            "reported": 5,
            "response_median_s": 3600.0 + 60 * ((i * 37) % 90),
        }
        for i in range(45 if quiet else 0, 180)
        if i % 7 < 5
    ]


def _jobs() -> list[dict[str, Any]]:
    return [
        {"ci": id, "job": job, "success": 90, "failure": 7, "infra": 2, "last": at(0.1)}
        for id in ("ferrous", "larkfield")
        for job in ("dsvm-tempest-full", "dsvm-tempest-iscsi")
    ]


def _response() -> list[dict[str, Any]]:
    return [
        {
            "ci": id,
            "seconds": 900.0 * i,
            "share": min(0.03 * i, 0.92),
            "low": max(0.03 * i - 0.06, 0.0) if i < 30 else 0.86,
            "high": min(0.03 * i + 0.06, 0.97),
        }
        for id in ("ferrous", "halden", "larkfield", "meridian")
        for i in range(1, 60)
    ]


def _disagreements() -> list[dict[str, Any]]:
    return [
        {
            "ci": "ferrous", "kind": kind, "server": SERVER, "change": 1000 + i, "patchset": 1 + i % 3,
            "project": "openstack/nova", "subject": f"Make volumes attach faster, part {i}",
            "time": at(i / 3), "jobs": "dsvm-tempest-full",
        }
        for kind, n in (("failed", 14), ("passed", 2))
        for i in range(n)
    ]  # fmt: skip


def _standing() -> list[dict[str, Any]]:
    return [
        {
            "ci": "halden", "server": SERVER, "change": 990 + i, "patchset": 2, "project": "openstack/cinder",
            "subject": f"Fix the iSCSI driver, part {i}", "label": "Verified", "value": -1,
            "time": at(12 + i), "recovered": at(9),
        }
        for i in range(4)
    ]  # fmt: skip


def entries() -> tuple[ThirdPartyCI, ...]:
    """What the roster says of these CIs."""
    contacts = (
        Contact("A. Person", "chat: aperson", date(2026, 11, 10)),
        Contact("B. Person", None, date(2026, 9, 1)),
    )
    return tuple(
        ThirdPartyCI(
            row["ci"],
            row["name"],
            (f"{row['ci']}-ci",),
            ("openstack/cinder",),
            contacts=contacts,
            pauses=(Pause(date(2026, 8, 3), date(2026, 8, 14), "vacation"),),
        )
        for row in community()["third_party"]
    )


def third_party(**more: Any) -> ThirdParty:
    """The roster and the settings."""
    meeting = "the storage team meets on Wednesdays at 14:00 UTC"
    asked = ThirdPartySettings(roster=Path("thirdparty.yaml"), deadline_hours=24, meeting=meeting)
    return ThirdParty(Roster(entries()), asked.model_copy(update=more))


def results(**tables: list[dict[str, Any]]) -> Results:
    """Results with that community, and what is given in the place of its tables."""
    found = made.facts(reviewed=UNTIL + timedelta(0))
    return made.results(found, **{**made.week(), **community(), **tables})
