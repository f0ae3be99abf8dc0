"""How long to wait, by what a server says of it: whatever that is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from generator.sources.index.backoff import retry_after
from generator.sources.index.client import decoded
from generator.sources.index.faults import reason_of, types_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 0),
        ("17", 17),
        (" 17 ", 17),
        ("Sat, 21 Nov 2026 12:00:40 GMT", 40),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("-5", 0),
        ("soon", 0),
        ("\u00b2\u00b3", 0),  # digits, and no number
        ("Fri, 31 Dec 9999 23:59:59 -2359", 0),
        ("Fri, 31 Dec 99999 99:59:59 GMT", 0),
    ],
)
def test_retry_after_of_any_kind(said: str | None, seconds: float) -> None:
    assert retry_after(said, NOW) == seconds


def test_json_that_is_too_deep_is_text() -> None:
    deep = "[" * 200_000
    assert decoded(deep) == deep


def test_errors_of_any_shape() -> None:
    error = {"root_cause": 5, "failed_shards": {"a": 1}, "type": "t", "reason": "why"}
    assert types_of(error) == {"t"}
    assert reason_of(error) == "why"
