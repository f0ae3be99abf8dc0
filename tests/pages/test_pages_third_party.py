"""The pages of third-party CIs: alphabetical, linked, harmless, within their budget."""

from __future__ import annotations

from dataclasses import replace
from posixpath import dirname, join, normpath
from typing import Any

import made_results
import made_third_party as made
import pytest
from made_site import HOSTILE
from page_checker import checked

from generator.pages import third_party, third_party_ci
from generator.pages.book import Book
from generator.pages.home import pages as home_pages
from generator.pages.paths import third_party_feed, third_party_grid
from generator.roster.model import Roster, ThirdPartyCI
from generator.site import PAGE_BUDGET, Page
from generator.stats.results import Results
from generator.text.context import PageContext
from generator.third_party_settings import ThirdParty, ThirdPartySettings

NOW = made.UNTIL.to_pydatetime()


def context(**more: Any) -> PageContext:
    return PageContext("Example", NOW, third_party=made.third_party(), **more)


def site(results: Results, about: PageContext | None = None) -> dict[str, Page]:
    book = Book(results, about or context())
    return {page.path: page for module in (third_party, third_party_ci) for page in module.pages(book)}


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    return site(made.results())


def words_of(page: Page) -> str:
    return " ".join(" ".join(checked(page.body).text).replace("\u202f", " ").split())


def test_pages_are_well_formed_and_within_their_budget(pages: dict[str, Page]) -> None:
    assert len(pages) == 1 + len(made.community()["third_party"])
    for page in pages.values():
        found = checked(page.body)
        assert len(found.ids) == len(set(found.ids)), page.path
        assert set(found.wanted) <= set(found.ids), page.path
        assert len(page.body.encode()) < PAGE_BUDGET - 10_000, page.path


def test_links_lead_to_pages_feeds_tables_and_gerrit(pages: dict[str, Page]) -> None:
    known = {*pages, "third-party/index.xml", "guide/third-party.html"} | {
        third_party_feed(row["ci"]) for row in made.community()["third_party"]
    }
    for page in pages.values():
        for link in checked(page.body).links:
            at = normpath(join(dirname(page.path), link.split("#")[0]))
            fine = at in known or at.startswith("data/") or link.startswith(f"https://{made.SERVER}/")
            assert fine, (page.path, link)


def test_the_scoreboard_is_in_alphabetical_order_without_the_retired(pages: dict[str, Page]) -> None:
    said = words_of(pages["third-party/index.html"])
    places = [said.index(f"{row['name']} ") for row in made.community()["third_party"][:-1]]
    table = said[: said.index("Retired:")]
    assert places == sorted(places)
    assert "Umber CI" not in table
    assert "Retired: Umber CI since 12 Aug 2026" in said


def test_each_row_has_counts_intervals_and_what_is_missing(pages: dict[str, Page]) -> None:
    said = words_of(pages["third-party/index.html"])
    for text in (
        "70.3 % 83 of 118, 65.3–75.3",
        "11.8 h p90 over 48 h",
        "7 of 8 n under 10",
        "4 of 5 rules met Disagreement 8.6 % (at most 5 % asked)",
        "Insufficient traffic: 8 expected patch sets in 28 d",
        "in an announced pause until 25 Nov: the lab moves",
        "186, open",
        "nobody-ci",
        "Hardware is on holiday",
    ):
        assert text in said


def test_the_rules_are_counted_over_those_judged(pages: dict[str, Page]) -> None:
    said = words_of(pages["third-party/index.html"])
    assert "Reporting rate 90 % or more 5 of 7 judged" in said
    assert "Contacts two or more 7 of 8" in said


def test_a_page_names_evidence_votes_contacts_and_how_to_help(pages: dict[str, Page]) -> None:
    broken, votes = words_of(pages["third-party/ferrous.html"]), words_of(pages["third-party/halden.html"])
    assert "Its last 14 verdicts in a row failed" in broken
    assert "the storage team meets on Wednesdays" in broken
    assert "Make volumes attach faster, part 3" in broken
    assert "Verified −1" in votes and "Fix the iSCSI driver, part 3" in votes
    assert "Least noticed: one of 36 h" in votes
    assert "A. Person, chat: aperson, confirmed 10 Nov 2026" in votes
    assert "3 Aug 2026 to 14 Aug 2026: vacation" in votes


