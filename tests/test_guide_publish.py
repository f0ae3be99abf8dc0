"""The guide "Publish" names every message of publishing, and shows what is printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT
from test_guide import messages, plain

from generator import config, publish
from generator.progress import Progress

GUIDE = (ROOT / "site" / "guide" / "publish.md").read_text("utf-8")
MODULES = sorted((ROOT / "generator" / "publish").glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_every_message_is_in_the_guide(module: Path) -> None:
    missing = [one for one in messages(module) if plain(one) not in plain(GUIDE)]
    assert not missing


def test_its_examples_are_as_it_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from publish.small_sites import NOW, make

    def printed() -> str:
        return capsys.readouterr().err.strip().replace(f"{tmp_path}", "/srv")

    make(tmp_path / "public", builds=7481, until="2026-11-20T22:00:00Z")
    publish.publish(tmp_path / "public", tmp_path / "gatepost", publish.Options(), NOW, Progress())
    assert printed() in GUIDE
    make(tmp_path / "public", builds=212, until="2026-11-19T03:12:00Z")
    with pytest.raises(Exception, match="emptier") as caught:
        publish.publish(tmp_path / "public", tmp_path / "gatepost", publish.Options(), NOW, Progress())
    assert caught.value.message.partition(": ")[2] in GUIDE
    assert caught.value.hint in GUIDE


def test_its_configuration_is_valid() -> None:
    assert "period_hours: 24 " in GUIDE
    assert config.Settings.model_fields["period_hours"].default == 24
