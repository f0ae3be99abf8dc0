"""What changed in a Gerrit since it was asked last, by its REST API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pandas as pd

from generator import words
from generator.model import OF_REVIEWS, PARTLY
from generator.sources.gerrit.client import Client
from generator.sources.gerrit.frames import Portions
from generator.sources.gerrit.paging import moment, pages
from generator.sources.gerrit.rest_shape import FILES, OPTIONS, change
from generator.sources.gerrit.rows import Recorder, Scope
from generator.sources.gerrit.scope import fingerprint, queries, scope_of
from generator.sources.gerrit.told import UNDATED, BrokenError, stamp
from generator.sources.rows import Row
from generator.sources.web_client import UnansweredError

if TYPE_CHECKING:
    from generator.gerrit_settings import GerritSettings
    from generator.sources import Context
    from generator.sources.gerrit.paging import Record
    from generator.tables import Tables

#: An index of changes may lag behind them, so that one appears after others that changed later.
OVERLAP = timedelta(hours=1)


def collect(settings: GerritSettings, context: Context) -> Tables:
    """Changes that are new or have changed, with what CIs said of them.

    What breaks off is kept as far as it came, and read again by the next collection; GatepostError if nothing
    came at all.
    """
    scope = scope_of(settings, context)
    reading = _Reading(settings, context, scope, server_of(settings))
    with Client(settings) as client, context.progress.task(f"Asking {settings.name} for changes") as task:
        try:
            for count in reading.read(client):
                task.advance(count)
        except UnansweredError as error:
            if not reading.known:
                raise
            reading.problem = error
        context.progress.detail(f"{settings.name}: {words.plural(client.requests, 'request')}")
    if reading.problem is not None:
        context.progress.note(
            f"{settings.name}: changes {PARTLY}, to be asked for again: {reading.problem.reason}"
        )
    return reading.portions.rest(list(reading.skipped()), list(reading.cursor()))


def server_of(settings: GerritSettings) -> str:
    """The host name under which the changes of a Gerrit are known."""
    return settings.server or urlsplit(settings.url or "").hostname or ""


class _Reading:
    """One collection; `problem` says why it broke off, `known` are the changes that came."""

    def __init__(self, settings: GerritSettings, context: Context, scope: Scope, server: str) -> None:
        self.portions = Portions(settings.name, context)
        self.problem: UnansweredError | None = None
        self.known: set[int] = set()
        self._settings, self._context, self._scope, self._server = settings, context, scope, server
        self._recorder = Recorder(scope)
        self._broken: Counter[str] = Counter()
        self._mark = fingerprint(settings, scope)
        self._before = _reached(context.stored("cursors"), settings.name, self._mark)
        self._reached = self._before
        self._stored = self._stored_changes() if self._before is not None else frozenset()

    def read(self, client: Client) -> Iterator[int]:
        """Take all pages; the number of changes of each."""
        options = (*OPTIONS, FILES) if self._scope.roster is not None else OPTIONS
        for number, query in enumerate(queries(self._scope)):
            newest = self._before
            for page in pages(client, query, options, moment(_micros(self._since()))):
                taken = [at for one in page if (at := self._take(one)) is not None]
                newest = max([*taken, *filter(None, [newest])], default=None)
                self.portions.add(self._recorder.columns())
                yield len(page)
            if number == 0:  # of those that are asked for later something may have changed since
                self._reached = newest

    def cursor(self) -> Iterator[Row]:
        """How far it is read now, never to a day to come; nothing if it broke off."""
        if self.problem is None and self._reached is not None:
            reached = min(self._reached, _micros(self._context.now))
            yield {
                "source": self._settings.name,
                "kind": OF_REVIEWS,
                "scope": self._mark,
                "reached": _EPOCH + timedelta(microseconds=reached),
                "collected": self._context.now,
            }

    def skipped(self) -> Iterator[Row]:
        """What could not be used."""
        for why, count in sorted((+self._broken).items()):
            detail = f"{words.plural(count, 'record')}: {why}"
            yield self.portions.skipped(OF_REVIEWS, "broken record", detail)
        if self.problem is not None:
            yield self.portions.skipped(OF_REVIEWS, PARTLY, self.problem.reason)

    def _take(self, record: Record) -> int | None:
        """Take one change; when it was updated."""
        try:
            told = change(record, self._server)
        except BrokenError as error:
            self._broken[str(error)] += 1
            return stamp(record.get("updated"))
        self._broken[UNDATED] += told.undated
        old = told.number in self._stored and self._before is not None
        self._recorder.take(told, _micros(self._since()) if old else None)
        self.known.add(told.number)
        return told.updated

    def _since(self) -> datetime:
        first = self._context.now - timedelta(days=self._settings.days)
        return first if self._before is None else _EPOCH + timedelta(microseconds=self._before) - OVERLAP

    def _stored_changes(self) -> frozenset[int]:
        changes = self._context.stored("changes")
        mine = (changes["source"] == self._settings.name) & (changes["server"] == self._server)
        return frozenset(changes.loc[mine.fillna(False).astype(bool), "change"].tolist())


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _reached(cursors: pd.DataFrame, source: str, mark: str) -> int | None:
    """How far this source was read with these questions, as microseconds since 1970."""
    mine = (cursors["source"] == source) & (cursors["kind"] == OF_REVIEWS) & (cursors["scope"] == mark)
    found: Any = cursors.loc[mine.fillna(False).astype(bool), "reached"].dropna()
    return _micros(found.iloc[0].to_pydatetime()) if len(found) else None
