"""Three sentences from the tables: what breaks, how much, is it us."""

from __future__ import annotations

from typing import Any

import made_results as made
import pytest

from generator.stats.results import Results
from generator.text.place import is_it_us, place
from generator.text.records import records
from generator.text.scope import Scopes
from generator.text.verdict import Verdict, verdict

Rows = dict[str, list[dict[str, Any]]]


def speak(results: Results, **how: Any) -> Verdict:
    scope = Scopes(results).scope()
    culprit = scope.culprit()
    rows = [r for r in records(results.breakdowns) if culprit and r["signature"] == culprit["signature"]]
    return verdict(scope, rows, lambda id: f"Name {id}", 0.7, **how)


def test_the_week_of_the_mock() -> None:
    found = speak(made.results(**made.week()), ascii=True)
    assert (found.tone, found.word, found.signature) == ("worse", "Gate: worse", "2091874")
    assert found.sentences == (
        "Name 2091874 breaks the gate more than before: it is in 112 of 353 failed builds, "
        "after 3 in the 7 d before.",
        "Builds fail more often than before: 14.3 % (353 of 2,462), +4.3 points (+2.3 to +6.3).",
        "95 of the signature's 112 hits in all pipelines ran in aldgate-north1, "
        "which has 26.0 % of the builds of these jobs: "
        "more likely that provider than our changes.",
    )


@pytest.mark.parametrize("rows", [{}, {"totals": [made.total("failed", 3, 9)]}])
def test_not_enough_data_is_a_verdict(rows: Rows) -> None:
    found = speak(made.results(**rows))
    assert (found.word, found.signature) == ("Not enough data", None)
    assert "too few to judge" in found.sentences[0]


def test_few_failures_without_passed_builds_are_no_empty_gate() -> None:
    found = speak(made.results(totals=[made.total("coverage_failed", 4, 4)]))
    assert found.word == "Not enough data"
    assert found.sentences[0] == "4 builds failed in the gate in the last 7 d: too few to judge."
    assert found.sentences[1].startswith("Builds that passed are not in this index: no failure rate")


def test_unseen_logs_say_nothing_about_causes() -> None:
    week = made.week()
    week["totals"][-1] = made.total("coverage_failed", 40, 353)
    found = speak(made.results(**week))
    assert found.signature is None
    assert found.sentences[0].startswith("Too few logs were seen")


def test_mostly_unclassified_is_said_first() -> None:
    week = made.week()
    week["totals"][1] = made.total("classified", 20, 353)
    assert "has no signature yet" in speak(made.results(**week)).sentences[0]


def test_nothing_failed() -> None:
    found = speak(made.results(totals=[made.total("failed", 0, 200)]))
    assert found.sentences[0] == "Nothing failed in the gate in the last 7 d."


def test_a_signature_that_matches_passing_builds_is_passed_over() -> None:
    week = made.week()
    week["signatures"][0]["success_bad"] = True
    assert speak(made.results(**week)).signature != "2091874"


def test_regressed_counts_as_worse() -> None:
    week = made.week()
    week["signatures"][0] |= {"state": "no clear change", "regressed": True, "base_k": 20, "base_n": 3000}
    assert "after 20 in the 28 d before" in speak(made.results(**week)).sentences[0]


def test_concentration_needs_ten_hits_and_more_than_its_share_of_builds() -> None:
    few = [made.share("s", "project", "nova", 5, 50), made.share("s", "project", "cinder", 1, 50)]
    assert place(few, "project", "7d") is None
    even = [made.share("s", "project", "nova", 60, 600), made.share("s", "project", "cinder", 20, 220)]
    assert place(even, "project", "7d") is None
    clear = [made.share("s", "project", "nova", 60, 300), made.share("s", "project", "cinder", 5, 500)]
    found = place(clear, "project", "7d")
    assert found is not None and (found.value, found.hits, found.of) == ("nova", 60, 65)
    assert "more likely something in that project" in is_it_us(clear, "7d")
    assert "cannot be said whether it is us" in is_it_us(few, "7d")


def test_hostile_names_stay_on_one_line() -> None:
    rows = [
        made.share("s", "provider", "a\n\u202e<b>", 60, 300),
        made.share("s", "provider", "b", 5, 500),
        made.share("s", "project", "nova", 65, 800),
    ]
    said = is_it_us(rows, "7d")
    assert "\n" not in said and "\\u202e" in said


def test_what_is_not_known_of_the_builds_is_not_said_to_be_alike() -> None:
    rows = [
        made.share("s", "provider", "(unknown)", 65, 800),
        made.share("s", "branch", "(unknown)", 65, 800),
    ]
    rows += [made.share("s", "project", "nova", 30, 400), made.share("s", "project", "cinder", 35, 400)]
    said = is_it_us(rows, "7d")
    assert (
        said == "The signature's 65 hits point to no single project; provider, job and branch are not known."
    )
    lost = [made.share("s", "provider", "(unknown)", 60, 100), made.share("s", "provider", "a", 5, 700)]
    assert place(lost, "provider", "7d") is None


def test_a_change_that_only_one_of_many_comparisons_shows_is_said_to_be_maybe_chance() -> None:
    week = made.week()
    failed = week["totals"][0] | {"state": "no clear change"}
    week["totals"][0] = failed
    assert "may fail more often" in speak(made.results(**week)).sentences[1]
    week["totals"][0] = failed | {"change_low": -0.01}
    assert speak(made.results(**week)).sentences[1].startswith("No clear change in how often builds fail")


def test_hits_of_another_window_are_said_to_be_of_that_one() -> None:
    rows = [made.share("s", "project", "nova", 30, 400), made.share("s", "project", "cinder", 35, 400)]
    assert is_it_us(rows, "7d", over_all=True, other=True).startswith(
        "The signature's 65 hits in all pipelines in 7 d point"
    )
