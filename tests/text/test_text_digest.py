"""The mail: golden text, and its limits under hostile titles."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import made_results as made
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.signatures.model import Signature
from generator.stats.results import Results
from generator.text.context import PageContext
from generator.text.digest import digest, edition
from generator.text.names import escaped
from generator.text.tsc import tsc

GOLD = Path(__file__).parent.parent / "gold"
NOW = made.UNTIL.to_pydatetime() + timedelta(minutes=70)
HOSTILE = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        [
            "\n\nSubject: x",
            "x" * 10_000,
            "\u202eevil",
            "¨",
            "| a | b |",
            "# head",
            "<script>",
            "a " * 5000,
            "",
        ]
    ),
)


def context(titles: dict[str, str] | None = None) -> PageContext:
    known = {
        "2091874": "Volume detach times out after live migration",
        "2084402": "Package mirror answers 502 during image build",
        "2071150": "Database killed for memory, swap exhausted",
    }
    signatures = [
        Signature(id, f'message:"{id} is gone"', title=title) for id, title in (titles or known).items()
    ]
    signatures.append(Signature("2093008", 'message:"southbound database is gone" AND tags:"console"'))
    return PageContext("Example Community", NOW, tuple(signatures), site_url="https://gatepost.example.org/")


def is_gold(name: str, text: str) -> None:
    path = GOLD / name
    if os.environ.get("GATEPOST_UPDATE_GOLD"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


def no_results() -> Results:
    return made.results(made.facts(until=None, pipelines=(), main_pipeline=None, cis=(), builds=0))


def check(text: str) -> None:
    lines = text.splitlines()
    assert text.isascii()
    assert lines[0].startswith("Subject: [gatepost] ") and lines[1] == ""
    assert len(lines) <= 60
    assert not [line for line in lines if len(line) > 72 and "https://" not in line]
    assert not [line for line in lines if line != line.rstrip() and line != "-- "]
    heads = [
        line.split("  ")[0]
        for line in lines
        if (line.isupper() and line[0] != " ") or line.startswith(("FIGURES", "MOST FREQUENT"))
    ]
    assert heads == [
        "VERDICT",
        "FIGURES",
        "NEW OR BACK",
        "WORSE",
        "BETTER OR GONE",
        "MOST FREQUENT",
        "UNCLASSIFIED",
        "HOW TO HELP",
    ]


def test_the_week_reads_as_it_did() -> None:
    text = digest(made.results(**made.week()), context())
    check(text)
    is_gold("digest.txt", text)


def test_without_builds_it_says_so() -> None:
    text = digest(no_results(), context())
    check(text)
    is_gold("digest-empty.txt", text)
    assert "Not enough data" in text and "0 %" not in text


def test_edition_is_the_iso_week_of_the_data() -> None:
    assert edition(made.results(), context()) == "2026-W47"


def test_long_lists_are_cut_and_say_so() -> None:
    week = made.week()
    for state in ("new", "worse", "gone", "better"):
        for i in range(30):
            row = made.hit(f"{state}-{i:02d}-with-a-very-long-identifier", 3, 353, 900, state)
            week["signatures"].append(row)
    text = digest(made.results(**week), context())
    check(text)
    assert " more on the site" in text


@settings(max_examples=30, deadline=None)
@given(st.lists(HOSTILE, min_size=3, max_size=3))
def test_hostile_titles_break_neither_columns_nor_markdown(titles: list[str]) -> None:
    named = context(dict(zip(("2091874", "2084402", "2071150"), titles, strict=True)))
    results = made.results(**made.week())
    check(digest(results, named))
    report = tsc(results, named)
    assert [line for line in report.splitlines() if line.startswith("#")] == [
        "# CI report 2026-W47: Example Community",
        "## Figures",
        "## New or worse",
        "## Better or gone",
        "## Most frequent signatures",
        "## What would help",
    ]
    rows = [line for line in report.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {5}


def test_tsc_report_reads_as_it_did() -> None:
    is_gold("tsc.md", tsc(made.results(**made.week()), context()))
    is_gold("tsc-empty.md", tsc(no_results(), context()))


def test_markdown_is_escaped() -> None:
    assert escaped("a*b_c|<d>[e](f)`g`\n# h") == r"a\*b\_c\|\<d\>\[e\](f)\`g\` \# h"


def with_buildsets(n: int) -> Results:
    change = {"change": -0.111, "change_low": -0.183, "change_high": -0.035, "prev_k": 250, "prev_n": 318}
    first = {**made.total("first_pass", 214 * bool(n), n, "worse" if n else "no data", **change), "ci": "*"}
    first.pop("voting")
    of_all = {**first, "figure": "passed", "k": 235 * bool(n)}
    one_ci = {**first, "ci": "zuul", "k": 1, "n": 1}
    return made.results(totals=[made.total("failed", 353, 2462)], buildsets=[first, of_all, one_ci])


def test_the_first_pass_rate_stands_in_mail_and_report_where_buildsets_are_known() -> None:
    mail, report = (write(with_buildsets(318), context()) for write in (digest, tsc))
    assert "  First-pass rate        67.3 %      214/318   -11.1  (-18.3 to -3.5)\n" in mail
    assert "| Buildsets that passed | 73.9\u202f% (235 of 318) |" in report
    assert "| Buildsets that passed at the first try | 67.3\u202f% (214 of 318) |" in report
    mail, report = (write(with_buildsets(0), context()) for write in (digest, tsc))
    assert "  First-pass rate       no data\n" in mail, mail
    none = made.results(totals=[made.total("failed", 353, 2462)])
    assert "First-pass" not in digest(none, context()) and "Buildsets" not in tsc(none, context())


def test_where_logs_were_not_read_that_is_what_asks_for_help() -> None:
    failed = made.total("failed", 12, 48, state="no data", prev_n=0, change=None)
    none = made.results(totals=[failed, made.total("coverage_failed", 0, 12)])
    mail, report = (write(none, context()) for write in (digest, tsc))
    asked = "See on the Data page why the logs of 12 failed builds were not read."
    assert f"HOW TO HELP\n  {asked}\n" in mail
    assert f"- {asked}\n" in report
    most = made.results(totals=[failed, made.total("coverage_failed", 11, 12)])
    assert "not read" not in digest(most, context()) and "not read" not in tsc(most, context())


def test_what_has_nothing_before_it_is_not_judged() -> None:
    failed = made.total("failed", 12, 48, state="no data", prev_n=0, change=None)
    mail, report = (write(made.results(totals=[failed]), context()) for write in (digest, tsc))
    assert "  Failed builds          25.0 %        12/48          not judged\n" in mail
    assert "| not judged |" in report and "no data |" not in report.partition("| Classified")[0]


def test_the_subject_says_what_its_signature_does() -> None:
    week = made.week()
    assert digest(made.results(**week), context()).startswith(
        "Subject: [gatepost] Gate: worse; Volume detach"
    )
    week["totals"] = [{**row, "state": "no clear change"} for row in week["totals"]]
    assert "Gate: no clear change; worse: Volume detach" in digest(made.results(**week), context())