def test_what_a_table_leaves_out_is_counted_as_it_is_and_an_open_silence_has_its_length() -> None:
    rows = [
        {
            "ci": "quiet", "kind": "failed", "server": made.SERVER, "change": i, "patchset": 1,
            "project": "p", "subject": "s", "time": made.at(i / 9), "jobs": "j",
        }
        for i in range(100)
    ]  # fmt: skip
    row = made.ci("quiet", **made.silent() | {"disagree_k": 199, "disagree_n": 248})
    silences = [{"ci": "quiet", "start": made.at(45), "missed": 186, "open": True}]
    results = made.results(third_party=[row], third_party_disagreements=rows, third_party_silences=silences)
    said = words_of(site(results)["third-party/quiet.html"])
    assert "169 more, the newest 100 are in third_party_disagreements.csv" in said
    assert "open 45 d 186" in said
    assert "patch sets, no result yet" in said and "still waiting" not in said


def test_a_page_says_until_when_a_ci_rests_and_why_none_is_judged(pages: dict[str, Page]) -> None:
    assert "It rests until 25 Nov: the lab moves. Its newest" in words_of(pages["third-party/tarn.html"])
    assert "Not judged: Insufficient traffic: 8 expected" in words_of(pages["third-party/osprey.html"])


def test_patch_sets_are_linked_in_the_gerrit_that_is_asked() -> None:
    pages = site(made.results(), context(reviews=((made.SERVER, "https://review.example.org/r/"),)))
    links = checked(pages["third-party/halden.html"].body).links
    assert "https://review.example.org/r/c/openstack/cinder/+/990/2" in links


def test_of_very_many_the_scoreboard_stays_within_its_budget() -> None:
    tables = made.community()
    every = [made.ci(f"vendor-{i}", name=f"Vendor of storage {i} CI", **made.silent()) for i in range(200)]
    rules = [
        rule
        for row in every
        for rule in made.rules(
            row, reporting_rate={"state": "not met"}, silence={"state": "not met", "value": 45}
        )
    ]
    weeks = [
        {**week, "ci": row["ci"]}
        for row in every
        for week in tables["third_party_weeks"]
        if week["ci"] == "brightwater"
    ]
    found = made.results(third_party=every, third_party_rules=rules, third_party_weeks=weeks)
    board = site(found)["third-party/index.html"]
    assert "Vendor of storage 199 CI" in board.body
    assert len(board.body.encode()) < PAGE_BUDGET - 10_000


def test_names_and_comments_do_no_harm() -> None:
    row = made.ci(
        "evil", name=HOSTILE, owner=HOSTILE, driver=HOSTILE, projects=HOSTILE, url="javascript:alert(1)"
    )
    where = {"server": made.SERVER, "change": 1, "patchset": 1, "time": made.at(1)}
    pages = site(
        made.results(
            third_party=[row],
            third_party_rules=made.rules(row, silence={"state": "not judged", "why": HOSTILE}),
            third_party_unread=[{"ci": "evil", "account": HOSTILE, "count": 1, "text": HOSTILE, **where}],
            third_party_unknown=[
                {"server": HOSTILE, "account": HOSTILE, "name": HOSTILE, "projects": HOSTILE,
                 "first": made.at(2), "last": made.at(1)}
            ],
            third_party_disagreements=[
                {"ci": "evil", "kind": "failed", "project": HOSTILE, "subject": HOSTILE, "jobs": HOSTILE,
                 **where}
            ],
            third_party_jobs=[{"ci": "evil", "job": HOSTILE, "last": made.at(1)}],
        )
    )  # fmt: skip
    assert len(pages) == 2
    for page in pages.values():
        assert "<script" not in page.body and "<img src=x" not in page.body
        assert not any("javascript:" in link for link in checked(page.body).links)
        assert "\x1b" not in page.body and "\u202e" not in page.body


def test_without_roster_and_comments_there_is_no_page() -> None:
    results = made_results.results(**made_results.week())
    assert site(results, replace(context(), third_party=None)) == {}
    book = Book(results, replace(context(), third_party=None))
    assert "third-party" not in next(iter(home_pages(book))).body


