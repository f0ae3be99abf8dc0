"""E, rates, silences and weeks of third-party CIs are what a slow count in plain Python says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, pairwise
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewskit import UNTIL, Reviews, ci

from generator.roster import Pause
from generator.stats.third_party import disagreement, grid, reporting, silences
from generator.stats.third_party.base import Base

HOUR = 1 / 24
DEADLINE = 24 * HOUR
PAUSE = (date(2026, 11, 1), date(2026, 11, 3))
SINCE = date(2026, 10, 28)
CIS = (
    ci("a"),
    ci("b", pauses=(Pause(*PAUSE),), branches=("master",)),
    ci("c", since=SINCE, paths=("drivers/c/**",)),
)


@dataclass
class PatchSet:
    """What is known of one, in plain words; ages are days before the end."""

    change: int
    number: int
    age: float
    branch: str
    paths: str | None
    replaced: float = -1.0
    #: Age and outcome of the comments by account, in order.
    said: dict[str, list[tuple[float, str]]] = field(default_factory=dict)

    @property
    def uploaded(self) -> pd.Timestamp:
        return UNTIL - pd.Timedelta(days=self.age)


comment = st.tuples(
    st.sampled_from(["a", "a", "b", "b", "c", "zuul"]),
    st.integers(1, 70),
    st.sampled_from(["success", "failure", "infra"]),
)
patchset = st.tuples(st.integers(0, 30 * 24), st.lists(comment, max_size=4))
change = st.tuples(
    st.sampled_from(["master", "stable/a"]),
    st.sampled_from([None, "drivers/c/x.py", "drivers/d/x.py", "doc/x\ndrivers/c/x.py", "doc/x"]),
    st.lists(patchset, min_size=1, max_size=3),
)
communities = st.lists(change, min_size=1, max_size=12)


def made(drawn: list[Any]) -> tuple[Reviews, list[PatchSet]]:
    reviews, known = Reviews(*CIS, exempt=("doc/**",)), []
    for branch, paths, uploads in drawn:
        hours = sorted({hours for hours, _ in uploads}, reverse=True)
        # never just at a deadline, where a microsecond decides
        ages = [age / 24 + 0.01 - 0.0003 * i for i, age in enumerate(hours)]
        files = None if paths is None else paths.count("\n") + 1
        number = reviews.change(*ages, branch=branch, paths=paths, files=files)
        of = [PatchSet(number, i, age, branch, paths) for i, age in enumerate(ages, 1)]
        for one, after in pairwise(of):
            one.replaced = after.age
        for one, (_, said) in zip(of, uploads, strict=False):
            for account, waited, outcome in said:
                age = one.age - waited * HOUR - 0.0001
                if age >= 0:
                    one.said.setdefault(account, []).append((age, outcome))
                    reviews.comment(account, number, age, outcome, patchset=one.number, pipeline="check")
        for one in of:
            for told in one.said.values():
                told.sort(key=lambda c: -c[0])
        known += of
    reviews.comment("zuul", reviews.change(0), 0)
    return reviews, known


def expected_of(which: str, known: list[PatchSet]) -> list[PatchSet]:
    """E of a CI by the definition's words, oldest first."""
    found = []
    for one in known:
        day = one.uploaded.date()
        if one.age - DEADLINE < 0 or (one.replaced >= 0 and one.age - one.replaced < DEADLINE):
            continue
        if one.paths == "doc/x" or (which == "b" and (one.branch != "master" or PAUSE[0] <= day <= PAUSE[1])):
            continue
        if which == "c" and (day < SINCE or (one.paths is not None and "drivers/c" not in one.paths)):
            continue
        found.append(one)
    return sorted(found, key=lambda p: (-p.age, p.change, p.number))


@settings(max_examples=25, deadline=None)
@given(communities)
def test_expected_and_reported(drawn: list[Any]) -> None:
    reviews, known = made(drawn)
    base = reviews.base()
    e = base.expected
    for place, which in enumerate("abc"):
        got = {
            (int(base.patches.change[p]), int(base.patches.patchset[p]), bool(r), bool(late))
            for c, p, r, late in zip(e.ci, e.patch, e.reported, e.late, strict=True)
            if c == place
        }
        assert got == {
            (p.change, p.number, which in p.said, which in p.said and p.age - p.said[which][0][0] > DEADLINE)
            for p in expected_of(which, known)
        }
    board = reporting.columns(base)
    recent = [[p for p in expected_of(which, known) if p.age < 28] for which in "abc"]
    assert list(board["expected"]) == [len(of) for of in recent]
    assert list(board["reported"]) == [
        sum(which in p.said for p in of) for which, of in zip("abc", recent, strict=True)
    ]
    weeks = reporting.weeks(base)
    assert weeks.groupby("ci")["expected"].sum().to_list() == [len(expected_of(w, known)) for w in "abc"]


@settings(max_examples=25, deadline=None)
@given(communities)
def test_disagreement(drawn: list[Any]) -> None:
    reviews, known = made(drawn)
    board = disagreement.columns(reviews.base())
    for place, which in enumerate("abc"):
        tallies = {"disagree": [0, 0], "converse": [0, 0]}
        for one in known:
            gate = {outcome for _, outcome in one.said.get("zuul", [])} - {"infra"}
            own = [outcome for _, outcome in one.said.get(which, []) if outcome != "infra"]
            if gate and own and one.age < 28:
                figure = "disagree" if "success" in gate else "converse"
                differs = own[-1] == ("failure" if figure == "disagree" else "success")
                tallies[figure][0] += differs
                tallies[figure][1] += 1
        for figure, counted in tallies.items():
            assert [board[f"{figure}_k"][place], board[f"{figure}_n"][place]] == counted


@settings(max_examples=25, deadline=None)
@given(communities)
def test_silences(drawn: list[Any]) -> None:
    reviews, known = made(drawn)
    base = reviews.base()
    board = silences.columns(base, silences.runs(base))
    for place, which in enumerate("abc"):
        runs = [
            list(run)
            for missed, run in groupby(expected_of(which, known), key=lambda p: which not in p.said)
            if missed
        ]
        assert board["silence_missed"][place] == max(map(len, runs), default=0)
        times = sorted({age for p in known for age, _ in p.said.get(which, [])}, reverse=True)
        ending = [run for run in runs if not any(age < run[-1].age for age in times)]
        assert board["missed"][place] == (len(ending[-1]) if ending else 0)
        if ending and not times:
            assert board["silence_s"][place] <= ending[-1][0].age * 86400 + 1
        _around(base, place, times)


def _around(base: Base, place: int, times: list[float]) -> None:
    """No result of the CI is within one of its silences."""
    found = silences.runs(base)
    results = [(UNTIL - pd.Timedelta(days=age)).value // 1000 for age in times]
    for run in range(len(found.ci)):
        if found.ci[run] == place:
            end = base.until if found.open[run] else found.end[run]
            assert found.began[run] <= end
            assert not any(found.began[run] < at < end for at in results)


@settings(max_examples=20, deadline=None)
@given(communities)
def test_every_result_is_in_the_grid(drawn: list[Any]) -> None:
    reviews, known = made(drawn)
    base = reviews.base()
    results = grid.results(base, grid.newest(base))
    got = sorted(zip(results["ci"], results["change"], results["patchset"], results["number"], strict=True))
    assert got == sorted(
        (which, p.change, p.number, i)
        for p in known
        for which in "abc"
        for i, _ in enumerate(p.said.get(which, []), 1)
    )
