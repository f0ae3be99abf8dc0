"""Signatures that are no longer looked for: what they were, since when, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from generator.signatures.model import Signature
from generator.text.records import Row, records

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Removed:
    """A signature as it was; `since` (UTC) builds are not examined with it. `refused`: its file is there.

    Until then it matched so many `builds`, from the day `first` to the day `last`; None: nobody noted it yet.
    """

    signature: Signature
    since: datetime
    refused: bool
    builds: int | None = None
    first: datetime | None = None
    last: datetime | None = None


def removed(
    kept: pd.DataFrame, present: Collection[str], files: Collection[str], now: datetime
) -> tuple[Removed, ...]:
    """Those of the store's `signatures` that are not among the ids `present`, by id.

    `files` are the ids of which there is a file, usable or not. What no collection has missed yet is
    removed `now`.
    """
    rows = [row for row in records(kept) if row["signature"] not in present]
    rows.sort(key=lambda row: str(row["signature"]))
    return tuple(_removed(row, row["signature"] in files, now) for row in rows)


def _removed(row: Row, refused: bool, now: datetime) -> Removed:
    return Removed(
        signature=_signature(row, refused),
        since=row["removed"] or now,
        refused=refused,
        builds=row["hit_builds"],
        first=row["hit_first"],
        last=row["hit_last"],
    )


def _signature(row: Row, refused: bool) -> Signature:
    day = row["resolved_at"]
    return Signature(
        id=row["signature"],
        query=row["query"] or "",
        path=(row["path"] or "") if refused else "",
        title=row["title"],
        bug=row["bug"],
        owner=row["owner"],
        suppress_graph=bool(row["suppress_graph"]),
        allow_nonvoting=bool(row["allow_nonvoting"]),
        resolved_at=day.date() if day is not None else None,
    )
