"""Builds worked on by several cores: one process a core, the answers in order."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from generator.errors import GatepostError
from generator.matching.engine import Engine
from generator.signatures.model import Signature

T = TypeVar("T")
_FEW = 4  # builds for which starting processes takes longer than the work
_CHUNK = 16

_here: tuple[Callable[[Path, Engine], Any], Engine] | None = None


def each_build(
    folders: Sequence[Path],
    work: Callable[[Path, Engine], T],
    signatures: tuple[Signature, ...],
    cache: Path | None,
    workers: int,
) -> Iterator[T]:
    """What `work`, which must survive pickling, makes of each folder, in their order.

    Raises GatepostError if a process is killed.
    """
    if workers <= 1 or len(folders) <= _FEW:
        engine = Engine(signatures, cache)
        yield from (work(folder, engine) for folder in folders)
        return
    # Not fork: pandas and Arrow have threads by now, and a fork of those may hang.
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, "generator.sources.examine"])
    chunk = max(1, min(_CHUNK, len(folders) // (4 * workers)))
    with ProcessPoolExecutor(workers, context, _prepare, (work, signatures, cache)) as pool:
        try:
            yield from pool.map(_work, folders, chunksize=chunk)
        except BrokenProcessPool:
            message = "a process that searched logs was killed; nothing of this source was kept"
            raise GatepostError(message, "it may have run out of memory: set `workers` lower") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _prepare(
    work: Callable[[Path, Engine], Any], signatures: tuple[Signature, ...], cache: Path | None
) -> None:
    """Make a process ready; Ctrl-C is for its parent to handle."""
    global _here
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _here = (work, Engine(signatures, cache))


def _work(folder: Path) -> Any:
    assert _here is not None
    work, engine = _here
    return work(folder, engine)
