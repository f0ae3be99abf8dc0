"""Documents of a made-up log index, as ci-log-processing writes them: a line each, with its build's metadata.

Most lines are noise; of the failed builds most have lines that a signature matches, built from its query's
own words. Each signature of the folder has its weight, the first so many lines that 3,000 are not all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from generator.signatures.model import Signature
from generator.signatures.parse import parse
from generator.signatures.query import Bool, Leaf, Occur, Phrase, Query, Term

Document = dict[str, Any]

BUILDS_A_DAY = 300
LINES = (70, 126)  # of noise, a build
NOISY_LINES = (30, 71)  # of a build that the first signature hits
FAILED, CLASSIFIED, HIT_THOUGH_PASSED = 0.22, 0.75, 0.01
CONSOLE = "job-output.txt"
END = "POST-RUN END RESULT_NORMAL: [trusted : opendev.org/opendev/base-jobs/playbooks/base/post.yaml@master]"

_TAGS = {"console": CONSOLE, "console.html": CONSOLE, "screen": "controller/logs/screen-n-cpu.txt"}
_LOGS = ("screen-n-cpu", "screen-q-svc", "screen-c-api", "syslog")
_FILES = (CONSOLE, *(f"controller/logs/{name}.txt" for name in _LOGS))
_JOBS = (
    *("tempest-full-py3", "tempest-slow-py3", "nova-multi-cell", "neutron-functional", "neutron-fullstack"),
    *("cinder-plugin-ceph-tempest", "openstack-tox-py312", "grenade", "devstack-platform-debian"),
)
_PROJECTS = ("nova", "neutron", "cinder", "tempest", "glance", "keystone", "octavia", "ironic")
_REGIONS = ("mtl01", "dfw3", "sjc3", "kna1", "bhs1")
_NOISE = (
    "INFO nova.compute.manager [None req-{a} tempest-ServersTest-{n} tempest-ServersTest-{n}-project-member] "
    "[instance: {a}-{b}] Took {n}.{m} seconds to spawn the instance on the hypervisor.",
    'DEBUG oslo_concurrency.lockutils [None req-{a} None None] Lock "compute_resources" acquired by '
    '"nova.compute.resource_tracker.ResourceTracker.instance_claim" :: waited {m}.{n}s',
    "INFO neutron.wsgi [req-{a} admin admin] 10.4.{m}.{m},127.0.0.1 "
    '"GET /networking/v2.0/ports?device_id={b} HTTP/1.1" status: 200  len: {n} time: 0.{n}',
    "controller | TASK [run-devstack : Run devstack] ok: {n} changed: {m} | + functions-common:run:{n}",
    "controller | Collecting oslo.utils>={m}.{m} (from openstacksdk=={m}.{n}) "
    "Downloading oslo_utils-{n}.tar.gz ({m} kB)",
    "controller | {{{m}}} tempest.api.compute.servers.test_servers.ServersTestJSON.test_update_server_{n} "
    "[{m}.{n}s] ... ok",
    "np{n} kernel: audit: type=1400 audit({n}.{m}:{n}): "
    'apparmor="ALLOWED" operation="open" profile="libvirt-{a}"',
    "DEBUG cinder.volume.drivers.lvm [req-{a}] Updating volume stats: free_capacity_gb {m}.{n}, used {m}",
    "controller | drwxr-xr-x {m} stack stack {n} devstack/files/images/cirros-0.6.{m}-x86_64-disk-{b}.img",
    'WARNING oslo_policy.policy [req-{a}] Policy "os_compute_api:servers:{m}":"rule:project_reader" '
    "was deprecated in {n}.0.0 in favor of another, and may be removed in a later release.",
)


class Plant(NamedTuple):
    """What a line needs so that a signature matches it: its message, its file's tag, its build's metadata."""

    message: str
    filename: str
    metadata: Mapping[str, str]


def plant(signature: Signature) -> Plant | None:
    """The line that fulfils a query with its own words; None where it asks another field."""
    wanted: dict[str, list[str]] = {}
    for leaf in _wanted(parse(signature.query)):
        if not isinstance(leaf, Term | Phrase) or leaf.field is None:
            return None
        wanted.setdefault(leaf.field, []).append(leaf.text.strip())
    message = " ... ".join(wanted.pop("message", []))
    tags = wanted.pop("tags", [])
    names = wanted.pop("filename", []) + [_TAGS.get(tag, f"controller/logs/{tag}") for tag in tags]
    known = {"build_name", "build_branch", "build_queue", "project"}
    if not message or not wanted.keys() <= known:
        return None
    return Plant(message, (names or [CONSOLE])[0], {name: texts[0] for name, texts in wanted.items()})


def _wanted(query: Query) -> list[Leaf]:
    """Clauses that fulfil a query: of alternatives the first."""
    if not isinstance(query, Bool):
        return [query]  # type: ignore[list-item]
    clauses = query.clauses()
    required = [inner for occur, inner in clauses if occur is Occur.MUST]
    chosen = required or [inner for occur, inner in clauses if occur is Occur.SHOULD][:1]
    return [leaf for inner in chosen for leaf in _wanted(inner)]


def documents(
    signatures: Sequence[Signature], first: datetime, hours: int, seed: int
) -> Iterator[tuple[datetime, Document]]:
    """Documents of builds that end in so many hours from `first` on, each with the time when it was sent."""
    rng = Random(seed)
    plants = [found for found in map(plant, signatures) if found is not None]
    Random(1).shuffle(plants)
    weights = [1 / rank for rank in range(1, len(plants) + 1)]
    for _ in range(BUILDS_A_DAY * hours // 24):
        end = first + timedelta(hours=hours * rng.random())
        failed = rng.random() < FAILED
        number = rng.choices(range(len(plants)), weights)[0]
        hit = plants[number] if rng.random() < (CLASSIFIED if failed else HIT_THOUGH_PASSED) else None
        many = (
            0
            if hit is None
            else rng.randrange(*NOISY_LINES)
            if number == 0
            else 1 + int(rng.expovariate(0.3))
        )
        build = {**_metadata(rng, failed), **(hit.metadata if hit else {})}
        sent = end + timedelta(minutes=rng.randrange(2, 25))
        for document in _lines(rng, build, end, [hit] * many):
            yield sent, document


def _metadata(rng: Random, failed: bool) -> Document:
    change, patchset, project = rng.randrange(900_000, 990_000), rng.randrange(1, 12), rng.choice(_PROJECTS)
    return {
        "build_uuid": _hex(rng, 32), "build_set": _hex(rng, 32), "build_name": rng.choice(_JOBS),
        "build_status": "FAILURE" if failed else "SUCCESS",
        "build_queue": rng.choices(("check", "gate", "periodic"), (60, 30, 10))[0],
        "build_branch": rng.choices(("master", "stable/2026.2", "stable/2026.1"), (80, 12, 8))[0],
        "build_ref": f"refs/changes/{change % 100:02}/{change}/{patchset}", "build_change": change,
        "build_patchset": str(patchset), "build_newrev": "UNKNOWN", "build_node": "zuul-executor",
        "project": f"openstack/{project}", "tenant": "openstack", "voting": int(rng.random() < 0.9),
        "node_provider": "local", "hosts_region": [rng.choice(_REGIONS)], "hosts_id": [_hex(rng, 56)],
        "zuul_executor": f"ze{rng.randrange(1, 13):02}.example.org",
        "change_url": f"https://review.example.org/c/openstack/{project}/+/{change}",
    }  # fmt: skip


def _lines(rng: Random, build: Document, end: datetime, hits: Iterable[Plant | None]) -> Iterator[Document]:
    """The lines of a build, the last of them the one that says that it is over."""
    told = [(plant.filename, plant.message) for plant in hits if plant is not None]
    told += [_noise(rng) for _ in range(rng.randrange(*LINES))]
    duration = timedelta(minutes=rng.randrange(15, 120))
    for filename, message in told:
        yield _document(build, filename, message, end - duration * rng.random())
    yield _document(build, CONSOLE, END, end)


def _noise(rng: Random) -> tuple[str, str]:
    line = rng.choice(_NOISE)
    filename = CONSOLE if "controller |" in line else rng.choice(_FILES)
    return filename, line.format(
        a=_hex(rng, 12), b=_hex(rng, 32), n=rng.randrange(100, 9000), m=rng.randrange(1, 64)
    )


def _document(build: Document, filename: str, message: str, at: datetime) -> Document:
    url = f"https://storage.example.org/{build['build_uuid'][:3]}/{build['tenant']}/{build['build_uuid']}/{filename}"
    name = filename.rpartition("/")[2]
    tags = ["console", "console.html", name] if filename == CONSOLE else ["screen", "oslofmt", name]
    text = f"{at:%Y-%m-%d %H:%M:%S.%f} | {message}"
    return {
        "@timestamp": at.isoformat(),
        "message": text,
        "filename": filename,
        "log_url": url,
        "tags": tags,
        **build,
    }


def _hex(rng: Random, digits: int) -> str:
    return f"{rng.getrandbits(digits * 4):0{digits}x}"
