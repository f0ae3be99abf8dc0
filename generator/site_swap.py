"""A folder to build in beside the old site, and the step that puts the new one in its place."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from generator.errors import GatepostError


@contextmanager
def workshop(output: Path) -> Iterator[Path]:
    """An empty folder beside `output`, gone afterwards; GatepostError if another build is at work in it."""
    work = output.with_name(f".{output.name}.new")
    work.mkdir(parents=True, exist_ok=True)
    lock = os.open(work, os.O_RDONLY)
    try:
        _take(lock, output)
        _recover(output)
        for left in work.iterdir():  # by a build that was killed
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
    finally:
        os.close(lock)


@contextmanager
def still(output: Path) -> Iterator[None]:
    """No build replaces `output` meanwhile; GatepostError if one is at work on it."""
    with ExitStack() as stack:
        try:
            stack.enter_context(workshop(output))
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise  # where we may not write, no build of ours is at work
        yield


def _take(lock: int, output: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise GatepostError(
            f"{output}: another build or publish is at work on it", "wait until it has ended"
        ) from None


def swap(new: Path, output: Path) -> None:
    """Put the new folder in the place of the old one: in one step where the system can, else in two."""
    old = _aside(output)
    if output.is_dir():
        if _exchange(new, output):
            return
        output.replace(old)
    new.replace(output)
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Linux's exchange of two names, in which no moment has neither; False where there is none."""
    exchange = getattr(ctypes.CDLL(None), "renameat2", None)
    here, flag = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return exchange is not None and exchange(here, os.fsencode(one), here, os.fsencode(other), flag) == 0


def _recover(output: Path) -> None:
    """After a crash between the two renames the old site is put back; a left-over one is removed."""
    old = _aside(output)
    if old.is_dir() and not output.exists():
        old.replace(output)
    shutil.rmtree(old, ignore_errors=True)


def _aside(output: Path) -> Path:
    return output.with_name(f".{output.name}.old")
