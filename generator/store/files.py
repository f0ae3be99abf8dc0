"""The store: a folder of Parquet files, one set a day, plus monthly rollups that are never thrown away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from generator.model import TABLES, Schema
from generator.store import change, manifest, merge, prune, rollups
from generator.store.days import BY_DAY, WHOLE
from generator.store.reading import Reader
from generator.store.transaction import writing
from generator.tables import Tables, arrow_schema, from_arrow

HISTORY = {"history_builds", "history_hits"}
_READS = 3


class Store:
    """The state of a community in a folder, which is made when something is first added.

    One process writes at a time, any number may read. A change counts when the manifest is replaced:
    a crash before that leaves the state as it was.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, tables: Tables, now: datetime, source: str | None = None) -> None:
        """Merge a collection of `source` made at `now` (UTC); what is already known changes no byte.

        Hits and failure lines count for the builds among `tables.builds`. Builds of days that were pruned
        are left out and counted as skipped. GatepostError if the disk is full or another process writes.
        """
        with writing(self._folder) as transaction:
            change.add(transaction, Reader(self._folder, transaction.before), tables, now, source)

    def prune(
        self,
        before: datetime,
        sources: Collection[str] | None = None,
        reviews_before: datetime | None = None,
    ) -> None:
        """Forget the raw rows of the days before that of `before` (UTC); their rollups stay.

        The rows of reviews are forgotten before `reviews_before` (UTC), if it is given.
        If `sources` are given, what was asked of others, and how they answered, is forgotten too.
        """
        with writing(self._folder) as transaction:
            prune.prune(
                transaction, Reader(self._folder, transaction.before), before, sources, reviews_before
            )

    def newest_day(self, now: datetime, place: str = "days") -> datetime | None:
        """The start (UTC) of the newest day with builds, or with `reviews`, that is not after `now`."""
        days = manifest.load(self._folder).days(place)
        dated = [day for day in days if day <= f"{now:%Y-%m-%d}"]
        return datetime.fromisoformat(f"{dated[-1]}T00:00+00:00") if dated else None

    def pruned_before(self) -> datetime | None:
        """The start (UTC) of the first day whose raw rows are kept; None where nothing was pruned."""
        day = manifest.load(self._folder).pruned_before
        return datetime.fromisoformat(f"{day}T00:00+00:00") if day else None

    def read(self, since: date | None = None) -> Tables:
        """All raw rows, or those of the days from `since` on and of builds without end_time.

        A file that is missing or damaged costs its day, and is a row of `skipped` with source `store`; so is
        one that is no table.
        `answers` is empty: what follows from them are builds and hits, and they may be many.
        """
        reader, frames = self._read(since, TABLES.keys() - {"answers"})
        for name in reader.manifest.names():
            reader.bytes_of(name)
        # a collection may have met the same damage
        skipped = pd.concat([frames["skipped"], reader.damage(None)], ignore_index=True)
        skipped = skipped.drop_duplicates(merge.NOTICE)
        return Tables.of(**{**frames, "skipped": skipped})

    def table(self, name: str, since: date | None = None) -> pd.DataFrame:
        """One table of `model.TABLES` as `read` has it; also `answers`."""
        return self._read(since, {name})[1][name]

    def rollups(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The rollups of all days ever added: builds and hits, by day."""
        reader = Reader(self._folder, manifest.load(self._folder))
        months = reader.manifest.months()
        builds, hits = (
            _frame([reader.rollup(month, name) for month in months], schema)
            for name, schema in rollups.SCHEMAS.items()
        )
        return builds, hits

    def put_files(self, files: Mapping[str, bytes | None]) -> None:
        """Keep small files that are no tables, e.g. `editions/2026-W47/edition.json`, all of them or none.

        None forgets one; the others stay. They travel with the state. ValueError for a name that is no
        relative path of at most five parts.
        """
        with writing(self._folder) as transaction:
            for name, data in files.items():
                transaction.drop_bytes(name) if data is None else transaction.put_bytes(name, data)

    def file_names(self, prefix: str = "") -> list[str]:
        """The names of those files that begin with `prefix`, in order; also of damaged ones."""
        return [name for name in manifest.load(self._folder).names() if name.startswith(prefix)]

    def read_bytes(self, name: str) -> bytes | None:
        """Such a file as it was written; None if there is none, or if it is missing or damaged."""
        return Reader(self._folder, manifest.load(self._folder)).bytes_of(name)

    def known(self, unfinished: datetime | None = None) -> dict[str, str]:
        """The set of queries with which each examined build was searched, by build_uuid.

        Builds without a result that were collected after `unfinished` (UTC) are left out: their logs may not
        have been all there yet.
        """
        reader = Reader(self._folder, manifest.load(self._folder))
        known: dict[str, str] = {}
        for day in reader.manifest.days():
            columns = reader.columns(day, ["build_uuid", "query_set", "result", "collected"])
            for uuid, query_set, result, collected in zip(
                *(column.to_pylist() for column in columns.columns), strict=True
            ):
                late = unfinished is None or (collected is not None and collected <= unfinished)
                if query_set is not None and (result is not None or late):
                    known[uuid] = query_set
        return known

    def _read(self, since: date | None, names: Set[str]) -> tuple[Reader, dict[str, pd.DataFrame]]:
        for _ in range(_READS):
            reader = Reader(self._folder, manifest.load(self._folder))
            frames = _frames(reader, since, names)
            # a writer may have removed files under our feet: then its manifest is the state to read
            if not reader.damages or manifest.load(self._folder) == reader.manifest:
                break
        return reader, frames


def _frames(reader: Reader, since: date | None, names: Set[str]) -> dict[str, pd.DataFrame]:
    first = "" if since is None else since.isoformat()
    frames = {name: reader.whole(name) for name in names & WHOLE.keys()}
    frames |= {name: _frame(reader.history(name), TABLES[name]) for name in names & HISTORY}
    for place, tables in BY_DAY.items():
        wanted = names & tables.keys()
        days = [day for day in reader.manifest.days(place) if wanted and day >= first]
        groups = [reader.group(place, day, wanted) for day in days]
        frames |= {name: _frame([group[name] for group in groups], TABLES[name]) for name in wanted}
    return frames


def _frame(parts: list[pa.Table], schema: Schema) -> pd.DataFrame:
    return from_arrow(pa.concat_tables([arrow_schema(schema).empty_table(), *parts]), schema)
