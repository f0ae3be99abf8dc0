"""What the store is told after a collection: builds that are new or changed, whole, and what was asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from heapq import nlargest
from operator import itemgetter
from typing import TYPE_CHECKING

import pandas as pd

from generator import words
from generator.errors import GatepostError
from generator.model import OTHER_BUILDS, TABLES
from generator.signatures.model import Signature
from generator.sources.index import excerpts
from generator.sources.index.asking import Index
from generator.sources.index.derive import Derived
from generator.sources.index.excerpts import Quote
from generator.sources.index.record import Record
from generator.sources.index.rows_of import hit_rows, row_of, shows_passed, told_columns
from generator.sources.index.runs import seen as run_reader
from generator.sources.metadata import Seen, field_names
from generator.sources.queries import query_rows, signature_rows
from generator.sources.rows import Origin, Row, odd_results, skipped_row
from generator.tables import Tables, from_rows

if TYPE_CHECKING:
    from generator.index_settings import IndexSettings
    from generator.sources import Context

_Key = tuple[str, str]  # build and query hash


@dataclass
class Emission:
    """All that is known after asking; `tables` makes rows of what the store does not know yet."""

    settings: IndexSettings
    index: Index
    context: Context
    origin: Origin
    used: Sequence[Signature]
    record: Record
    derived: Derived
    stored: pd.DataFrame

    def tables(self, days: Collection[date], skipped: Sequence[Row]) -> Tables:
        """The tables for the store; `days`: those that the index holds."""
        told = self._news(frozenset(days) - self.record.failed_days())
        self._recall(told)
        quotes, lines = self._fetched(days, told)
        told |= {uuid for uuid, _ in quotes} | {str(row["build_uuid"]) for row in lines}
        self._recall(told)
        builds = [self._row(uuid) for uuid in sorted(told)]
        odd = [row for build in builds for row in odd_results(self.origin, build, str(build["build_uuid"]))]
        rows = {
            "builds": builds,
            "hits": hit_rows(
                (h for h in self.derived.hits if h.build_uuid in told), {**self._quotes, **quotes}
            ),
            "failure_lines": [*self._lines_of(told), *lines],
            "skipped": [*skipped, *self._homeless(), *odd],
            "queries": self._query_rows(told),
            "signatures": signature_rows(self.used),
            "sources": self._sources(builds),
        }
        frames = {name: from_rows(some, TABLES[name]) for name, some in rows.items()}
        return Tables.of(**frames, asked=self.record.asked_now, answers=self.record.answers_now)

    def _recall(self, uuids: set[str]) -> None:
        """Get the rows that the store has of builds: all at once, as one by one takes many times as long."""
        self._recalled |= _rows(self.stored[self.stored.index.isin(uuids - self._recalled.keys())])

    def _news(self, askable: frozenset[date]) -> set[str]:
        """Builds to tell of; not those of which nothing is known any more, since the store lost its row."""
        known = {
            str(uuid): None if pd.isna(id_) else str(id_) for uuid, id_ in self.stored["query_set"].items()
        }
        found_now = set(self.record.answers_now["build_uuid"])
        found = self.derived.news(known, self.record.changed(), askable)
        return {uuid for uuid in found if self._is_kept(uuid) and (uuid in known or uuid in found_now)}

    def _is_kept(self, uuid: str) -> bool:
        """Whether it is not of a day that the store has forgotten."""
        return self.context.before is None or self.derived.ends[uuid] >= self.context.before

    def _fetched(self, days: Collection[date], told: Collection[str]) -> tuple[dict[_Key, Quote], list[Row]]:
        """Lines of hits and of unexplained failures; what is not answered is asked the next time."""
        queries = {signature.query_hash: signature.query for signature in self.used}
        missing = excerpts.unquoted(
            (hit for hit in self.derived.hits if self._is_kept(hit.build_uuid)),
            self.derived.ends,
            days,
            self._quotes,
            self.settings.excerpts,
        )
        unexplained = {uuid: self.derived.days[uuid] for uuid in self._unexplained(days, told)}
        try:
            fetched = excerpts.fetch(self.index, queries, missing, unexplained)
            return fetched.quotes, fetched.failure_lines
        except GatepostError as error:
            self.context.progress.note(f"{self.origin.source}: no excerpts: {error.message}")
            return {}, []

    def _unexplained(self, days: Collection[date], told: Collection[str]) -> list[str]:
        """The newest examined failures without a hit that have no failure lines yet."""
        if not self.settings.excerpts:
            return []
        ends, with_ = self.derived.ends, self.derived.with_
        explained = {hit.build_uuid for hit in self.derived.hits}
        failures = (
            uuid
            for uuid in ends
            if uuid not in explained and with_[uuid].id is not None and self._outcome(uuid, told) == "failure"
        )
        newest = nlargest(excerpts.UNEXPLAINED, failures, key=lambda uuid: (ends[uuid], uuid))
        have = set(self._stored_lines["build_uuid"])
        return [uuid for uuid in newest if uuid not in have and ends[uuid].date() in days]

    def _outcome(self, uuid: str, told: Collection[str]) -> str | None:
        if uuid in told:
            return str(self._row(uuid)["outcome"])
        return str(self.stored.at[uuid, "outcome"]) if uuid in self.stored.index else None

    def _row(self, uuid: str) -> Row:
        """A row of `builds`, from what was just told or from what the store has."""
        if uuid not in self._made:
            told = sorted(self.record.documents.get(uuid, ()), key=itemgetter(0))
            documents = [document for _, document in told]
            known: Mapping[str, object]
            if documents:
                known = told_columns(self.settings, self._reader, documents, uuid, self.derived.ends[uuid])
            elif uuid in self._recalled:
                known = self._recalled[uuid]
            else:
                known = {"end_time": self.derived.ends[uuid]}
            self._made[uuid] = row_of(self.origin, known, uuid, self.derived.with_[uuid])
        return self._made[uuid]

    def _lines_of(self, told: Collection[str]) -> list[Row]:
        """The failure lines that the store has of builds that are still unexplained."""
        explained = {hit.build_uuid for hit in self.derived.hits}
        rows = self._stored_lines.to_dict("records")
        kept = (row for row in rows if row["build_uuid"] in told and row["build_uuid"] not in explained)
        return [{str(name): value for name, value in row.items() if pd.notna(value)} for row in kept]

    def _homeless(self) -> list[Row]:
        if not self.derived.homeless:
            return []
        many = words.plural(len(self.derived.homeless), "build")
        detail = f"{many} that signatures match, and that the query for builds does not find"
        return [skipped_row(self.origin, ".", OTHER_BUILDS, detail)]

    def _query_rows(self, told: Iterable[str]) -> list[Row]:
        sets = {some.id: some for some in map(self.derived.with_.__getitem__, told)}
        return [row for some in sets.values() for row in query_rows(some.signatures)]

    def _sources(self, builds: Sequence[Row]) -> list[Row]:
        """A row for each CI whose builds the source has shown."""
        mine = self.stored[(self.stored["source"] == self.origin.source).fillna(False)]
        passed = shows_passed(self.settings, self.context.outcomes)
        if passed is None:
            outcomes = {*mine["outcome"], *(row["outcome"] for row in builds)}
            passed = "success" in outcomes
        row = {"source": self.origin.source, "kind": self.settings.type, "passed": passed}
        return [{**row, "ci": ci} for ci in sorted({*mine["ci"], *(str(row["ci"]) for row in builds)})]

    @cached_property
    def _made(self) -> dict[str, Row]:
        return {}

    @cached_property
    def _recalled(self) -> dict[str, Row]:
        return {}

    @cached_property
    def _reader(self) -> Seen:
        if self.settings.preset == "zuul":
            return run_reader(self.index)
        return Seen(field_names(self.settings.fields))

    @cached_property
    def _stored_lines(self) -> pd.DataFrame:
        return self.context.stored("failure_lines")

    @cached_property
    def _quotes(self) -> dict[_Key, Quote]:
        """The excerpts that the store has."""
        hits = self.context.stored("hits")
        have = hits[hits["excerpt"].notna()]
        files = have["file"].astype(object).where(have["file"].notna(), None)
        columns = (have["build_uuid"], have["query_hash"], have["excerpt"], files)
        return {(uuid, hash_): Quote(text, file) for uuid, hash_, text, file in zip(*columns, strict=True)}


def _rows(stored: pd.DataFrame) -> dict[str, Row]:
    """What the store knows of some builds, by uuid; without nulls."""
    rows: list[Row] = [{} for _ in stored.index]
    for name, column in stored.items():
        for row, value, is_known in zip(rows, column.tolist(), column.notna().tolist(), strict=True):
            if is_known:
                row[str(name)] = value
    return dict(zip(map(str, stored.index), rows, strict=True))
