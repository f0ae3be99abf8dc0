"""What is said of third-party CIs: systems that could use a hand, with numbers, and without blame."""

from __future__ import annotations

import made_results
import made_third_party as made
import pytest

from generator import words
from generator.text import third_party as said
from generator.text.records import Row, records
from generator.text.third_party_rules import asked, measured, readiness, why


def rows_of(*partial: dict[str, object], table: str = "third_party") -> list[Row]:
    """The rows as a table holds them."""
    return records(made_results.frame(table, list(partial)))


def row_of(id: str, **more: object) -> Row:
    """One row."""
    return rows_of(made.ci(id, **more))[0]


def plain(text: str) -> str:
    return text.replace(words.THIN, " ")


def test_the_sentence_on_top_counts_who_meets_every_rule_and_names_exceptions() -> None:
    rows = rows_of(*made.community()["third_party"])
    assert said.headline(rows) == (
        "Three of eight third-party CIs meet every rule; one has shown no results since 6 Oct, one has "
        "failed on every patch set since 16 Nov, and four negative votes stand from before a recovery."
    )


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "No third-party CI is expected to report."),
        ([made.ci("a")], "The one third-party CI meets every rule."),
        ([made.ci("a"), made.ci("b")], "Both third-party CIs meet every rule; none is silent or broken."),
        (
            [made.ci("a"), made.ci("b", readiness="not all met", rules_met=4)],
            "One of two third-party CIs meets every rule; none is silent or broken.",
        ),
        (
            [made.ci("a", readiness="not judged", rules_judged=0)] * 2,
            "None of two third-party CIs could be judged yet.",
        ),
        (
            [made.ci("a", **made.silent()), made.ci("b", **made.silent())],
            "None of two third-party CIs meets every rule yet; two have shown no results for a while.",
        ),
        (
            [made.ci("a", **made.silent(silent_since=None))],
            "The one third-party CI does not meet every rule yet; one has shown no results so far.",
        ),
        ([made.ci("a", readiness="retired")], "No third-party CI is expected to report."),
    ],
    ids=["none", "one", "all", "some", "unjudged", "two silent", "never seen", "retired"],
)
def test_the_sentence_on_top_of_other_communities(rows: list[dict[str, object]], sentence: str) -> None:
    assert said.headline(rows_of(*rows)) == sentence


def test_evidence_has_the_numbers() -> None:
    silent, broken = row_of("a", **made.silent()), row_of("b", **made.broken(), standing=1)
    assert said.evidence(silent, ascii=True) == [
        "No results seen since 6 Oct 22:00 UTC (45 d): 186 expected patch sets went without."
    ]
    assert said.evidence(broken) == [
        "Its last 14 verdicts in a row failed, since 16 Nov 22:00 UTC, on 9 changes of 7 people: "
        "that points at the system, not at the patches.",
        "1 negative vote from before it recovered still stands on open changes.",
    ]
    assert said.evidence(row_of("c")) == []


@pytest.mark.parametrize("state", ["paused", "retired"])
def test_who_announced_a_pause_or_retired_is_not_asked_for_anything(state: str) -> None:
    row = row_of("a", **made.silent(readiness=state))
    assert not said.needs_hand(row)
    assert said.evidence(row) == []
    assert said.request(row) == ""


def test_a_request_says_who_can_help() -> None:
    row = row_of("a", **made.silent())
    meeting = "the storage team meets on Wednesdays and would be glad to help."
    assert said.request(row, meeting) == (
        "To the team of A CI: the last result seen is of 6 Oct 22:00 UTC. If the system was retired, a line "
        "in the roster is enough; if it is stuck, others can help: the storage team meets on Wednesdays "
        "and would be glad to help."
    )
    assert "please ask" in said.request(row)
    assert said.request(row_of("b")) == ""


@pytest.mark.parametrize("since", [made.at(45), None], ids=["fell silent", "never seen"])
def test_one_that_comments_without_a_result_is_not_taken_for_gone(since: object) -> None:
    row = row_of("a", **made.silent(last_seen=made.at(1), last_result=since, silent_since=since))
    assert said.evidence(row)[1] == (
        "It still commented on 19 Nov 22:00 UTC, but told no result that could be read."
    )
    assert "a pattern in the roster tells how to read it; if it is stuck" in said.request(row)
    assert "retired" not in said.request(row)


def test_exceptions_are_those_that_need_a_hand() -> None:
    rows = rows_of(*made.community()["third_party"])
    assert [row["ci"] for row in rows if said.needs_hand(row)] == ["brightwater", "ferrous", "halden"]


@pytest.mark.parametrize(
    ("ci", "state", "lines"),
    [
        (
            "brightwater",
            "2 of 5 rules met",
            [
                "Reporting rate 0 of 118 (90 % asked)",
                "Disagreement not judged: fewer than 10 verdicts to compare",
                "No results seen for 45 d (limit 14 d)",
            ],
        ),
        ("ferrous", "4 of 5 rules met", ["Disagreement 8.6 % (at most 5 % asked)"]),
        ("halden", "all 5 rules met", []),
        (
            "meridian",
            "3 of 5 rules met",
            ["Reporting rate 70.3 % (90 % asked)", "1 contact named (two asked)"],
        ),
        ("osprey", "not judged", ["Insufficient traffic: 8 expected patch sets in 28 d"]),
        ("tarn", "in an announced pause", ["until 25 Nov: the lab moves"]),
    ],
)
def test_readiness_says_what_is_missing(ci: str, state: str, lines: list[str]) -> None:
    tables = made.community()
    row = next(row for row in rows_of(*tables["third_party"]) if row["ci"] == ci)
    rules = [rule for rule in rules_of(*tables["third_party_rules"]) if rule["ci"] == ci]
    assert readiness(row).text == state
    assert why(row, rules, ascii=True) == lines


def rules_of(*partial: dict[str, object]) -> list[Row]:
    """Rules as a table holds them."""
    return rows_of(*partial, table="third_party_rules")


def test_rules_say_what_they_ask_and_what_was_found() -> None:
    rate, silence, contacts = rules_of(
        made.rule("a", "reporting_rate", k=9, n=12, value=0.75, low=0.5, high=0.9),
        made.rule("a", "silence", value=1.5),
        made.rule("a", "contacts", "not met", value=0),
    )
    assert [asked(rule, ascii=True) for rule in (rate, silence, contacts)] == [
        "90 % or more",
        "14 d or less",
        "two or more",
    ]
    assert [plain(measured(rule, ascii=True)) for rule in (rate, silence, contacts)] == [
        "75.0 % (9 of 12), 50.0-90.0",
        "36 h",
        "no",
    ]


def test_names_are_harmless_and_on_one_line() -> None:
    row = row_of("a", name="Evil\u202e\n CI " + "x" * 200, **made.silent())
    text = said.request(row)
    assert "\u202e" not in text and "\n" not in text and len(text) < 400
