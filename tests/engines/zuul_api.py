"""Zuul's own API over its own database in PostgreSQL, without the rest of Zuul, and builds put into that."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from . import postgres, sharing, supervised
from .distributions import CannotRunError
from .supervisor import Task

NAME = "zuul-api"
VERSION = "14.3.0"
# Tests share the server, each has a tenant of its own; the program wants to know them when it starts.
TENANTS = [f"tenant-{number}" for number in range(1000)]


def python() -> Path:
    """The Python that has Zuul."""
    default = cache() / f"zuul-{VERSION}" / "bin" / "python"
    found = Path(os.environ.get("GATEPOST_ZUUL_PYTHON") or default)
    if not (found.parent / "zuul-web").exists():
        raise CannotRunError(
            f"needs Zuul: pip install zuul=={VERSION} in an environment of its own, "
            f"at {default.parent.parent}, or set GATEPOST_ZUUL_PYTHON to its python"
        )
    return found


def cache() -> Path:
    """The folder where `.ci/run` puts the environments that tests need."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gatepost-ci"


def scripts() -> Path:
    """The folder with the templates and scripts for Zuul."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "zuul"
    if not folder.is_dir():
        raise CannotRunError("needs Zuul's templates: put them beside the checkout, at ../shared/zuul")
    return folder


def database() -> str:
    """The URL of the session's PostgreSQL, which is started if need be."""
    state = sharing.acquire(postgres.NAME, postgres.start)
    if not state.url:
        raise CannotRunError(state.why)
    return state.url


def start(directory: Path, owner: int) -> str:
    """Start the API; its URL."""
    program, interpreter = scripts() / "thin_web.py", python()
    port = supervised.free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(interpreter), "-I", str(program), database(), str(port), *TENANTS]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(directory / "home")}

    def answers() -> str | None:
        try:
            urllib.request.urlopen(f"{url}/api/tenant/{TENANTS[0]}/builds?limit=1", timeout=30).close()
        except OSError:
            return None
        return url

    return supervised.start(Task(str(directory), "", {}, command, environment, owner, None), answers, 60)


class ZuulApi:
    """A tenant of its own in Zuul's API: `url` is the root of the API's paths, `tenant` the name."""

    def __init__(self, url: str, tenant: str, seeder: Seeder) -> None:
        self.url = url
        self.tenant = tenant
        self._seeder = seeder

    def add(self, **buildset: Any) -> dict[str, Any]:
        """Add a buildset with its builds, as `zuul_seed.py` says; its `uuid`, `builds` with `_id`."""
        return self._seeder.tell({"tenant": self.tenant, **buildset})

    def add_all(self, buildsets: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Add many at once, in this order."""
        return [self.add(**buildset) for buildset in buildsets]

    def update(self, build: str, **columns: Any) -> None:
        """Change a build, as when it ends: update(uuid, result="FAILURE", end_time=…)."""
        self._seeder.tell({"update": build, **columns})

    def delete(self, build: str) -> None:
        """Take a build out of the database, as pruning does."""
        self._seeder.tell({"delete": build})

    def get(self, path: str) -> Any:
        """The JSON of a path of this tenant, like builds?limit=1."""
        with urllib.request.urlopen(f"{self.url}/api/tenant/{self.tenant}/{path}", timeout=60) as answer:
            return json.load(answer)


class Seeder:
    """Zuul's own model in a process of its own, that does what it is told in JSON lines."""

    def __init__(self, url: str) -> None:
        script = Path(__file__).with_name("zuul_seed.py")
        self._process = subprocess.Popen(
            [python(), "-I", script, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """What the process answers; AssertionError if it could not."""
        assert self._process.stdin and self._process.stdout
        print(json.dumps(line, default=_iso), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer

    def close(self) -> None:
        """End the process."""
        with self._process:
            pass


def new_tenant() -> str:
    """The name of a tenant that no other test of the session has."""
    return TENANTS[sharing.count("zuul-tenants")]


def _iso(value: Any) -> str:
    return str(value.isoformat())
