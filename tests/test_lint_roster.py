from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

from generator.errors import GatepostError
from generator.lint import Finding
from generator.lint.roster import lint_roster
from generator.lint.run import run

TODAY = date(2026, 11, 20)
CONTACTS = [{"name": "Jo", "confirmed": date(2026, 8, 1)}, {"name": "Al", "confirmed": date(2026, 8, 2)}]
SOUND = {"name": "Example CI", "account": "example-ci", "projects": "openstack/cinder", "contacts": CONTACTS}
PATTERN = r"^(?P<job>\S+) came out (?P<result>\w+)$"


def lint(folder: Path, *changes: dict[str, object]) -> list[Finding]:
    path = folder / "thirdparty.yaml"
    path.write_text(yaml.safe_dump({"cis": [{**SOUND, **change} for change in changes]}), "utf-8")
    return lint_roster(path, TODAY)


def test_a_sound_roster_has_no_findings(tmp_path: Path) -> None:
    sound = {
        "paths": ["cinder/volume/**", "*.py", "/doc/", "a?[bc]", "!*.rst", r"\#odd"],
        "pauses": [
            {"start": "2026-12-20", "end": "2027-01-03"},
            {"start": "2027-01-04", "end": "2027-01-05"},
        ],
        "patterns": [PATTERN],
        "examples": [
            {
                "text": "tempest came out BROKE\nother came out ok",
                "results": {"tempest": "broke", "other": "OK"},
            },
            {"text": "nothing came out", "results": {}},
        ],
        "words": {"BROKE": "failure"},
        "since": "2026-01-01",
        "retired": "2027-01-01",
        "voting": True,
    }
    assert lint(tmp_path, sound, {"name": "Other CI", "account": "other-*"}) == []


@pytest.mark.parametrize(
    ("change", "check", "severity", "word"),
    [
        ({"contacts": []}, "contacts", "warning", "no contact"),
        ({"contacts": CONTACTS[:1]}, "contacts", "warning", "one contact only"),
        ({"contacts": [CONTACTS[0]] * 2}, "contacts", "warning", "one contact only"),
        ({"contacts": [*CONTACTS, {"name": "Bo"}]}, "confirmed", "warning", "never"),
        (
            {"contacts": [*CONTACTS, {"name": "Bo", "confirmed": "2026-11-21"}]},
            "confirmed",
            "warning",
            "to come",
        ),
        (
            {"contacts": [*CONTACTS, {"name": "Bo", "confirmed": "2025-11-19"}]},
            "confirmed",
            "warning",
            "last",
        ),
        ({"owner": "a@b.example.org"}, "e-mail-address", "warning", "never shown"),
        ({"votting": True}, "unknown-key", "warning", "votting"),
        ({"pauses": [{"start": "2026-06-01", "end": "2026-12-01"}]}, "long-pause", "warning", "184 days"),
        ({"pauses": [{"start": "2026-12-01", "end": "2026-06-01"}]}, "syntax", "error", "before it begins"),
        (
            {
                "pauses": [
                    {"start": "2026-12-01", "end": "2026-12-05"},
                    {"start": "2026-12-05", "end": "2026-12-09"},
                ]
            },
            "pauses-overlap",
            "warning",
            "2026-12-05",
        ),
        ({"retired": "2026-11-01", "voting": True}, "retired-voting", "warning", "may vote"),
        ({"retired": "2026-01-01", "since": "2026-02-01"}, "retired-before", "error", "before it begins"),
        ({"since": "2027-01-01"}, "since", "info", "2027-01-01"),
        ({"since": "0001-01-01"}, "syntax", "error", "no date from 2000"),
        ({"pauses": [{"start": "2026-12-01", "end": "9999-12-31"}]}, "syntax", "error", "no date from 2000"),
        ({"since": "jo@b.example.org"}, "syntax", "error", "since: '…' is no date"),
        ({"paths": ["./cinder/**"]}, "never-matches", "warning", "./cinder"),
        ({"paths": ["../cinder/**"]}, "never-matches", "warning", "../cinder"),
        ({"paths": ["cinder\\volume"]}, "never-matches", "warning", "between folders"),
        ({"paths": ["https://example.org/cinder"]}, "never-matches", "warning", "https"),
        ({"paths": ["# all", "cinder/"]}, "never-matches", "warning", "comment"),
        ({"paths": ["!*.rst"]}, "never-matches", "error", "watches no path"),
        ({"patterns": ["(?P<result>a)(?!b)"]}, "syntax", "error", "RE2 refuses"),
        ({"patterns": ["(?P<result>a)(?:a?){0,1000}(?:b?){0,1000}"]}, "syntax", "error", "too large"),
        ({"patterns": ["(?P<outcome>a)"]}, "syntax", "error", "no group result"),
        ({"patterns": [PATTERN]}, "no-examples", "warning", "no example"),
        (
            {"examples": [{"text": "a came out OK", "results": {"a": "OK"}}]},
            "example",
            "error",
            "as no result",
        ),
        (
            {"patterns": [PATTERN], "examples": [{"text": "a came out OK", "results": {"a": "BROKE"}}]},
            "example",
            "error",
            "a BROKE, and is read as a OK",
        ),
    ],
    ids=str,
)
def test_a_finding_and_nothing_else(
    tmp_path: Path, change: dict[str, object], check: str, severity: str, word: str
) -> None:
    findings = lint(tmp_path, change)
    (found,) = (finding for finding in findings if finding.severity != "info" or check == "since")
    assert (found.check, found.severity) == (check, severity)
    assert word in found.message and found.hint and found.line > 1 and found.column > 1


