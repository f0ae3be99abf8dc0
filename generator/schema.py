"""What a table's columns are: names, types, meanings. Plain data; importing it costs nothing."""

from __future__ import annotations

from typing import Literal, NamedTuple

Type = Literal["string", "int64", "float64", "bool", "timestamp"]


class Column(NamedTuple):
    """One column of a table: its name, its type and what it means."""

    name: str
    type: Type
    meaning: str


Schema = tuple[Column, ...]
