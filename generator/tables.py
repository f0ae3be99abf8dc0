"""DataFrames with pinned types, made from the schemas of `model`. Imports pandas and pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import pandas as pd
import pyarrow as pa

from generator.model import TABLES, Schema

_ARROW = {
    "string": pa.string(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}
_PANDAS = {
    "string": pd.StringDtype("pyarrow"),
    "int64": pd.Int64Dtype(),
    "float64": pd.Float64Dtype(),
    "bool": pd.BooleanDtype(),
    "timestamp": pd.DatetimeTZDtype("us", "UTC"),
}


def arrow_schema(schema: Schema) -> pa.Schema:
    """The Arrow schema of a table, for Parquet files."""
    return pa.schema([(column.name, _ARROW[column.type]) for column in schema])


def pinned(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """The columns of `schema`, in its order and with its types; missing ones are null, others dropped."""
    columns = {
        column.name: (
            frame[column.name].astype(_PANDAS[column.type])
            if column.name in frame
            else pd.Series(pd.NA, index=frame.index, dtype=_PANDAS[column.type])
        )
        for column in schema
    }
    return pd.DataFrame(columns, index=frame.index).reset_index(drop=True)


def from_rows(rows: Iterable[Mapping[str, Any]], schema: Schema) -> pd.DataFrame:
    """A typed table from dicts; absent keys become nulls, naive times are UTC."""
    listed = list(rows)
    return _from_rows(listed, schema) if listed else empty(schema)


def _from_rows(rows: list[Mapping[str, Any]], schema: Schema) -> pd.DataFrame:
    return from_arrow(pa.Table.from_pylist(rows, schema=arrow_schema(schema)), schema)


def from_arrow(table: pa.Table, schema: Schema) -> pd.DataFrame:
    """A typed table from an Arrow table with these types."""
    frame = table.to_pandas(types_mapper=_MAPPER.get)
    types = {column.name: _PANDAS[column.type] for column in schema}
    # to pin anew what is pinned costs more than to read it
    return frame if frame.dtypes.to_dict() == types and list(frame) == list(types) else pinned(frame, schema)


_MAPPER = {
    pa.string(): pd.StringDtype("pyarrow"),
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def empty(schema: Schema) -> pd.DataFrame:
    """A typed table without rows."""
    return _empty(schema).copy()


@cache
def _empty(schema: Schema) -> pd.DataFrame:
    return _from_rows([], schema)


@dataclass(frozen=True)
class Tables:
    """What a collection yields and the store gives back: DataFrames of the schemas of these names."""

    builds: pd.DataFrame
    hits: pd.DataFrame
    failure_lines: pd.DataFrame
    skipped: pd.DataFrame
    queries: pd.DataFrame
    signatures: pd.DataFrame
    sources: pd.DataFrame
    asked: pd.DataFrame
    answers: pd.DataFrame
    buildsets: pd.DataFrame
    cursors: pd.DataFrame
    changes: pd.DataFrame
    patchsets: pd.DataFrame
    comments: pd.DataFrame
    job_results: pd.DataFrame
    votes: pd.DataFrame
    accounts: pd.DataFrame
    history_builds: pd.DataFrame
    history_hits: pd.DataFrame

    @classmethod
    def of(cls, **frames: pd.DataFrame) -> Tables:
        """Tables from some frames; the others are empty, all are pinned to their schema."""
        return cls(
            **{
                f.name: pinned(frames[f.name], TABLES[f.name]) if f.name in frames else empty(TABLES[f.name])
                for f in fields(cls)
            }
        )
