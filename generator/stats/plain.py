"""Tables of a report as plain values, for JSON and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.stats.columns import RESULTS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: Digits of a fraction: more than any interval is worth, few enough to be the same on every machine.
_DIGITS = 9
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def plain(frame: pd.DataFrame) -> pa.Table:
    """Arrow's table with times as text in UTC and fractions rounded."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.Table.from_pandas(frame, preserve_index=False)
    for i, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            seconds = table[i].cast(pa.timestamp("s", tz="UTC"), safe=False)
            table = table.set_column(i, field.name, pc.strftime(seconds, format=_TIME))
        elif pa.types.is_floating(field.type):
            table = table.set_column(i, field.name, pc.round(table[i], _DIGITS))
    return table


def values(table: pa.Table) -> list[tuple[Any, ...]]:
    """The rows of what `plain` gave."""
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def described(table: str) -> list[dict[str, str]]:
    """Name, type and meaning of the columns of a table of `RESULTS`."""
    return [column._asdict() for column in RESULTS[table]]
