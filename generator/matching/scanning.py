"""Several files through the engine, on several cores if that pays; the answers in the order of the files."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from generator.errors import GatepostError
from generator.matching.engine import Engine, Scan
from generator.matching.inputs import LogFile
from generator.matching.reading import Problem, open_log
from generator.signatures.model import Signature

#: Packed bytes from which other processes find more than they cost: they take a quarter of a second to start.
PAYS = 24 << 20
_CHUNK = 16

_engine: Engine | None = None


class FileScan(NamedTuple):
    """What one file yields: the scan, what kept it from being read to its end, its unpacked bytes."""

    scan: Scan
    problem: Problem | None
    bytes: int


def scan_file(engine: Engine, file: LogFile) -> FileScan:
    """Read and search one file."""
    stream = open_log(file.source)
    scan = engine.scan(stream, file.facts)
    return FileScan(scan, stream.problem, stream.bytes)


def scan_files(
    engine: Engine, cache: Path | None, files: Sequence[LogFile], workers: int | None = None
) -> Iterator[FileScan]:
    """Search files, none of them a stream; `workers` is the number of processes (None: the cores allowed).

    Raises GatepostError if a process is killed.
    """
    workers = workers or _cores()
    if workers <= 1 or _packed(files) < PAYS:
        return (scan_file(engine, file) for file in files)
    return _elsewhere(engine.signatures, cache, files, min(workers, len(files)))


def _cores() -> int:
    """The cores that this process may use; not every system tells, then all."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _packed(files: Sequence[LogFile]) -> int:
    """The bytes on disk, counted as far as it matters."""
    total = 0
    for file in files:
        if isinstance(file.source, Path):
            try:
                total += file.source.stat().st_size
            except OSError:
                continue
        if total >= PAYS:
            break
    return total


def _elsewhere(
    signatures: tuple[Signature, ...], cache: Path | None, files: Sequence[LogFile], workers: int
) -> Iterator[FileScan]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    # Not fork: the progress bar has a thread by now.
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    chunk = max(1, min(_CHUNK, len(files) // (4 * workers)))
    with ProcessPoolExecutor(workers, context, _prepare, (signatures, cache)) as pool:
        try:
            yield from pool.map(_scan, files, chunksize=chunk)
        except BrokenProcessPool:
            message = "a process that searched logs was killed"
            raise GatepostError(
                message, "it may have run out of memory: search fewer files at once"
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _prepare(signatures: tuple[Signature, ...], cache: Path | None) -> None:
    """Make a process ready; Ctrl-C is for its parent to handle."""
    global _engine
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _engine = Engine(signatures, cache)


def _scan(file: LogFile) -> FileScan:
    assert _engine is not None
    return scan_file(_engine, file)
