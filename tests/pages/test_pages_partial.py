"""What an index did not answer completely is said on every page, beside the numbers, in mail and report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import made_results as made
import pandas as pd
import pytest

from benchmarks.report_tables import UNTIL, make_tables
from generator.model import ASKED, SKIPPED, SOURCES
from generator.pages import PageContext, all_pages
from generator.pages.furniture import banner
from generator.stats import Results, StatsSettings, compute
from generator.tables import Tables, from_rows
from generator.text.digest import digest
from generator.text.missing import NO_RATE, missing
from generator.text.tsc import tsc

NOW = UNTIL + pd.Timedelta(minutes=70)
CONTEXT = PageContext("Example", NOW.to_pydatetime())
DAY = UNTIL.floor("D")


def gap(age: int, reason: str = "timed out", **fields: Any) -> dict[str, Any]:
    return {"source": "index", "day": DAY - pd.Timedelta(days=age), "reason": reason, "builds": True} | fields


def said(*rows: dict[str, Any]) -> str:
    return missing(made.results(partial=list(rows)))


def partial_tables() -> Tables:
    tables = make_tables(250, seed=7)
    asked = [
        {"source": "logs", "query_hash": "builds-1", "complete": age != 2, "asked": NOW}
        | {"day": DAY - pd.Timedelta(days=age), "reason": "2 of 5 shards <failed>" if age == 2 else None}
        for age in range(9)
    ]
    return replace(tables, asked=from_rows(asked, ASKED))


@pytest.fixture(scope="module")
def results() -> Results:
    return compute(partial_tables(), StatsSettings(), NOW)


@pytest.fixture(scope="module")
def pages(results: Results) -> dict[str, str]:
    return {page.path: str(page.body) for page in all_pages(results, CONTEXT)}


def test_nothing_is_said_where_nothing_is_missing() -> None:
    assert said() == ""
    assert str(banner(made.results())).strip() == ""


@pytest.mark.parametrize(
    ("rows", "begins"),
    [
        ([gap(1)], "The source index did not answer completely for 19 Nov (timed out)."),
        ([gap(1), gap(2)], "The source index did not answer completely for 18 Nov and 19 Nov (timed out)."),
        ([gap(1), gap(3), gap(7, "another")],
         "The source index did not answer completely for 3 days from 13 Nov to 19 Nov (2 reasons)."),
        ([gap(1), gap(1, source="b")], "The sources b and index did not answer completely for 19 Nov"),
        ([gap(1), gap(1, source="b"), gap(1, source="c")], "3 sources did not answer completely for 19 Nov"),
        ([gap(1, builds=False, signatures=2)],
         "The source index did not answer completely for 2 signatures on 19 Nov (timed out)."),
        ([gap(1, "no documents"), gap(7, "no documents")],
         "The source index has no documents of 13 Nov and 19 Nov. What that leaves out"),
        ([gap(1), gap(7, "no documents")],
         "The source index did not answer completely for 19 Nov (timed out); the source index has no"),
        ([gap(1, "source not usable")], "The source index could not be used at the last collection."),
        ([gap(0, "source not usable"), gap(1, source="b")],
         "The source index could not be used at the last collection; the source b did not answer"),
    ],
)  # fmt: skip
def test_what_is_missing_is_one_sentence(rows: list[dict[str, Any]], begins: str) -> None:
    assert said(*rows).startswith(begins)


def test_what_is_older_than_all_windows_is_left_to_the_data_page() -> None:
    assert said(gap(40)) == ""


def test_every_page_shows_the_banner_with_a_link_to_what_is_missing(results: Results) -> None:
    text = str(banner(results))
    assert "2 of 5 shards &lt;failed&gt;" in text
    assert "{root}data/index.html#partial" in text


def test_partial_numbers_carry_the_word(pages: dict[str, str]) -> None:
    home = pages["index.html"]
    assert home.count("partial</small>") == 4
    assert "18 Nov, partial: " in home
    assert "Partial: there may be more" in home
    assert "partial" in pages["jobs/index.html"]
    assert ", partial" in pages["signatures/index.html"]


def test_the_data_page_lists_what_is_missing(pages: dict[str, str]) -> None:
    data = pages["data/index.html"]
    assert 'id="partial"' in data
    assert "1 day of a source" in data
    assert "2 of 5 shards &lt;failed&gt;" in data
    assert 'href="partial.csv"' in data


def test_mail_and_report_say_it_too(results: Results) -> None:
    mail = digest(results, CONTEXT)
    assert "Partial: The source logs did not answer completely for 18 Nov" in " ".join(mail.split())
    assert all(len(line) <= 72 for line in mail.splitlines())
    assert len(mail.splitlines()) <= 60
    assert "**Partial.** The source logs did not answer completely" in tsc(results, CONTEXT)


def test_a_ci_without_passed_builds_is_told_so_everywhere() -> None:
    tables = make_tables(250, seed=7)
    sources = [{"source": "logs", "ci": ci, "passed": False} for ci in tables.builds["ci"].unique()]
    found = compute(replace(tables, sources=from_rows(sources, SOURCES)), StatsSettings(), NOW)
    assert NO_RATE in str(banner(found))
    home = next(iter(all_pages(found, CONTEXT)))
    rates, _, coverage = str(home.body).partition("Freshness and coverage")
    assert coverage and "100.0" not in rates
    assert NO_RATE in str(home.body)
    assert "With 0 hits" not in str(home.body)
    assert "Whether it is us cannot be said" in str(home.body)
    assert NO_RATE in " ".join(digest(found, CONTEXT).split())
    assert NO_RATE in tsc(found, CONTEXT)


def test_a_closed_index_is_in_the_banner() -> None:
    closed = {"source": "logs", "path": "logstash-1", "reason": "closed index", "collected": NOW}
    tables = replace(make_tables(10, seed=7), skipped=from_rows([closed], SKIPPED))
    found = compute(tables, StatsSettings(), NOW)
    sentence = "In the source logs an index is closed, and the lines in it are missing."
    assert sentence in str(banner(found))
    assert sentence in " ".join(digest(found, CONTEXT).split())


def test_a_source_that_cannot_be_used_is_in_the_banner() -> None:
    lost = {"source": "logs", "path": ".", "reason": "source not usable", "collected": NOW}
    tables = replace(make_tables(10, seed=7), skipped=from_rows([lost], SKIPPED))
    found = compute(tables, StatsSettings(), NOW)
    assert "The source logs could not be used at the last collection" in str(banner(found))
