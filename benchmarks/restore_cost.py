"""What it costs to bring back the state of 28 days from a published site, and what the next run then asks.

A real Zuul API, a log server on loopback with 5 MB of real text for each failed build, and a first machine
that collects them; then a second, empty one.
"""

from __future__ import annotations

import gzip
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from isal import igzip

from benchmarks.explain import DATA
from generator import pipeline
from generator.config import Settings, load
from generator.progress import Progress
from generator.store import published
from generator.store.files import Store
from generator.store.restore import restore
from tests.engines import sharing, zuul_api
from tests.engines.distributions import CannotRunError
from tests.engines.proxy import Proxy
from tests.engines.zuul_api import Seeder, ZuulApi
from tests.log_server import LogServer, inventory, write_build

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAYS, SETS, BUILDS, FAILED = 28, 10, 10, 1  # sets a day, builds in a set, failed ones of these
_LOGS = {
    "job-output.txt": "console.html.gz",
    "logs/devstacklog.txt": "devstacklog.txt.gz",
    "logs/screen-c-api.txt": "screen-c-api.txt.gz",
}
_SIGNED = "controller | [Errno 28] No space left on device: /var/tmp/{}\n"
_AGAIN = 2 * 100
#: Of ten failed builds so many have a line that a signature knows.
_KNOWN = 7


def run() -> Iterator[dict[str, Any]]:
    """Three rows with `ratio` and `limit`; one that says why if there are no logs or no Zuul."""
    if not DATA.is_dir():
        yield {"name": "restore_cost", "skipped": f"the logs are missing: there is no {DATA}"}
        return
    sharing.open_session()
    try:
        with tempfile.TemporaryDirectory() as folder, _zuul() as api:
            yield from _rows(_Place(Path(folder), api))
    except CannotRunError as error:
        yield {"name": "restore_cost", "skipped": str(error)}
    finally:
        sharing.close_session()


@contextmanager
def _zuul() -> Iterator[ZuulApi]:
    state = sharing.acquire(zuul_api.NAME, zuul_api.start)
    if not state.url:
        raise CannotRunError(state.why)
    seeder = Seeder(zuul_api.database())
    try:
        yield ZuulApi(state.url, zuul_api.new_tenant(), seeder)
    finally:
        seeder.close()


@dataclass
class _Place:
    """A Zuul, the folder of its logs, and how many builds and bytes of logs there are."""

    folder: Path
    api: ZuulApi
    random: random.Random = field(default_factory=lambda: random.Random(1))
    builds: int = 0
    served: int = 0
    unpacked: int = 0

    def day(self, at: datetime, base: str) -> None:
        """The builds of the day before `at`; their logs are at the URL `base`."""
        for number in range(SETS):
            began = at - timedelta(days=1) + number * timedelta(hours=2)
            uuids = [f"{self.random.getrandbits(128):032x}" for _ in range(BUILDS)]
            builds = [
                {
                    "uuid": uuid, "job_name": f"job-{i}", "voting": True, "log_url": f"{base}{uuid}/",
                    "result": "FAILURE" if i < FAILED else "SUCCESS",
                    "start_time": began, "end_time": began + timedelta(minutes=70 + i),
                }
                for i, uuid in enumerate(uuids)
            ]  # fmt: skip
            ref = {"project": f"openstack/p{number}", "change": self.builds + 1, "patchset": "1"}
            times = {"event_timestamp": began, "first_build_start_time": began}
            self.api.add(**times, ref=ref, builds=builds, pipeline="gate", result="FAILURE")
            self.builds += BUILDS
            for uuid in uuids[:FAILED]:
                self._log(uuid)

    def _log(self, uuid: str) -> None:
        """Real text, with other digits in each build: no excerpt is the same as another's."""
        digits = bytes(self.random.sample(b"0123456789", 10))
        other = bytes.maketrans(b"0123456789", digits)
        files = {name: text.translate(other) for name, text in _texts().items()}
        if self.random.randrange(10) < _KNOWN:
            files["job-output.txt"] += _SIGNED.format(uuid).encode()
        packed = {f"{name}.gz": igzip.compress(data, 3) for name, data in files.items()}
        write_build(self.folder / "logs" / uuid, packed, inventory=inventory(build=uuid, job="job-0"))
        self.served += sum(map(len, packed.values()))
        self.unpacked += sum(map(len, files.values()))


