"""PostgreSQL for Zuul's database: a server of Debian's package on loopback, and databases in it."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from . import supervised
from .distributions import CannotRunError, user
from .supervisor import Task

NAME = "postgresql"
_SCRIPT = """
set -e
[ -d data ] || "$0/initdb" -D data -A trust -U zuul -E UTF8 --locale C --no-sync >/dev/null
exec "$0/postgres" -D data -p "$1" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c full_page_writes=off -c max_connections=200 \\
    -c dynamic_shared_memory_type=mmap
"""


def start(directory: Path, owner: int) -> str:
    """Start a server; the URL of its first database, to which everybody on this machine has access."""
    programs, port = _programs(), supervised.free_port()
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TMPDIR": str(directory / "home" / "tmp")}
    command = ["sh", "-c", _SCRIPT, str(programs), str(port)]
    probe = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "zuul"]
    url = f"postgresql://zuul@127.0.0.1:{port}/postgres"
    return supervised.start(
        Task(str(directory), "", {}, command, environment, owner, user(), ending=signal.SIGINT),
        lambda: url if subprocess.run(probe).returncode == 0 else None,
        60,
    )


def create_database(url: str, name: str) -> str:
    """Make a database beside that of `url`; its URL."""
    subprocess.run([_programs() / "createdb", f"--maintenance-db={url}", name], check=True)
    return f"{url.rpartition('/')[0]}/{name}"


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise CannotRunError("needs PostgreSQL: apt-get install postgresql")
    return found[-1].parent
