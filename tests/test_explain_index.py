"""`gatepost explain --index` on real servers: what it prints of a build that an index knows."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from engines.servers import Server

from generator.config import load
from generator.errors import GatepostError
from generator.explain_index import run
from generator.signatures.model import Signature
from generator.sources.index.asking import Answer, Index, Problem, connect
from generator.sources.index.one_build import look_up

pytestmark = pytest.mark.engines
GOLD = Path(__file__).parent / "gold"
KNOWN, UNKNOWN, PASSED, TWIN = "0a1b2c3d4e5f", "1111111aaaaa", "2222222bbbbb", "1111111ccccc"
TYPES = {"elasticsearch": "elastic", "opensearch": "opensearch"}
SIGNATURES = {
    "2091874": 'title: Mirror is gone\nbug: https://bugs.example.org/2\nquery: message:"mirror is gone"\n',
    "1234567": 'query: message:"broken pipe" AND build_queue:"gate" AND tags:"console"\n',
    "broken": "query: message:(\n",
    "other": 'query: message:"never said"\n',
}


def doc(
    uuid: str, second: int, message: str, filename: str = "job-output.txt", **more: Any
) -> dict[str, Any]:
    return {
        "@timestamp": f"2026-11-{int(uuid[0]) + 18}T10:00:{second:02}.500",
        "message": message,
        "filename": filename,
        "tags": ["console" if filename == "job-output.txt" else "syslog", filename],
        "build_uuid": uuid,
        "build_name": "tempest-full",
        "build_status": "FAILURE",
        "build_queue": "gate",
        "build_branch": "master",
        "build_change": 901234,
        "build_patchset": "3",
        "project": "openstack/nova",
        "tenant": "openstack",
        "voting": 1,
        "hosts_region": ["BHS1"],
        "log_url": f"https://logs.example.org/{uuid}/{filename}",
        **more,
    }


DOCUMENTS = [
    doc(KNOWN, 3, "again: mirror is gone"),
    doc(KNOWN, 1, "mirror is gone; password=hunter22"),
    doc(KNOWN, 1, "Broken pipe", "syslog.txt"),
    doc(KNOWN, 2, "\x1b[31m Broken pipe\x1b[0m"),
    *(doc(KNOWN, n, "all is well") for n in range(5, 9)),
    doc(UNKNOWN, 1, "start"),
    doc(UNKNOWN, 2, "ERROR: WidgetTimeout: the widget did not turn blue within 400 s"),
    doc(UNKNOWN, 3, "done"),
    doc(TWIN, 1, "start"),
    doc(PASSED, 1, "start", build_status="SUCCESS"),
]


@pytest.fixture(scope="module")
def config(
    engine: Server, module_index_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A configuration with two indices of which the second has the builds, in an index a day."""
    prefix = f"{module_index_prefix}{engine.name}-"
    engine.index(f"{prefix}empty", [doc("0none", 0, "start")])
    for day in "012":
        of_day = [one for one in DOCUMENTS if one["build_uuid"][0] == day]
        engine.index(f"{prefix}logs-2026.11.{int(day) + 18}", of_day)
    folder = tmp_path_factory.mktemp("config")
    (folder / "queries").mkdir()
    for name, text in SIGNATURES.items():
        (folder / "queries" / f"{name}.yaml").write_text(text)
    sources = [
        {"type": TYPES[engine.kind], "name": name, "url": engine.url, "index": f"{prefix}{index}"}
        for name, index in (("first", "empty"), ("lines", "logs-*"))
    ]
    (folder / "gatepost.yaml").write_text(json.dumps({"sources": sources}))
    yield folder / "gatepost.yaml"


def answer(uuid: str, config: Path, **options: Any) -> tuple[dict[str, Any], int]:
    text, code = run(uuid, config, output_format="json", **options)
    return json.loads(text), code


def is_gold(name: str, text: str, engine: Server, config: Path) -> None:
    """Whatever the engine, the same text, but for its name and its own words of refusal."""
    text = text.replace(f"({TYPES[engine.kind]})", "(TYPE)").replace(f"{config.parent}/", "")
    path = GOLD / name
    if os.environ.get("GATEPOST_UPDATE_GOLD"):
        path.write_text(text + "\n", "utf-8")
    assert text + "\n" == path.read_text("utf-8")


def test_a_known_failure(engine: Server, config: Path) -> None:
    text, code = run(KNOWN, config)
    assert code == 0
    assert "hunter22" not in text
    assert "\x1b" not in text
    is_gold("explain_index_known.txt", text, engine, config)


def test_an_unknown_failure(engine: Server, config: Path) -> None:
    text, code = run(UNKNOWN, config, source="lines")
    assert code == 3
    is_gold("explain_index_unknown.txt", text, engine, config)


def test_a_build_that_passed(config: Path) -> None:
    text, code = run(PASSED, config)
    assert code == 3
    assert f"\nSucceeded, without a known failure: {PASSED}" in text


