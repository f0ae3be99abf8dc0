"""What badges say: state and rate in words, up to which day; no percentage of a few."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import made_results as made
import pandas as pd
import pytest

from generator.text.badge import badge, badge_words
from generator.text.records import Row, records

DAY = pd.Timestamp("2026-10-06T14:20Z")


def ci(**values: Any) -> Row:
    known = {
        "ci": "halden",
        "name": "Halden NVMe CI",
        "expected": 118,
        "reported": 109,
        "readiness": "all met",
    }
    return records(made.frame("third_party", [{**known, **values}]))[0]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "reporting rate 92.4\u202f% (109 of 118), 28\u202fd to 20 Nov 2026"),
        ({"expected": 8, "reported": 7}, "reporting rate 7 of 8, 28\u202fd to 20 Nov 2026"),
        ({"expected": 0, "reported": 0}, "nothing expected, 28\u202fd to 20 Nov 2026"),
        (
            {"broken": True, "streak": 9},
            "9 failures in a row, reporting rate 92.4\u202f% (109 of 118), 28\u202fd to 20 Nov 2026",
        ),
        ({"silent": True, "silent_since": DAY}, "no results seen since 6 Oct 2026, as of 20 Nov 2026"),
        ({"silent": True}, "no results seen so far, as of 20 Nov 2026"),
        (
            {
                "paused": True,
                "readiness": "paused",
                "silent": True,
                "pause_end": pd.Timestamp("2026-11-30T00:00Z"),
            },
            "announced pause up to 30 Nov 2026, as of 20 Nov 2026",
        ),
        ({"readiness": "retired", "silent": True}, "retired, as of 20 Nov 2026"),
    ],
    ids=["usual", "few", "none", "broken", "silent", "never", "paused", "retired"],
)
def test_the_state_is_said_in_words(values: dict[str, Any], said: str) -> None:
    assert badge_words(ci(**values), made.UNTIL) == said


def test_without_any_review_there_are_no_data() -> None:
    assert badge_words(ci(), None) == "no data"


def test_a_hostile_name_is_a_name() -> None:
    drawn = badge(ci(name="</svg><script>\x1b\ufffe" + "y" * 200), made.UNTIL)
    (name, said) = [
        text.text or "" for text in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")
    ]
    assert name.startswith("</svg><script>\\x1b\\ufffeyy") and len(name) == 40
    assert said.startswith("reporting rate")
