"""Third-party CIs in mail and report: exceptions only, evidence with each, never beyond the mail's limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import made_results as made
import pandas as pd
import third_parties
from hypothesis import given, settings
from test_text_digest import HOSTILE, context

from generator.stats.results import Results
from generator.text.digest import digest, edition
from generator.text.tsc import tsc

HEAD = "THIRD-PARTY CIS THAT COULD USE A HAND"


def results(reviewed: pd.Timestamp = made.UNTIL, **rows: list[dict[str, Any]]) -> Results:
    return made.results(made.facts(reviewed=reviewed), **{**made.week(), **rows})


def section(text: str) -> list[str]:
    """The lines of the section in the mail."""
    return text.partition(f"\n{HEAD}\n")[2].partition("\n\n")[0].splitlines()


def alone(**values: Any) -> list[str]:
    row = third_parties.ci("Halden NVMe CI", **values)
    return section(digest(results(third_party=[row]), context()))


def test_the_mail_tells_exceptions_in_alphabetical_order() -> None:
    assert section(digest(results(**third_parties.story()), context())) == [
        "  Brightwater NFS CI   no results seen since 6 Oct (45 d)",
        "  Ferrous Power CI     9 failures in a row on 7 changes since 16 Nov",
        "  Halden NVMe CI       4 votes from before its recovery still stand",
        "  and 1 more on the site",
        "  https://gatepost.example.org/third-party/index.html",
    ]


def test_without_an_exception_there_is_no_section() -> None:
    rows = [third_parties.ci("Larkfield Storage CI"), third_parties.ci("Quayside SDN CI")]
    assert HEAD not in digest(results(third_party=rows), context())


def test_who_votes_against_the_rules_is_named_with_what_is_missing() -> None:
    told = third_parties.story()
    told["third_party"] = [row for row in told["third_party"] if row["name"] == "Meridian SAN CI"]
    assert section(digest(results(**told), context()))[:2] == [
        "  Meridian SAN CI      reporting rate 70.3 % (83 of 118), 61.6-77.8,",
        "                       asked 90 % or more",
    ]


def test_a_pause_that_was_announced_and_a_retirement_are_no_exceptions() -> None:
    assert alone(silent=True, paused=True, readiness="paused") == []
    assert alone(silent=True, broken=True, standing=2, readiness="retired") == []


def test_several_exceptions_of_one_stand_together() -> None:
    since = pd.Timestamp("2026-11-16T05:00Z")
    told = alone(broken=True, streak=9, streak_changes=7, streak_since=since, standing=1)
    assert " ".join(" ".join(told[:-1]).split()) == (
        "Halden NVMe CI 9 failures in a row on 7 changes since 16 Nov; "
        "1 vote from before its recovery still stands"
    )


def test_a_long_name_is_not_cut_but_stands_above() -> None:
    row = third_parties.ci("Brightwater Network File System CI", standing=12)
    assert section(digest(results(third_party=[row]), context()))[:2] == [
        "  Brightwater Network File System CI",
        "                       12 votes from before its recovery still stand",
    ]


def test_who_was_never_seen_is_told_so() -> None:
    assert alone(silent=True, last_result=None)[0] == "  Halden NVMe CI       no results seen so far"


def test_reviews_that_end_on_another_day_than_builds_say_so() -> None:
    earlier = made.UNTIL - pd.Timedelta(days=4)
    told = "Reviews were read up to Mon 16 Nov 2026, 22:00 UTC."
    late = results(earlier, **third_parties.story())
    assert f"  {told}" in section(digest(late, context())) and told in tsc(late, context())
    same = results(made.UNTIL, **third_parties.story())
    assert "Reviews were" not in digest(same, context()) + tsc(same, context())


def test_without_an_address_the_page_is_named() -> None:
    nowhere = replace(context(), site_url=None)
    told = section(digest(results(**third_parties.story()), nowhere))
    assert told[-1] == "  see the page Third-party CIs of the site"


def test_the_report_says_who_may_vote_and_who_should_not_with_evidence() -> None:
    report = tsc(results(**third_parties.story()), context())
    part = report.partition("## Third-party CIs\n\n")[2].partition("\n\n## ")[0]
    assert part.split("\n\n")[1:] == [
        "**Ready to vote**",
        "- Larkfield Storage CI: record 120 d, asked 28 d or more; reporting rate 98.3 % "
        "(116 of 118), 94.0–99.5, asked 90 % or more; contacts three, asked two or more",
        "**Votes, and does not meet the rules**",
        "- Brightwater NFS CI: silence 45 d, asked 14 d or less\n"
        "- Meridian SAN CI: reporting rate 70.3 % (83 of 118), 61.6–77.8, asked 90 % or more",
        "By the rules of this community's configuration: they advise, people decide. Evidence: "
        "https://gatepost.example.org/third-party/index.html",
    ]


def test_the_report_says_also_that_nobody_is_concerned() -> None:
    report = tsc(results(third_party=[third_parties.ci("Quayside SDN CI")]), context())
    assert "**Ready to vote**: none.\n\n**Votes, and does not meet the rules**: none.\n" in report
    assert "## Third-party CIs" not in tsc(results(), context())


def test_many_are_cut_and_say_so() -> None:
    ready = [third_parties.ci(f"CI {i:02}", voting=False, advice="ready") for i in range(8)]
    assert "\n- and 3 more\n" in tsc(results(third_party=ready), context())
    silent = [third_parties.ci(f"CI {i:02}", silent=True, missed=9) for i in range(200)]
    mail = digest(results(third_party=silent), context())
    assert len(mail.splitlines()) <= 60 and " more on the site" in " ".join(section(mail))


STORY = results(**third_parties.story())


@settings(max_examples=15, deadline=None)
@given(HOSTILE)
def test_hostile_names_break_neither_mail_nor_report(name: str) -> None:
    text = name.encode("utf-8", "replace").decode()
    named = replace(STORY, third_party=STORY.third_party.assign(name=text))
    mail, report = (write(named, context()) for write in (digest, tsc))
    lines = mail.splitlines()
    assert mail.isascii() and len(lines) <= 60
    assert not [line for line in lines if len(line) > 72 and "https://" not in line]
    assert lines.count(HEAD) == 1 and section(mail)
    assert [line for line in report.splitlines() if line.startswith("## Third")] == ["## Third-party CIs"]
    assert len([line for line in report.splitlines() if line.startswith("#")]) == 7


def test_a_week_of_reviews_alone_is_a_week() -> None:
    facts = made.facts(until=None, builds=0, pipelines=(), main_pipeline=None, reviewed=made.UNTIL)
    only = made.results(facts, **third_parties.story())
    later = replace(context(), generated=(made.UNTIL + pd.Timedelta(days=20)).to_pydatetime())
    assert edition(only, later) == "2026-W47"
    mail, report = digest(only, later), tsc(only, later)
    assert mail.startswith("Subject: [gatepost] Three of six third-party CIs meet every rule; one")
    assert "week to Fri 20 Nov 2026, 22:00 UTC" in mail and len(section(mail)) == 6
    assert "Week to Fri 20 Nov 2026, 22:00 UTC" in report
    for told in (mail, report):
        assert "build completed" not in told and "Figures" not in told and "FIGURES" not in told
