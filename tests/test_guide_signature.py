"""The guide "Write a signature": each of its commands is run, and prints what the guide says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from guide_kit import Command, File, agrees, shell, steps

from generator import config, gathering, pipeline
from generator.pages import files, site_json
from generator.progress import Progress
from generator.sources.simulated import simulate

GUIDE = steps("signature.md")
DEMO, *REST = GUIDE
NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
#: They take long, and what they print is not in the guide: other tests run them.
LONG = ("gatepost collect", "gatepost build")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the guide's first command leaves, but of the site only the data."""
    folder = tmp_path_factory.mktemp("guide")
    assert isinstance(DEMO, Command) and DEMO.text == "gatepost demo ci --seed 39 --scale 0.05"
    simulate(folder / "ci", seed=39, scale=0.05)
    settings = config.load(folder / "ci" / "gatepost.yaml")
    pipeline.collect(settings, NOW, Progress(0))
    results, context = gathering.gather(settings, NOW)
    site = folder / "ci" / "public"
    files.write_files(results, context, site)
    site_json.write(results, context, site / "data")
    return folder


def test_the_guide_is_a_script() -> None:
    commands = [step.text.split()[1] for step in GUIDE if isinstance(step, Command)]
    assert commands == ["demo", "explain", "query", "lint", "lint", "explain", "lint", "collect", "build"]
    assert [step.path for step in GUIDE if isinstance(step, File)] == ["ci/queries/missing-context.yaml"] * 2


def test_its_commands_print_what_it_says(folder: Path) -> None:
    for step in REST:
        if isinstance(step, File):
            (folder / step.path).write_text(step.text, "utf-8")
        elif not step.text.startswith(LONG):
            printed = shell(step.text, folder)
            assert step.printed.strip() and agrees(step.printed, printed), f"$ {step.text}\n{printed}"
