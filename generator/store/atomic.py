"""Writing that a crash cannot spoil: whole files or none, and one writer at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from generator.errors import GatepostError

#: Ending of a file that is being written; whoever holds the lock may remove it.
UNFINISHED = ".tmp"
#: In a folder that has one writer at a time.
LOCK = ".lock"
_PAUSE_S = 0.1


def write(path: Path, data: bytes) -> None:
    """Put `data` into `path`, so that after a crash or a power cut it is there wholly or not at all."""
    unfinished = path.with_name(path.name + UNFINISHED)
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn a full disk or a missing permission into a GatepostError; what was stored before is unharmed."""
    try:
        yield
    except OSError as error:
        raise GatepostError(
            f"{error.filename or folder}: cannot be written: {error.strerror or error}",
            "free some space or mend the permissions, and run again; what was stored before is unharmed",
        ) from error


@contextmanager
def locked(folder: Path, patience_s: float = 0) -> Iterator[None]:
    """Be the only writer of a folder; GatepostError names the process that is. A dead one holds no lock."""
    with (folder / LOCK).open("a+", encoding="ascii") as file:
        until = time.monotonic() + patience_s
        while not (mine := _taken(file)) and time.monotonic() < until:
            time.sleep(_PAUSE_S)
        if not mine:
            file.seek(0)
            raise GatepostError(
                f"{folder}: is being written by process {file.read().strip() or 'unknown'}",
                "wait until it has ended, or name another folder",
            )
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            with suppress(OSError):
                file.truncate(0)


def _taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