def test_a_finding_names_line_and_column_of_what_it_is_about(tmp_path: Path) -> None:
    path = tmp_path / "thirdparty.yaml"
    path.write_text(
        "cis:\n"
        "  - name: Example CI\n"
        "    account: example-ci\n"
        "    projects: openstack/cinder\n"
        "    contacts:\n"
        "      - {name: Jo, confirmed: 2026-08-01}\n"
        "      - {name: Al}\n"
        "    paths: [cinder/, ./x]\n",
        "utf-8",
    )
    assert [(f.check, f.line, f.column, f.signature) for f in lint_roster(path, TODAY)] == [
        ("confirmed", 7, 9, "example-ci"),
        ("never-matches", 8, 22, "example-ci"),
    ]


@pytest.mark.parametrize(
    ("account", "severity"),
    [("Example-CI", "error"), ("example*", "error"), ("*", "error"), ("ex*-ci", "error")],
)
def test_an_account_of_two_entries_is_an_error(tmp_path: Path, account: str, severity: str) -> None:
    (found,) = lint(tmp_path, {}, {"name": "Other CI", "account": ["other", account]})
    assert (found.check, found.severity, found.signature) == ("shared-account", severity, "other-ci")


def test_patterns_of_two_entries_that_may_meet_are_a_warning(tmp_path: Path) -> None:
    (found,) = lint(tmp_path, {"account": "example-*"}, {"name": "Other CI", "account": "*-nfs"})
    assert (found.check, found.severity) == ("shared-account", "warning")


def test_two_entries_of_one_name(tmp_path: Path) -> None:
    (found,) = lint(tmp_path, {}, {"id": "other", "name": "Example ci", "account": "other"})
    assert (found.check, found.signature) == ("same-name", "other")


def test_an_empty_roster_is_told(tmp_path: Path) -> None:
    (found,) = lint(tmp_path)
    assert (found.check, found.severity) == ("no-entries", "warning")


def test_what_is_missing_is_told_beside_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("cis:\n  - name: A\n    account: #12\n    voting: 1\n", "utf-8")
    found = lint_roster(tmp_path / "r.yaml", TODAY)
    assert [finding.message.split(":")[0] for finding in found] == ["account", "projects", "voting"]


def test_nobody_is_asked_about_a_retired_one(tmp_path: Path) -> None:
    assert lint(tmp_path, {"contacts": [], "retired": "2026-01-01"}) == []


@pytest.mark.parametrize(
    ("text", "line", "column"), [("cis:\n  - [", 3, 1), ("a: 1\na: 2\n", 2, 1), ("cis: 1\n", 1, 6)]
)
def test_a_file_that_is_no_roster_is_a_finding_with_its_place(
    tmp_path: Path, text: str, line: int, column: int
) -> None:
    (tmp_path / "r.yaml").write_text(text, "utf-8")
    (found,) = lint_roster(tmp_path / "r.yaml", TODAY)
    assert (found.severity, found.line) == ("error", line)
    assert found.column >= column and found.hint


def test_a_missing_roster_is_a_finding(tmp_path: Path) -> None:
    (found,) = lint_roster(tmp_path / "none.yaml", TODAY)
    assert (found.severity, found.line) == ("error", 0) and "no such file" in found.message


def test_the_example_that_init_writes_is_sound() -> None:
    assert lint_roster(ROOT / "templates" / "init" / "thirdparty.yaml", TODAY) == []


def test_lint_judges_a_roster_alone_or_with_signatures(tmp_path: Path) -> None:
    path = tmp_path / "thirdparty.yaml"
    path.write_text("cis:\n- {name: A, account: a}\n", "utf-8")
    text, code = run(None, output_format="json", roster=path)
    assert code == 1 and [found["message"] for found in json.loads(text)] == [
        "projects: the entry has no projects"
    ]
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "1.yaml").write_text("query: message:a*\n", "utf-8")
    text, code = run(tmp_path / "q", roster=path, returned=tmp_path / "returned.json")
    assert code == 1 and str(path) in text
    returned = json.loads((tmp_path / "returned.json").read_text("utf-8"))
    assert returned["zuul"]["file_comments"][str(path)][0]["line"] == 2


def test_without_a_folder_there_must_be_a_roster() -> None:
    from generator.cli_lint import lint as command

    with pytest.raises(GatepostError, match="no folder"):
        command()
