from __future__ import annotations

import pytest

from generator import progress


def test_the_end_is_said_once_also_where_lines_are_due(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_LINE_EVERY_S", 0.0)
    with progress.Progress().task("Freezing editions", total=2) as task:
        task.advance()
        task.advance()
    assert capsys.readouterr().err.splitlines() == ["Freezing editions: 1 of 2", "Freezing editions: 2 of 2"]
