"""What was asked of an index and what it answered: as the store knows it, and what this collection adds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from generator.model import ANSWERS, ASKED
from generator.sources.index.aggregations import Found
from generator.sources.index.answers import Told
from generator.sources.index.slices import DAY, Key, Question, is_over, midnight
from generator.sources.rows import Row
from generator.tables import from_rows

if TYPE_CHECKING:
    from generator.sources import Context

_KEY = ["day", "query_hash"]
_LAST_S = (DAY - timedelta.resolution).total_seconds()


@dataclass
class Record:
    """One source's rows of `asked` and `answers`; those of now come by `take` and `fail`.

    `documents`: of each build just found a document a day, and its time. `rejected`: reasons by hash.
    """

    source: str
    now: datetime
    lag: timedelta
    asked_before: pd.DataFrame
    answers_before: pd.DataFrame
    documents: dict[str, list[tuple[float, Mapping[str, Any]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    rejected: dict[str, str] = field(default_factory=dict)
    _asked: list[Row] = field(default_factory=list)
    _answers: list[Row] = field(default_factory=list)

    @classmethod
    def of(cls, source: str, context: Context, lag: timedelta) -> Record:
        """What the store knows of the source."""
        asked, answers = (context.stored(name) for name in ("asked", "answers"))
        asked, answers = (frame[(frame["source"] == source).fillna(False)] for frame in (asked, answers))
        return cls(source, context.now, lag, asked, answers)

    def finished(self, builds_hash: str, stored: Collection[str], before: datetime | None) -> set[Key]:
        """What need not be asked again: of days whose builds were asked for as they are defined now.

        Otherwise the pattern may mean other indices. And who the builds are is asked again of days that have
        some, since `before`, which are not among the `stored`: the store has lost their rows.
        """
        keys = _keys(self.asked_before[self.asked_before["complete"].fillna(False)])
        days = {day for day, hash_ in _keys(self.asked_before) if hash_ == builds_hash}
        found = self.answers_before[(self.answers_before["query_hash"] == builds_hash).fillna(False)]
        lost = found[~found["build_uuid"].astype(object).isin(stored)]
        lost = lost if before is None else lost[lost["day"] >= before]
        return {key for key in keys if key[0] in days} - _keys(lost)

    def take(self, question: Question, told: Told) -> None:
        """Note what was answered."""
        for day, hash_ in question.pairs():
            reason = told.failed.get((day, hash_))
            self._ask(day, hash_, reason)
            for one in told.found.get((day, hash_), ()) if reason is None else ():
                self._answers.append(self._row(day, hash_, one))
                if one.document is not None:
                    self.documents[one.build_uuid].append((one.first, one.document))
        self.rejected |= told.rejected

    @property
    def answered(self) -> bool:
        """Whether anything was asked and answered wholly in this collection."""
        return any(row["reason"] is None for row in self._asked)

    def fail(self, question: Question, reason: str) -> None:
        """Note that days were not answered at all."""
        for day, hash_ in question.pairs():
            self._ask(day, hash_, reason)

    def _ask(self, day: date, hash_: str, reason: str | None) -> None:
        complete = reason is None and is_over(day, self.now, self.lag)
        row = {"query_hash": hash_, "complete": complete, "reason": reason, "asked": self.now}
        self._asked.append({"source": self.source, "day": midnight(day), **row})

    def _row(self, day: date, hash_: str, found: Found) -> Row:
        times = {"first": _moment(day, found.first), "last": _moment(day, found.last)}
        row = {"query_hash": hash_, "build_uuid": found.build_uuid, "lines": found.lines, **times}
        return {"source": self.source, "day": midnight(day), **row}

    @cached_property
    def asked_now(self) -> pd.DataFrame:
        """Rows of `asked` to be stored."""
        return from_rows(self._asked, ASKED)

    @cached_property
    def answers_now(self) -> pd.DataFrame:
        """Rows of `answers` to be stored."""
        return from_rows(self._answers, ANSWERS)

    @cached_property
    def answers(self) -> pd.DataFrame:
        """All answers: those of now replace those that the same question had before."""
        stays = self.answers_before[~_among(self.answers_before, self._answered_now)]
        return pd.concat([stays, self.answers_now], ignore_index=True)

    def changed(self) -> frozenset[str]:
        """The builds of which an answer of now is not what it was before."""
        before = self.answers_before[_among(self.answers_before, self._answered_now)]
        both = pd.concat([before, self.answers_now], ignore_index=True)
        return frozenset(both.drop_duplicates(keep=False)["build_uuid"])

    def whole(self) -> dict[date, frozenset[str]]:
        """By day the hashes of the queries to which the answer, that of now if there is one, is whole."""
        stays = self.asked_before[~_among(self.asked_before, _keys(self.asked_now))]
        found: dict[date, set[str]] = {}
        for frame in (stays, self.asked_now):
            for day in frame["day"]:
                found.setdefault(day.date(), set())
            for day, hash_ in _keys(frame[frame["reason"].isna()]):
                found[day].add(hash_)
        return {day: frozenset(hashes) for day, hashes in found.items()}

    def failed_days(self) -> frozenset[date]:
        """The days of which something was asked now and not answered wholly."""
        return frozenset(day for day, _ in _keys(self.asked_now[self.asked_now["reason"].notna()]))

    @cached_property
    def _answered_now(self) -> set[Key]:
        return _keys(self.asked_now[self.asked_now["reason"].isna()])


def _keys(frame: pd.DataFrame) -> set[Key]:
    return {(day.date(), hash_) for day, hash_ in zip(frame["day"], frame["query_hash"], strict=True)}


def _among(frame: pd.DataFrame, keys: Collection[Key]) -> pd.Series[bool]:
    mine = ((day.date(), hash_) in keys for day, hash_ in zip(frame["day"], frame["query_hash"], strict=True))
    return pd.Series(list(mine), index=frame.index, dtype=bool)


def _moment(day: date, milliseconds: float) -> datetime:
    """A time of the day; a document may have several, of other days or of none that a calendar has."""
    start = midnight(day).timestamp()
    return datetime.fromtimestamp(min(max(milliseconds / 1000, start), start + _LAST_S), UTC)
