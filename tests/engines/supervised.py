"""Starts a server under a supervisor, waits until it answers, and stops it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from . import supervisor
from .distributions import CannotRunError

T = TypeVar("T")


def start(task: supervisor.Task, answers: Callable[[], T | None], seconds: float) -> T:
    """Run the task; what `answers` gives once it is not None. CannotRunError says why there is nothing."""
    begin(task)
    return await_start(Path(task.directory), answers, seconds)


def begin(task: supervisor.Task) -> None:
    """Run the task, without waiting for it."""
    try:
        supervisor.begin(task)
    except subprocess.CalledProcessError as error:
        raise CannotRunError(f"cannot be laid out: {error.stderr.splitlines()[-1:]}") from None


def await_start(directory: Path, answers: Callable[[], T | None], seconds: float) -> T:
    """What `answers` gives once it is not None.

    If the server ended, or took too long, it is stopped, and CannotRunError says why.
    """

    def answers_or_ended() -> T | None:
        if (directory / "ended").exists():
            raise CannotRunError(f"ended while starting: {_why(directory)}")
        return answers()

    try:
        answer = wait(answers_or_ended, seconds)
        if answer is None:
            raise CannotRunError(f"did not start in {seconds:.0f} s: {_why(directory)}")
    except BaseException:
        stop(directory)
        raise
    return answer


def stop(directory: Path) -> None:
    """Stop the server whose files are in `directory`, and wait until they are gone."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(read(directory / "supervisor.pid"), signal.SIGTERM)
    wait(lambda: not directory.exists() or None, 60)


def wait(done: Callable[[], T | None], seconds: float, every: float = 0.1) -> T | None:
    """What `done` gives once it is not None, asked every so many seconds; None after so long."""
    end = time.monotonic() + seconds
    while (answer := done()) is None and time.monotonic() < end:
        time.sleep(every)
    return answer


def read(path: Path) -> int:
    """The number in a file."""
    return int(path.read_text())


def free_port() -> int:
    """A port for servers that cannot choose one; below those that outgoing connections get."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def _why(directory: Path) -> str:
    """The last lines that a server said, for people."""
    with contextlib.suppress(FileNotFoundError):
        return " | ".join((directory / "server.log").read_text(errors="replace").splitlines()[-5:])[-600:]
    return "it said nothing"
