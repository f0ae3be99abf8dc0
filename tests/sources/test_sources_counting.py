"""A query gives the same numbers over logs, over their documents, and over an index of these."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from engines.proxy import Proxy
from engines.servers import Server
from source_samples import Docs, Logs, build_folder, context

from generator.errors import GatepostError
from generator.index_settings import ElasticSettings, OpensearchSettings
from generator.matching.tags import FileList
from generator.signatures.model import Signature
from generator.sources.simulated import simulate
from generator.sources.simulated.build import OUTCOMES
from generator.sources.simulated.community import END
from generator.sources.simulated.documents import lines
from generator.sources.simulated.logs import place
from generator.sources.tally import Counted, Question, Share, counter

FIELDS = (
    "build_name",
    "build_queue",
    "project",
    "voting",
    "hosts_region",
    "filename",
    "tags",
    "build_change",
)
TYPES = {"elasticsearch": ("elastic", ElasticSettings), "opensearch": ("opensearch", OpensearchSettings)}
QUERIES = (
    'message:"502 Bad Gateway"',
    "message:error OR message:failed",
    'message:"RUN END" AND build_status:"FAILURE" AND voting:1',
    'filename:"logs/syslog" OR build_queue:periodic',
    "build_name:integration* AND NOT tags:console",
    "*:*",
    "message:nosuchwordatall",
)


class Demo(NamedTuple):
    """Logs, and the documents of their lines."""

    logs: Path
    files: FileList
    documents: list[dict[str, Any]]
    export: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A community of a few days; without the builds whose logs do not tell what they are: an index does."""
    folder = tmp_path_factory.mktemp("demo")
    files, documents = FileList.load(None), []
    for build in simulate(folder, seed=2, days=12, scale=0.1):
        where = folder / "logs" / place(build)
        if build.metadata and build.logs:
            documents += lines(build, where, files)
        else:
            shutil.rmtree(where)
    export = folder / "export.ndjson"
    export.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return Demo(folder / "logs", files, documents, export)


def counted(
    kind: str,
    settings: Any,
    query: str,
    since: datetime | None = None,
    files: FileList | None = None,
    **more: Any,
) -> Counted:
    asking = context(Signature("query", query), outcomes=OUTCOMES)
    question = Question(query, more.pop("fields", FIELDS), since, **more)
    return counter(kind).count(settings, question, asking)


def numbers(found: Counted) -> dict[str, Any]:
    """What must be equal; an index has times to the millisecond."""
    return {
        "lines": found.lines,
        "builds": found.builds,
        "failed": found.failed,
        "first": found.first and int(found.first.timestamp() * 1000),
        "last": found.last and int(found.last.timestamp() * 1000),
        "fields": {name: dict(values) for name, values in found.fields.items()},
    }


@pytest.fixture(scope="module")
def expected(demo: Demo) -> Callable[..., dict[str, Any]]:
    """The numbers of a query over the logs, worked out once."""
    known: dict[tuple[str, datetime | None], dict[str, Any]] = {}

    def of(query: str, since: datetime | None = None) -> dict[str, Any]:
        if (query, since) not in known:
            known[query, since] = numbers(counted("logs", Logs(demo.logs), query, since))
        return known[query, since]

    return of


def test_the_numbers_are_those_of_a_plain_count(demo: Demo, expected: Callable[..., dict[str, Any]]) -> None:
    hits = [d for d in demo.documents if "502 Bad Gateway" in d["message"]]
    found = expected('message:"502 Bad Gateway"')
    assert (found["lines"], found["builds"]) == (len(hits), len({d["build_uuid"] for d in hits}))
    by_job = Counter(d["build_name"] for d in hits)
    builds = Counter(name for name, _ in {(d["build_name"], d["build_uuid"]) for d in hits})
    assert found["fields"]["build_name"] == {name: Share(by_job[name], builds[name]) for name in by_job}
    failed = {d["build_uuid"] for d in hits if OUTCOMES[d["build_status"]] == "failure"}
    assert 0 < found["failed"] == len(failed)
    assert expected("*:*")["lines"] == len(demo.documents)
    assert expected("message:nosuchwordatall")["lines"] == 0


@pytest.mark.parametrize("query", QUERIES)
def test_documents_give_the_same_numbers(
    demo: Demo, expected: Callable[..., dict[str, Any]], query: str
) -> None:
    assert numbers(counted("documents", Docs(demo.export), query)) == expected(query)


@pytest.fixture(scope="module")
def index(engine: Server, demo: Demo, module_index_prefix: str) -> Iterator[tuple[str, Any]]:
    """Three indices with the documents, of several shards, so that no aggregation is exact by chance."""
    for number in range(3):
        name = f"{module_index_prefix}{engine.name}-{number}"
        engine.request("PUT", name, {"settings": {"number_of_shards": 2, "number_of_replicas": 0}})
        engine.index(name, demo.documents[number::3])
    kind, settings = TYPES[engine.kind]
    yield kind, settings(url=engine.url, index=f"{module_index_prefix}{engine.name}-*")


