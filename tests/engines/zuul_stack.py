"""A whole Zuul on loopback: ZooKeeper, scheduler, merger, web, executor with bubblewrap, log server, git."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import postgres, supervised, zuul_api
from .distributions import CannotRunError
from .supervisor import Task

NAME = "zuul"
TENANT = "test"
PROJECTS = ("zuul-config", "gatepost", "community", "other")
CHECKOUT = Path(__file__).resolve().parents[2]
_FILES = Path(__file__).with_name("zuul")
_IGNORED = (".git", ".venv", ".hypothesis", ".*_cache", "__pycache__", "build", "dist")
_NEEDED = {
    "bwrap": "bubblewrap",
    "git": "git",
    "openssl": "openssl",
    "ps": "procps",
    "ssh-agent": "openssh-client",
    "unshare": "util-linux",
}


class ZuulStack:
    """A Zuul that runs: `url` is its web's, `home` the folder with all its files, which `served` serves."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.home = home
        self.served: str = json.loads((home / "etc" / "served.json").read_text())

    def commit(self, project: str, files: Mapping[str, str]) -> None:
        """Commit files to a project's branch main; Zuul sees it within a second."""
        _commit(self.home / "repos" / project, files)

    def get(self, path: str) -> Any:
        """The JSON of a path of the tenant, like builds?limit=1."""
        return _json(f"{self.url}/api/tenant/{TENANT}/{path}")

    def build(self, job: str, *, after: int = 0, seconds: float = 600) -> dict[str, Any]:
        """The first build of a job with an `_id` after this one, once it has a result."""

        def ended() -> dict[str, Any] | None:
            found = self.get(f"builds?job_name={job}&complete=true&idx_min={after + 1}")
            return dict(found[-1]) if found else None

        build = supervised.wait(ended, seconds, every=0.5)
        assert build, f"no build of {job} ended in {seconds:.0f} s; {self.get('builds')}; {self._said()}"
        return build

    def log(self, build: Mapping[str, Any], name: str = "job-output.txt") -> str:
        """A file of a build's log folder."""
        return (self.home / "logs" / build["uuid"] / name).read_text()

    def _said(self) -> str:
        return "\n".join(path.read_text()[-2000:] for path in sorted((self.home / "log").glob("e*")))


def check() -> None:
    """Raise CannotRunError if this machine lacks what a Zuul needs."""
    zuul_api.python()
    zuul_api.scripts()
    missing = [package for program, package in _NEEDED.items() if not shutil.which(program)]
    if not Path("/usr/share/java/zookeeper.jar").exists():
        missing.append("libzookeeper-java")
    if missing or not shutil.which("java"):
        raise CannotRunError(f"needs more: apt-get install {' '.join(missing or ['default-jre-headless'])}")
    if not (_ansible() / "bin" / "ansible").exists():
        raise CannotRunError(
            f"needs Ansible for Zuul's jobs, in an environment at {_ansible()}: "
            "pip install ansible-core==2.18.* google-re2 voluptuous jmespath netaddr"
        )
    sandbox = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--unshare-user", "--disable-userns", "true"]
    done = subprocess.run(["unshare", "--fork", "--pid", *sandbox], capture_output=True, text=True)
    if done.returncode:
        raise CannotRunError(f"bubblewrap cannot run here: {done.stderr.strip()[-200:]}", expected=True)


def start(directory: Path, owner: int) -> str:
    """Start it; the URL of its web."""
    check()
    if len(str(directory)) > 48:
        raise CannotRunError(
            f"names of sockets in {directory} would be too long: set TMPDIR to a shorter one"
        )
    ports = {name: supervised.free_port() for name in ("zk", "metrics", "web", "finger", "logs")}
    url = f"http://127.0.0.1:{ports['web']}"
    database = postgres.create_database(zuul_api.database(), NAME)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=".zuul-") as prepared:
        _prepare(Path(prepared), _values(directory / "home", ports, database))
        arguments = [zuul_api.python().parent, shutil.which("java"), zuul_api.scripts(), ports["logs"]]
        command = ["bash", str(_FILES / "run.sh"), *map(str, arguments)]
        environment = os.environ | {
            "TMPDIR": str(directory / "home" / "tmp"),
            "PATH": f"{_python_home()}/bin:{os.defpath}:/usr/sbin:/sbin",
        }
        task = Task(str(directory), prepared, {}, command, environment, owner, None, contained=True)
        supervised.begin(task)
    return supervised.await_start(directory, lambda: _ready(url), 180)