@cache
def _texts() -> dict[str, bytes]:
    return {
        name: gzip.decompress((DATA / "os-loganalyze" / file).read_bytes()) for name, file in _LOGS.items()
    }


def _machine(folder: Path, zuul: str, tenant: str, logs: LogServer) -> Settings:
    """A checkout of the community's repository; nothing was collected there."""
    (folder / "queries").mkdir(parents=True)
    (folder / "queries" / "1.yaml").write_text(yaml.safe_dump({"query": 'message:"No space left on device"'}))
    read = {"hosts": [f"127.0.0.1:{logs.port}"], "networks": ["127.0.0.0/8"], "passed": 0}
    source = {
        "type": "zuul",
        "url": zuul,
        "tenant": tenant,
        "days": DAYS,
        "requests_per_s": 1000,
        "logs": read,
    }
    (folder / "gatepost.yaml").write_text(yaml.safe_dump({"sources": [source]}))
    return load(folder / "gatepost.yaml")


def _rows(place: _Place) -> Iterator[dict[str, Any]]:
    (place.folder / "logs").mkdir()
    with LogServer(place.folder / "logs") as logs, Proxy(place.api.url) as zuul:
        for day in range(DAYS, 0, -1):
            place.day(NOW - timedelta(days=day - 1), logs.url)
        first, second = (_machine(place.folder / n, zuul.url, place.api.tenant, logs) for n in ("a", "b"))
        pipeline.collect(first, NOW, Progress(0))
        (place.folder / "site").mkdir()
        published.publish(first.state, place.folder / "site")
        yield from _restored(place, second.state)
        yield _incremental(place, second, zuul, logs)


def _restored(place: _Place, state: Path) -> Iterator[dict[str, Any]]:
    """Bytes that came from the server to those of the state, and those of the state to those of the logs."""
    site = place.folder / "site"
    size = sum(path.stat().st_size for path in (site / "state").rglob("*") if path.is_file())
    with LogServer(site) as server, Proxy(server.url) as counted:
        done = restore(counted.url, state)
        received, requests = counted.bytes_received, len(counted.requests)
    assert done is not None and not done.lost and done.moved == size
    tables = Store(state).read()
    about = {"builds": len(tables.builds), "hits": len(tables.hits), "days": DAYS, "state_bytes": size}
    yield {
        "name": "restore_bytes", "ratio": round(received / size, 3), "limit": 1.2, **about,
        "received_with_heads": received, "requests": requests,
    }  # fmt: skip
    yield {
        "name": "restore_share", "ratio": round(size / place.served, 5), "limit": 0.02, **about,
        "log_bytes_served": place.served, "log_bytes_unpacked": place.unpacked,
    }  # fmt: skip


def _incremental(place: _Place, machine: Settings, zuul: Proxy, logs: LogServer) -> dict[str, Any]:
    """Rows that the API gave to the next run on the restored machine, to the builds and sets that are new.

    The last hundred of both kinds are asked for again, as a row may become visible after a newer one.
    """
    before = place.builds
    place.day(NOW + timedelta(days=1), logs.url)
    zuul.reset_counts()
    logs.requests.clear()
    pipeline.collect(machine, NOW + timedelta(days=1), Progress(0))
    asked = [request.path.rpartition(f"/{place.api.tenant}/")[2] for request in zuul.requests]
    rows = sum(len(place.api.get(path)) for path in asked)
    new = place.builds - before + SETS
    assert len(Store(machine.state).read().builds) == place.builds
    return {
        "name": "restore_incremental", "ratio": round(rows / (new + _AGAIN), 3), "limit": 1.0,
        "rows": rows, "new": new, "asked_again": _AGAIN, "requests": len(asked), "known_before": before,
        "builds_whose_logs_were_asked": len({path.split("/")[0] for path in logs.paths()}),
    }  # fmt: skip
