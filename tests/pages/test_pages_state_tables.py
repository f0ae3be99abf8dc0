"""What is said of how much was examined."""

from __future__ import annotations

from typing import Any

import pytest

from generator.pages.state_tables import examined_cell


@pytest.mark.parametrize(
    ("row", "said"),
    [
        # of a thousand builds that passed a sample was examined, as it was meant to be
        ({"run": 1020, "examined": 39, "failed": 20, "failed_examined": 19}, ("95.0\u202f%", "19 of 20")),
        ({"run": 1000, "examined": 20, "failed": 0, "failed_examined": 0}, ("none failed", "")),
        ({"run": 0, "examined": 0, "failed": 0, "failed_examined": 0}, ("no data", "")),
        (None, ("no data", "")),
    ],
)
def test_examined_are_the_failed_builds(row: dict[str, Any] | None, said: tuple[str, str]) -> None:
    cell = examined_cell(row)
    assert (cell.text, cell.soft) == said
