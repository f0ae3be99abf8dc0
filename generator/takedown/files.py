"""Texts in the files of a folder: pages, data, packed ones too. Each is written anew, never in place."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from generator.store import atomic
from generator.takedown.remover import Form, Remover
from generator.takedown.tables import changed

_FORMS: dict[str, Form] = {".html": "html", ".xml": "html", ".json": "json", ".js": "json", ".ndjson": "json"}
#: A packed file in a packed file in a packed file is not opened.
_DEPTH = 2


#: Files by device and number: kept sites share what did not change.
Files = set[tuple[int, int]]


def clean(
    folder: Path, remover: Remover, *, dry: bool, leave: Callable[[Path], bool], without_it: Files
) -> int:
    """Remove the texts from the files of a folder, and files that are named after one; how many those were.

    `leave` tells which files are not looked at. Those `without_it` hold none of them; more are added to it.
    """
    count = 0
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or leave(path):
            continue
        named = remover.data(os.fsencode(path.name))[1] > 0
        known = (path.stat().st_dev, path.stat().st_ino)
        new = None if named or known in without_it else without(path.name, path.read_bytes(), remover)
        if not named and new is None:
            without_it.add(known)
            continue
        count += 1
        if not dry:
            _put(path, new)
    return count


def _put(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink()
        return
    mode = path.stat().st_mode
    atomic.write(path, data)
    path.chmod(mode)


def without(name: str, data: bytes, remover: Remover, depth: int = 0) -> bytes | None:
    """The contents of a file of that name without the texts; None if it has none of them."""
    kind = Path(name).suffix.lower()
    try:
        if kind == ".gz" and depth < _DEPTH:
            inner = without(name[:-3], gzip.decompress(data), remover, depth + 1)
            return None if inner is None else gzip.compress(inner, mtime=0)
        if kind == ".zip" and depth < _DEPTH:
            return _zip(data, remover, depth)
        if kind == ".parquet":
            return _parquet(data, remover)
    except (OSError, EOFError, zipfile.BadZipFile, pa.ArrowException):
        pass  # damaged, or not what its name says
    new, found = remover.data(data, _FORMS.get(kind, "text"))
    return new if found else None


def _zip(data: bytes, remover: Remover, depth: int) -> bytes | None:
    out, found = io.BytesIO(), False
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            member = old.read(entry)
            cleaned = without(entry.filename, member, remover, depth + 1)
            found = found or cleaned is not None
            new.writestr(entry, member if cleaned is None else cleaned)
    return out.getvalue() if found else None


def _parquet(data: bytes, remover: Remover) -> bytes | None:
    from generator.store.parquet import to_bytes

    table, rows = changed(pq.read_table(pa.BufferReader(data)), lambda texts: [*map(remover.text, texts)])
    return to_bytes(table) if rows else None