@pytest.mark.engines
@pytest.mark.parametrize("since", [None, END - timedelta(days=3)])
@pytest.mark.parametrize("query", QUERIES)
def test_an_index_gives_the_same_numbers(
    index: tuple[str, Any], expected: Callable[..., dict[str, Any]], query: str, since: datetime | None
) -> None:
    found = counted(*index, query, since)
    assert numbers(found) == expected(query, since)
    assert found.skipped == ()


@pytest.mark.engines
@pytest.mark.parametrize("size", [37, 100_000])
def test_many_pages_or_larger_ones_than_allowed_give_the_same_numbers(
    index: tuple[str, Any],
    expected: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    size: int,
) -> None:
    monkeypatch.setattr("generator.sources.index.counting._PAGE", size)
    assert numbers(counted(*index, "*:*")) == expected("*:*")


@pytest.mark.engines
def test_an_index_quotes_the_same_lines(index: tuple[str, Any], demo: Demo) -> None:
    query = 'message:"502 Bad Gateway"'
    of_logs = counted("logs", Logs(demo.logs), query, excerpts=4).quotes
    of_index = counted(*index, query, excerpts=4).quotes
    assert len(of_logs) == 4
    assert [(q.build_uuid, q.filename, q.text) for q in of_index] == [
        (q.build_uuid, q.filename, q.text) for q in of_logs
    ]


@pytest.mark.engines
def test_what_the_index_refuses_is_said_with_its_reason(index: tuple[str, Any]) -> None:
    with pytest.raises(GatepostError, match=r"the index refuses the query: .*regex"):
        counted(*index, f"message:/{'a' * 1001}/")


@pytest.mark.engines
def test_a_part_of_an_answer_is_no_answer(index: tuple[str, Any], proxy_to: Callable[[str], Proxy]) -> None:
    kind, settings = index
    proxy = proxy_to(settings.url[0])

    def late(answer: Any) -> Any:
        answer["responses"][-1]["timed_out"] = True
        return answer

    proxy.change(late, times=None, when=lambda request: "_msearch" in request.path)
    behind = settings.model_copy(update={"url": (proxy.url,), "patience_s": 0.3})
    with pytest.raises(
        GatepostError, match="the index does not answer wholly: the search took longer"
    ) as caught:
        counted(kind, behind, "*:*")
    assert "numbers of a part would be wrong" in caught.value.hint


@pytest.mark.engines
def test_a_field_that_an_index_lacks(index: tuple[str, Any]) -> None:
    with pytest.raises(GatepostError, match="--field colour: no field") as caught:
        counted(*index, "*:*", fields=("colour",))
    assert "build_name" in caught.value.hint


def test_of_a_build_that_comes_twice_only_the_first_counts(tmp_path: Path) -> None:
    build_folder(tmp_path / "a", "a" * 32, "boom")
    build_folder(tmp_path / "b", "a" * 32, "boom", "boom")
    found = counted("logs", Logs(tmp_path), "message:boom")
    assert (found.lines, found.builds) == (1, 1)
    assert [item.reason for item in found.skipped] == ["duplicate build"]


def test_builds_of_unknown_metadata_are_counted_and_named(tmp_path: Path) -> None:
    build_folder(tmp_path, "a" * 32, "boom")
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/x.log").write_text("boom\n")
    found = counted("logs", Logs(tmp_path), 'message:boom AND build_queue:"gate"')
    assert (found.lines, found.builds, found.assumed) == (2, 2, 1)
    assert found.fields["build_queue"] == {"gate": Share(1, 1), None: Share(1, 1)}
    assert found.searched == "2 builds, 7 lines"


def test_a_log_that_ends_early_is_named(tmp_path: Path) -> None:
    folder = build_folder(tmp_path, "a" * 32, "boom")
    (folder / "x.log.gz").write_bytes(b"\x1f\x8bnonsense")
    found = counted("logs", Logs(tmp_path), "message:boom")
    assert [(item.path, item.reason) for item in found.skipped] == [("aaaaaaa/x.log.gz", "corrupt")]


def test_documents_without_time_or_build(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"message": "boom", "@timestamp": "2026-11-20T10:00:00", "build_uuid": "u1", "tags": ["a", "b"]},
        {"message": "boom", "@timestamp": 1795168800000, "build_uuid": "u1", "tags": "a"},
        {"message": "boom", "build_uuid": "u2"},
        {"message": "boom", "@timestamp": "2026-11-20T10:00:00"},
    ]
    path = tmp_path / "x.ndjson"
    path.write_text("\n".join(map(json.dumps, rows)) + "\nnot json\n")
    found = counted("documents", Docs(path), "message:boom", fields=("tags",))
    assert (found.lines, found.builds, found.homeless, found.untimed) == (4, 2, 1, 0)
    assert found.fields["tags"] == {"a": Share(2, 1), "b": Share(1, 1), None: Share(2, 1)}
    assert [item.reason for item in found.skipped] == ["not a document"]
    found = counted("documents", Docs(path), "message:boom", datetime(2026, 11, 20, 10, tzinfo=UTC))
    assert (found.lines, found.untimed) == (3, 1)
