"""The page History: what is said, what is not known, and what strangers named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
from stats.statskit import NOW, Community

from generator.pages import PageContext, history
from generator.pages.book import Book
from generator.site import PAGE_BUDGET
from generator.stats import Results, StatsSettings, compute
from generator.store.files import Store
from generator.tables import Tables

EVIL = "</td><script>alert(1)</script>"


def body(results: Results) -> str:
    (page,) = history.pages(Book(results, PageContext("Test", NOW.to_pydatetime())))
    assert len(page.body) < PAGE_BUDGET
    return str(page.body)


def text(results: Results) -> str:
    plain = re.sub(r"<[^>]*>", " ", body(results)).replace("\u202f", " ").replace("\xa0", " ")
    return re.sub(r"\s+", " ", plain)


def test_nothing_was_collected() -> None:
    said = text(compute(Tables.of(), StatsSettings(), NOW))
    assert "No builds were collected yet." in said and "no data" not in said


def test_it_goes_back_beyond_the_builds_that_are_kept(tmp_path: Path) -> None:
    community = Community(**{"1": {"title": "Mirror is away"}})
    community.many(5, 60, "failure", "1")
    community.many(15, 60)
    community.many(2, 25, "failure")
    community.many(18, 25)
    community.many(4, 0)
    community.build(0, "infra", ci=EVIL)
    store = Store(tmp_path)
    store.add(community.tables(), NOW.to_pydatetime())
    store.prune(pd.Timestamp("2026-11-01", tz="UTC").to_pydatetime())
    results = compute(store.read(), StatsSettings(), NOW)
    said = text(results)
    assert "Since 21 Sep 2026, 15.9 % (7 of 44) of the completed builds failed." in said
    assert "Whole months: in October 2026 10.0 % (2 of 20)." in said
    assert "the builds themselves are kept since 20 Nov 2026" in said
    assert "September 2026 10 days of it, 9 days without builds 25.0 % 5 of 20" in said
    assert "21 Sep 2026 21 Sep 2026 5 1" in said  # the signature: first, last, builds, days
    assert "<script>alert" not in body(results)


def test_few_builds_are_counts(tmp_path: Path) -> None:
    community = Community()
    community.many(3, 0, "failure")
    store = Store(tmp_path)
    store.add(community.tables(), NOW.to_pydatetime())
    said = text(compute(store.read(), StatsSettings(), NOW))
    assert "Since 20 Nov 2026, 3 of 3 completed builds failed." in said


def test_ten_years_and_many_signatures_fit_on_the_page() -> None:
    days = pd.date_range("2016-12-01", "2026-11-20", tz="UTC").as_unit("us")
    same: dict[str, Any] = {"voting": True, "final": True, "outcome": "failure"}
    builds = pd.DataFrame({"day": days, **same, "ci": "zuul", "examined": True, "classified": True})
    ids = [f"signature-{n:05}" for n in range(1000)]
    hits = pd.DataFrame({"day": [days[n] for n in range(1000)], **same, "signature": ids, "hits": 7})
    tables = Tables.of(history_builds=builds.assign(builds=9), history_hits=hits)
    said = body(compute(tables, StatsSettings(), NOW))
    assert "All 120 months as CSV" in said and "All 1,000 signatures as CSV" in said
