"""Builds examined on several cores: one process a core, the answers in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from generator.errors import GatepostError
from generator.matching.engine import Engine
from generator.signatures.model import Signature
from generator.sources.examine import Examined, Setup, examine

_FEW = 4  # builds for which starting processes takes longer than the work
_CHUNK = 16

_here: tuple[Setup, Engine] | None = None


def examine_all(
    folders: Sequence[Path], setup: Setup, signatures: tuple[Signature, ...], cache: Path | None, workers: int
) -> Iterator[Examined]:
    """The builds in the order of their folders; raises GatepostError if a process is killed."""
    if workers <= 1 or len(folders) <= _FEW:
        engine = Engine(signatures, cache)
        yield from (examine(folder, setup, engine) for folder in folders)
        return
    # Not fork: pandas and Arrow have threads by now, and a fork of those may hang.
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    chunk = max(1, min(_CHUNK, len(folders) // (4 * workers)))
    with ProcessPoolExecutor(workers, context, _prepare, (setup, signatures, cache)) as pool:
        try:
            yield from pool.map(_examine, folders, chunksize=chunk)
        except BrokenProcessPool:
            message = "a process that searched logs was killed; nothing of this source was kept"
            raise GatepostError(message, "it may have run out of memory: set `workers` lower") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _prepare(setup: Setup, signatures: tuple[Signature, ...], cache: Path | None) -> None:
    """Make a process ready; Ctrl-C is for its parent to handle."""
    global _here
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _here = (setup, Engine(signatures, cache))


def _examine(folder: Path) -> Examined:
    assert _here is not None
    return examine(folder, *_here)
