"""Signatures whose file is gone: their address stays, lists leave them out, and they may come back."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator import pipeline
from generator.config import Settings, load
from generator.gathering import gather
from generator.pages import home, signature, signatures
from generator.pages.book import Book
from generator.pages.files import search_entries
from generator.progress import Progress

FIRST, SECOND, THIRD = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (20, 21, 22))
BUILDS = 12


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for number in range(BUILDS):
        folder = tmp_path / "logs" / f"{number:032x}"
        folder.mkdir(parents=True)
        record = {
            "uuid": folder.name, "job_name": "tempest", "result": "FAILURE", "voting": True,
            "pipeline": "gate", "start_time": "2026-11-19T08:00:00",
            "end_time": f"2026-11-19T10:{number:02}:00",
        }  # fmt: skip
        (folder / "buildinfo").write_text(json.dumps(record))
        (folder / "job-output.txt").write_text("start\nNo space left on device\nConnection timed out\n")
    (tmp_path / "queries").mkdir()
    (tmp_path / "gatepost.yaml").write_text("workers: 1\nsources:\n- {type: logs, path: logs, ci: zuul}\n")
    sign(tmp_path, "100", "No space left", "Disk is full")
    sign(tmp_path, "200", "Connection timed out", "Slow")
    return load(tmp_path / "gatepost.yaml")


def sign(folder: Path, name: str, phrase: str, title: str) -> None:
    data = {"query": f'message:"{phrase}"', "title": title, "owner": "us"}
    (folder / "queries" / f"{name}.yaml").write_text(json.dumps(data))


Made = tuple[dict[str, str], dict[str, str]]


def made(settings: Settings, now: datetime, *, collected: bool = True) -> Made:
    """The text of the first page and of those of the signatures, and what the search calls them."""
    if collected:
        pipeline.collect(settings, now, Progress(0))
    results, context = gather(settings, now)
    book = Book(results, context)
    pages = [next(home.pages(book)), *signatures.pages(book), *signature.pages(book)]
    texts = {page.path: re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page.body)) for page in pages}
    entries = search_entries(results, context)
    return texts, {path: kind for _, kind, path in entries if path.startswith("signatures/")}


def test_a_removed_signature_keeps_its_page_and_may_come_back(settings: Settings, tmp_path: Path) -> None:
    before, _ = made(settings, FIRST)
    assert "Disk is full" in before["index.html"]
    (tmp_path / "queries/100.yaml").unlink()
    text = made(settings, SECOND, collected=False)[0]["signatures/100.html"]
    assert "It has not been looked for since 21 Nov 2026" in text
    assert "Until then" not in text and "had not matched" not in text
    for now in (SECOND, THIRD):
        text = made(settings, now)[0]["signatures/100.html"]
        assert "It has not been looked for since 21 Nov 2026: its file was removed." in text
        assert f"Until then it matched {BUILDS} builds, from 19 Nov 2026 to 19 Nov 2026." in text
        assert "Disk is full" in text and "No space left" in text and "us" in text
        assert "never" not in text
    sign(tmp_path, "100", "No space left", "Disk is full")
    after, kinds = made(settings, THIRD)
    assert after["signatures/100.html"] == before["signatures/100.html"]
    assert "No longer looked for" not in after["signatures/index.html"]
    assert set(kinds.values()) == {"signature"}


def test_lists_leave_it_out_and_the_archive_and_the_search_have_it(
    settings: Settings, tmp_path: Path
) -> None:
    pipeline.collect(settings, FIRST, Progress(0))
    (tmp_path / "queries/100.yaml").unlink()
    shutil.rmtree(tmp_path / "logs")  # cannot be read again, so its hits stay
    (tmp_path / "logs").mkdir()
    after, kinds = made(settings, SECOND)
    assert "Disk is full" not in after["index.html"]
    index, archive = after["signatures/index.html"].split("No longer looked for", 1)
    assert "1 of 1 signature" in index
    assert "Disk is full" not in index
    assert "Disk is full" in archive and "21 Nov 2026" in archive and "file removed" in archive
    assert f"{BUILDS} builds" in after["signatures/100.html"]
    assert "Failure rate per day" in after["signatures/100.html"]
    assert kinds == {"signatures/100.html": "removed signature", "signatures/200.html": "signature"}


def test_a_file_that_is_refused_and_one_that_was_hidden(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "queries/300.yaml").write_text("query: message:start\nsuppress-graph: true\n")
    pipeline.collect(settings, FIRST, Progress(0))
    (tmp_path / "queries/300.yaml").unlink()
    (tmp_path / "queries/100.yaml").write_text('query: message:"unfinished')
    pages, kinds = made(settings, SECOND)
    assert "since 21 Nov 2026: its file is refused; the Data page says why." in pages["signatures/100.html"]
    assert "file refused" in pages["signatures/index.html"]
    assert "100.yaml" in pages["signatures/100.html"]
    assert "signatures/300.html" not in {*pages, *kinds}
