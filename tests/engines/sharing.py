"""One server of each kind for a whole test session: its workers share it, the session's end stops it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from . import servers, supervised
from .distributions import DISTRIBUTIONS, CannotRunError

RUNNING = "GATEPOST_ENGINES"
RUN = "GATEPOST_TEST_RUN"
# Gets a folder to be made, and the process at whose end the server must stop; gives the server's URL.
Start = Callable[[Path, int], str]


class State(NamedTuple):
    """What became of a server in this session: `url`, or why there is none."""

    name: str
    url: str = ""
    why: str = ""
    expected: bool = False
    seconds: float = 0.0


def open_session() -> None:
    """Called by the process whose end is the session's; it starts nothing yet."""
    os.environ[RUN] = f"{os.getpid()}-{os.urandom(4).hex()}"


def close_session() -> None:
    """Stop what the session started, and remove its files."""
    if _folder().is_dir():
        for directory in _folder().glob("*/"):
            supervised.stop(directory)
        shutil.rmtree(_folder(), ignore_errors=True)


def given() -> dict[str, str]:
    """URLs of servers that run already, by name, as GATEPOST_ENGINES says."""
    pairs = [pair.strip().split("=", 1) for pair in os.environ.get(RUNNING, "").split(",") if pair.strip()]
    return {name: url.rstrip("/") for name, url in pairs}


def acquire_engine(name: str) -> State:
    """Start one of DISTRIBUTIONS, or find it started or given; why not, if it cannot run."""
    if given():
        url = given().get(name, "")
        return State(name, url, "" if url else f"{RUNNING} does not name it", not url)
    return acquire(
        name, lambda folder, owner: servers.start(name, folder, owner, java_options=servers.QUICK).url
    )


def acquire(name: str, start: Start) -> State:
    """Start the server, which gives its URL, or find it started; why not, if it cannot run."""
    _folder().mkdir(mode=0o711, exist_ok=True)
    with (_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _folder() / f"{name}.json"
        if not known.exists():
            known.write_text(json.dumps(_started(name, start)))
        return State(*json.loads(known.read_text()))


def states() -> list[State]:
    """Every server that a test of this session asked for."""
    running = [State(name, url) for name, url in given().items()]
    return running + [State(*json.loads(path.read_text())) for path in sorted(_folder().glob("*.json"))]


def folder(name: str) -> Path:
    """Where the files of a server of this session are."""
    return _folder() / name


def count(what: str) -> int:
    """How often this was asked before, by any worker of the session."""
    _folder().mkdir(mode=0o711, exist_ok=True)
    with (_folder() / f"{what}.count").open("a") as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)
        lines.write("\n")
        return lines.tell() - 1


def folder_for_own(name: str) -> tuple[Path, int]:
    """A new folder's path for a server of one test, and the process at whose end it must stop."""
    _folder().mkdir(mode=0o711, exist_ok=True)
    return _folder() / f"{name}-{os.urandom(4).hex()}", _owner()


def _started(name: str, start: Start) -> State:
    begin = time.monotonic()
    try:
        url = start(_folder() / name, _owner())
    except CannotRunError as error:
        return State(name, why=str(error), expected=error.expected)
    return State(name, url, seconds=time.monotonic() - begin)


def _owner() -> int:
    return int(os.environ[RUN].partition("-")[0])


def _folder() -> Path:
    return Path(tempfile.gettempdir()) / f"gatepost-engines-{os.environ[RUN]}"


def names(kind: str = "") -> list[str]:
    """The names of all servers, or of a kind's, the one that starts on most machines first."""
    return [name for name, distribution in DISTRIBUTIONS.items() if distribution.kind.startswith(kind)]
