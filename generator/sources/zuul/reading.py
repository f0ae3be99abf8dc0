"""Reads builds or buildsets back to what the store has already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from generator.matching.records import text
from generator.matching.small_files import UnusableError
from generator.model import TABLES, Schema
from generator.sources.rows import Origin, Row, build_row, buildset_row, odd_results, skipped_row
from generator.sources.web_client import UnansweredError
from generator.sources.zuul import shapes
from generator.sources.zuul.paging import Record, pages, records
from generator.sources.zuul.shapes import Told
from generator.tables import empty, from_rows

if TYPE_CHECKING:
    from generator.sources.zuul.api import Api, Params

#: So long after it began a build may end, and so far from its place by time may it be in the list.
LONGEST = timedelta(hours=12)
#: A row may become visible after one with a higher number, which another scheduler wrote.
_OVERLAP = 100


class Cursor(NamedTuple):
    """How far was read: up to a number, or where Zuul has none, all that began before `reached`; and when."""

    upto: int | None
    reached: datetime | None
    collected: datetime


class Kind(NamedTuple):
    """What is listed: its path, which is the name of its table too, and how a record becomes a row."""

    name: str
    tell: Callable[[Record, str], Told]
    row: Callable[[Origin, Told], Row]

    @property
    def schema(self) -> Schema:
        """Of its table."""
        return TABLES[self.name]


def _build(origin: Origin, told: Told) -> Row:
    return build_row(origin, told.columns, told.uuid, examined=False, known=True)


def _buildset(origin: Origin, told: Told) -> Row:
    return buildset_row(origin, told.columns)


BUILDS = Kind("builds", shapes.build, _build)
BUILDSETS = Kind("buildsets", shapes.buildset, _buildset)


@dataclass
class Reading:
    """The records of one kind that are new or have ended.

    `since`: what ended before is left out. `known`: of what the store has, whether it has ended. `related`:
    what surely is not old, although nothing tells when it began.
    """

    api: Api
    kind: Kind
    origin: Origin
    since: datetime
    cursor: Cursor | None
    known: Mapping[str, bool]
    related: Collection[str] = frozenset()
    frames: list[pd.DataFrame] = field(default_factory=list)
    skipped: list[Row] = field(default_factory=list)
    manifests: dict[str, str] = field(default_factory=dict)
    #: All that began after this were received, if there was a `problem`.
    whole_after: datetime | None = None
    problem: UnansweredError | None = None
    _newest: int | None = None
    _reached: datetime | None = None
    _seen: set[str] = field(default_factory=set)

    def read(self, params: Params) -> None:
        """Take all pages; where they break off, `problem` says why, and what came before is kept."""
        try:
            self._pages(params, self._floor())
            if not self._seen and self.cursor:  # its last row is gone: is this still the same database?
                self._pages(params, None)
        except UnansweredError as error:
            self.problem = error

    def ask(self, params: list[tuple[str, str]]) -> None:
        """Take those that the parameters name; if that fails, `problem` says why."""
        if self.problem is None:
            try:
                limit = ("limit", str(len(params)))
                self.take(records(self.api, self.api.get(self.kind.name, (*params, limit))))
            except UnansweredError as error:
                self.problem = error

    def take(self, page: list[Record]) -> list[Told]:
        """Take some records; those that are usable."""
        told = [one for record in page if (one := self._told(record)) is not None]
        rows = [self.kind.row(self.origin, one) for one in told if self._wanted(one)]
        self._seen |= {one.uuid for one in told}
        self.manifests |= {one.uuid: one.manifest for one in told if one.manifest}
        if rows:
            self.frames.append(from_rows(rows, self.kind.schema))
        if self.kind is BUILDS:
            self.skipped += [skip for row in rows for skip in odd_results(self.origin, row, self.kind.name)]
        return told

    @property
    def frame(self) -> pd.DataFrame:
        """What was received that the store does not have."""
        return pd.concat(self.frames, ignore_index=True) if self.frames else empty(self.kind.schema)

    @property
    def received(self) -> frozenset[str]:
        """The identity of all that came, wanted or not."""
        return frozenset(self._seen)

    def reached(self) -> Cursor:
        """How far it is read now."""
        before = self.cursor or Cursor(None, None, self.origin.now)
        return Cursor(self._newest or before.upto, self._reached or before.reached, self.origin.now)

    def _floor(self) -> int | None:
        upto = self.cursor.upto if self.cursor else None
        return None if upto is None else max(upto + 1 - _OVERLAP, 1)

    def _pages(self, params: Params, floor: int | None) -> None:
        for page in pages(self.api, self.kind.name, params, floor):
            before = len(self._seen)
            told = self.take(page)
            numbers = [one.number for one in told if one.number is not None]
            if not numbers and len(self._seen) == before:
                raise self.api.odd("pays no heed to skip")
            self._note(told, numbers)
            if self._is_old(told):
                return

    def _note(self, told: list[Told], numbers: list[int]) -> None:
        times = [one.began for one in told if one.began is not None]
        self._newest = max([*numbers, *([self._newest] if self._newest else [])], default=None)
        self._reached = max([*times, *([self._reached] if self._reached else [])], default=None)
        self.whole_after = max(times, default=self.whole_after)

    def _is_old(self, told: list[Told]) -> bool:
        """Whether none of a page is new, nor will be one that comes after it."""
        if all(self._began_before(one, self.since - LONGEST) for one in told):
            return True
        cursor = self.cursor
        if cursor is None or cursor.upto is not None or cursor.reached is None:
            return False
        then = cursor.reached + timedelta.resolution
        return all(self.known.get(one.uuid) and self._began_before(one, then) for one in told)

    def _began_before(self, one: Told, moment: datetime) -> bool:
        if one.began is not None:
            return one.began < moment
        # what nothing is known of may as well be newer than all that is related, until that comes
        met = not self.related or not self._seen.isdisjoint(self.related)
        return met and one.uuid not in self.related

    def _told(self, record: Record) -> Told | None:
        try:
            return self.kind.tell(record, self.api.tenant)
        except UnusableError as error:
            path = f"{self.kind.name}/{text(record.get('uuid')) or text(record.get('_id')) or '?'}"
            self.skipped.append(skipped_row(self.origin, path, "broken record", error.detail))
            return None

    def _wanted(self, one: Told) -> bool:
        """Whether it tells something new."""
        if one.uuid in self._seen or (one.ended or one.began or self.since) < self.since:
            return False
        return one.uuid not in self.known or (
            not self.known[one.uuid] and one.columns.get("result") is not None
        )
