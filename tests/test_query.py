"""`gatepost query` through its one function: what it prints, how it exits, what it refuses."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from engines.servers import Server

from generator.errors import GatepostError
from generator.progress import Progress
from generator.query import Options, run

GOLD = Path(__file__).parent / "gold"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
INVENTORY = """\
all:
  hosts: {{controller: {{nodepool: {{provider: north, region: {region}}}}}}}
  vars:
    zuul: {{build: {uuid}, job: {job}, tenant: openstack, pipeline: gate, branch: master, voting: true,
      project: {{name: openstack/nova}}}}
"""


def build(uuid: str, job: str, day: int, *lines: str, result: str = "FAILURE") -> None:
    folder = Path("logs") / uuid
    (folder / "zuul-info").mkdir(parents=True)
    region = "N1" if day % 2 else "S2"
    (folder / "zuul-info/inventory.yaml").write_text(INVENTORY.format(uuid=uuid, job=job, region=region))
    (folder / "buildinfo").write_text(f"uuid: {uuid}\njob_name: {job}\nresult: {result}\n")
    stamped = (f"2026-11-{day:02} 10:00:{second:02}.000000 | {line}\n" for second, line in enumerate(lines))
    (folder / "job-output.txt").write_text("".join(stamped))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration, three builds of logs, and an export with one line of a build."""
    monkeypatch.chdir(tmp_path)
    build("a" * 32, "tempest-full", 18, "start", "mirror is gone; password=hunter22", "mirror is gone", "end")
    build("b" * 32, "tempest-slow", 19, "mirror is gone", "again: mirror is gone", result="TIMED_OUT")
    build("c" * 32, "unit", 20, "start", "mirror is gone", "\x1b[31mred", result="SUCCESS")
    (tmp_path / "logs/broken/x").mkdir(parents=True)
    (tmp_path / "logs/broken/x/x.log.gz").write_bytes(b"\x1f\x8bnonsense")
    row = {"@message": "mirror is gone", "@timestamp": "2026-11-20T10:00:00", "@fields": {"build_uuid": "d"}}
    (tmp_path / "old.ndjson").write_text(json.dumps(row) + "\n")
    (tmp_path / "gatepost.yaml").write_text(
        "sources:\n- {type: logs, name: zuul, path: logs}\n"
        '- {type: documents, name: old, path: old.ndjson, fields: {"@message": message, "@fields.*": "*"}}\n'
    )
    return tmp_path


def ask(text: str, **options: Any) -> tuple[str, int]:
    return run(text, Path("gatepost.yaml"), Options(**options), NOW, Progress(0))


def answer(text: str, **options: Any) -> tuple[dict[str, Any], int]:
    printed, code = ask(text, output_format="json", **options)
    return json.loads(printed), code


def is_gold(name: str, text: str) -> None:
    path = GOLD / name
    if os.environ.get("GATEPOST_UPDATE_GOLD"):
        path.write_text(text + "\n", "utf-8")
    assert text + "\n" == path.read_text("utf-8")


def test_found(here: Path) -> None:
    text, code = ask('message:"mirror is gone"', excerpts=2, top=2)
    assert code == 0
    assert "hunter22" not in text
    is_gold("query_found.txt", text)


def test_not_found(here: Path) -> None:
    text, code = ask("message:nosuchword AND build_name:tempest-full AND colour:red", days=3)
    assert code == 3
    is_gold("query_not_found.txt", text)


def test_json_is_exactly_as_documented(here: Path) -> None:
    found, code = answer('message:"mirror is gone"', source="zuul", fields=("build_name",), top=1, excerpts=1)
    assert code == 0
    skipped = found["sources"][0].pop("skipped")
    assert [item["reason"] for item in skipped] == ["corrupt"]
    assert found == {
        "query": 'message:"mirror is gone"',
        "since": None,
        "remarks": [],
        "sources": [
            {
                "source": "zuul",
                "type": "logs",
                "lines": 5,
                "builds": 3,
                "failed": 2,
                "results": {"FAILURE": 1, "TIMED_OUT": 1, "SUCCESS": 1},
                "first": "2026-11-18T10:00:01Z",
                "last": "2026-11-20T10:00:01Z",
                "fields": {
                    "build_name": {
                        "values": [{"value": "tempest-full", "lines": 2, "builds": 1}],
                        "distinct": 3,
                        "without": {"lines": 0, "builds": 0},
                    },
                    "build_status": {
                        "values": [{"value": "FAILURE", "lines": 2, "builds": 1}],
                        "distinct": 3,
                        "without": {"lines": 0, "builds": 0},
                    },
                },
                "searched": "4 builds, 9 lines",
                "lines_of_no_known_build": 0,
                "lines_without_time": 0,
                "builds_assumed": 0,
                "excerpts": [
                    {
                        "build_uuid": "c" * 32,
                        "time": "2026-11-20T10:00:01Z",
                        "filename": "job-output.txt",
                        "text": "2026-11-20 10:00:01.000000 | mirror is gone",
                    }
                ],
            }
        ],
    }


