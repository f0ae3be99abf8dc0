"""Small tables of code review for tests of the figures of third-party CIs."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pandas as pd

from generator.model import TABLES
from generator.roster import Roster, ThirdPartyCI
from generator.stats import Results, StatsSettings, compute
from generator.stats.third_party import base
from generator.tables import Tables, from_rows
from generator.third_party_settings import ThirdParty, ThirdPartySettings

#: The newest comment, unless a test writes a later one; collected an hour later.
UNTIL = pd.Timestamp("2026-11-20T22:00", tz="UTC")
NOW = UNTIL + pd.Timedelta(hours=2)
SERVER = "review.example.org"


def ci(id: str, **values: Any) -> ThirdPartyCI:
    """A CI of the roster whose account is its id, on openstack/cinder."""
    known: dict[str, Any] = {"name": id.title(), "account": (id,), "projects": ("openstack/cinder",)}
    return ThirdPartyCI(id=id, **{**known, **values})


class Reviews:
    """Collects rows; times are days before `UNTIL`."""

    def __init__(self, *cis: ThirdPartyCI, **settings: Any) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.settings = ThirdParty(Roster(cis), ThirdPartySettings(**{"deadline_hours": 24, **settings}))
        self._number = count(1)
        self._change = count(1000)

    def add(self, table: str, **values: Any) -> None:
        self.rows.setdefault(table, []).append({"source": "gerrit", "collected": NOW, **values})

    def change(self, *ages: float, **values: Any) -> int:
        """A change with a patch set of each age; its number."""
        known: dict[str, Any] = {
            "server": SERVER, "change": next(self._change), "project": "openstack/cinder",
            "branch": "master", "subject": "Say more", "owner": "o1", "status": "NEW", "current": len(ages),
            "whole": True,
        }  # fmt: skip
        patchset = {key: values.pop(key) for key in ("paths", "files", "kind") if key in values}
        row = {**known, **values}
        self.add("changes", **row)
        for number, age in enumerate(ages, 1):
            self.add(
                "patchsets", server=row["server"], change=row["change"], patchset=number,
                created=UNTIL - timedelta(days=age), **patchset,
            )  # fmt: skip
        return int(row["change"])

    def comment(
        self, account: str | None, change: int, age: float, outcome: str | None = "success", **v: Any
    ) -> str:
        """A comment with a result of an account on patch set 1, unless said; its identity."""
        name = f"c{next(self._number):06}"
        row = {
            "comment": name, "server": SERVER, "change": change, "patchset": 1, "account": account,
            "time": UNTIL - timedelta(days=age), "kind": "result", "outcome": outcome, "jobs": 1,
            "compliant": True, **v,
        }  # fmt: skip
        self.add("comments", **row)
        return name

    def record(self, account: str, age: float, successes: int = 100) -> None:
        """Successes of an account at an age, on changes of which nothing else is known."""
        for change in range(1, successes + 1):
            self.comment(account, change, age)

    def job(self, comment: str, job: str, result: str, outcome: str, **values: Any) -> None:
        """A result that a comment tells."""
        told = next(row for row in self.rows["comments"] if row["comment"] == comment)
        before = [row for row in self.rows.get("job_results", []) if row["comment"] == comment]
        self.add(
            "job_results", comment=comment, row=len(before) + 1, time=told["time"], job=job, result=result,
            outcome=outcome, voting=True, **values,
        )  # fmt: skip

    def tables(self) -> Tables:
        return Tables.of(**{
            name: from_rows([{k: v for k, v in r.items() if k in _columns(name)} for r in rows], TABLES[name])
            for name, rows in self.rows.items()
        })  # fmt: skip

    def base(self) -> base.Base:
        tables = self.tables()
        until = base.reviewed(tables, None)
        assert until is not None
        return base.make(tables, self.settings, until)

    def results(self, until: Any = None) -> Results:
        return compute(self.tables(), StatsSettings(third_party=self.settings), NOW, until)


def _columns(table: str) -> set[str]:
    return {column.name for column in TABLES[table]}
