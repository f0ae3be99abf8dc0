"""Zuul's records of buildsets in a file, one a line or as one list, as its API answers them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from generator.matching.folders import shown
from generator.matching.reading import Limits
from generator.matching.records import text
from generator.matching.small_files import UnusableError, load_plain
from generator.sources.exports import Export
from generator.sources.rows import Origin, Row, buildset_row, skipped_row
from generator.sources.zuul.shapes import buildset


def buildsets(path: Path, origin: Origin, limits: Limits) -> tuple[list[Row], list[Row]]:
    """Rows of `buildsets`, and of `skipped` for what is no record of one, and where the file ends early."""
    rows, skipped = [], []
    if not path.is_file():
        return [], [skipped_row(origin, shown(path), "no such file", "`buildsets` of the source names it")]
    export = Export(path, limits)
    for number, found in enumerate(_read(export, origin), 1):
        if isinstance(found, UnusableError):
            detail = f"record {number:,}: {found.detail}"
            skipped.append(skipped_row(origin, shown(path), "no buildset", detail))
        else:
            rows.append(found)
    if export.problem is not None:
        skipped.append(skipped_row(origin, shown(path), export.problem.reason, export.problem.detail))
    return rows, skipped


def _read(export: Export, origin: Origin) -> Iterator[Row | UnusableError]:
    for line in export.documents():
        try:
            record = load_plain(line.decode("utf-8", "replace"))
            if not isinstance(record, dict):
                raise UnusableError("broken", "no keys and values")
            told = buildset(record, text(record.get("tenant")) or origin.ci or origin.source)
        except UnusableError as error:
            yield error
        else:
            yield buildset_row(origin, told.columns)
