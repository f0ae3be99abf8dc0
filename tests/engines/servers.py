"""Starts real servers on loopback, on free ports, and talks to them."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import secrets
import signal
import ssl
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from . import distributions, supervisor
from .distributions import CannotRunError
from .security import Security

START_S = 180.0


class Answer(NamedTuple):
    """What a server said: its JSON parsed, anything else as text."""

    status: int
    body: Any


class Server:
    """A server that runs; `name` is like elasticsearch-8.15.0, `url` has no credentials."""

    def __init__(self, name: str, url: str, security: Security | None = None) -> None:
        self.name = name
        self.kind, _, self.version = name.partition("-")
        self.url = url
        self.security = security

    def __repr__(self) -> str:
        return f"{self.name} at {self.url}"

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 60,
    ) -> Answer:
        """Send a request as one who may do all; `body` as JSON, bytes untouched. Any status is an answer."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path.lstrip('/')}", sent, method=method)
        for name, value in {
            "Content-Type": "application/json",
            **self._credentials(),
            **(headers or {}),
        }.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=timeout_s, context=self._tls()) as response:
                return Answer(response.status, _parsed(response.read()))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _parsed(error.read()))

    def request(self, method: str, path: str, body: object = None) -> Any:
        """The JSON that is answered; AssertionError for a status of 400 or more."""
        answer = self.ask(method, path, body)
        assert answer.status < 400, f"{self}: {method} {path}: {answer.status} {answer.body}"
        return answer.body

    def index(self, index: str, documents: Iterable[Mapping[str, Any]]) -> int:
        """Put documents into an index and make them searchable; how many there were."""
        lines = [line for document in documents for line in ('{"index":{}}', json.dumps(document))]
        for at in range(0, len(lines), 10_000):
            body = "\n".join([*lines[at : at + 10_000], ""]).encode()
            items = self.request("POST", f"{index}/_bulk", body)["items"]
            errors = [item for item in items if item["index"]["status"] >= 300]
            assert not errors, errors[:3]
        self.request("POST", f"{index}/_refresh")
        return len(lines) // 2

    def indices(self, prefix: str) -> list[str]:
        """The names of the indices that begin so."""
        path = f"_cat/indices/{prefix}*?format=json&h=index&expand_wildcards=all"
        return sorted(row["index"] for row in self.request("GET", path))

    def forget(self, prefix: str) -> None:
        """Delete the indices that begin so."""
        for index in self.indices(prefix):
            self.request("DELETE", index)

    def _credentials(self) -> dict[str, str]:
        if self.security is None:
            return {}
        pair = f"{self.security.username}:{self.security.password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def _tls(self) -> ssl.SSLContext | None:
        return self.security.context() if self.security else None


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
        _wait(lambda: (self.directory / "ended").exists() or None, 30)

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
        os.kill(_read(self.directory / "supervisor.pid"), signal.SIGUSR1)
        _wait(lambda: self._group() != before or None, 30)
        _await_start(self)

    def stop(self) -> None:
        """Stop it and remove its files."""
        stop(self.directory)

    def _group(self) -> int:
        return _read(self.directory / "server.pid")


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
    secured: bool | Mapping[str, Any] = False,
) -> OwnServer:
    """Start a server whose files are in `directory`, until the process `owner` ends or `stop`.

    `settings` go into its configuration. `secured` starts Elasticsearch with TLS and passwords; a mapping
    has settings of that. Raises CannotRunError.
    """
    distribution = distributions.DISTRIBUTIONS[name]
    distributions.check(name)
    security = Security.make(distribution.kind) if secured else None
    values = {**_settings(name), **(security.settings if security else {}), **(settings or {})}
    if isinstance(secured, Mapping):
        values |= secured
    files = dict(security.files) if security else {}
    files[f"config/{distribution.kind}.yml"] = "".join(f"{k}: {json.dumps(v)}\n" for k, v in values.items())
    supervisor.begin(
        supervisor.Task(
            str(directory),
            str(distributions.unpacked(name)),
            files,
            [str(directory / "home" / "bin" / distribution.kind)],
            _environment(distribution, directory / "home", heap),
            owner,
            distributions.user(),
        )
    )
    server = OwnServer(name, "", directory, security)
    try:
        _await_start(server)
    except BaseException:
        server.stop()
        raise
    return server


def stop(directory: Path) -> None:
    """Stop the server whose files are in `directory`, and wait until they are gone."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(_read(directory / "supervisor.pid"), signal.SIGTERM)
    _wait(lambda: not directory.exists() or None, 60)


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


def _environment(distribution: distributions.Distribution, home: Path, heap: str | None) -> dict[str, str]:
    prefix = "ES" if distribution.kind == "elasticsearch" else "OPENSEARCH"
    heap = heap or ("512m" if distribution.java == 17 else "1g")
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        f"{prefix}_JAVA_HOME": str(distributions.java_home(distribution)),
        f"{prefix}_JAVA_OPTS": f"-Xms{heap} -Xmx{heap}",
        f"{prefix}_TMPDIR": str(home / "tmp"),
        "JDK_JAVA_OPTIONS": f"-XX:-UsePerfData -Djava.io.tmpdir={home / 'tmp'}",
    }


def _await_start(server: OwnServer) -> None:
    def answers() -> bool | None:
        if (server.directory / "ended").exists():
            raise CannotRunError(f"ended while starting: {_why(server)}")
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

    if not _wait(answers, START_S):
        raise CannotRunError(f"did not start in {START_S:.0f} s: {_why(server)}")


def _why(server: OwnServer) -> str:
    """The last lines that a server said, for people."""
    with contextlib.suppress(FileNotFoundError):
        return " | ".join(server.log.splitlines()[-5:])
    return "it said nothing"


def _wait(done: Any, seconds: float) -> Any:
    end = time.monotonic() + seconds
    while (answer := done()) is None and time.monotonic() < end:
        time.sleep(0.1)
    return answer


def _settings_file(directory: Path, kind: str) -> Path:
    return directory / "home" / "config" / f"{kind}.yml"


def _read(path: Path) -> int:
    return int(path.read_text())


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
