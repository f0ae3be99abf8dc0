"""Collections of a Gerrit into a store."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from gerrit_server import NOW, Gerrit, account

from generator.gerrit_settings import GerritSettings
from generator.matching.tags import FileList
from generator.progress import Progress
from generator.roster.model import Roster, ThirdPartyCI
from generator.sources import Context, source
from generator.store.files import Store
from generator.tables import Tables

ZUUL = account("Zuul", 1)
VENDOR = account("Example Storage CI", 2)
ADA = account("Ada", 7)
PASSED = (
    "Patch Set 1: Verified+1\n\nBuild succeeded (check pipeline).\n\n"
    "- tox-py3.12 https://l.example.org/1 : SUCCESS in 1m 02s"
)
FAILED = PASSED.replace("succeeded", "failed").replace("SUCCESS", "FAILURE").replace("+1", "-1")


def roster(**entry: Any) -> Roster:
    """A roster of one CI, Example Storage's."""
    keys = {"id": "example", "name": "Example Storage CI", "account": ("example-storage-ci",)}
    return Roster((ThirdPartyCI(**keys | {"projects": ("example/nova",)} | entry),))


class Collector:
    """A store, and collections into it."""

    def __init__(self, state: Path, **settings: Any) -> None:
        self.store = Store(state)
        self.settings: dict[str, Any] = {"requests_per_s": 1000, "patience_s": 0, "timeout_s": 5} | settings

    @classmethod
    def of(cls, gerrit: Gerrit, state: Path, **settings: Any) -> Collector:
        """One that asks a Gerrit."""
        return cls(state, url=gerrit.url, server="review.example.org", **settings)

    def collect(
        self,
        now: datetime = NOW,
        cis: Roster | None = None,
        workers: int = 1,
        keep: Callable[[Tables], None] | None = None,
        **settings: Any,
    ) -> Tables:
        """A collection; what it answers is put into the store."""
        wanted = GerritSettings(**self.settings | settings)
        context = Context(
            (),
            FileList.load(None),
            now,
            Progress(0),
            stored=self.store.table,
            roster=cis,
            workers=workers,
            keep=keep,
        )
        found = source("gerrit").collect(wanted, context)
        self.store.add(found, now, wanted.name)
        return found

    def check(self, **settings: Any) -> str:
        """What `gatepost check` says."""
        return source("gerrit").check(GerritSettings(**self.settings | settings))

    def stored(self, name: str, *columns: str) -> list[tuple[Any, ...]]:
        """Rows of a table of the store, None for null."""
        return rows(self.store.table(name), *columns)


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of these columns, None for null."""
    listed = frame[list(columns)].astype(object)
    listed = listed.where(listed.notna(), None)
    return list(listed.itertuples(index=False, name=None))


def printed(folder: Path, *records: Any, name: str = "reviews.json") -> Path:
    """A file of such lines."""
    path = folder / name
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in records))
    return path


def at(hour: int, minute: int = 0, second: int = 0) -> int:
    """Seconds since 1970 of a time of the day."""
    return int(datetime(2026, 11, 20, hour, minute, second, tzinfo=UTC).timestamp())


def queried(number: int, *comments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A change as a query prints it, with one patch set."""
    return {
        "project": "example/nova",
        "branch": "master",
        "number": number,
        "subject": f"Change {number}",
        "owner": {"name": "Ada", "email": "ada@example.org", "username": "ada"},
        "url": f"https://review.example.org/c/example/nova/+/{number}",
        "createdOn": at(8),
        "lastUpdated": at(11),
        "open": True,
        "status": "NEW",
        "comments": list(comments),
        "patchSets": [{"number": 1, "createdOn": at(8), "kind": "REWORK"}],
    } | more


def commented(who: dict[str, Any], when: int, text: str) -> dict[str, Any]:
    """A comment as a query prints it."""
    return {
        "timestamp": when,
        "reviewer": {key: who[key] for key in ("name", "username", "email")},
        "message": text,
    }


def event(number: int, kind: str, when: int, **more: Any) -> dict[str, Any]:
    """An event of a stream."""
    change = {key: value for key, value in queried(number).items() if key not in ("comments", "patchSets")}
    told = {
        "type": kind,
        "eventCreatedOn": when,
        "change": change,
        "patchSet": {"number": 1, "createdOn": at(8)},
    }
    return told | more
