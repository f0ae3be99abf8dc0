"""Lines of log planted into a real index, the truth about them by plain counting, and their collection."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engines.servers import Server

from generator.index_settings import ElasticSettings, IndexSettings, OpensearchSettings
from generator.matching.tags import FileList
from generator.progress import Progress
from generator.signatures.model import Signature
from generator.sources import Context
from generator.sources.index.asking import Index, connect
from generator.sources.index.collect import collect
from generator.store.files import Store
from generator.tables import Tables

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16)
END = "POST-RUN END RESULT_NORMAL: [trusted : playbooks/base/post.yaml]"
PHRASES = (
    "connection refused by peer",
    "no valid host",
    "disk quota exceeded",
    "lock wait timeout",
    "never said",
)
SIGNATURES = tuple(Signature(f"s{n}", f'message:"{phrase}"') for n, phrase in enumerate(PHRASES))
FINISHED = 'message:"POST-RUN END"'

Document = dict[str, Any]


def line(uuid: str, at: datetime, message: str, **fields: Any) -> Document:
    """A document as ci-log-processing sends it: a naive time, the metadata of the build with each line."""
    name = fields.pop("filename", "job-output.txt")
    return {
        "@timestamp": at.isoformat(timespec="milliseconds"),
        "message": message,
        "filename": name,
        "tags": ["console", name],
        "log_url": f"https://logs.example.org/{uuid}/{name}",
        "build_uuid": uuid,
        "build_name": "tempest-full",
        "build_status": "FAILURE",
        "build_queue": "gate",
        "build_branch": "master",
        "build_change": 912345,
        "build_patchset": "2",
        "build_set": f"set-of-{uuid}",
        "project": "openstack/nova",
        "tenant": "openstack",
        "voting": 1,
        "node_provider": "local",
        "hosts_region": ["north", "south"],
        **fields,
    }


def build(
    uuid: str, begin: datetime, said: Sequence[str] = (), minutes: int = 30, **fields: Any
) -> list[Document]:
    """The lines of a build: one a message, evenly between its begin and its end, and the last one."""
    step = timedelta(minutes=minutes) / (len(said) + 1)
    lines = [line(uuid, begin + number * step, message, **fields) for number, message in enumerate(said)]
    return [*lines, line(uuid, begin + timedelta(minutes=minutes), END, **fields)]


def community(builds: int, days: int, seed: int) -> list[Document]:
    """Builds all around the clock, some across midnight, that say some phrases some times."""
    chance = random.Random(seed)
    documents = []
    for number in range(builds):
        begin = MONDAY + timedelta(minutes=chance.randrange(days * 24 * 60 - 200))
        said = [
            f"ERROR: {phrase} at last"
            for phrase in PHRASES[:4]
            for _ in range(chance.choice((0, 0, 0, 1, 3)))
        ]
        chance.shuffle(said)
        fields = {"build_status": chance.choice(("SUCCESS", "FAILURE")), "voting": chance.choice((0, 1, 2))}
        documents += build(
            f"{seed:04x}{number:028x}", begin, ["starting", *said], chance.randrange(5, 180), **fields
        )
    return documents


@dataclass(frozen=True)
class Truth:
    """End by build, and lines by build and signature, counted line by line."""

    ends: dict[str, datetime]
    hits: dict[tuple[str, str], int]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Truth:
        """What is in the documents."""
        ends: dict[str, datetime] = {}
        hits: dict[tuple[str, str], int] = defaultdict(int)
        for document in documents:
            uuid, message = document["build_uuid"], document["message"]
            at = datetime.fromisoformat(document["@timestamp"]).replace(tzinfo=UTC)
            if message == END:
                ends[uuid] = max(at, ends.get(uuid, at))
            for number, phrase in enumerate(PHRASES):
                hits[uuid, f"s{number}"] += phrase in message
        return cls(ends, {key: lines for key, lines in hits.items() if lines})


@dataclass
class Planted:
    """An index of one prefix in an engine, and the store that collections of it go to."""

    server: Server
    prefix: str
    folder: Path
    url: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW

    def settings(self) -> IndexSettings:
        """The source: all indices of the prefix."""
        kind = ElasticSettings if self.server.kind == "elasticsearch" else OpensearchSettings
        asked = {"builds": FINISHED, "days": 30, "patience_s": 0.3, **self.options}
        return kind(name="index", url=self.url or self.server.url, index=f"{self.prefix}*", **asked)

    def create(self, name: str, shards: int = 1, **body: Any) -> None:
        """An index of its own number of shards."""
        settings = {"number_of_shards": shards, "number_of_replicas": 0}
        self.server.request("PUT", f"{self.prefix}{name}", {"settings": settings, **body})

    def send(self, documents: Sequence[Document], name: str = "all") -> None:
        """Index the documents."""
        self.server.index(f"{self.prefix}{name}", documents)

    def store(self) -> Store:
        """What the collections so far have left."""
        return Store(self.folder)

    def collect(self, signatures: Sequence[Signature] = SIGNATURES) -> tuple[Tables, Index]:
        """One collection, added to the store."""
        store = self.store()
        context = Context(
            signatures=tuple(signatures),
            files=FileList.load(None),
            now=self.now,
            progress=Progress(0),
            before=store.pruned_before(),
            stored=store.table,
        )
        index = connect(self.settings())
        tables = collect(self.settings(), index, context)
        store.add(tables, self.now, "index")
        return tables, index

    def ends(self) -> dict[str, datetime]:
        """End by build, as the store has it."""
        builds = self.store().table("builds")
        return {
            u: end.to_pydatetime() for u, end in zip(builds["build_uuid"], builds["end_time"], strict=True)
        }

    def hits(self) -> dict[tuple[str, str], int]:
        """Lines by build and signature, as the store has them."""
        hits = self.store().table("hits")
        return {
            (u, s): int(n)
            for u, s, n in zip(hits["build_uuid"], hits["signature"], hits["lines"], strict=True)
        }

    def truth(self, documents: Iterable[Document]) -> bool:
        """Whether the store says the same of builds and hits as plain counting does."""
        expected = Truth.of(documents)
        hits = {key: lines for key, lines in expected.hits.items() if key[0] in expected.ends}
        assert self.ends() == expected.ends
        assert self.hits() == hits
        return bool(hits)
