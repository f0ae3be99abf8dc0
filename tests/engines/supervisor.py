"""Runs one server for a test session, and leaves nothing behind: neither the server nor its files.

A process of its own, so that it outlives a crash, a Ctrl-C or a kill of the tests: it stops the server
when its owner, a process id, is gone; the last of an owner then removes their common folder too. SIGTERM
stops the server, SIGUSR1 starts it again on its data.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

_NAMESPACES = ["--fork", "--pid", "--ipc", "--mount-proc", "--kill-child"]


class Task(NamedTuple):
    """What to run: a copy of `distribution`, if any, with `files` in it, as the user with the id `user`.

    It ends with the signal `ending`, after ten seconds with SIGKILL. What is `contained` takes all processes
    along that it ever started, also those in groups of their own.
    """

    directory: str
    distribution: str
    files: dict[str, str]
    command: list[str]
    environment: dict[str, str]
    owner: int
    user: int | None
    contained: bool = False
    ending: int = signal.SIGKILL


def begin(task: Task) -> None:
    """Start a supervisor that is nobody's child; CalledProcessError if it cannot begin."""
    command = [sys.executable, "-I", str(Path(__file__).resolve()), json.dumps(task._asdict())]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _supervise(task: Task, directory: Path, owner: int) -> None:
    ending = _signals()
    while ending["how"] != "stop":
        ending["how"] = None
        with _server(task, directory) as server:
            while not ending["how"]:
                if _gone(owner, 0.1):
                    ending["how"] = "stop"
                if server.poll() is not None:
                    (directory / "ended").touch()


def _gone(process: int, seconds: float = 0) -> bool:
    return bool(select.select([process], [], [], seconds)[0])


def _signals() -> dict[str, str | None]:
    ending: dict[str, str | None] = {"how": None}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: ending.update(how="stop"))
    signal.signal(signal.SIGUSR1, lambda *_: ending.update(how="again"))
    return ending


def _lay_out(task: Task, directory: Path) -> None:
    home = directory / "home"
    if task.distribution:
        shutil.copytree(task.distribution, home, symlinks=True)
    (home / "tmp").mkdir(parents=True)
    for name, text in task.files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    if task.user is not None:
        for path in [home, *home.rglob("*")]:
            os.chown(path, task.user, -1, follow_symlinks=False)


@contextlib.contextmanager
def _server(task: Task, directory: Path) -> Any:
    options: dict[str, Any] = {}
    if task.user is not None:
        options = {"user": task.user, "group": pwd.getpwuid(task.user).pw_gid, "extra_groups": []}
    container = ["unshare", *_NAMESPACES] if task.contained else []
    if container and os.geteuid() != 0:
        container += ["--user", "--map-current-user"]
    for stale in ("ended", "home/logs/http.ports"):
        (directory / stale).unlink(missing_ok=True)
    with (directory / "server.log").open("ab") as log:
        server = subprocess.Popen(
            [*container, *task.command],
            cwd=directory / "home",
            env=task.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **options,
        )
    _write(directory / "server.pid", server.pid)
    try:
        yield server
    finally:
        for ending in (task.ending, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(server.pid, ending)
                server.wait(10)


def _write(path: Path, number: int) -> None:
    """Who reads the file finds the number in it, or no file."""
    path.with_suffix(".new").write_text(str(number))
    path.with_suffix(".new").rename(path)


def main() -> None:
    task = Task(**json.loads(sys.argv[1]))
    owner = os.pidfd_open(task.owner)
    directory = Path(task.directory)
    directory.mkdir(mode=0o711)
    try:
        _lay_out(task, directory)
        if child := os.fork():
            _write(directory / "supervisor.pid", child)
            os._exit(0)
        os.setsid()
        with (directory / "supervisor.log").open("wb") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        _supervise(task, directory, owner)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        if _gone(owner) and not any(directory.parent.glob("*/")):
            shutil.rmtree(directory.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
