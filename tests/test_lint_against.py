"""`gatepost lint --against SITE`: what new signatures would have explained of what the site publishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import made_results as made
import pytest
from log_server import LogServer

from generator import cli_lint
from generator.errors import GatepostError
from generator.lint.run import run
from generator.pages import downloads
from generator.signatures.load import load_folder

SIGNATURES = {
    "known": 'query: message:"disk full"',
    "changed": 'query: message:"no route" AND voting:1\ntitle: No route to the mirror',
    "fresh": 'query: message:"boom went" AND tags:"console" AND build_queue:gate',
    "guess": "query: message:sulked AND zuul_executor:ze01",
    "idle": 'query: message:"never said"',
}
BUILDS = [
    {"build_uuid": f"u{n}", "pipeline": "gate" if n < 3 else "check", "job": "tempest", "result": "FAILURE",
     "ci": "zuul", "tenant": "t", "project": "p", "log_url": f"https://logs.example.org/u{n}/"}
    for n in range(5)
]  # fmt: skip
TEXTS = {
    "u0": ["ERROR: boom went the mirror", "no route to host", "ERROR: boom went again"],
    "u1": ["ERROR: boom went the mirror", "disk full"],
    "u2": ["the node sulked"],
    "u3": ["ERROR: boom went the mirror"],
}
LINES = [
    {"build_uuid": uuid, "file": "job-output.txt", "line": n + 1, "text": text, "score": 3.0 - n}
    for uuid, texts in TEXTS.items()
    for n, text in enumerate(texts)
]


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    folder = tmp_path / "queries"
    folder.mkdir()
    for name, text in SIGNATURES.items():
        (folder / f"{name}.yaml").write_text(text + "\n")
    return folder


@pytest.fixture
def site(tmp_path: Path, queries: Path) -> Path:
    hashes = {one.id: one.query_hash for one in load_folder(queries).signatures}
    told: list[dict[str, Any]] = [
        {"signature": "known", "query_hash": hashes["known"]},
        {"signature": "changed", "query_hash": "another"},
        {"signature": "idle", "query_hash": hashes["idle"], "removed": made.UNTIL},
    ]
    results = made.results(unclassified=BUILDS, failure_lines=LINES, queries=told)
    downloads.write(results, tmp_path / "site" / "data")
    until = json.dumps({"until": "2026-11-20T22:00:00Z"})
    (tmp_path / "site" / "data" / "site.json").write_text(until)
    return tmp_path / "site"


def trial(queries: Path, site: Path | str) -> dict[str, Any]:
    text, _ = run(queries, str(site), output_format="json")
    told: dict[str, Any] = json.loads(text)["against"]
    return told


def test_only_new_and_changed_signatures_are_tried(queries: Path, site: Path) -> None:
    states = {one["signature"]: one["state"] for one in trial(queries, site)["signatures"]}
    assert states == {"changed": "changed", "fresh": "new", "guess": "new", "idle": "new"}


def test_each_says_which_builds_it_would_have_explained(queries: Path, site: Path) -> None:
    told = trial(queries, site)
    tried = {one["signature"]: one for one in told["signatures"]}
    # u3 ran in another pipeline; u1's disk is of a signature that the site has
    assert (tried["fresh"]["builds"], tried["fresh"]["lines"]) == (["u0", "u1"], 3)
    assert tried["changed"]["builds"] == ["u0"]  # builds of that table vote
    assert (tried["guess"]["builds"], tried["guess"]["assumed"]) == (["u2"], 1)
    assert (tried["idle"]["explained"], tried["fresh"]["assumed"]) == (0, 0)
    assert tried["fresh"]["logs"] == ["https://logs.example.org/u0/", "https://logs.example.org/u1/"]
    assert (told["explained"], told["builds"], told["builds_without_lines"], told["lines"]) == (3, 4, 1, 7)


def test_an_end_of_the_data_beyond_all_calendars_is_not_told(queries: Path, site: Path) -> None:
    (site / "data" / "site.json").write_text('{"until": "0001-01-01T00:00:00+14:00"}')
    text, code = run(queries, str(site))
    assert code == 0 and "data until" not in text


def test_people_are_told_the_numbers_and_what_was_not_tried(queries: Path, site: Path) -> None:
    text, code = run(queries, str(site))
    assert code == 0
    flat = " ".join(text.split())
    assert "4 signatures, new or changed, would have explained 3 of 4 builds" in flat
    assert "(data until Fri 20 Nov 2026, 22:00 UTC)" in flat
    assert "7 published lines searched. Of 1 more build no line is published." in flat
    assert "Only these published lines were tried: no whole logs, and no builds that passed." in flat
    assert "fresh new would have explained 2 of 4 unclassified builds, 3 lines" in flat
    assert "guess new would have explained 1 of 4 unclassified builds, 1 line, 1 if metadata fits" in flat


def test_nothing_new_is_said(queries: Path, site: Path) -> None:
    for name in ("changed", "fresh", "guess", "idle"):
        (queries / f"{name}.yaml").unlink()
    text, _ = run(queries, str(site))
    assert f"No signature is new or changed against {site}: nothing was tried." in text


def test_a_url_does_as_well(queries: Path, site: Path) -> None:
    with LogServer(site) as server:
        told = trial(queries, server.url)
    assert told["explained"] == 3 and told["site"] == server.url


def test_zuul_is_told_what_the_change_is_about(queries: Path, site: Path, tmp_path: Path) -> None:
    (queries / "known.yaml").write_text('query: message:"disk full" AND mesage:x\n')
    (queries / "idle.yaml").write_text('query: message:"never\n')
    returned = tmp_path / "zuul.json"
    _, code = run(queries, str(site), returned=returned)
    said = json.loads(returned.read_text())["zuul"]
    assert code == 1
    assert len(said["warnings"]) == 1 and "would have explained 3 of 4" in said["warnings"][0]
    comments = {Path(path).name: [c["level"] for c in told] for path, told in said["file_comments"].items()}
    assert comments["idle.yaml"] == ["error"] and comments["fresh.yaml"] == ["info"]
    line = {c["message"]: c["line"] for c in said["file_comments"][str(queries / "fresh.yaml")]}
    assert [at for message, at in line.items() if "2 of 4 unclassified builds" in message] == [1]


def test_findings_about_what_did_not_change_are_no_comments(
    queries: Path, site: Path, tmp_path: Path
) -> None:
    for name in ("old", "odd"):
        (queries / f"{name}.yaml").write_text(f"query: message:{name}-unquoted\n")
    hashes = {one.id: one.query_hash for one in load_folder(queries).signatures}
    told = [{"signature": name, "query_hash": hashes[name]} for name in hashes if name != "odd"]
    downloads.write(made.results(unclassified=BUILDS, failure_lines=LINES, queries=told), site / "data")
    returned = tmp_path / "zuul.json"
    text, _ = run(queries, str(site), returned=returned)
    assert "old-unquoted" in text
    said = json.loads(returned.read_text())["zuul"]["file_comments"]
    assert [Path(path).name for path in said] == ["odd.yaml"]


def spoil(text: str) -> Callable[[Path], None]:
    def harm(site: Path) -> None:
        (site / "data" / "failure_lines.json").write_text(text)

    return harm


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"columns": [], "rows": 3}', '{"columns": [{"name": "a"}], "rows": [[]]}', "[" * 100_000],
)
def test_what_is_no_table_is_refused(queries: Path, site: Path, text: str) -> None:
    spoil(text)(site)
    with pytest.raises(GatepostError, match=r"failure_lines\.json is no table"):
        run(queries, str(site))


def test_a_site_without_the_tables_is_refused_and_told(queries: Path, tmp_path: Path) -> None:
    with pytest.raises(GatepostError, match=r"has no data/unclassified\.json"):
        run(queries, str(tmp_path))


def test_hostile_rows_are_left_out_or_told_without_harm(queries: Path, site: Path) -> None:
    names = ["build_uuid", "file", "line", "text", "score"]
    rows: list[list[Any]] = [
        ["u0", None, 1, "boom went\x1b[31m\nboom went", 1.0],
        ["nobody", "job-output.txt", 1, "boom went", 1.0],
        [["u1"], "job-output.txt", 1, "boom went", 1.0],
        ["u2", {"a": 1}, 1, 7, 1.0],
        ["u1", "../../etc/passwd", 1, "never said \ud800", 1.0],
    ]
    spoil(json.dumps({"columns": [{"name": name} for name in names], "rows": rows}))(site)
    path = site / "data" / "unclassified.json"
    path.write_text(path.read_text().replace("https://logs.example.org/u1/", "\\u001b[2Jhttps://x/"))
    text, _ = run(queries, str(site))
    assert "\x1b" not in text
    told = trial(queries, site)
    tried = {one["signature"]: one for one in told["signatures"]}
    assert (tried["fresh"]["builds"], tried["fresh"]["assumed"]) == (["u0"], 1)  # the file is not known
    assert tried["idle"]["builds"] == ["u1"] and told["builds"] == 2


def test_refused_queries_are_left_out_of_the_trial(queries: Path, site: Path) -> None:
    (queries / "hard.yaml").write_text("query: 'message:(a~2 OR /[/)'\n")
    (queries / "fuzzy.yaml").write_text("query: message:boom~2\n")
    text, code = run(queries, str(site), output_format="json")
    told = json.loads(text)
    assert code == 1 and {f["severity"] for f in told["findings"]} >= {"error"}
    assert not {"hard", "fuzzy"} & {one["signature"] for one in told["against"]["signatures"]}


def test_a_list_of_files_is_for_trials_only(queries: Path) -> None:
    with pytest.raises(GatepostError, match="--files goes with --against"):
        cli_lint.lint(queries, files=queries)
