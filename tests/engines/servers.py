"""Starts real servers on loopback, on free ports, and ends them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from . import distributions, supervised, supervisor
from .client import Server
from .security import KEYS, KEYS_INDEX, Security
from .supervised import read, stop, wait

__all__ = ["OwnServer", "Server", "running", "start", "stop"]

START_S = 180.0
# One compiler instead of two: half the processor time until a server has started and answered a few searches.
QUICK = "-XX:TieredStopAtLevel=1"


class OwnServer(Server):
    """A server of one's own, to be killed, blocked, limited."""

    def __init__(self, name: str, url: str, directory: Path, security: Security | None) -> None:
        super().__init__(name, url, security)
        self.directory = directory

    @property
    def log(self) -> str:
        return (self.directory / "server.log").read_text(errors="replace")

    def kill(self) -> None:
        """End it at once, as a power cut would; its port then refuses connections."""
        os.killpg(self._group(), signal.SIGKILL)
        wait(self._refuses, 30)

    def pause(self) -> None:
        """Let it accept connections and answer nothing, until `resume`."""
        os.killpg(self._group(), signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self._group(), signal.SIGCONT)

    def restart(self) -> None:
        """Start it again on its data and its port, whether it was killed or not."""
        before = self._group()
        settings = _settings_file(self.directory, self.kind)
        port = f"http.port: {self.url.rpartition(':')[2]}"
        settings.write_text(re.sub(r"(?m)^http\.port: .*", port, settings.read_text()))
        os.kill(read(self.directory / "supervisor.pid"), signal.SIGUSR1)
        wait(lambda: self._group() != before or None, 30)
        _await_start(self)

    def stop(self) -> None:
        """Stop it and remove its files."""
        stop(self.directory)

    def _refuses(self) -> bool | None:
        host, port = self.url.rpartition("/")[2].split(":")
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            pass
        return None

    def _group(self) -> int:
        return read(self.directory / "server.pid")


@contextlib.contextmanager
def running(name: str, **options: Any) -> Iterator[OwnServer]:
    """A server for a `with`; options as of `start`, without directory and owner."""
    with tempfile.TemporaryDirectory(prefix="gatepost-engine-", ignore_cleanup_errors=True) as parent:
        Path(parent).chmod(0o711)
        server = start(name, Path(parent) / name, os.getpid(), **options)
        try:
            yield server
        finally:
            server.stop()


def start(
    name: str,
    directory: Path,
    owner: int,
    *,
    settings: Mapping[str, Any] | None = None,
    heap: str | None = None,
    java_options: str = "",
    secured: bool = False,
) -> OwnServer:
    """Start a server whose files are in `directory`, until the process `owner` ends or `stop`.

    `settings` go into its configuration, `heap` is like 512m; `secured` is Elasticsearch with TLS and
    passwords. Raises CannotRunError.
    """
    distributions.check(name)
    security = Security.make(name) if secured else None
    task = _task(name, directory, owner, settings or {}, f"{_heap(name, heap)} {java_options}", security)
    supervised.begin(task)
    server = OwnServer(name, "", directory, security)
    try:
        _await_start(server)
        if security:
            server.request("PUT", KEYS_INDEX, KEYS)
    except BaseException:
        server.stop()
        raise
    return server


def _settings(name: str) -> dict[str, Any]:
    own = {
        "cluster.name": f"gatepost-{secrets.token_hex(4)}",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": 0,
        "transport.port": 0,
        "node.portsfile": True,
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }
    return own | ({"xpack.security.enabled": False} if name.startswith("elasticsearch") else {})


def _task(
    name: str,
    directory: Path,
    owner: int,
    settings: Mapping[str, Any],
    java_options: str,
    security: Security | None,
) -> supervisor.Task:
    distribution, home = distributions.DISTRIBUTIONS[name], directory / "home"
    values = {**_settings(name), **(security.settings if security else {}), **settings}
    lines = "".join(f"{name}: {json.dumps(value)}\n" for name, value in values.items())
    files = {**(security.files if security else {}), f"config/{distribution.kind}.yml": lines}
    return supervisor.Task(
        str(directory),
        str(distributions.unpacked(name)),
        files,
        [str(home / "bin" / distribution.kind)],
        _environment(distribution, home, java_options),
        owner,
        distributions.user(),
    )


def _heap(name: str, heap: str | None) -> str:
    heap = heap or ("512m" if distributions.DISTRIBUTIONS[name].java == 17 else "1g")
    return f"-Xms{heap} -Xmx{heap}"


def _environment(distribution: distributions.Distribution, home: Path, java_options: str) -> dict[str, str]:
    prefix = "ES" if distribution.kind == "elasticsearch" else "OPENSEARCH"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        f"{prefix}_JAVA_HOME": str(distributions.java_home(distribution)),
        f"{prefix}_JAVA_OPTS": java_options,
        f"{prefix}_TMPDIR": str(home / "tmp"),
        "JDK_JAVA_OPTIONS": f"-XX:-UsePerfData -Djava.io.tmpdir={home / 'tmp'}",
    }


def _await_start(server: OwnServer) -> None:
    def answers() -> bool | None:
        ports = server.directory / "home" / "logs" / "http.ports"
        if not ports.exists():
            return None
        scheme = "https" if server.security else "http"
        server.url = f"{scheme}://{ports.read_text().split()[0]}"
        try:
            health = server.ask("GET", "_cluster/health?wait_for_status=yellow&timeout=10s", timeout_s=15)
        except OSError:
            return None
        return health.status == 200 or None

    supervised.await_start(server.directory, answers, START_S)


def _settings_file(directory: Path, kind: str) -> Path:
    return directory / "home" / "config" / f"{kind}.yml"
