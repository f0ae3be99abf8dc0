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
    """The table of a Parquet file with the types of `schema`; pa.ArrowException if it is none.

    A column that the file does not have, as it was written by an older version, is null.
    """
    wanted = arrow_schema(schema)
    if columns is not None:
        wanted = pa.schema([wanted.field(name) for name in columns])
    file = pq.ParquetFile(pa.BufferReader(data))
    there = set(file.schema_arrow.names)
    table = file.read([name for name in wanted.names if name in there])
    for field in wanted:
        if field.name not in there:
            table = table.append_column(field, pa.nulls(len(table), field.type))
    return table.select(wanted.names).cast(wanted).replace_schema_metadata(None)
