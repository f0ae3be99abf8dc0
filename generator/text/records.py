"""Tables as plain records, so that nothing downstream filters a DataFrame for each page."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: A row of a table; what is null there is None here.
Row = dict[str, Any]


def records(frame: pd.DataFrame) -> list[Row]:
    """All rows, in order."""
    columns = [_values(frame[name]) for name in frame.columns]
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def grouped(frame: pd.DataFrame, *keys: str) -> dict[Any, list[Row]]:
    """Rows by the value of one column, or by the tuple of several, in order."""
    groups: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in records(frame):
        groups[row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)].append(row)
    return dict(groups)


def _values(column: pd.Series[Any]) -> list[Any]:
    objects = column.astype(object)
    values: list[Any] = objects.where(column.notna(), None).tolist()
    return values
