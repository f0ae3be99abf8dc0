"""Every table of the report as CSV and JSON, written in slices so that memory does not grow with it.

JSON holds what the tables hold: `{"schema_version", "table", "columns": [{"name", "type", "meaning"}],
"rows"}`, each row an array in the order of the columns. CSV is opened in spreadsheets, which run cells as
formulas: a text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe before
it, there only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from generator.model import SCHEMA_VERSION
from generator.stats.plain import described, plain, values
from generator.stats.results import RESULTS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from generator.stats.results import Results

_ROWS = 20_000
_FORMULA = r"^[=+\-@\t\r]"


def write(results: Results, folder: Path) -> list[Path]:
    """Writes `<table>.csv` and `<table>.json` for each table into the folder; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [path for table in RESULTS for path in _write_table(table, getattr(results, table), folder)]


def _write_table(table: str, frame: pd.DataFrame, folder: Path) -> tuple[Path, Path]:
    import pyarrow.csv

    csv, as_json = folder / f"{table}.csv", folder / f"{table}.json"
    with csv.open("wb") as rows, as_json.open("w", encoding="utf-8") as document:
        document.write(_head(table))
        options = pyarrow.csv.WriteOptions(include_header=True, quoting_style="needed")
        for number, part in enumerate(_slices(frame)):
            batch = plain(part)
            if number:
                options.include_header = False
            pyarrow.csv.write_csv(_guarded(batch), rows, options)
            _rows(batch, document, first=not number)
        document.write("]}\n")
    return csv, as_json


def _slices(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The frame in parts, at least one."""
    for start in range(0, max(len(frame), 1), _ROWS):
        yield frame.iloc[start : start + _ROWS]


def _head(table: str) -> str:
    columns = described(table)
    head = json.dumps(
        {"schema_version": SCHEMA_VERSION, "table": table, "columns": columns}, ensure_ascii=False
    )
    return f'{head[:-1]}, "rows": ['


def _guarded(table: pa.Table) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    for i, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            safe = pc.replace_substring_regex(table[i], pattern=f"{_FORMULA}", replacement=r"'\0")
            table = table.set_column(i, field.name, safe)
    return table


def _rows(table: pa.Table, document: IO[str], *, first: bool) -> None:
    rows = values(table)
    if rows:
        document.write("" if first else ",")
        document.write(json.dumps(rows, ensure_ascii=False, separators=(",", ":"))[1:-1])
