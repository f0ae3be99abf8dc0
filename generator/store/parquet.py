"""Tables as Parquet: the same rows always give the same bytes."""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from generator.model import Schema
from generator.tables import arrow_schema


def to_arrow(frame: pd.DataFrame, schema: Schema) -> pa.Table:
    """An Arrow table without pandas' own metadata."""
    table = pa.Table.from_pandas(frame, schema=arrow_schema(schema), preserve_index=False)
    return table.replace_schema_metadata(None)


def to_bytes(table: pa.Table) -> bytes:
    """A Parquet file, packed with zstd."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", compression_level=6, row_group_size=1 << 17)
    return sink.getvalue()


def from_bytes(data: bytes, schema: Schema, columns: list[str] | None = None) -> pa.Table:
    """The table of a Parquet file with the types of `schema`; pa.ArrowException if it is none."""
    wanted = arrow_schema(schema)
    if columns is not None:
        wanted = pa.schema([wanted.field(name) for name in columns])
    return pq.read_table(pa.BufferReader(data), columns=columns).cast(wanted).replace_schema_metadata(None)
