"""Times of an index that are none, in nanoseconds, or in no calendar: what counts and explains gets along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engines.servers import Server
from planted_index import MONDAY, NOW, PHRASES, SIGNATURES, Planted, build

from generator.errors import GatepostError
from generator.matching.tags import FileList
from generator.progress import Progress
from generator.signatures.model import Signature
from generator.sources import Context
from generator.sources.index.asking import connect
from generator.sources.index.counting import count
from generator.sources.index.moments import moment, sort_time
from generator.sources.index.one_build import look_up
from generator.sources.tally import Counted, Question

QUERY, UUID = "message:refused", "u1234567"


def planted(engine: Server, prefix: str, folder: Path, kind: str = "date") -> Planted:
    made = Planted(engine, prefix, folder / "state")
    made.create("all", mappings={"properties": {"@timestamp": {"type": kind}}})
    return made


def counted(index: Planted) -> Counted:
    context = Context((Signature("query", QUERY),), FileList.load(None), NOW, Progress(0))
    return count(index.settings(), Question(QUERY, ("build_queue",), excerpts=3), context)


@pytest.mark.parametrize(
    ("sorted_by", "expected"),
    [
        (1_790_000_000_000, 1_790_000_000_000),
        (1_790_000_000_000_000_000, 1_790_000_000_000),
        (2**63 - 1, None),
        (None, None),
    ],
)
def test_a_sort_value_is_milliseconds_or_nanoseconds_or_nothing(sorted_by: Any, expected: Any) -> None:
    assert sort_time({"sort": [sorted_by, "job-output.txt"]}) == expected


def test_a_time_in_no_calendar_is_none() -> None:
    assert moment(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert [moment(at) for at in (None, 9e17, -9e17, float("inf"), float("nan"))] == [None] * 5


@pytest.mark.engines
def test_times_in_nanoseconds(engine: Server, index_prefix: str, tmp_path: Path) -> None:
    index = planted(engine, index_prefix, tmp_path, "date_nanos")
    begin = MONDAY + timedelta(hours=9)
    index.send(build(UUID, begin, [PHRASES[0]]))
    index.collect()
    assert index.hits() == {(UUID, "s0"): 1}
    found = counted(index)
    assert (found.first, found.quotes[0].time) == (begin.replace(tzinfo=UTC),) * 2
    assert look_up(connect(index.settings()), UUID, SIGNATURES).found[0].time == begin.replace(tzinfo=UTC)


@pytest.mark.engines
def test_lines_without_a_time(engine: Server, index_prefix: str, tmp_path: Path) -> None:
    index = planted(engine, index_prefix, tmp_path)
    lines = build(UUID, MONDAY, [PHRASES[0]])
    index.send([{name: value for name, value in one.items() if name != "@timestamp"} for one in lines])
    found = counted(index)
    assert (found.lines, found.first, found.quotes[0].time) == (1, None, None)
    with pytest.raises(GatepostError, match=f"no line of {UUID} has a usable @timestamp"):
        look_up(connect(index.settings()), UUID, SIGNATURES)


@pytest.mark.engines
def test_a_clock_that_is_wrong_beyond_all_calendars(
    engine: Server, index_prefix: str, tmp_path: Path
) -> None:
    index = planted(engine, index_prefix, tmp_path)
    index.send([{**one, "@timestamp": 900_000_000_000_000} for one in build(UUID, MONDAY, [PHRASES[0]])])
    assert (counted(index).lines, counted(index).first) == (1, None)
    assert index.collect()[0].builds.empty
