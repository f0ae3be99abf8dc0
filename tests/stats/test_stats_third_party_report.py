"""All tables of third-party CIs together: typed, without data, of an edition."""

from __future__ import annotations

from datetime import date

import pandas as pd
from reviewskit import NOW, UNTIL, Reviews, ci

from generator.stats import RESULTS, StatsSettings, compute
from generator.stats.third_party.columns import THIRD_PARTY
from generator.tables import Tables


def community() -> Reviews:
    reviews = Reviews(ci("a", voting=True), ci("b"), ci("new", since=date(2026, 11, 20)), ci("gone"))
    for i in range(40):
        change = reviews.change(60 - 1.5 * i, owner=f"o{i % 5}")
        age = 60 - 1.5 * i
        reviews.comment("zuul", change, max(age - 0.1, 0), "success", pipeline="check")
        broken = "failure" if i > 30 else "success"
        comment = reviews.comment("a", change, max(age - 0.2, 0), broken, vote=-1 if i > 30 else 1)
        reviews.job(comment, "smoke", broken.upper(), broken)
        if i % 4:
            reviews.comment("b", change, max(age - 0.5, 0))
    reviews.comment("stranger", change, 0)
    reviews.comment("b", change, 0, None, kind="unread", text="what")
    return reviews


def test_all_tables_are_as_documented() -> None:
    results = community().results()
    for name in THIRD_PARTY:
        frame = getattr(results, name)
        assert list(frame) == [column.name for column in RESULTS[name]]
        assert len(frame) or name in {"third_party_standing"}, name
    assert results.facts.reviewed == UNTIL
    assert list(results.third_party["ci"]) == ["a", "b", "new", "gone"]  # as the roster has them
    board = results.third_party.set_index("ci")
    assert board.loc["a", "broken"]
    assert board.loc["gone", "silent"]
    assert board.loc["new", "expected"] == 0
    assert board.loc["a", "disagree_k"] == 9
    assert set(results.third_party_unknown["account"]) == {"stranger"}


def test_an_edition_knows_nothing_later() -> None:
    reviews = community()
    bound = UNTIL - pd.Timedelta(days=20)
    results = reviews.results(bound.to_pydatetime())
    early = {
        name: [
            row for row in rows if row.get("time", row.get("created", UNTIL)) <= bound or name == "changes"
        ]
        for name, rows in reviews.rows.items()
        if name != "job_results"
    }
    reviews.rows = {**early, "job_results": reviews.rows["job_results"]}
    alone = reviews.results()
    assert results.facts.reviewed == alone.facts.reviewed
    for name in ("third_party", "third_party_rules"):
        pd.testing.assert_frame_equal(getattr(results, name), getattr(alone, name), obj=name)
    others = THIRD_PARTY.keys() - {"third_party", "third_party_rules"}
    assert not any(len(getattr(results, name)) for name in others)


def test_without_settings_or_data_there_are_no_rows() -> None:
    reviews = community()
    for results in (
        compute(reviews.tables(), StatsSettings(), NOW),
        compute(Tables.of(), StatsSettings(third_party=reviews.settings), NOW),
    ):
        assert not any(len(getattr(results, name)) for name in THIRD_PARTY)


def test_a_roster_without_cis_shows_who_comments() -> None:
    reviews = community()
    empty = Reviews()
    empty.rows = reviews.rows
    results = empty.results()
    assert list(results.third_party_unknown["account"]) == ["a", "b", "stranger"]
    assert len(results.third_party) == 0


def test_strange_rows_stop_nothing_and_change_no_figure() -> None:
    plain, strange = community(), community()
    other = "other.example.org"
    for change, patchset in ((2**62, 2**40), (-5, 0), (10**12, 7)):
        strange.comment("a", change, 1, "wild", patchset=patchset, kind="odd")
        strange.comment("a", change, 1, None, patchset=None, kind="start")
        strange.comment("", change, -400, "success")
        strange.comment("a", change, 1, time=None)
        strange.add("patchsets", server=other, change=change, patchset=patchset, created=None)
        strange.add("votes", server=other, change=change, patchset=1, account="x", label="V", value=-1)
        strange.add("accounts", server=other, account="x", name=None, tagged=False)
    usual, odd = (
        reviews.results().third_party.drop(columns=["comments", "last_seen"]) for reviews in (plain, strange)
    )
    pd.testing.assert_frame_equal(usual, odd)


def test_patch_sets_alone_are_all_missed() -> None:
    reviews = Reviews(ci("a"))
    for i in range(12):
        reviews.change(15 - i)
    board = reviews.results().third_party.iloc[0]
    assert (board["expected"], board["reported"], board["silent"]) == (11, 0, True)
    assert pd.isna(board["silent_since"])


def test_comments_alone_have_results_but_no_rate() -> None:
    reviews = Reviews(ci("a"))
    for i in range(12):
        reviews.comment("a", 100 + i, 15 - i, "failure")
    results = reviews.results()
    board = results.third_party.iloc[0]
    assert (board["expected"], board["failure"], board["silent"]) == (0, 12, False)
    assert pd.isna(board["rate"])
    assert set(results.third_party_weeks["state"]) == {"nothing", "no data"}
