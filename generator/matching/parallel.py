"""Many files on several cores, answered in the order in which they were asked for."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

from generator.errors import GatepostError
from generator.matching.engine import Engine
from generator.matching.facts import Facts
from generator.matching.reading import Limits, Problem, open_log
from generator.matching.results import Scan
from generator.signatures.model import Signature

_AHEAD = 4  # jobs that wait for each worker


@dataclass(frozen=True)
class EngineArgs:
    """What each worker makes its engine of."""

    signatures: tuple[Signature, ...]
    cache: Path | None = None
    limits: Limits | None = None


@dataclass(frozen=True)
class FileJob:
    """One file to scan; `tag` is for the caller, and must survive pickling."""

    path: Path
    facts: Facts
    tag: object = None


@dataclass(frozen=True)
class FileScan:
    """What a file gave, and why not all of it was read."""

    scan: Scan
    problem: Problem | None


_engine: tuple[EngineArgs, Engine] | None = None


def scan_files(
    jobs: Iterable[FileJob],
    args: EngineArgs,
    workers: int | None = None,
    on_progress: Callable[[FileJob], None] | None = None,
) -> Iterator[tuple[FileJob, FileScan]]:
    """Scan all files; `workers` None is one a core, and one needs no other process.

    Raises GatepostError if a worker died, e.g. for want of memory.
    """
    workers = workers or cores()
    answers = _alone(jobs, args) if workers == 1 else _together(jobs, args, workers)
    for job, answer in answers:
        if on_progress is not None:
            on_progress(job)
        yield job, answer


def cores() -> int:
    """The cores that this process may use; not every system tells, then all."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def scan_file(
    engine: Engine, source: Path | BinaryIO, facts: Facts, limits: Limits | None = None
) -> FileScan:
    """Scan one file in this process."""
    stream = open_log(source, limits)
    scan = engine.scan(stream, facts)
    return FileScan(scan, stream.problem)


def _alone(jobs: Iterable[FileJob], args: EngineArgs) -> Iterator[tuple[FileJob, FileScan]]:
    engine = Engine(args.signatures, args.cache)
    for job in jobs:
        yield job, scan_file(engine, job.path, job.facts, args.limits)


def _together(jobs: Iterable[FileJob], args: EngineArgs, workers: int) -> Iterator[tuple[FileJob, FileScan]]:
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start, (args,))
    waiting: deque[tuple[FileJob, Future[FileScan]]] = deque()
    try:
        for job in jobs:
            waiting.append((job, pool.submit(_work, job)))
            if len(waiting) >= workers * _AHEAD:
                first, answer = waiting.popleft()
                yield first, answer.result()
        while waiting:
            first, answer = waiting.popleft()
            yield first, answer.result()
    except BrokenProcessPool as error:
        what = "a worker process died, perhaps for want of memory"
        raise GatepostError(what, "use fewer workers") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start(args: EngineArgs) -> None:
    """In a worker: Ctrl-C is the parent's to handle, and the engine is made once."""
    global _engine
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _engine = (args, Engine(args.signatures, args.cache))


def _work(job: FileJob) -> FileScan:
    assert _engine is not None
    args, engine = _engine
    return scan_file(engine, job.path, job.facts, args.limits)
