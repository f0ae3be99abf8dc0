"""The grid of a project: every result of every CI on the newest patch sets, and the page stays small."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import made_results as made
import pytest

from generator.pages.book import Book
from generator.pages.third_party_grid import pages
from generator.roster.model import Roster, ThirdPartyCI
from generator.site import Page
from generator.text.context import PageContext
from generator.third_party_settings import ThirdParty, ThirdPartySettings

PROJECT = "example/cinder"
HOUR = timedelta(hours=1)
HOSTILE = '</td><script>alert(1)</script>" onclick="x \u202e'


def patchset(number: int, **more: Any) -> dict[str, Any]:
    created = made.UNTIL - (60 - number) * HOUR
    where = {"server": "review.example.org", "change": 100 + number, "patchset": 2, "project": PROJECT}
    return {**where, "branch": "master", "subject": "A change", "created": created, "gate": "none", **more}


def result(patch: int, ci: str | None, outcome: str, **more: Any) -> dict[str, Any]:
    where = {"server": "review.example.org", "change": 100 + patch, "patchset": 2, "ci": ci, "number": 1}
    time = made.UNTIL - (59 - patch) * HOUR
    return {**where, "time": time, "outcome": outcome, "result": outcome.upper(), **more}


def ci(id: str, name: str, project: str = PROJECT) -> tuple[dict[str, Any], ThirdPartyCI]:
    return {"ci": id, "name": name, "projects": project}, ThirdPartyCI(id, name, (id,), (project,))


def made_pages(
    patchsets: list[dict[str, Any]],
    said: list[dict[str, Any]],
    cis: list[tuple[dict[str, Any], ThirdPartyCI]] | None = None,
) -> list[Page]:
    cis = cis or [ci("tarn", "Tarn CI"), ci("acme", "acme CI"), ci("other", "Other CI", "example/nova")]
    results = made.results(
        third_party=[row for row, _ in cis], third_party_patchsets=patchsets, third_party_results=said
    )
    roster = Roster(tuple(entry for _, entry in cis))
    asked = ThirdParty(roster, ThirdPartySettings(deadline_hours=24))
    context = PageContext("Example", made.UNTIL.to_pydatetime(), third_party=asked)
    return list(pages(Book(results, context)))


def body(*args: Any) -> str:
    (page,) = made_pages(*args)
    return str(page.body)


def test_columns_are_the_cis_of_the_project_by_name() -> None:
    text = body([patchset(1)], [])
    assert text.index("acme CI") < text.index("Tarn CI")
    assert "Other CI" not in text
    assert 'href="../tarn.html"' in text


def test_a_ci_that_reported_is_there_though_the_roster_expects_it_elsewhere() -> None:
    assert "Other CI" in body([patchset(1)], [result(1, "other", "success")])


def test_every_result_of_a_patch_set_is_shown_in_order() -> None:
    said = [
        result(1, "tarn", "success", number=3, time=made.UNTIL, vote=1, url="https://logs.example.org/3"),
        result(1, "tarn", "failure", result="TIMED_OUT", vote=-1, url="https://logs.example.org/1"),
        result(1, "tarn", "unread", number=2, result=None),
    ]
    text = body([patchset(1)], said)
    first, second, third = (text.index(mark) for mark in ("✗\xa0F</a>", "?\xa0U</a>", "✓\xa0S</a>"))
    assert first < second < third
    assert 'href="https://logs.example.org/1" title="TIMED_OUT, 18 Nov 12:00, vote −1"' in text
    assert 'title="SUCCESS, 20 Nov 22:00, vote +1"' in text


def test_a_result_without_an_address_leads_to_the_change() -> None:
    text = body([patchset(1)], [result(1, "tarn", "infra", url="javascript:alert(1)")])
    assert '<a href="https://review.example.org/c/example/cinder/+/101/2" title="INFRA' in text
    assert "javascript" not in text


@pytest.mark.parametrize(("gate", "marked"), [("passed", True), ("failed", False), ("none", False)])
def test_the_accent_marks_a_failure_where_the_gate_passed(gate: str, marked: bool) -> None:
    text = body([patchset(1, gate=gate)], [result(1, "tarn", "failure"), result(1, "acme", "success")])
    assert text.count('class="worse"') == marked
    assert (f'title="gate: {"success" if marked else "failure"}"' in text) == (gate != "none")


def test_newest_patch_sets_come_first_and_a_missing_result_is_a_dot() -> None:
    text = body([patchset(1), patchset(3), patchset(2)], [])
    assert text.index("103, 2") < text.index("102, 2") < text.index("101, 2")
    assert text.count('<td class="soft">·</td>') == 3 * 3


def test_nothing_of_gerrit_is_interpreted() -> None:
    said = [result(1, "tarn", "neutral", result=HOSTILE, url=f"https://x.example.org/{HOSTILE}")]
    text = body([patchset(1, subject=HOSTILE)], said, [ci("tarn", HOSTILE)])
    assert "<script" not in text
    assert '" onclick' not in text
    assert "\u202e" not in text


def test_the_headline_says_how_many_reported() -> None:
    text = body([patchset(1), patchset(2)], [result(2, "tarn", "success"), result(2, "acme", "unread")])
    assert "<h1>1 of 2 third-party CIs reported on the newest 2 patch sets of example/cinder</h1>" in text


def test_each_project_has_its_page() -> None:
    found = made_pages([patchset(1), patchset(2, project="../nova")], [])
    assert len({page.path for page in found}) == 2
    assert all(page.path.startswith("third-party/grid/") and ".." not in page.path for page in found)


def test_a_page_of_many_cis_stays_within_its_budget_and_says_what_it_leaves_out() -> None:
    cis = [ci(f"ci-{n}", f"Made up CI {n}") for n in range(200)]
    url = "https://logs.example.org/" + "x" * 60
    said = [
        result(number, f"ci-{n}", "success", url=url)
        for number in range(50)
        for n in range(200)
        for _ in "ab"
    ]
    text = body([patchset(number) for number in range(50)], said, cis)
    assert len(text.encode()) <= 300_000
    assert "older patch sets are not shown" in text
    assert text.index("149, 2") < text.index("148, 2")


def test_very_many_results_on_one_patch_set_are_counted() -> None:
    said = [result(1, "tarn", "success", number=n) for n in range(1, 46)]
    text = body([patchset(1)], said)
    assert text.count("✓\xa0S</a>") == 40
    assert "</a> +5</td>" in text


def test_results_of_accounts_that_are_in_no_entry_have_a_column_too() -> None:
    stranger = result(1, None, "failure", account='evil"<b>-ci')
    text = body([patchset(1, gate="passed")], [stranger, result(1, "tarn", "success")])
    assert "evil&#34;&lt;b&gt;-ci" in text and "in no roster entry" in text
    assert text.index("Tarn CI") < text.index("in no roster entry")
    assert "✗\xa0F" in text
    assert "1 of 2 third-party CIs reported" in text


def test_of_very_many_such_accounts_some_are_shown_and_all_are_counted() -> None:
    said = [result(1, None, "success", account=f"account-{n:02}") for n in range(40)]
    text = body([patchset(1)], said)
    assert text.count("in no roster entry") == 30
    assert "10 more accounts that are in no entry of the roster" in text
