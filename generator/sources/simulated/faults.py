"""What breaks in the community: each fault with what it logs, how often, when and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from generator.sources.simulated.build import Build

CONSOLE = "job-output.txt"
COMPUTE, NETWORK, SYSLOG, TESTS = "keel-compute.log", "anchor-agent.log", "syslog", "tests.log"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Fault:
    """A cause of failures; `rate` is its chance in a build of one of `kinds`, before the factors.

    `times` are factors from a moment on, `places` factors by provider (others have `elsewhere`), from
    `placed` on. `lines` are logged together, up to `repeat` times; the first of them is what its signature
    matches. One with `harmless` is logged whether the build fails or not; `brings` may bring another.
    """

    id: str
    file: str
    lines: tuple[str, ...]
    rate: float
    kinds: tuple[str, ...] = ("integration",)
    times: tuple[tuple[datetime, float], ...] = ()
    places: dict[str, float] = field(default_factory=dict)
    elsewhere: float = 1.0
    jobs: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    repeat: int = 3
    brings: tuple[str, float] = ("", 0.0)
    harmless: bool = False
    result: str = "FAILURE"

    def chance(self, build: Build) -> float:
        """How likely it strikes a build."""
        fits = build.job.kind in self.kinds and build.job.name in (self.jobs or (build.job.name,))
        if not fits or build.branch not in (self.branches or (build.branch,)):
            return 0.0
        factor = 1.0
        for start, then in self.times:
            factor = then if build.end >= start else factor
        return self.rate * factor * self.places.get(build.provider.name, self.elsewhere)


_EVERY = ("light", "unit", "functional", "integration")
FAULTS = (
    Fault(  # gets worse, and shows that a region does
        "2091874", COMPUTE,
        ("ERROR keel.compute.manager [{req}] Timed out waiting for volume {uuid} to detach after 300 s",
         "ERROR keel.compute.manager [{req}] Traceback (most recent call last):",
         "ERROR keel.compute.manager [{req}]     self._wait_detached(volume, timeout=300)",
         "ERROR keel.compute.manager [{req}] keel.exception.DetachTimeout: {uuid}"),
        rate=0.013, times=((_at("2026-11-17T04:00"), 10.0),),
        places={"aldgate-north1": 3.0}, elsewhere=0.2,
    ),
    Fault(  # steady, everywhere
        "2084402", CONSOLE,
        ("E: Failed to fetch http://mirror.{region}.example.org/debian/pool/main/{word}.deb  502 Bad Gateway",
         "E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?"),
        rate=0.018, kinds=_EVERY, repeat=4,
    ),
    Fault(
        "2079436", TESTS,
        ("    sextant.lib.exceptions.SSHTimeout: Connection to the 10.1.0.{byte} via SSH timed out.",
         "    User: cirros, Password: None"),
        rate=0.03, repeat=2,
    ),
    Fault(  # new
        "2093008", NETWORK,
        ("ERROR anchor.agent.ovn [{req}] Lost connection to the southbound database, giving up",
         "WARNING anchor.agent.ovn [{req}] Port {uuid} stays unbound"),
        rate=0.07, times=((_at("2000-01-01T00:00"), 0.0), (_at("2026-11-18T06:12"), 1.0)), repeat=5,
    ),
    Fault(  # gets better, and brings another with it
        "2071150", SYSLOG,
        ("kernel: Out of memory: Killed process {pid} (mariadbd) total-vm:2873444kB, anon-rss:1204412kB",
         "systemd[1]: mariadb.service: Main process exited, code=killed, status=9/KILL"),
        rate=0.045, times=((_at("2026-11-12T00:00"), 0.35),), repeat=1, brings=("2085117", 0.6),
    ),
    Fault(
        "2085117", COMPUTE,
        ("ERROR oslo.messaging._drivers.impl_rabbit [{req}] Connection reset by peer: queue {word} is gone",),
        rate=0.006, repeat=6,
    ),
    Fault(  # fixed
        "2077420", CONSOLE,
        ("lighthouse-manage: CRITICAL: no key repository at /etc/lighthouse/token-keys after the upgrade",),
        rate=0.12, jobs=("upgrade",), times=((_at("2026-10-21T00:00"), 0.0),),
    ),
    Fault(  # fixed, and came back
        "2062215", CONSOLE,
        ("Error response: Get https://registry.{region}.example.org/v2/: x509: certificate has expired",),
        rate=0.035, kinds=("functional", "integration"),
        times=((_at("2026-10-12T00:00"), 0.0), (_at("2026-11-15T00:00"), 1.0)), repeat=2,
    ),
    Fault(  # one provider only
        "2090155", NETWORK,
        ("ERROR anchor.plugins.ml2.managers [{req}] Failed to bind port {uuid} on host node-1",),
        rate=0.17, jobs=("integration-multinode", "upgrade"), places={"halden": 1.0}, elsewhere=0.0,
    ),
    Fault(  # says nothing: it is in passing builds too
        "2068020", COMPUTE,
        ("WARNING keel.scheduler.report [{req}] Inventory update took 12.{byte} s, more than expected",),
        rate=0.09, repeat=5, harmless=True,
    ),
    Fault(
        "2055555", CONSOLE,
        ("Alarm clock: sent SIGTERM to the test runner after its time limit",), rate=0.012,
        kinds=("functional", "integration"), repeat=1, result="TIMED_OUT",
    ),
    Fault(
        "2086001", TESTS,
        ("    sextant.lib.exceptions.EdgeSiteUnreachable: site edge-{digit} did not answer its heartbeat",),
        rate=0.16, jobs=("integration-edge",),
    ),
    Fault(
        "2058867", TESTS,
        ("    AssertionError: image {uuid} is queued with size 0, expected active",), rate=0.009,
        kinds=("functional", "integration"),
    ),
    Fault(
        "2066391", TESTS,
        ("    AssertionError: server {uuid} is listed on page 1 and on page 2",), rate=0.011,
        kinds=("functional", "integration"), repeat=1,
    ),
    Fault(
        "2073344", CONSOLE,
        ("ERROR: Cannot install rigging and oslo.{word} because these have conflicting dependencies.",
         "ERROR: ResolutionImpossible: for help visit the documentation of the package installer"),
        rate=0.05, kinds=("unit", "functional"), branches=("stable/2026.1",), repeat=1,
    ),
)  # fmt: skip
BY_ID = {fault.id: fault for fault in FAULTS}

#: Recurring failures for which nobody has written a signature: rate, since when, file, line.
UNKNOWN = (
    (0.025, _at("2026-11-13T00:00"), SYSLOG, 'audit: apparmor="DENIED" operation="mount" name="/{word}"'),
    (0.012, _at("2026-09-01T00:00"), TESTS, "    AssertionError: 3 != 2 : quota of {word} after delete"),
    (0.008, _at("2026-10-05T00:00"), SYSLOG, "kernel: BUG: soft lockup - CPU#{digit} stuck for 2{digit}s!"),
)
#: What a change that is wrong itself makes fail.
OWN_FAULTS = (
    "    AssertionError: '{word}' != 'active'",
    "    TypeError: {word}() missing 1 required positional argument: 'context'",
    "./{word}/api.py:{pid}:1: F401 'os' imported but unused",
    "    ImportError: cannot import name '{word}' from 'rigging.session'",
    "    KeyError: '{word}'",
    "ERROR: InvocationError for command .tox/py3/bin/stestr run {word} (exited with code 1)",
)
