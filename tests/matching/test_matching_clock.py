"""The time of a line, and of lines that have none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from generator.matching.clock import line_time
from generator.matching.counting import Matched, count_lines
from generator.matching.engine import Engine
from generator.matching.facts import Facts
from generator.signatures.model import Signature

NEAR = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"2026-11-20 10:00:00.500 1 INFO x", "2026-11-20T10:00:00.500000+00:00"),
        (b"2026-11-20T10:00:00,5Z x", "2026-11-20T10:00:00.500000+00:00"),
        (b"[2026-11-20T10:00:00.123456789+0200] x", "2026-11-20T08:00:00.123456+00:00"),
        (b"2026-11-20 10:00:00", "2026-11-20T10:00:00+00:00"),
        (b"Dec 31 23:59:59 host kernel: x", "2025-12-31T23:59:59+00:00"),
        (b"Jan  1 00:59:59 host kernel: x", "2026-01-01T00:59:59+00:00"),
        (b"23:59:59.250 x", "2025-12-31T23:59:59.250000+00:00"),
        (b"01:00:00 x", "2026-01-01T01:00:00+00:00"),
    ],
)
def test_clocks(line: bytes, expected: str) -> None:
    at = line_time(line, NEAR)
    assert at is not None
    assert at.isoformat() == expected


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"x 2026-11-20 10:00:00",
        b"2026-99-20 10:00:00",
        b"25:00:00 x",
        b"Foo 10 10:00:00 x",
        b"10:00:00:01",
    ],
)
def test_no_clock(line: bytes) -> None:
    assert line_time(line, NEAR) is None


def test_without_a_neighbour_a_clock_without_a_date_tells_nothing() -> None:
    assert line_time(b"10:00:00 x", None) is None
    assert line_time(b"Dec 31 23:59:59 x", None) is None


LOG = b"""\
boom before any clock
2026-11-20 10:00:00 start
boom within a traceback
  more of it
2026-11-20 10:00:05 boom
2026-11-20 10:00:03 boom, by another thread
2026-11-20 10:00:09 end
"""


def counted(query: str, text: bytes = LOG, size: int = 1 << 20, **options: datetime) -> Matched:
    chunks = [text[i : i + size] for i in range(0, len(text), size)]
    return count_lines(Engine([Signature("q", query)]), chunks, Facts(), **options)


@pytest.mark.parametrize("size", [7, 1 << 20])
def test_lines_without_a_clock_have_that_of_the_line_before(size: int) -> None:
    found = counted("message:boom", size=size, since=datetime(2026, 11, 20, 10, tzinfo=UTC))
    assert (found.lines, found.untimed, found.searched) == (3, 1, 7)
    assert found.text == b"boom within a traceback"
    assert (found.first, found.last) == (
        datetime(2026, 11, 20, 10, tzinfo=UTC),
        datetime(2026, 11, 20, 10, 0, 5, tzinfo=UTC),
    )


def test_before_the_first_clock_it_is_that_of_the_build() -> None:
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert counted("message:boom", near=start).first == start
    assert counted("message:boom", near=start, since=datetime(2026, 11, 20, 9, 30, tzinfo=UTC)).lines == 3


def test_the_window_goes_by_the_line() -> None:
    assert counted("message:boom", since=datetime(2026, 11, 20, 10, 0, 4, tzinfo=UTC)).lines == 1


def test_a_query_that_asks_nothing_of_the_message_counts_every_line_by_its_time() -> None:
    assert counted("*:*").lines == 7
    assert counted("*:*", since=datetime(2026, 11, 20, 10, 0, 3, tzinfo=UTC)).lines == 3


def test_many_lines_without_a_clock_are_looked_at_once() -> None:
    found = counted("message:boom", b"2026-11-20 10:00:00 start\n" + b"boom\n" * 200_000, 1 << 17)
    assert (found.lines, found.last) == (200_000, datetime(2026, 11, 20, 10, tzinfo=UTC))