def test_a_roster_without_any_data_yet_says_so() -> None:
    pages = site(made_results.results())
    assert "No third-party CI is expected to report." in words_of(pages["third-party/index.html"])


def test_accounts_in_no_roster_are_shown_where_there_is_none() -> None:
    unknown = made.community()["third_party_unknown"]
    about = replace(context(), third_party=None)
    pages = site(made_results.results(third_party_unknown=unknown), about)
    assert "nobody-ci" in words_of(pages["third-party/index.html"])


def test_a_ci_of_which_nothing_was_seen_has_a_page() -> None:
    row = made.ci(
        "new", last_seen=None, last_result=None, last_success=None, expected=0, reported=0, response_n=0,
        response_median_s=None, response_p90_s=None, disagree_k=0, disagree_n=0, success=0, failure=0,
        readiness="not judged", rules_met=0, rules_judged=0, confirmed=None, contacts=0,
    )  # fmt: skip
    pages = site(made.results(third_party=[row], third_party_rules=[], third_party_weeks=[]))
    said = words_of(pages["third-party/new.html"])
    assert "No result seen yet" in said
    assert "0.0 %" not in said.split("Results, last 28 d")[0]
    assert "never" in words_of(pages["third-party/index.html"])


def test_the_home_page_says_the_sentence_and_links_the_scoreboard() -> None:
    home = next(iter(home_pages(Book(made.results(), context()))))
    assert "Three of eight third-party CIs meet every rule" in words_of(home)
    assert "third-party/index.html" in checked(home.body).links


def test_of_reviews_alone_the_home_page_begins_with_them() -> None:
    results = made.results()
    alone = replace(results, facts=replace(results.facts, builds=0))
    pages = list(home_pages(Book(alone, context())))
    assert [page.path for page in pages] == ["index.html"]
    assert words_of(pages[0]).startswith("Third-party CIs Three of eight")
    assert "third-party/brightwater.html" in checked(pages[0].body).links


def test_projects_with_recent_patch_sets_have_their_grid_linked() -> None:
    row = {"server": made.SERVER, "project": "openstack/cinder", "created": made.at(1), "gate": "passed"}
    pages = site(made.results(third_party_patchsets=[row]))
    where = third_party_grid("openstack/cinder").removeprefix("third-party/")
    assert where in checked(pages["third-party/index.html"].body).links
    assert where in checked(pages["third-party/halden.html"].body).links


def test_a_ci_of_very_many_projects_has_a_page_of_a_sane_size() -> None:
    row = {"server": made.SERVER, "created": made.at(1), "gate": "passed"}
    rows = [row | {"project": f"openstack/p{number}"} for number in range(1_100)]
    entry = ThirdPartyCI("halden", "Halden NVMe CI", ("halden",), ("*",))
    asked = ThirdParty(Roster((entry,)), ThirdPartySettings(deadline_hours=24))
    pages = site(made.results(third_party_patchsets=rows), replace(context(), third_party=asked))
    page = pages["third-party/halden.html"]
    assert len(page.body) < PAGE_BUDGET - 10_000 and "and 100 more" in words_of(page)


def test_the_response_time_of_a_ci_has_its_intervals() -> None:
    hour = 3600.0
    median = {"response_median_s": 3 * hour, "response_median_low_s": 2.5 * hour}
    known = made.ci("tarn", **median, response_median_high_s=4 * hour, response_p90_s=9 * hour,
                    response_p90_low_s=7 * hour, response_p90_high_s=None)  # fmt: skip
    body = site(made.results(third_party=[known]))["third-party/tarn.html"].body
    assert '95 % interval <span class="nb">2.5 h to 4.0 h</span>' in body.replace("\u202f", " ")
    assert "90th percentile 9.0 h (7.0 h or more)" in body.replace("\u202f", " ")
    never = made.ci("tarn", **median | {"response_median_s": None}, response_p90_s=None)
    body = site(made.results(third_party=[never]))["third-party/tarn.html"].body.replace("\u202f", " ")
    assert "2.5 h to" not in body and "2.5 h or more" not in body
