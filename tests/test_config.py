from __future__ import annotations

from pathlib import Path

import pytest

from generator.config import load
from generator.errors import GatepostError

GOOD = "community: X\nsources:\n  - {type: logs, name: a, path: logs}\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "gatepost.yaml"
    path.write_text(text, "utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load(write(tmp_path, GOOD))
    assert settings.sources[0].path == tmp_path / "logs"
    assert settings.state == tmp_path / "state"
    assert settings.files is None


# Nine times nine times nine: little to write, and far too much to print.
BOMB = "a: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"b{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(9)
)
BOMB += "community: *a9\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("comunity: X\n" + GOOD, "comunity: no such key"),
        ("community: X\n", "sources: is required"),
        ("sources: []\n", "sources: "),
        ("site_url: gatepost.example.org\n" + GOOD, "site_url: must be a URL like https://"),
        (
            GOOD + "coverage_threshold: 2\n",
            "coverage_threshold: input should be less than or equal to 1, found 2",
        ),
        (GOOD + "outcomes: {UNSTABLE: bad}\n", "outcomes.UNSTABLE: "),
        ("sources:\n  - {type: logs}\n", "sources.0.path: is required"),
        ("sources:\n  - {type: ftp, path: x}\n", "sources.0: "),
        ("sources:\n  - {type: logs, path: x}\n  - {type: logs, path: y}\n", "the name 'logs' is used twice"),
        ("a: [1\n", "gatepost.yaml:2: not YAML: column 1"),
        ("community: a\ncommunity: b\n", ":2: the key 'community' stands here twice"),
        ("community: !!bool maybe\n", ":1: the tag tag:yaml.org,2002:bool is not known here"),
        ("community: 2026-99-99\n", "a value is no date or number"),
        ("keep_days: " + "9" * 5000 + "\n", "a value is no date or number"),
        ("community: " + "[" * 5000 + "\n", ":1: nested deeper than 32"),
        ('state: "a\\0b"\n', "a text cannot hold a NUL character"),
        ("state: ~nobody-of-that-name/x\n" + GOOD, "there is no such user"),
        (BOMB, "community: input should be a valid string"),
        ("- a\n", "expected keys and values"),
        ("", "expected keys and values"),
    ],
)
def test_an_error_names_file_key_and_expectation(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(GatepostError) as caught:
        load(write(tmp_path, text))
    assert str(tmp_path / "gatepost.yaml") in caught.value.message
    assert said in caught.value.message
    assert caught.value.hint


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(GatepostError) as caught:
        load(tmp_path / "gatepost.yaml")
    assert "gatepost init" in caught.value.hint


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "gatepost.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GatepostError, match="cannot be read"):
        load(tmp_path / "gatepost.yaml")
