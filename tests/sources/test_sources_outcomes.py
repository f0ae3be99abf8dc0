"""What results mean, and what a new source needs."""

from __future__ import annotations

import pytest

from generator.model import OUTCOMES as KINDS
from generator.signatures.model import Signature
from generator.sources import SOURCES, source
from generator.sources.outcomes import OUTCOMES, is_known, outcome
from generator.sources.queries import query_set


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("SUCCESS", "success"),
        ("FAILURE", "failure"),
        ("TIMED_OUT", "failure"),
        ("POST_FAILURE", "infra"),
        ("RETRY_LIMIT", "infra"),
        ("DISK_FULL", "infra"),
        ("SKIPPED", "neutral"),
        ("CANCELED", "neutral"),
        ("success", "success"),
        ("NEVER_SEEN", "neutral"),
        (None, "neutral"),
    ],
)
def test_the_default_table(result: str | None, expected: str) -> None:
    assert outcome(result, {}) == expected


def test_the_configuration_goes_first() -> None:
    assert outcome("TIMED_OUT", {"TIMED_OUT": "infra"}) == "infra"
    assert is_known("ODD", {"ODD": "failure"}) and not is_known("ODD", {})
    assert is_known(None, {}) and is_known("success", {})


def test_the_table_uses_the_four_outcomes() -> None:
    assert set(OUTCOMES.values()) == set(KINDS)


def test_every_source_can_be_found() -> None:
    for kind in SOURCES:
        module = source(kind)
        assert callable(module.collect) and callable(module.check)


def test_a_query_set_depends_on_ids_and_queries_only() -> None:
    one, two = Signature("1", "a"), Signature("2", "b")
    assert query_set([one, two]) == query_set([two, one])
    assert query_set([one]) != query_set([one, two])
    assert query_set([one]) != query_set([Signature("1", "c")]) != query_set([Signature("3", "c")])
    assert query_set([one]) == query_set([Signature("1", " a ", title="t")])
