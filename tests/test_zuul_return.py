"""What is handed to Zuul: short, printable, in the shape that Zuul takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator import cli_ask, explain, zuul_return
from generator.errors import GatepostError
from generator.lint import Finding


def written(path: Path, *args: Any) -> dict[str, Any]:
    zuul_return.write(path, *args)
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return told


def test_warnings_are_one_printable_short_line(tmp_path: Path) -> None:
    told = written(tmp_path / "z", ["a\x1b[2J\nb " + "x" * 5000])
    (warning,) = told["zuul"]["warnings"]
    assert warning.startswith("Gatepost: a\\x1b[2J") and warning.isprintable()
    assert len(warning) == zuul_return.WARNING_CHARS


def test_findings_are_comments_with_a_line_and_a_level(tmp_path: Path) -> None:
    whole = Finding("error", "syntax", "queries/1.yaml", 0, 0, "1", "is \u202eempty", "write\x07 one")
    placed = Finding("warning", "slash", "queries/1.yaml", 3, 7, "1", "a slash")
    assert written(tmp_path / "z", [], [whole, placed])["zuul"]["file_comments"] == {
        "queries/1.yaml": [
            {"line": 1, "level": "error", "message": "is \\u202eempty (syntax)\nwrite\\x07 one"},
            {"line": 3, "level": "warning", "message": "a slash (slash)"},
        ]
    }


def test_more_findings_than_anybody_reads_are_counted(tmp_path: Path) -> None:
    findings = [Finding("info", "c", f"{n}.yaml", 1, 1, str(n), "m") for n in range(zuul_return.COMMENTS + 7)]
    told = written(tmp_path / "z", ["w"], findings)["zuul"]
    assert len(told["file_comments"]) == zuul_return.COMMENTS
    assert told["warnings"] == ["Gatepost: w", "Gatepost: 7 more findings are in the log only"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_explain_tells_its_verdict_and_no_line_of_the_log(tmp_path: Path, form: str) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "7.yaml").write_text("title: Gone\nquery: message:vanished\n")
    log = tmp_path / "job-output.txt"
    log.write_text("it vanished secretly\n")
    config = tmp_path / "gatepost.yaml"
    config.write_text("bug_url: https://bugs.example.org/{id}\n")
    returned = tmp_path / "z"
    arguments = {"output_format": form, "config": config, "cache": tmp_path, "zuul_return": returned}
    _, code = explain.run([str(log)], tmp_path / "queries", **arguments)  # type: ignore[arg-type]
    told = json.loads(returned.read_text())["zuul"]
    assert code == 0 and "secretly" not in returned.read_text()
    assert told["warnings"] == ["Gatepost: Known failure: Gone (7), https://bugs.example.org/7"]


def test_an_index_has_no_verdict_for_a_job(tmp_path: Path) -> None:
    with pytest.raises(GatepostError, match="--zuul-return and --index do not go together"):
        cli_ask.explain(index="0a1b2c3", zuul_return=tmp_path / "z")
