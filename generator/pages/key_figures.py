"""The figures at the head of a pipeline's page, of now and of an edition."""

from __future__ import annotations

from collections.abc import Mapping

from generator import words
from generator.pages.cells import key_figure
from generator.render import KeyFigure
from generator.text.records import Row

_TITLES = {
    "failed": "Failed builds",
    "classified": "Classified failures",
    "infra": "Infra outcomes, apart",
    "coverage": "Coverage: builds examined",
}


def key_figures(totals: Mapping[str, Row]) -> list[KeyFigure]:
    """Four, of the rows by figure; where buildsets are known, theirs stands for coverage."""
    keys = [key_figure(title, totals.get(figure)) for figure, title in _TITLES.items()]
    of_buildsets = _buildsets(totals)
    return [keys[0], of_buildsets, *keys[1:-1]] if of_buildsets else keys


def _buildsets(totals: Mapping[str, Row]) -> KeyFigure | None:
    """The first-pass rate; of what is of no change, how many passed; None where no buildset is known."""
    first, passed = totals.get("first_pass"), totals.get("passed")
    if first and first["n"]:
        at_all = f"at any try {words.percent(passed['k'], passed['n'])}" if passed else ""
        return key_figure("First-pass rate", first, at_all, "buildsets")
    return key_figure("Buildsets that passed", passed, unit="buildsets") if passed else None