def _ready(url: str) -> str | None:
    try:
        projects = _json(f"{url}/api/tenant/{TENANT}/projects")
        running = [each["state"] for each in _json(f"{url}/api/components").get("executor", [])]
    except OSError:
        return None
    return url if len(projects) == len(PROJECTS) and "running" in running else None


def _prepare(folder: Path, values: Mapping[str, str]) -> None:
    """Lay out configuration and repositories, the templates filled with `values`."""
    etc, ansible, shared = folder / "etc", folder / "state" / "ansible", zuul_api.scripts()
    etc.mkdir()
    ansible.mkdir(parents=True)
    # An executor does not start without all versions that it knows; jobs use the newest.
    for version in ("9", "11"):
        (ansible / version).symlink_to(_ansible())
    for name in ("zuul.conf", "zoo.cfg", "logging.conf", "log4j.properties"):
        (etc / name).write_text(_filled(shared / name, values))
    shutil.copy(_FILES / "main.yaml", etc)
    (etc / "served.json").write_text(json.dumps(values["@SERVED@"]))
    config = [path for path in (_FILES / "config").rglob("*") if path.is_file()]
    files = {
        "zuul-config": {str(path.relative_to(_FILES / "config")): _filled(path, values) for path in config},
        "gatepost": {},
    }
    shutil.copytree(CHECKOUT, folder / "repos" / "gatepost", ignore=shutil.ignore_patterns(*_IGNORED))
    for project in PROJECTS:
        _commit(folder / "repos" / project, files.get(project, {"README": project}))


def _values(home: Path, ports: Mapping[str, int], database: str) -> dict[str, str]:
    """What stands in templates, and what it is here, where `home` is the folder of it all."""
    visible = map(str, (_python_home(), _ansible(), sys.base_prefix, sys.prefix, CHECKOUT))
    writable = {"trusted": f"{home}/logs:{home}/tmp", "untrusted": f"{home}/published:{home}/tmp"}
    return {
        "@SERVED@": f"http://127.0.0.1:{ports['logs']}",
        "@PYTHON_PREFIX@": ":".join(visible),
        "postgresql://zuul@127.0.0.1:25432/zuul": database,
        "22281": str(ports["zk"]),
        "29091": str(ports["metrics"]),
        "29000": str(ports["web"]),
        "27979": str(ports["finger"]),
        "trusted_rw_paths=@ROOT@/logs": "\n".join(
            f"{who}_rw_paths={which}" for who, which in writable.items()
        ),
        "manage_ansible=true": "manage_ansible=false",
        "poll_delay=5": "poll_delay=1",
        "level=DEBUG": "level=INFO",
        # A socket's name may have 107 characters.
        "@ROOT@/state/builds": f"{home}/b",
        "@ROOT@": str(home),
    }


def _commit(repository: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text)
    git = ["git", "-C", str(repository), "-c", "user.name=test", "-c", "user.email=test@localhost"]
    if not (repository / ".git").exists():
        subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message=A change"], check=True)


def _filled(template: Path, values: Mapping[str, str]) -> str:
    return re.sub("|".join(map(re.escape, values)), lambda found: values[found[0]], template.read_text())


def _ansible() -> Path:
    """The environment with the Ansible that jobs run with."""
    return zuul_api.cache() / "ansible-2.18"


def _python_home() -> Path:
    """Where the Python lives that the environments are made from; jobs must see it, and use it."""
    said = subprocess.run(
        [_ansible() / "bin" / "python", "-c", "import sys; print(sys.base_prefix)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(said.stdout.strip())


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)
