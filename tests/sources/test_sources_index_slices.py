"""Which days are asked for what, and what a build was examined with: properties of pure functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.index_settings import ElasticSettings
from generator.signatures.model import Signature
from generator.sources.index import slices
from generator.sources.index.derive import Derived, Examined, examined
from generator.sources.index.slices import DAY, builds_hash, extent, is_over, lived, midnight, questions

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
DAYS = st.dates(TODAY - 40 * DAY, TODAY + 40 * DAY)
COUNTS = st.dictionaries(DAYS, st.integers(0, 3_000_000), max_size=30)
HASHES = st.lists(st.sampled_from("abcde"), max_size=5)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


@given(COUNTS, st.none() | DAYS)
def test_every_day_with_documents_is_asked_or_told_to_be_outside(
    counts: dict[date, int], since: date | None
) -> None:
    found = extent(counts, since, NOW)
    there = {day for day, count in counts.items() if count}
    tomorrow = {TODAY + DAY} if since is None or since <= TODAY + DAY else set()
    assert {*found.days} | {*found.outside} | (tomorrow & there) == there
    assert not {*found.days} & {*found.outside}
    assert all((since or date.min) <= day <= TODAY for day in found.days)


@given(COUNTS)
def test_gaps_and_days_make_an_unbroken_row(counts: dict[date, int]) -> None:
    found = extent(counts, None, NOW)
    row = sorted([*found.days, *found.gaps])
    assert row == [row[0] + number * DAY for number in range(len(row))] if row else not found.gaps
    assert not row or (row[0] in found.days and row[-1] in found.days)


@given(st.dictionaries(DAYS, st.integers(1, 3_000_000), max_size=12), HASHES, st.data())
def test_exactly_what_is_not_finished_is_asked_and_once(
    counts: dict[date, int], hashes: list[str], data: st.DataObject
) -> None:
    every = {(day, hash_) for day in counts for hash_ in hashes}
    finished = data.draw(st.sets(st.sampled_from(sorted(every)))) if every else set()
    asked = [pair for question in questions(counts, hashes, finished) for pair in question.pairs()]
    assert len(asked) == len(set(asked))
    assert set(asked) == every - finished


@given(st.dictionaries(DAYS, st.integers(1, 3_000_000), max_size=12))
def test_days_asked_together_are_neighbours_and_not_too_many(counts: dict[date, int]) -> None:
    every = sorted(counts)
    asked = questions(counts, ["a"], set())
    assert [day for question in reversed(asked) for day in question.days] == every
    for question in asked:
        documents = sum(counts[day] for day in question.days)
        assert documents <= slices.DOCUMENTS or len(question.days) == 1


def test_a_day_that_is_asked_for_less_stands_alone() -> None:
    days = {TODAY - number * DAY: 1 for number in range(3)}
    asked = questions(days, ["a", "b"], {(TODAY - DAY, "a")})
    assert [(question.days, question.hashes) for question in asked] == [
        ((TODAY,), ("a", "b")),
        ((TODAY - DAY,), ("b",)),
        ((TODAY - 2 * DAY,), ("a", "b")),
    ]


@pytest.mark.parametrize(("hours", "over"), [(29.9, False), (30, True)])
def test_a_day_is_over_once_its_lag_is(hours: float, over: bool) -> None:
    assert is_over(TODAY, midnight(TODAY) + timedelta(hours=hours), timedelta(hours=6)) is over


@given(MOMENTS, st.none() | MOMENTS, st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_the_days_of_a_build_reach_from_its_start_to_its_end(
    end: datetime, start: datetime | None, first: date
) -> None:
    days = lived(start, end, first)
    assert days[-1] == end.date()
    assert list(days) == [days[0] + number * DAY for number in range(len(days))]
    assert len(days) == 1 or days[0] >= first
    if start is not None and start <= end and first <= start.date():
        assert days[0] == start.date()


@pytest.mark.parametrize(("hour", "count"), [(0, 2), (5, 2), (6, 1), (23, 1)])
def test_without_a_start_only_a_build_of_the_night_needs_the_day_before(hour: int, count: int) -> None:
    end = midnight(TODAY) + timedelta(hours=hour)
    assert len(lived(None, end, date(2026, 1, 1))) == count
    assert lived(None, end, TODAY) == (TODAY,)


def test_another_query_or_other_fields_are_other_builds() -> None:
    def hash_of(**options: object) -> str:
        return builds_hash(ElasticSettings(url="http://127.0.0.1:9200", **{"index": "a", **options}))  # type: ignore[arg-type]

    same = {hash_of(), hash_of(days=3), hash_of(lag_hours=1)}
    assert len(same) == 1
    others = {hash_of(), hash_of(builds="x:y"), hash_of(preset="zuul"), hash_of(fields={"a": "build_uuid"})}
    others |= {hash_of(index="a,b"), hash_of(time_field="at")}
    assert len(others) == 6
    assert all(one.startswith("builds-") for one in others)


A, B = Signature("a", "message:a"), Signature("b", "message:b")
ALL, NONE = frozenset({TODAY}), frozenset[date]()


def test_a_build_is_examined_with_what_was_whole_on_all_its_days() -> None:
    before, both = TODAY - DAY, frozenset({A.query_hash, B.query_hash})
    whole = {before: frozenset({A.query_hash}), TODAY: both}
    days = {"one": (TODAY,), "two": (before, TODAY), "lost": (TODAY - 5 * DAY, TODAY)}
    found = examined(days, whole, (A, B))
    assert {uuid: sorted(some.names) for uuid, some in found.items()} == {
        "one": ["a", "b"],
        "two": ["a"],
        "lost": [],
    }
    assert found["one"].id != found["two"].id
    assert found["lost"].id is None


@pytest.mark.parametrize(
    ("known", "changed", "askable", "told"),
    [
        ({}, set(), ALL, True),  # new
        ({"u": "SET"}, set(), ALL, False),  # as it was
        ({"u": "another"}, set(), ALL, True),  # examined with other signatures
        ({"u": None}, set(), ALL, True),  # so far not examined
        ({"u": None}, set(), NONE, True),
        ({"u": "another"}, set(), NONE, False),  # only because a day was not answered, or is there no more
        ({"u": "SET"}, {"u"}, ALL, True),
        ({"u": "another"}, {"u"}, NONE, True),
    ],
)
def test_of_which_builds_the_store_is_told(
    known: dict[str, str | None], changed: set[str], askable: frozenset[date], told: bool
) -> None:
    now = Examined.of([A])
    known = {uuid: now.id if id_ == "SET" else id_ for uuid, id_ in known.items()}
    derived = Derived({"u": NOW}, {"u": (TODAY,)}, {"u": now}, [], frozenset())
    assert derived.news(known, changed, askable) == ({"u"} if told else set())