def test_the_window(here: Path) -> None:
    found = answer("message:mirror", source="zuul", since=datetime(2026, 11, 19, 10, 0, 1, tzinfo=UTC))[0]
    assert found["since"] == "2026-11-19T10:00:01Z"
    assert (found["sources"][0]["lines"], found["sources"][0]["builds"]) == (2, 2)
    assert answer("message:mirror", source="zuul", days=1)[0]["sources"][0]["lines"] == 1
    with pytest.raises(GatepostError, match="--days and --since"):
        ask("message:mirror", days=1, since=NOW)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("  ", "the query is empty"),
        ("message:(mirror", "the query, column 9: .*\n  message:\\(mirror\n          \\^$"),
        ("message:mirror AND\nfoo^bar^", "the query, line 2, column 5: .*\n  foo\\^bar\\^\n      \\^$"),
        ("x" * 300 + " message:(", "column 311: .*\n  x{40} message:\\(\n {52}\\^$"),
    ],
)
def test_a_query_that_is_none(here: Path, query: str, message: str) -> None:
    with pytest.raises(GatepostError, match=message) as caught:
        ask(query)
    assert caught.value.hint


def test_a_source_that_cannot_be_asked_does_not_stop_the_others(here: Path) -> None:
    (here / "old.ndjson").unlink()
    text, code = ask("message:mirror")
    assert code == 0
    assert "old (documents): could not be asked: " in text
    assert "\n  hint: " in text
    found, code = answer("message:nosuchword")
    assert code == 1
    assert "no documents there" in found["sources"][1]["error"]
    with pytest.raises(GatepostError, match="no documents there"):
        ask("message:mirror", source="old")


def test_what_logs_cannot_answer_is_refused_by_name(here: Path) -> None:
    with pytest.raises(GatepostError, match="phrase with ~ in which a word comes twice"):
        ask('message:"a b a"~3')


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"source": "nosuch"}, "--source nosuch: no such source"),
        ({"source": "runs"}, "--source runs: holds results only"),
        ({"source": "builds"}, "--source builds: holds results only"),
        ({"fields": ("message",)}, "--field message: has another value in nearly every line"),
    ],
)
def test_options_that_cannot_be(here: Path, options: dict[str, Any], message: str) -> None:
    with Path("gatepost.yaml").open("a") as config:
        config.write("- {type: elastic, name: runs, url: http://127.0.0.1:1, index: zuul, preset: zuul}\n")
        config.write("- {type: zuul, name: builds, url: http://127.0.0.1:1, tenant: t}\n")
    with pytest.raises(GatepostError, match=message) as caught:
        ask("message:mirror", **options)
    assert caught.value.hint


@pytest.mark.engines
def test_an_index_beside_logs(here: Path, engine: Server, index_prefix: str) -> None:
    document = {
        "@timestamp": "2026-11-20T10:00:01",
        "message": "mirror is gone; password=hunter22",
        "build_uuid": "c" * 32,
        "build_status": "FAILURE",
        "colour": "red",
    }
    engine.index(f"{index_prefix}a", [document, {**document, "message": "other", "build_status": "SUCCESS"}])
    kind = {"elasticsearch": "elastic", "opensearch": "opensearch"}[engine.kind]
    with Path("gatepost.yaml").open("a") as config:
        config.write(f'- {{type: {kind}, name: index, url: "{engine.url}", index: "{index_prefix}*"}}\n')
    found, code = answer("message:mirror AND colour:red", source="index", excerpts=1)
    assert (code, found["remarks"]) == (0, [])  # what fields an index has is its own affair
    block = found["sources"][0]
    assert (block["lines"], block["builds"], block["failed"], block["searched"]) == (1, 1, 1, "2 documents")
    assert block["excerpts"][0]["text"] == "mirror is gone; password=[redacted]"
    text, _ = ask("message:mirror")
    assert f"\nindex ({kind}): 1 matching line in 1 build; 1 failed\n" in text
    assert "\nzuul (logs): 5 matching lines in 3 builds; 2 failed\n" in text


@pytest.mark.engines
def test_a_closed_index_is_told(here: Path, engine: Server, index_prefix: str) -> None:
    document = {"@timestamp": "2026-11-20T10:00:01", "message": "mirror", "build_uuid": "c" * 32}
    for name in "ab":
        engine.index(f"{index_prefix}{name}", [document])
    engine.request("POST", f"{index_prefix}b/_close")
    kind = {"elasticsearch": "elastic", "opensearch": "opensearch"}[engine.kind]
    with Path("gatepost.yaml").open("a") as config:
        config.write(f'- {{type: {kind}, name: index, url: "{engine.url}", index: "{index_prefix}*"}}\n')
    text, _ = ask("message:mirror", source="index")
    assert "1 matching line in 1 build" in text
    assert f"closed index (1): {index_prefix}b" in text
