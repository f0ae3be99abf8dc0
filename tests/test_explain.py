"""`gatepost explain` through its one function: what it prints and how it exits."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from generator.errors import GatepostError
from generator.explain import run

GOLD = Path(__file__).parent / "gold"

SIGNATURES = {
    "2091874": """
title: Volume is stuck in detaching
bug: https://bugs.launchpad.net/nova/+bug/2091874
query: >
  message:"stuck in detaching" AND tags:"console"
""",
    "1234567": """
query: >
  message:"connection reset by mirror" AND build_name:"tempest-full"
resolved_at: 2026-10-01
""",
    "kernel-oops": """
suppress-graph: true
query: >
  message:"Kernel panic" AND filename:"syslog.txt"
""",
}
CONSOLE = """\
2026-11-20 10:00:00.000 | Starting tempest
2026-11-20 10:01:00.000 | export OS_PASSWORD=hunter22
2026-11-20 10:02:00.000 | volume 7a1f is stuck in detaching
2026-11-20 10:03:00.000 | \x1b[31mfailed\x1b[0m <script>alert(1)</script>
2026-11-20 10:04:00.000 | done
2026-11-20 10:05:00.000 | volume 8b2e is stuck in detaching
"""
UNKNOWN = """\
2026-11-20 10:00:00.000 | Starting tempest
2026-11-20 10:01:00.000 | ok
2026-11-20 10:02:00.000 | Traceback (most recent call last):
2026-11-20 10:02:00.000 |   File "wait.py", line 57, in state_wait
2026-11-20 10:02:00.000 |     raise Timeout(secret)
2026-11-20 10:02:00.000 | WidgetTimeout: the widget did not turn blue within 400 s
2026-11-20 10:03:00.000 | done
"""
INVENTORY = """
all:
  vars:
    zuul:
      build: {build}
      job: {job}
      project: {{name: openstack/nova}}
      branch: master
      pipeline: gate
      tenant: openstack
      voting: true
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with ./queries; the cache stays inside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, text in SIGNATURES.items():
        write(f"queries/{name}.yaml", text)
    return tmp_path


def write(name: str, text: str | bytes) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return name


def build(name: str, console: str, job: str = "tempest-full", record: str = "") -> str:
    write(f"{name}/zuul-info/inventory.yaml", INVENTORY.format(build=Path(name).name, job=job))
    write(f"{name}/job-output.txt.gz", gzip.compress(console.encode()))
    if record:
        write(f"{name}/buildinfo", record)
    return name


def answer(*paths: str, **options: Any) -> tuple[dict[str, Any], int]:
    text, code = run(paths, output_format="json", **options)
    return json.loads(text), code


def is_gold(name: str, text: str) -> None:
    path = GOLD / name
    if os.environ.get("GATEPOST_UPDATE_GOLD"):
        path.write_text(text + "\n", "utf-8")
    assert text + "\n" == path.read_text("utf-8")


def test_a_known_failure(here: Path) -> None:
    text, code = run([build("logs/0a1b2c", CONSOLE)])
    assert code == 0
    is_gold("explain_known.txt", text)


def test_an_unknown_failure(here: Path) -> None:
    text, code = run([build("logs/0a1b2c", UNKNOWN)])
    assert code == 3
    is_gold("explain_unknown.txt", text)


def test_several_builds(here: Path) -> None:
    paths = [
        build("logs/a", CONSOLE),
        build("logs/b", "x\nconnection reset by mirror\n" + CONSOLE, record="result: SUCCESS\nuuid: b\n"),
        build("logs/c", UNKNOWN, job="other"),
        build("logs/d", "all is well\n", record="result: SUCCESS\nuuid: d\n"),
        *(build(f"logs/e{n}", UNKNOWN) for n in range(3)),
    ]
    write("logs/a/logs/syslog.txt", "Kernel panic\n")
    write("logs/a/logs/coredump.zip", b"PK\x03\x04")
    write("logs/a/logs/screen-n-cpu.txt.gz", gzip.compress(b"cut off " * 9000)[:60])
    write("queries/bad.yaml", "query: (\n")
    text, code = run([*paths, "nosuch.txt"])
    assert code == 0
    is_gold("explain_several.txt", text)


def test_a_file_alone_is_assumed_to_fit(here: Path) -> None:
    text, code = run([write("somewhere/job-output.txt", "connection reset by mirror\n")])
    assert code == 0
    is_gold("explain_assumed.txt", text)


def test_links_to_bugs_come_from_the_signature_or_the_configuration(here: Path) -> None:
    log = write("job-output.txt", CONSOLE + "connection reset by mirror\n")
    assert re.search(r"^  bug +1234567$", run([log])[0], re.M)
    for url in ("https://bugs.example.org/", "https://bugs.example.org/{id}"):
        write("gatepost.yaml", f"bug_url: {url}\n")
        assert re.search(r"^  bug +https://bugs\.example\.org/1234567$", run([log])[0], re.M)
    assert "/+bug/2091874\n" in run([log])[0]
    write("gatepost.yaml", "bug_url: [\n")
    with pytest.raises(GatepostError, match="not YAML"):
        run([log])


def test_a_build_that_succeeded_without_a_known_failure(here: Path) -> None:
    text, code = run([build("a", UNKNOWN, record="result: SUCCESS\nuuid: a\n")])
    assert code == 3
    assert text == (
        "No known failure: 3 signatures, 7 lines searched.\n\nSucceeded, without a known failure: a"
    )


def test_json_is_exactly_as_documented(here: Path) -> None:
    found, code = answer(build("logs/a", CONSOLE), build("logs/b", CONSOLE + UNKNOWN), "nosuch")
    assert code == 0
    assert found == {
        "lines": 19,
        "builds": 2,
        "signatures": {"2091874": {"lines": 4, "builds": 2}},
        "skipped": [{"path": "nosuch", "reason": "no such file"}],
    }


def test_metadata_that_is_known_must_fit(here: Path) -> None:
    log = "connection reset by mirror\n"
    assert answer(build("a", log, job="tempest-full"))[1] == 0
    assert answer(build("b", log, job="unit"))[1] == 3
    assert answer(write("c/x.log", log))[1] == 0


def test_tags_come_from_the_path_and_the_file_list(here: Path) -> None:
    log = "stuck in detaching\n"
    assert answer(write("run.log", log))[1] == 3
    assert answer(write("job-output.txt", log))[1] == 0
    listed = Path(write("files.yaml", "files: [{name: run.log, tags: [console]}]\n"))
    assert answer("run.log", files_list=listed)[1] == 0
    write("gatepost.yaml", "files: files.yaml\n")
    assert answer("run.log")[1] == 0


def test_files_side_by_side_are_one_build_folders_are_several(here: Path) -> None:
    one, two = write("job-output.txt", CONSOLE), write("x/job-output.txt", CONSOLE)
    assert answer(one, two)[0]["builds"] == 1
    assert answer(build("logs/a", CONSOLE), build("logs/b", CONSOLE))[0]["builds"] == 2
    assert answer("logs")[0]["builds"] == 2
    assert answer("logs", one)[0]["builds"] == 3


def test_a_folder_without_metadata_is_one_build(here: Path) -> None:
    write("plain/a/x.log", "x\n")
    write("plain/b/job-output.log", "y\n")
    found, code = answer("plain")
    assert (found["builds"], found["lines"], code) == (1, 2, 3)


def test_the_same_path_twice_counts_once(here: Path) -> None:
    assert answer(build("a", CONSOLE), "a")[0]["builds"] == 1


def test_standard_input(here: Path) -> None:
    found, code = answer("-", stdin=io.BytesIO(gzip.compress(CONSOLE.encode())))
    assert (found["lines"], found["builds"], code) == (6, 1, 0)
    text, code = run(["-"], stdin=io.BytesIO(UNKNOWN.encode()))
    assert code == 3
    assert "6  2026-11-20 10:02:00.000 | WidgetTimeout: the widget" in text


def documents() -> str:
    rows = [
        {"message": "volume is stuck in detaching", "tags": ["console"], "build_uuid": "u1"},
        {"_source": {"message": "stuck in detaching", "tags": "console", "build_uuid": "u2"}},
        {"message": "stuck in detaching", "tags": ["syslog"], "build_uuid": "u3"},
        {"message": "all is well", "tags": ["console"]},
        {"message": "stuck in detaching", "tags": ["console"], "build_uuid": "u1"},
    ]
    return "\n\n".join(json.dumps(row) for row in rows) + "\n"


def test_documents(here: Path) -> None:
    found, code = answer(write("x.ndjson", documents()))
    assert code == 0
    assert found == {
        "lines": 5,
        "builds": 4,
        "signatures": {"2091874": {"lines": 3, "builds": 2, "documents": [0, 1, 4]}},
        "skipped": [],
    }


def test_positions_count_on_through_several_files_of_documents(here: Path) -> None:
    one = write("x.ndjson", documents() + "not json\n")
    two = write("y.ndjson.gz", gzip.compress(documents().encode()))
    found, _ = answer(one, two)
    assert found["signatures"]["2091874"] == {"lines": 6, "builds": 2, "documents": [0, 1, 4, 6, 7, 10]}
    assert found["skipped"] == [{"path": "x.ndjson: document 5", "reason": "not a document"}]


def test_a_document_is_shown_where_it_stands(here: Path) -> None:
    text, _ = run([write("x.ndjson", "\n" + documents())])
    assert re.search(r"> 2  volume is stuck in detaching", text)


def test_documents_that_nothing_explains(here: Path) -> None:
    rows = [{"message": line, "build_uuid": "u"} for line in UNKNOWN.splitlines()]
    text, code = run([write("x.ndjson", "\n".join(map(json.dumps, rows)))])
    assert code == 3
    assert "6  2026-11-20 10:02:00.000 | WidgetTimeout: the widget" in text


def old_documents() -> str:
    rows = [
        {"@message": "stuck in detaching", "@fields": {"build_uuid": uuid}, "@tags": ["console"]}
        for uuid in ("u1", "u2", "u1")
    ]
    return "\n".join(json.dumps(row) for row in rows)


def test_documents_have_the_field_names_of_the_source_that_covers_them(here: Path) -> None:
    path = write("exports/x.ndjson", old_documents())
    assert answer(path)[1] == 3
    mapping = 'fields: {"@message": message, "@tags": tags, "@fields.*": "*"}'
    write("gatepost.yaml", f"sources: [{{type: documents, path: elsewhere, {mapping}}}]\n")
    assert answer(path)[1] == 3
    for covering in ("exports", "exports/*.ndjson"):
        write("gatepost.yaml", f"sources: [{{type: documents, path: '{covering}', {mapping}}}]\n")
        found, code = answer(path)
        assert code == 0
        assert found["signatures"]["2091874"] == {"lines": 3, "builds": 2, "documents": [0, 1, 2]}
    assert "stuck in detaching" in run([path])[0]


@pytest.mark.parametrize("sources", ["nonsense", "1", "[1, {type: documents}]", "{type: documents}"])
def test_a_configuration_that_check_would_refuse_does_not_stop_explain(here: Path, sources: str) -> None:
    write("gatepost.yaml", f"sources: {sources}\n")
    assert answer(write("x.ndjson", documents()))[1] == 0


def test_paths_of_a_configuration_elsewhere_are_relative_to_it(here: Path) -> None:
    write("there/mine/1.yaml", 'query: message:"all is well"\n')
    write("there/gatepost.yaml", "signatures: mine\n")
    found, _ = answer(write("x.ndjson", documents()), config=Path("there/gatepost.yaml"))
    assert list(found["signatures"]) == ["1"]


def test_compared_with_a_log_that_passed(here: Path) -> None:
    noise = "ERROR: could not reach the first mirror\n"
    failed = build("a", noise + "widget 7 is gone\n")
    passed = Path(write("passed.txt", noise + "done\n"))
    text, _ = run([failed], passed=passed)
    assert "widget 7 is gone" in text
    assert "first mirror" not in text
    assert "against the log that passed" in text
    piped = io.BytesIO((noise + "widget 7 is gone\n").encode())
    text, _ = run(["-"], passed=passed, stdin=piped)
    assert "widget 7 is gone" in text
    assert "first mirror" not in text


@pytest.mark.parametrize("log", [UNKNOWN, CONSOLE])
def test_a_log_that_passed_must_be_there_also_if_it_is_not_needed(here: Path, log: str) -> None:
    with pytest.raises(GatepostError, match="--passed nosuch: no such file"):
        run([build("a", log)], passed=Path("nosuch"))


def test_secrets_and_control_characters_are_not_printed(here: Path) -> None:
    text, _ = run([build("a", CONSOLE)])
    assert "hunter22" not in text
    assert "\x1b" not in text
    assert "\\x1b[31m" in text


@pytest.mark.parametrize("paths", [["nosuch"], ["empty"], ["nosuch", "empty"]])
def test_nothing_readable_is_an_error(here: Path, paths: list[str]) -> None:
    (here / "empty").mkdir()
    with pytest.raises(GatepostError, match="nothing could be read"):
        run(paths)


def test_without_signatures_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GatepostError) as caught:
        run([write("x.log", "x\n")])
    assert "--signatures DIR" in caught.value.hint
    write("gatepost.yaml", "signatures: mine\n")
    write("mine/1.yaml", 'query: message:"x"\n')
    assert run(["x.log"], cache=tmp_path)[1] == 0


def test_damaged_input_is_read_as_far_as_it_goes(here: Path) -> None:
    packed = gzip.compress(os.urandom(30000).hex().encode() + b"\nstuck in detaching\n" * 4)
    found, code = answer(write("job-output.txt.gz", packed[:-9]))
    assert code == 0
    assert found["skipped"] == [{"path": "job-output.txt.gz", "reason": "truncated"}]


def test_a_build_that_cannot_be_read_is_skipped_and_not_counted(here: Path) -> None:
    write("a/job-output.txt.gz", b"\x1f\x8bnonsense")
    found, code = answer("a", build("b", CONSOLE))
    assert (found["builds"], code) == (1, 0)
    assert [item["path"] for item in found["skipped"]] == ["a/job-output.txt.gz"]


def test_an_empty_log_is_a_build_without_lines(here: Path) -> None:
    text, code = run([write("job-output.txt", "")])
    assert code == 3
    assert "No line looks like a failure." in text


def test_a_signature_that_matches_everything_comes_last_and_is_called_so(here: Path) -> None:
    write("queries/0000001.yaml", 'query: NOT message:"nosuchword"\n')
    text, code = run([build("a", UNKNOWN * 20 + CONSOLE)])
    assert code == 0
    assert text.startswith("Known failure: Volume is stuck in detaching (2091874), and 1 more\n")
    assert "matches 146 of 146 lines: too wide to explain this" in text


def test_on_several_cores_it_says_the_same(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [build(f"logs/{n}", CONSOLE * (n + 1) if n % 3 else UNKNOWN) for n in range(10)]
    write("logs/4/cut.txt.gz", gzip.compress(b"cut off")[:9])
    alone = run(paths, workers=1)
    monkeypatch.setattr("generator.matching.scanning.PAYS", 0)
    assert run(paths, workers=2) == alone
    assert answer(*paths, workers=2)[0]["signatures"]["2091874"]["builds"] == 6
