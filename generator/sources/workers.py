"""Work shared by several cores: one process a core, the answers in order."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from generator.errors import GatepostError
from generator.matching.engine import Engine
from generator.signatures.model import Signature

S = TypeVar("S")
T = TypeVar("T")
_FEW = 4  # builds for which starting processes takes longer than the work
_CHUNK = 16
_AHEAD = 2  # pieces that wait for each process

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
    chunk = max(1, min(_CHUNK, len(folders) // (4 * workers)))
    with _pool(workers, _prepare, (work, signatures, cache), "generator.sources.examine") as pool:
        yield from pool.map(_work, folders, chunksize=chunk)


def each_piece(
    pieces: Iterable[S],
    work: Callable[[S], T],
    prepare: Callable[..., None],
    args: tuple[Any, ...],
    workers: int,
) -> Iterator[T]:
    """What `work` makes of each piece, in their order, in processes made ready by `prepare(*args)`.

    Pieces are taken as they are needed, not all at once. Raises GatepostError if a process is killed.
    """
    if workers <= 1:
        prepare(*args)
        yield from map(work, pieces)
        return
    with _pool(workers, _calm, (prepare, args), work.__module__) as pool:
        waiting: deque[Future[T]] = deque()
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@contextmanager
def _pool(
    workers: int, prepare: Callable[..., None], args: tuple[Any, ...], preload: str
) -> Iterator[ProcessPoolExecutor]:
    # Not fork: pandas and Arrow have threads by now, and a fork of those may hang.
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, preload])
    with ProcessPoolExecutor(workers, context, prepare, args) as pool:
        try:
            yield pool
        except BrokenProcessPool:
            message = "a process that read files was killed; this source was not read to its end"
            raise GatepostError(message, "it may have run out of memory: set `workers` lower") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _calm(prepare: Callable[..., None], args: tuple[Any, ...]) -> None:
    """Make a process ready; Ctrl-C is for its parent to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare(*args)


def _prepare(
    work: Callable[[Path, Engine], Any], signatures: tuple[Signature, ...], cache: Path | None
) -> None:
    """Make a process ready to examine builds; Ctrl-C is for its parent to handle."""
    global _here
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _here = (work, Engine(signatures, cache))


def _work(folder: Path) -> Any:
    assert _here is not None
    work, engine = _here
    return work(folder, engine)
