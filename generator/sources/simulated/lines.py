"""What services, tests and the system log on a good day, and how their lines begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random

from generator.sources.simulated.build import Build
from generator.sources.simulated.community import PROVIDERS
from generator.sources.simulated.faults import BY_ID, COMPUTE, CONSOLE, NETWORK, SYSLOG, TESTS
from generator.sources.simulated.hostile import around

_WORDS = ("server", "volume", "port", "image", "network", "token", "quota", "flavour", "router", "subnet")
_BACKGROUND: dict[str, tuple[str, ...]] = {
    COMPUTE: (
        "INFO keel.compute.manager [{req}] Took {digit}.{byte} seconds to build instance {uuid}.",
        "INFO keel.compute.resource_tracker [{req}] Final resource view: phys_ram=15990MB used_ram={pid}MB",
        "DEBUG oslo_concurrency.lockutils [{req}] Lock released by keel.compute.manager: held 0.{byte}s",
        "INFO keel.virt.libvirt.driver [{req}] Instance {uuid} spawned successfully.",
        "INFO keel.compute.manager [{req}] Timed out waiting for volume {uuid} to attach, trying once more",
        "DEBUG keel.scheduler.report [{req}] Inventory has not changed for provider {uuid}",
    ),
    NETWORK: (
        "INFO anchor.agent.ovn [{req}] Port {uuid} is now bound",
        "DEBUG anchor.agent.ovn [{req}] Row update of southbound database: Chassis {uuid}",
        "INFO anchor.agent.dhcp [{req}] Synchronizing state of {digit} networks",
        "WARNING anchor.agent.ovn [{req}] Metadata of 10.1.0.{byte} asked for before its port was ready",
    ),
    SYSLOG: (
        "systemd[1]: Started Session {pid} of User stack.",
        "kernel: IPv6: ADDRCONF(NETDEV_CHANGE): tap{pid}: link becomes ready",
        "ovs-vsctl: ovs|00001|vsctl|INFO|Called as ovs-vsctl add-port br-int tap{pid}",
        "dnsmasq-dhcp[{pid}]: DHCPACK(tap{pid}) 10.1.0.{byte} fa:16:3e:00:00:{digit}{digit}",
    ),
    TESTS: (
        "sextant.api.{word}.test_{word}s.{word}Test.test_create_{word} [{digit}.{byte}s] ... ok",
        "sextant.scenario.test_{word}_basic_ops.Test{word}.test_{word}_lifecycle [2{digit}.{byte}s] ... ok",
        "sextant.api.{word}.test_{word}_negative.{word}NegativeTest.test_delete_missing [0.{byte}s] ... ok",
    ),
    CONSOLE: (
        "TASK [run-{word}-setup : Install {word} packages] changed",
        "Setting up lib{word}{digit}-dev (1.{byte}-{digit}) ...",
        "Collecting {word}-client>={digit}.{byte}",
        "+ ./stack.sh:main:{pid} : sudo install -d -o stack /opt/stack/{word}",
        "{{{digit}}} {word}.tests.unit.test_{word}.{word}TestCase.test_{word} [0.{byte}s] ... ok",
        "Selecting previously unselected package {word}-agent.",
        "changed: ok={byte} {word}",
    ),
}


def values(rng: Random) -> dict[str, str]:
    """Something for each placeholder of a line."""
    bits = f"{rng.getrandbits(192):048x}"
    number = rng.getrandbits(30)
    return {
        "uuid": f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:32]}",
        "req": f"req-{bits[32:40]}-{bits[40:44]}",
        "word": _WORDS[number % len(_WORDS)],
        "byte": str(10 + number % 245),
        "digit": str(1 + number % 9),
        "pid": str(1000 + number % 31000),
        "region": PROVIDERS[number % len(PROVIDERS)].region,
    }


def body(build: Build, file: str, count: int, rng: Random) -> list[str]:
    """What `file` says between its first and its last line, with the faults of the build in it."""
    usual = _BACKGROUND[file]
    found = [usual[int(rng.random() * len(usual))].format_map(values(rng)) for _ in range(count)]
    if file == CONSOLE and rng.random() < 0.06:
        found.insert(
            3, "W: 502 Bad Gateway, retrying (2 left): Failed to fetch http://mirror.example.org/debian"
        )
    for block in _faults(build, file, rng):
        at = rng.randrange(len(found) * 2 // 3, len(found))
        found[at:at] = block
    return found


def _faults(build: Build, file: str, rng: Random) -> list[list[str]]:
    """The lines of each stroke of each fault that logs into `file`; an odd build has hostile text around."""
    blocks = [
        [line.format_map(values(rng)) for line in BY_ID[name].lines]
        for name, times in sorted(build.hits.items())
        if BY_ID[name].file == file
        for _ in range(times)
    ]
    blocks += [[line.format_map(values(rng))] for where, line in build.unknown if where == file]
    if build.hostile and blocks:
        blocks[0] = around(blocks[0], rng)
    return blocks


Prefix = Callable[[datetime], str]


def _service(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} 2417 "


def _syslog(moment: datetime) -> str:
    return f"{moment:%b %e %H:%M:%S} controller "


PREFIXES: dict[str, Prefix] = {
    COMPUTE: _service,
    NETWORK: _service,
    SYSLOG: _syslog,
    TESTS: lambda moment: f"{moment:%H:%M:%S} ",
    CONSOLE: lambda moment: f"{moment.replace(tzinfo=None).isoformat(' ', 'microseconds')} | ",
}


def stamped(texts: Sequence[str], file: str, start: datetime, end: datetime) -> bytes:
    """Lines with their times; invalid UTF-8 is written as surrogates, as Python reads it."""
    prefix, step = PREFIXES[file], (end - start) / max(len(texts) - 1, 1)
    # the last line has the very end, whatever rounding makes of the steps
    moments: list[datetime] = [start + step * n for n in range(len(texts) - 1)] + [end]
    text = "".join(f"{prefix(moment)}{line}\n" for moment, line in zip(moments, texts, strict=True))
    return text.encode("utf-8", "surrogateescape")
