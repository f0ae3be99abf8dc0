"""Hyperscan databases by set of patterns, in memory and on disk."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import hyperscan

_DIGEST = hashlib.sha256().digest_size
#: A database that no process has read for so long is of signatures that have changed since.
_KEPT_S = 30 * 24 * 3600


class Databases:
    """Compiles each set of patterns once; with `folder`, for all processes. A damaged file is made anew."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._loaded: dict[tuple[bytes, ...], hyperscan.Database] = {}

    def get(self, patterns: Sequence[bytes]) -> hyperscan.Database:
        """A block mode database whose ids are the positions in `patterns`; ASCII case is ignored."""
        key = tuple(patterns)
        if key not in self._loaded:
            self._loaded[key] = self._read(key) or self._made(key)
        return self._loaded[key]

    def _path(self, key: tuple[bytes, ...]) -> Path | None:
        if self._folder is None:
            return None
        version = hyperscan.__version__  # type: ignore[attr-defined]  # its stub leaves it out
        digest = hashlib.sha256(repr((version, key)).encode()).hexdigest()
        return self._folder / f"{digest}.hyperscan"

    def _read(self, key: tuple[bytes, ...]) -> hyperscan.Database | None:
        path = self._path(key)
        if path is None:
            return None
        try:
            data = path.read_bytes()
            if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
                return None
            database = hyperscan.loadb(data[_DIGEST:], mode=hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
        except (OSError, hyperscan.error):
            return None
        with suppress(OSError):  # a cache that may only be read is of use too
            os.utime(path)
        return database

    def _made(self, key: tuple[bytes, ...]) -> hyperscan.Database:
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(
            expressions=list(key),
            ids=list(range(len(key))),
            elements=len(key),
            flags=[hyperscan.HS_FLAG_CASELESS] * len(key),
        )
        path = self._path(key)
        if path is not None:
            _write(path, hyperscan.dumpb(database))
            _forget(path.parent)
        return database


def _write(path: Path, data: bytes) -> None:
    """Best effort: a cache that cannot be written costs time, never an answer."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(data).digest() + data)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)


def _forget(folder: Path) -> None:
    """Remove what has not been used for long, so that the cache does not grow for ever."""
    for path in folder.glob("*.hyperscan"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - _KEPT_S:
                path.unlink()
