"""Reads the files that a manifest names, and remembers which of them were damaged."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from generator.model import SKIPPED, STORE, TABLES, Schema
from generator.store import parquet
from generator.store.days import BY_DAY, DAILY
from generator.store.manifest import Entry, Manifest, key_of
from generator.store.rollups import SCHEMAS, narrow
from generator.tables import arrow_schema, from_arrow, from_rows

_COST = "a file of the store; what it held is not counted"


class DamagedError(Exception):
    """A file of the manifest is missing or is not what was written; `args` are its path and the reason."""


class Reader:
    """The state that a manifest describes. A damaged file costs its day, and is noted in `damages`."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self.damages: dict[str, str] = {}
        self._folder = folder

    def day(self, day: str) -> dict[str, pa.Table]:
        """The tables of a day with builds."""
        return self.group("days", day, DAILY)

    def group(self, place: str, day: str, names: Collection[str]) -> dict[str, pa.Table]:
        """Some of a day's tables that belong together, in the folder `place`.

        They are empty if any file of that day is damaged: hits without builds would lie, and so would
        a day that was asked without its answers.
        """
        keys = {name: f"{place}/{day}/{name}" for name in BY_DAY[place]}
        try:
            for name in keys.keys() - names:
                self._data(keys[name])
            return {name: self._read(keys[name], TABLES[name]) for name in names}
        except DamagedError as damaged:
            self._note(damaged)
            return {name: _empty(TABLES[name]) for name in names}

    def columns(self, day: str, names: list[str]) -> pa.Table:
        """Some columns of a day's builds; no rows if one of its files is damaged."""
        try:
            for table in DAILY:
                self._data(f"days/{day}/{table}")
            return self._read(f"days/{day}/builds", TABLES["builds"], names)
        except DamagedError as damaged:
            self._note(damaged)
            return _empty(TABLES["builds"]).select(names)

    def whole(self, table: str) -> pd.DataFrame:
        """A table that is kept once for the whole store; empty if damaged."""
        return from_arrow(self._read_or_empty(table, TABLES[table]), TABLES[table])

    def rollup(self, month: str, table: str) -> pa.Table:
        """A month's rollup; empty if damaged."""
        return self._read_or_empty(f"rollups/{month}/{table}", SCHEMAS[table])

    def history(self, name: str) -> list[pa.Table]:
        """The table `history_builds` or `history_hits`, a part a month; a damaged one is empty."""
        schema, table = TABLES[name], name.removeprefix("history_")
        months = (f"rollups/{month}/{table}" for month in self.manifest.months())
        return [narrow(self._read_or_empty(key, schema), schema) for key in months]

    def bytes_of(self, name: str) -> bytes | None:
        """A file that is no table; None if there is none, or it is damaged."""
        try:
            return self._data(key_of(name))
        except DamagedError as damaged:
            self._note(damaged)
            return None

    def damaged_days(self) -> set[str]:
        """The days that damage has cost, as far as they were read."""
        return {path.split("/")[1] for path in self.damages if path.startswith("days/")}

    def damage(self, now: datetime | None) -> pd.DataFrame:
        """A row of `skipped` for each damaged file that was met, noticed at `now`."""
        rows = [
            {"source": STORE, "path": path, "reason": reason, "detail": _COST, "collected": now}
            for path, reason in sorted(self.damages.items())
        ]
        return from_rows(rows, SKIPPED)

    def is_lost(self, key: str) -> bool:
        """Whether a file is missing or damaged."""
        try:
            self._data(key)
        except DamagedError:
            return True
        return False

    def _read_or_empty(self, key: str, schema: Schema) -> pa.Table:
        try:
            return self._read(key, schema)
        except DamagedError as damaged:
            self._note(damaged)
            return _empty(schema)

    def _note(self, damaged: DamagedError) -> None:
        path, reason = damaged.args
        self.damages[path] = reason

    def _read(self, key: str, schema: Schema, columns: list[str] | None = None) -> pa.Table:
        data = self._data(key)
        if data is None:
            table = _empty(schema)
            return table if columns is None else table.select(columns)
        try:
            return parquet.from_bytes(data, schema, columns)
        except pa.ArrowException:
            raise DamagedError(self.manifest.files[key].path, "corrupt") from None

    def _data(self, key: str) -> bytes | None:
        """The bytes of a file as they were written; None if the state has no such file."""
        entry = self.manifest.files.get(key)
        return None if entry is None else _verified(self._folder, entry)


def _verified(folder: Path, entry: Entry) -> bytes:
    try:
        data = (folder / entry.path).read_bytes()
    except FileNotFoundError:
        raise DamagedError(entry.path, "missing") from None
    except OSError:
        raise DamagedError(entry.path, "unreadable") from None
    if len(data) != entry.size or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise DamagedError(entry.path, "corrupt")
    return data


def _empty(schema: Schema) -> pa.Table:
    return arrow_schema(schema).empty_table()
