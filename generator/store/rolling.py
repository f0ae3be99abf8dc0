"""Keeps the monthly rollups in step with the days that change."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from generator.store import rollups
from generator.store.days import UNDATED
from generator.store.reading import Reader


class Rolling:
    """Collects the changed days, then gives the rollups of their months."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._months: dict[str, dict[str, dict[str, pa.Table]]] = {}

    def mend(self) -> None:
        """Take all days again of each month of which a rollup is lost or damaged."""
        days = self._reader.manifest.days()
        for month in sorted({day[:7] for day in days if day != UNDATED}):
            if any(self._reader.is_lost(f"rollups/{month}/{name}") for name in rollups.SCHEMAS):
                for day in days:
                    if day.startswith(month):
                        self.day(day, self._reader.day(day))

    def day(self, day: str, rows: dict[str, pa.Table]) -> None:
        """Take the rows that a day now has, unless they are only the remains of a damaged day."""
        if day == UNDATED:
            return
        month = day[:7]
        if day in self._reader.damaged_days():
            counted = rollups.builds_on(self._reader.rollup(month, "builds"), day)
            if counted > len(rows["builds"]):
                return
        self._months.setdefault(month, {})[day] = rollups.of_day(rows["builds"], rows["hits"])

    def tables(self) -> Iterator[tuple[str, pa.Table]]:
        """Key and table of each rollup that changes."""
        for month, days in self._months.items():
            for name, schema in rollups.SCHEMAS.items():
                old = self._reader.rollup(month, name)
                changed = [tables[name] for tables in days.values()]
                yield f"rollups/{month}/{name}", rollups.replaced(old, changed, list(days), schema)
