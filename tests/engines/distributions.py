"""The servers that tests run against: which there are, what they need, and their unpacked files."""

from __future__ import annotations

import fcntl
import functools
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal, NamedTuple

POM = Path(__file__).with_name("pom.xml")
Kind = Literal["elasticsearch", "opensearch"]


class Distribution(NamedTuple):
    """One server: its Java versions are `java` up to, not including, `java_end`."""

    kind: Kind
    version: str
    java: int
    java_end: int = 1000

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.version}"


# Java 24 has no security manager any more, which the older two cannot do without.
DISTRIBUTIONS = {
    distribution.name: distribution
    for distribution in (
        Distribution("elasticsearch", "8.15.0", 17, 24),
        Distribution("elasticsearch", "9.2.0", 21),
        Distribution("opensearch", "2.19.1", 17, 24),
        Distribution("opensearch", "3.3.2", 21),
    )
}


class CannotRunError(Exception):
    """Why a server cannot run here; `expected` says that nothing which every machine can have would help."""

    def __init__(self, why: str, *, expected: bool = False) -> None:
        super().__init__(why)
        self.expected = expected


def check(name: str) -> None:
    """Raise CannotRunError if this machine lacks what the server needs; takes no time."""
    if sys.platform != "linux":
        raise CannotRunError("the tests start servers on Linux only")
    java_home(DISTRIBUTIONS[name])
    user()
    if not _unpacked(name).is_dir() and not shutil.which("mvn"):
        raise CannotRunError("needs Maven to be fetched: apt-get install maven")


def java_home(distribution: Distribution) -> Path:
    """The oldest installed Java that runs the server."""
    fitting = {v: home for v, home in _javas().items() if distribution.java <= v < distribution.java_end}
    if fitting:
        return fitting[min(fitting)]
    found = ", ".join(map(str, sorted(_javas()))) or "none"
    if distribution.java > 17:
        why = f"needs Java {distribution.java} or newer, found {found}: install one and set JAVA_HOME"
        raise CannotRunError(why, expected=True)
    wanted = f"Java {distribution.java} to {distribution.java_end - 1}"
    raise CannotRunError(f"needs {wanted}, found {found}: apt-get install openjdk-17-jre-headless")


def user() -> int | None:
    """The id of the user that the server runs as, None for our own: as root no server starts."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        raise CannotRunError("does not start as root, and there is no user nobody") from None


def unpacked(name: str) -> Path:
    """The folder with the server's files, fetched with Maven the first time."""
    home = _unpacked(name)
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.is_dir():
            _fetch(DISTRIBUTIONS[name], home)
    return home


def _unpacked(name: str) -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "gatepost" / "engines" / name


def _fetch(distribution: Distribution, home: Path) -> None:
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".unpacking-") as into:
        values = {"kind": distribution.kind, "version": distribution.version, "into": into}
        options = [f"-D{name}={value}" for name, value in values.items()]
        command = ["mvn", "-B", "-ntp", "-f", str(POM), "generate-resources", *options]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=600)
        except subprocess.TimeoutExpired:
            raise CannotRunError("Maven did not fetch it in 10 minutes") from None
        if run.returncode:
            errors = [line for line in run.stdout.splitlines() if line.startswith("[ERROR]")]
            raise CannotRunError(f"Maven cannot fetch it: {(errors or ['no reason given'])[0]}")
        (Path(into) / distribution.name).rename(home)


@functools.cache
def _javas() -> dict[int, Path]:
    """The Java homes of this machine by major version."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if java := shutil.which("java"):
        homes.append(Path(java).resolve().parent.parent)
    homes += sorted(Path("/usr/lib/jvm").glob("*/"))
    found: dict[int, Path] = {}
    for home in dict.fromkeys(home.resolve() for home in homes):
        if not _all_may_run(home / "bin" / "java"):
            continue
        said = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True).stderr
        if version := re.search(r'version "(\d+)', said):
            found.setdefault(int(version[1]), home)
    return found


def _all_may_run(program: Path) -> bool:
    """Whether also the user that servers run as gets at it."""
    return program.exists() and all(path.stat().st_mode & 1 for path in (program, *program.parents))
