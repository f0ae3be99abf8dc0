"""What the store remembers of a Zuul: how far it was read, what was taken, and what was running then."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from generator.model import CURSORS, STORE
from generator.sources.rows import Origin, Row, skipped_row
from generator.sources.zuul.reading import LONGEST, Cursor, Kind, Reading
from generator.tables import from_rows

if TYPE_CHECKING:
    from generator.sources import Context
    from generator.sources.zuul.api import Api

#: What has no result so long after it began will not get one: Zuul was restarted meanwhile.
GIVEN_UP = timedelta(days=7)
_BATCH = 100
_IDENTITY = {"builds": "build_uuid", "buildsets": "buildset"}
#: The folder of the store with their days.
_PLACES = {"builds": "days", "buildsets": "buildsets"}


@dataclass(frozen=True)
class Memory:
    """Of one kind: `running` and `lost` are without a result, `lost` for too long."""

    cursor: Cursor | None
    known: dict[str, bool]
    running: dict[str, datetime]
    lost: dict[str, datetime]


def scope(api: Api) -> str:
    """A hash of what is asked for; a cursor of another scope says nothing."""
    # the state is published, and the address of a Zuul that is not public is nobody's business
    asked = " ".join([api.settings.url, api.tenant, *sorted(api.settings.pipelines)])
    return hashlib.sha256(asked.encode()).hexdigest()[:12]


def recall(kind: Kind, api: Api, context: Context, since: datetime) -> Memory:
    """What the store has of one kind; `since` is how far back a first collection goes."""
    cursor = _cursor(context.stored("cursors"), kind, api)
    if cursor and _has_lost(context.stored("skipped"), kind, since, cursor.collected):
        cursor = None
    # what is listed anew because of its number, or may still be running, is not older
    first = min(cursor.collected - 2 * LONGEST if cursor else since, context.now - GIVEN_UP - 2 * LONGEST)
    stored = context.stored(kind.name, first.date())
    mine = stored["source"] == api.settings.name
    if kind.name == "builds":  # of what another source has examined the store keeps that one's name
        mine |= stored["examined"] & stored["duration_s"].notna()
    stored = stored[mine.fillna(False).astype(bool)]
    identity, ended = stored[_IDENTITY[kind.name]], stored["result"].notna()
    known = dict(zip(identity, ended.astype(bool), strict=True))
    open_ = {one: _began(row) for one, row in zip(identity[~ended], _rows(stored[~ended]), strict=True)}
    lost = {one: at for one, at in open_.items() if at < context.now - GIVEN_UP}
    return Memory(cursor, known, {one: at for one, at in open_.items() if one not in lost}, lost)


def look_again(reading: Reading, running: Iterable[str]) -> None:
    """Ask for those that were running and did not come anyway."""
    wanted = sorted(set(running) - reading.received)
    for start in range(0, len(wanted), _BATCH):
        reading.ask([("uuid", one) for one in wanted[start : start + _BATCH]])


def lost_rows(origin: Origin, kind: Kind, lost: dict[str, datetime]) -> list[Row]:
    """Rows of `skipped` for what never ended."""
    what = "build" if kind.name == "builds" else "set of builds"
    detail = f"no result {GIVEN_UP.days} d after it began: the {what} is not looked at any more"
    return [
        skipped_row(origin, f"{kind.name}/{one}", "never ended", detail, one if what == "build" else None)
        for one in sorted(lost)
    ]


def cursors(api: Api, reached: dict[str, Cursor]) -> pd.DataFrame:
    """Rows of `cursors` by kind."""
    told = {"source": api.settings.name, "tenant": api.tenant, "scope": scope(api)}
    return from_rows(
        [{**told, "kind": kind, **cursor._asdict()} for kind, cursor in reached.items()], CURSORS
    )


def _cursor(stored: pd.DataFrame, kind: Kind, api: Api) -> Cursor | None:
    mine = (stored["source"] == api.settings.name) & (stored["kind"] == kind.name)
    found = stored[(mine & (stored["scope"] == scope(api))).fillna(False).astype(bool)]
    for row in _rows(found):
        upto = None if pd.isna(row["upto"]) else int(row["upto"])
        reached = None if pd.isna(row["reached"]) else row["reached"].to_pydatetime()
        return Cursor(upto, reached, row["collected"].to_pydatetime())
    return None


def _has_lost(skipped: pd.DataFrame, kind: Kind, since: datetime, read: datetime) -> bool:
    """Whether damage, noticed by the last collection or later, cost a day that Zuul may still tell."""
    seen = skipped[((skipped["source"] == STORE) & (skipped["collected"] >= read)).fillna(False).astype(bool)]
    parts = [str(path).split("/") for path in seen["path"]]
    return any(
        len(part) > 2 and part[0] == _PLACES[kind.name] and part[1] >= f"{since:%Y-%m-%d}" for part in parts
    )


def _began(row: dict[str, Any]) -> datetime:
    at: pd.Timestamp = row["collected"] if pd.isna(row["start_time"]) else row["start_time"]
    return at.to_pydatetime()


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False, name=None)]