def test_json(engine: Server, config: Path) -> None:
    found, code = answer(KNOWN[:7], config)
    assert code == 0
    assert found == {
        "source": "lines",
        "type": TYPES[engine.kind],
        "build": {
            "build_uuid": KNOWN,
            "tenant": "openstack",
            "pipeline": "gate",
            "job": "tempest-full",
            "project": "openstack/nova",
            "branch": "master",
            "change": 901234,
            "patchset": "3",
            "result": "FAILURE",
            "log_url": f"https://logs.example.org/{KNOWN}/",
            "region": "BHS1",
            "voting": True,
        },
        "lines": 8,
        "files": 2,
        "first": "2026-11-18T10:00:01Z",
        "last": "2026-11-18T10:00:08Z",
        "signatures": {
            "1234567": {
                "lines": 1,
                "file": "job-output.txt",
                "first": "2026-11-18T10:00:02Z",
                "excerpt": "\\x1b[31m Broken pipe\\x1b[0m",
            },
            "2091874": {
                "lines": 2,
                "file": "job-output.txt",
                "first": "2026-11-18T10:00:01Z",
                "excerpt": "mirror is gone; password=[redacted]",
            },
        },
        "failure_lines": [],
        "skipped": [
            {
                "path": f"{config.parent / 'queries/broken.yaml'}:1",
                "reason": "broken signature",
                "detail": "the end after ( where a word, a phrase or a group is expected",
            }
        ],
    }


def test_a_signature_that_the_index_refuses_does_not_stop_the_others(config: Path) -> None:
    index = connect(load(config).sources[1])  # type: ignore[arg-type]
    build = look_up(index, KNOWN, [Signature("bad", "message:("), Signature("good", "message:mirror")])
    assert [(found.signature.id, found.lines) for found in build.found] == [("good", 2)]
    assert [(item.path, item.reason) for item in build.skipped] == [("bad", "refused by the index")]
    assert build.skipped[0].detail


def test_what_the_index_does_not_answer_is_not_called_nothing(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No server here can be made to fail one search of a request and answer the others."""
    search = Index.search

    def failing(index: Index, bodies: Sequence[Mapping[str, Any]]) -> list[Answer]:
        lost = Answer({}, Problem("incomplete", "1 of 5 shards failed"))
        asked = zip(bodies, search(index, bodies), strict=True)
        texts = ((json.dumps(body), found) for body, found in asked)
        return [lost if "console.html" in text or '"field": "filename' in text else a for text, a in texts]

    assert "No line looks like a failure." in run(TWIN, config)[0]
    monkeypatch.setattr(Index, "search", failing)
    text, code = run(TWIN, config)
    assert code == 3
    assert "looks like a failure" not in text
    assert "not answered (2): files, failure lines" in text
    said, _ = answer(TWIN, config)
    assert said["failure_lines"] is None
    lost = {"reason": "not answered", "detail": "1 of 5 shards failed"}
    assert {"path": "files", **lost} in said["skipped"]
    assert {"path": "failure lines", **lost} in said["skipped"]


def test_as_few_requests_as_can_be(config: Path) -> None:
    index = connect(load(config).sources[1])  # type: ignore[arg-type]
    look_up(index, KNOWN, [Signature(str(number), f"message:word{number}") for number in range(100)])
    assert (
        index.requests <= 6
    )  # product, fields, closed indices, the build, its signatures, its failure lines


@pytest.mark.parametrize(
    ("uuid", "message"),
    [
        ("0a1b2c", "too short to tell a build"),
        ("1111111", f"begins several builds: {UNKNOWN}, {TWIN}"),
        ("fffffff", "the index holds 3 days, 2026-11-18 to 2026-11-20"),
    ],
)
def test_builds_that_cannot_be_told(config: Path, uuid: str, message: str) -> None:
    with pytest.raises(GatepostError, match=message) as caught:
        run(uuid, config, source="lines")
    assert caught.value.hint


def test_sources_that_cannot_be_asked(config: Path, tmp_path: Path) -> None:
    with pytest.raises(GatepostError, match="--source nosuch: no such index") as caught:
        run(KNOWN, config, source="nosuch")
    assert caught.value.hint == "those that can be asked: first, lines"
    (tmp_path / "gatepost.yaml").write_text("sources: [{type: logs, path: logs}]\n")
    with pytest.raises(GatepostError, match="no source is an index"):
        run(KNOWN, tmp_path / "gatepost.yaml", signatures_dir=config.parent / "queries")


def test_a_build_that_is_nowhere_may_be_in_a_closed_index(
    engine: Server, index_prefix: str, tmp_path: Path
) -> None:
    for name, uuid in (("a", KNOWN), ("b", PASSED)):
        engine.index(f"{index_prefix}{name}", [doc(uuid, 1, "start")])
    engine.request("POST", f"{index_prefix}b/_close")
    source = {"type": TYPES[engine.kind], "name": "lines", "url": engine.url, "index": f"{index_prefix}*"}
    (tmp_path / "gatepost.yaml").write_text(json.dumps({"sources": [source]}))
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "1.yaml").write_text("query: 'message:mirror'")
    with pytest.raises(GatepostError, match=f"closed, so not searched: {index_prefix}b"):
        run(PASSED, tmp_path / "gatepost.yaml")
