"""Threads that fetch, in processes that search: one process a core, so many connections in all."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import Self, cast

from generator.errors import GatepostError
from generator.matching.engine import Engine
from generator.matching.redaction import ISSUED_MODULES
from generator.signatures.model import Signature
from generator.sources.log_server.client import Client
from generator.sources.log_server.guard import Guard
from generator.sources.log_server.one_build import Done, Job, Setup, examine_build


@dataclass(frozen=True)
class Task:
    """What each process needs; it survives pickling."""

    setup: Setup
    signatures: tuple[Signature, ...]
    cache: Path | None
    hosts: tuple[str, ...]
    networks: tuple[str, ...]
    agent: str


def warm() -> None:
    """Begin to import what the processes of a crew need, in the one that they are to be forked from."""
    get_context("forkserver").set_forkserver_preload([__name__, *ISSUED_MODULES])
    resource_tracker.ensure_running()  # else it is begun by the line after the next, and takes the mask away
    # Ctrl-C reaches that process, too, and while it imports it would answer with a traceback
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Crew:
    """So many connections, spread over processes (0: in this one). To be used in a `with`, which ends it."""

    def __init__(self, task: Task, processes: int, connections: int) -> None:
        count = max(processes, 1)
        self._shares = [connections // count + (n < connections % count) for n in range(count)]
        self._pipes: list[Connection] = []
        self._processes: list[BaseProcess] = []
        self._busy: list[int] = [0] * count
        if processes:
            warm()
        for share in self._shares:
            self._pipes.append(self._thread(task, share) if not processes else self._process(task, share))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        """All work is done, or nobody waits for it any more."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.terminate()
            process.join()

    @staticmethod
    def _thread(task: Task, share: int) -> Connection:
        ours, theirs = Pipe()
        Thread(target=_serve, args=(theirs, task, share), daemon=True).start()
        return ours

    def _process(self, task: Task, share: int) -> Connection:
        # Not fork: pandas and Arrow have threads by now, and a fork of those may hang.
        context = get_context("forkserver")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve_alone, args=(theirs, task, share), daemon=True)
        process.start()
        theirs.close()
        self._processes.append(process)
        return ours

    @property
    def idle(self) -> bool:
        """Whether a connection has nothing to do."""
        return any(busy < share for busy, share in zip(self._busy, self._shares, strict=True))

    @property
    def pids(self) -> list[int]:
        """The processes, if it has any of its own."""
        return [process.pid for process in self._processes if process.pid is not None]

    @property
    def working(self) -> int:
        """How many builds are under way."""
        return sum(self._busy)

    def give(self, job: Job) -> None:
        """Hand a build to the process that has the least to do."""
        which = min(range(len(self._busy)), key=lambda n: self._busy[n] / self._shares[n])
        self._busy[which] += 1
        try:
            self._pipes[which].send(job)
        except OSError:
            raise _killed() from None

    def done(self) -> Iterator[Done]:
        """Wait until a build is done, or some are; GatepostError if a process was killed."""
        for pipe in cast(list[Connection], wait(self._pipes)):
            try:
                answer: Done | Exception = pipe.recv()
            except (EOFError, OSError):
                raise _killed() from None
            if isinstance(answer, Exception):
                raise answer
            self._busy[self._pipes.index(pipe)] -= 1
            yield answer


def _killed() -> GatepostError:
    message = "a process that searched logs was killed; the next collection goes on from what was stored"
    return GatepostError(message, "it may have run out of memory: set `workers` or `connections` lower")


def _serve_alone(pipe: Connection, task: Task, threads: int) -> None:
    """The work of a process; Ctrl-C is for its parent to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _serve(pipe, task, threads)


def _serve(pipe: Connection, task: Task, threads: int) -> None:
    """Examine the builds that come, with so many threads, until nobody sends any more."""
    engine = Engine(task.signatures, task.cache)
    jobs: SimpleQueue[Job | None] = SimpleQueue()
    turn = Lock()

    def work() -> None:
        client = Client(Guard(task.hosts, task.networks), task.setup.timeout_s, task.agent)
        while (job := jobs.get()) is not None:
            answer = _answer(job, task.setup, client, engine)
            with turn, suppress(OSError):  # there may be nobody any more
                pipe.send(answer)
        client.close()

    for _ in range(threads):
        Thread(target=work, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            jobs.put(pipe.recv())
    for _ in range(threads):
        jobs.put(None)


def _answer(job: Job, setup: Setup, client: Client, engine: Engine) -> Done | Exception:
    try:
        return examine_build(job, setup, client, engine)
    except Exception as error:  # an error of ours ends the command, as it would in its own process
        return error
