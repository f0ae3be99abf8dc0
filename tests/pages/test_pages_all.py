"""Every page of a made-up community: well formed, linked, within its budget, the same each time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from posixpath import dirname, join, normpath

import made_results as made
import pandas as pd
import pytest
from page_checker import checked

from benchmarks.report_tables import UNTIL, make_tables
from generator.editions.edition import Correction, Edition, Week
from generator.editions.freeze import freeze
from generator.editions.shelf import files_of
from generator.model import SIGNATURES
from generator.pages import PAGES, PageContext, all_pages
from generator.pages.files import search_entries
from generator.pages.furniture import foot, fresh
from generator.resources import resource
from generator.signatures.model import Signature
from generator.site import HOME_BUDGET, PAGE_BUDGET, Page
from generator.stats import RESULTS, Results, StatsSettings, compute
from generator.text.records import records

NOW = (UNTIL + timedelta(minutes=70)).to_pydatetime()
#: Hand-written pages and files that the site adds to these.
ADDED = {
    "method.html",
    "about.html",
    "digest.txt",
    "tsc.md",
    "feed.xml",
    "state/manifest.json",
    "data/schema/edition.json",
    *(f"data/schema/{name}.json" for name in RESULTS),
    *(f"data/{name}.{kind}" for name in RESULTS for kind in ("csv", "json")),
}


@pytest.fixture(scope="module")
def results() -> Results:
    return compute(make_tables(250, seed=7), StatsSettings(), UNTIL + pd.Timedelta(minutes=70))


@pytest.fixture(scope="module")
def context() -> PageContext:
    assert {c.name for c in SIGNATURES} >= {"signature", "query", "title"}
    rows = records(make_tables(10, seed=7).signatures)
    signatures = tuple(
        Signature(
            row["signature"],
            row["query"],
            path=f"queries/{row['signature']}.yaml",
            title=row["title"],
            suppress_graph=bool(row["suppress_graph"]),
        )
        for row in rows
    )
    bare = PageContext(
        "Example",
        NOW,
        signatures,
        bug_url="https://bugs.example.org/{id}",
        repository_url="https://git.example.org/queries/",
    )
    return replace(bare, editions=(_edition(bare),))


def _edition(context: PageContext) -> Edition:
    """The last whole week, with a correction."""
    week = Week.of(NOW - timedelta(days=7))
    edition = freeze(week, make_tables(250, seed=7), StatsSettings(), context)
    return replace(edition, corrections=(Correction(1, NOW, "A source was read <b>twice</b>."),))


@pytest.fixture(scope="module")
def pages(results: Results, context: PageContext) -> dict[str, Page]:
    return {page.path: page for page in all_pages(results, context)}


def test_pages_are_well_formed_and_within_their_budget(pages: dict[str, Page]) -> None:
    assert len(pages) > 100
    for page in pages.values():
        found = checked(page.body)
        assert len(found.ids) == len(set(found.ids)), page.path
        assert set(found.wanted) <= set(found.ids), page.path
        assert page.title and page.description
        # the theme adds about 6 KB around each body
        assert len(page.body.encode()) < (HOME_BUDGET if page.path == "index.html" else PAGE_BUDGET) - 10_000
        assert re.search(r"<h1>.+</h1>", page.body, re.DOTALL), page.path


def test_internal_links_resolve(pages: dict[str, Page], context: PageContext) -> None:
    files = {f"editions/{e.id}/{name}" for e in context.editions for name in files_of(e)}
    known = set(pages) | ADDED | files
    for page in pages.values():
        for link in checked(page.body).links:
            if not link.startswith("https://"):
                assert normpath(join(dirname(page.path), link.split("#")[0])) in known, (page.path, link)


def test_furniture_and_search_point_to_pages(
    results: Results, context: PageContext, pages: dict[str, Page]
) -> None:
    assert "Data until" in fresh(results, context)
    links = checked(foot(results)).links
    assert {link.removeprefix("{root}") for link in links} <= set(pages) | ADDED
    entries = search_entries(results, context)
    assert {kind for _, kind, _ in entries} == {"signature", "bug", "job"}
    assert {url for _, kind, url in entries if kind != "bug"} <= set(pages)


def test_same_results_give_the_same_pages(
    results: Results, context: PageContext, pages: dict[str, Page]
) -> None:
    again = {page.path: page for page in all_pages(results, context)}
    assert again == pages


def test_numbers_on_pages_are_those_of_the_tables(results: Results, pages: dict[str, Page]) -> None:
    totals = {
        (r["figure"]): r
        for r in records(results.totals)
        if (r["pipeline"], r["window"], r["voting"]) == (results.facts.main_pipeline, "7d", "voting")
    }
    said = "".join(checked(pages["index.html"].body).text)
    for figure in ("failed", "classified", "infra", "coverage"):
        assert f"{totals[figure]['k']:,} of {totals[figure]['n']:,}" in said


def test_no_rate_is_printed_under_ten_cases(pages: dict[str, Page]) -> None:
    few = re.compile(r"%\)?\s*\(?(\d+) of (\d)\b(?![,\d])")
    for page in pages.values():
        assert not few.search("".join(checked(page.body).text)), page.path


def test_templates_compute_nothing() -> None:
    for path in sorted((resource("templates") / "pages").glob("*.html")):
        for code in re.findall(r"\{[{%](.*?)[%}]\}", path.read_text("utf-8"), re.DOTALL):
            bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", code)
            assert not re.search(r"[+*/<>]| - |\|\s*(sum|round|length|sort|groupby)\b", bare.strip("-")), (
                path.name,
                code,
            )


def test_without_builds_pages_say_what_to_do() -> None:
    nothing = made.results(
        made.facts(
            until=None,
            collected=None,
            first_day=None,
            pipelines=(),
            main_pipeline=None,
            cis=(),
            builds=0,
            hits=0,
        )
    )
    pages = {page.path: checked(page.body) for page in all_pages(nothing, PageContext("Example", NOW))}
    said = {path: " ".join("".join(page.text).split()) for path, page in pages.items()}
    assert "No builds were collected yet" in said["data/index.html"]
    assert "gatepost check" in said["data/index.html"]
    assert "Not enough data" in said["index.html"]
    assert not [path for path, text in said.items() if re.search(r"\b0(\.0)?\s?%", text.replace("95 %", ""))]


def test_every_page_module_is_in_the_registry() -> None:
    modules = {
        path.stem
        for path in (resource("templates").parent / "generator" / "pages").glob("*.py")
        if "def pages(" in path.read_text("utf-8")
    }
    assert modules == set(PAGES)
