"""A supervisor's server ends with its owner, however that ends; shown with a server that only sleeps."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import distributions, supervisor


@pytest.fixture
def owner() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def distribution(tmp_path: Path) -> Path:
    home = tmp_path / "distribution"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "server").write_text("#!/bin/sh\nid -u > tmp/user\nsleep 60 &\nsleep 60\n")
    (home / "bin" / "server").chmod(0o755)
    return home


@pytest.fixture
def begin(owner: subprocess.Popen[bytes], distribution: Path) -> Iterator[Callable[..., Path]]:
    """Begins to supervise; the folder of the server, which must be gone in the end."""
    folder = Path(tempfile.gettempdir()) / f"gatepost-test-{os.urandom(4).hex()}" / "server"

    def start(**options: Any) -> Path:
        folder.parent.mkdir(mode=0o711)
        files, command = {"config/server.yml": "a: 1\n"}, [str(folder / "home" / "bin" / "server")]
        environment = {"PATH": os.environ["PATH"]}
        supervisor.begin(
            supervisor.Task(
                str(folder),
                str(distribution),
                files,
                command,
                environment,
                owner.pid,
                **{"user": distributions.user(), **options},
            )
        )
        eventually((folder / "server.pid").exists)
        eventually((folder / "home" / "tmp" / "user").read_text)
        return folder

    yield start
    eventually(lambda: not folder.exists())
    shutil.rmtree(folder.parent, ignore_errors=True)


def eventually(true: Callable[[], object]) -> None:
    for _ in range(200):
        try:
            if true():
                return
        except FileNotFoundError:
            pass
        time.sleep(0.05)
    raise AssertionError("it never came to be")


def group(folder: Path) -> int:
    return int((folder / "server.pid").read_text())


def ended(group: int) -> bool:
    """Whether no process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_it_runs_a_copy_with_its_files_as_an_unprivileged_user(begin: Callable[[], Path]) -> None:
    folder = begin()
    assert (folder / "home" / "config" / "server.yml").read_text() == "a: 1\n"
    assert int((folder / "home" / "tmp" / "user").read_text()) != 0
    os.kill(int((folder / "supervisor.pid").read_text()), signal.SIGTERM)


def test_a_killed_owner_takes_the_server_and_its_files_along(
    begin: Callable[[], Path], owner: subprocess.Popen[bytes]
) -> None:
    folder = begin()
    running = group(folder)
    (folder.parent / "notes").touch()
    assert not ended(running)
    owner.kill()
    owner.wait()
    eventually(lambda: ended(running))
    eventually(lambda: not folder.parent.exists())


def test_stopping_ends_all_its_processes(begin: Callable[[], Path]) -> None:
    folder = begin()
    running = group(folder)
    os.kill(int((folder / "supervisor.pid").read_text()), signal.SIGTERM)
    eventually(lambda: ended(running))


def test_what_is_contained_takes_along_also_what_left_its_group(
    begin: Callable[..., Path], distribution: Path, tmp_path: Path
) -> None:
    if subprocess.run(["unshare", "--fork", "--pid", "true"]).returncode and os.geteuid() == 0:
        pytest.skip("this machine lets nobody make namespaces")
    lock = tmp_path / "held"
    (distribution / "bin" / "server").write_text(
        f"#!/bin/sh\nsetsid flock {lock} sleep 60 &\nsleep 0.2\nid -u > tmp/user\nsleep 60\n"
    )
    folder = begin(user=None, contained=True)
    assert subprocess.run(["flock", "--nonblock", lock, "true"]).returncode == 1
    os.kill(int((folder / "supervisor.pid").read_text()), signal.SIGTERM)
    subprocess.run(["flock", "--timeout", "10", lock, "true"], check=True)


def test_a_server_may_end_by_itself(begin: Callable[..., Path], distribution: Path, tmp_path: Path) -> None:
    (distribution / "bin" / "server").write_text(
        f"#!/bin/sh\ntrap 'touch {tmp_path}/e; exit' TERM\nid -u > tmp/user\nwhile sleep 0.1; do :; done\n"
    )
    folder = begin(user=None, ending=signal.SIGTERM)
    os.kill(int((folder / "supervisor.pid").read_text()), signal.SIGTERM)
    eventually((tmp_path / "e").exists)


def test_a_server_that_died_is_noted_and_can_be_started_again(begin: Callable[[], Path]) -> None:
    folder = begin()
    first = group(folder)
    os.killpg(first, signal.SIGKILL)
    eventually((folder / "ended").exists)
    os.kill(int((folder / "supervisor.pid").read_text()), signal.SIGUSR1)
    eventually(lambda: group(folder) != first)
    assert not ended(group(folder))
    assert not (folder / "ended").exists()
    os.kill(int((folder / "supervisor.pid").read_text()), signal.SIGTERM)


def test_nothing_is_left_of_a_server_that_cannot_be_laid_out(
    begin: Callable[[], Path], distribution: Path
) -> None:
    (distribution / "config").write_text("in the way of the folder")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        begin()
    assert "FileExistsError" in caught.value.stderr
