from __future__ import annotations

from pathlib import Path

import pytest

from generator.config import Settings, load
from generator.errors import GatepostError
from generator.scaffold import scaffold


def test_what_init_writes_is_valid_and_names_every_key(tmp_path: Path) -> None:
    text = scaffold(tmp_path / "c")
    settings = load(tmp_path / "c" / "gatepost.yaml")
    assert settings.signatures == tmp_path / "c" / "queries"
    written = (tmp_path / "c" / "gatepost.yaml").read_text("utf-8")
    assert [key for key in Settings.model_fields if f"{key}:" not in written] == []
    assert "gatepost check" in text


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    scaffold(tmp_path)
    before = (tmp_path / "gatepost.yaml").read_bytes()
    with pytest.raises(GatepostError, match="already there"):
        scaffold(tmp_path)
    assert (tmp_path / "gatepost.yaml").read_bytes() == before


def test_the_example_signature_passes_lint(tmp_path: Path) -> None:
    from generator.lint import exit_code, lint_folder

    scaffold(tmp_path)
    findings = lint_folder(tmp_path / "queries")
    assert exit_code(findings) == 0, findings
