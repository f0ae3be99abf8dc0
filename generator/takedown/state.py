"""Texts in a state: its tables, its files, and what else lies in its folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from generator.store import atomic, manifest
from generator.store.manifest import FILES, Manifest
from generator.store.transaction import writing
from generator.takedown import files
from generator.takedown.remover import Remover
from generator.takedown.tables import changed

_OWN = (manifest.NAME, atomic.LOCK)


class _Change(Protocol):
    before: Manifest

    def put(self, key: str, table: pa.Table) -> None: ...
    def put_bytes(self, name: str, data: bytes) -> None: ...


class _Nothing:
    """A change that changes nothing."""

    def __init__(self, before: Manifest) -> None:
        self.before = before

    def put(self, key: str, table: pa.Table) -> None:
        """Not written."""

    def put_bytes(self, name: str, data: bytes) -> None:
        """Not written."""


def clean(folder: Path, remover: Remover, *, dry: bool) -> tuple[Counter[str], int]:
    """Remove the texts from a state: `rows of hits` and `files of editions` by place, and files in all."""
    counts: Counter[str] = Counter()
    if not (folder / manifest.NAME).is_file():
        return counts, 0
    changed_files = 0
    with _change(folder, dry) as change:
        for key in change.before.files:
            place, found = _entry(change, folder, key, remover)
            counts[place] += found
            changed_files += found > 0
    named = {folder / entry.path for entry in manifest.load(folder).files.values()}
    # half a download, a compiled query: of no state, but on the disk
    rest = files.clean(
        folder,
        remover,
        dry=dry,
        leave=lambda path: path in named or path.name in _OWN,
        without_it=set(),
    )
    counts["other files of the state"] += rest
    return +counts, changed_files + rest


@contextmanager
def _change(folder: Path, dry: bool) -> Iterator[_Change]:
    if dry:
        yield _Nothing(manifest.load(folder))
        return
    with writing(folder) as transaction:
        yield transaction


def _entry(change: _Change, folder: Path, key: str, remover: Remover) -> tuple[str, int]:
    """Clean one entry of the manifest; where it is, and how many rows or files changed."""
    path = folder / change.before.files[key].path
    if not path.is_file():
        return "", 0
    if key.startswith(FILES):
        name = key.removeprefix(FILES)
        new = files.without(name, path.read_bytes(), remover)
        if new is not None:
            change.put_bytes(name, new)
        return f"files of {name.split('/')[0]}", int(new is not None)
    try:
        table = pq.read_table(pa.BufferReader(path.read_bytes()))
    except pa.ArrowException:
        return "", 0
    table, rows = changed(table, lambda texts: [*map(remover.text, texts)])
    if rows:
        change.put(key, table)
    parts = key.split("/")
    return f"rows of {'rollups' if parts[0] == 'rollups' else parts[-1]}", rows
