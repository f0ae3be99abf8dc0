"""A community that has a Gerrit and nothing else: no builds, no signatures, and yet a site."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from generator.cli import app
from generator.errors import GatepostError
from generator.sources.simulated import reviews

NOW = "2026-11-20T23:10Z"
SCALE, SEED = 0.1, 2


def gatepost(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return reviews.truth(*reviews.plan(SEED, SCALE))


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reviews")
    reviews.write(folder, *reviews.plan(SEED, SCALE), SEED)
    settings = {**reviews.configured(), "sources": [reviews.SOURCE]}
    (folder / "gatepost.yaml").write_text(yaml.safe_dump(settings), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        patch.chdir(folder)
        gatepost("collect", "--now", NOW)
        gatepost("build", "--now", NOW)
    return folder


def test_check_asks_for_no_signatures(community: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(community)
    assert "signatures: 0 signatures" in gatepost("check")


def test_collecting_says_what_came(
    community: Path, truth: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(community)
    output = gatepost("collect", "--now", NOW)
    assert f" changes, {truth['comments']:,} comments" in output
    assert "0 builds" not in output


def test_the_site_has_the_scoreboard_and_a_page_each(community: Path) -> None:
    public = community / "public"
    assert (public / "index.html").is_file()
    board = (public / "third-party" / "index.html").read_text("utf-8")
    for entry in yaml.safe_load((community / "thirdparty.yaml").read_text("utf-8"))["cis"]:
        slug = entry["name"].lower().replace(" ", "-")
        assert entry["name"] in board
        for kind in ("html", "svg", "xml"):
            assert (public / "third-party" / f"{slug}.{kind}").is_file()


def test_no_page_speaks_of_builds_where_reviews_are_meant(community: Path) -> None:
    page = (community / "public" / "third-party" / "index.html").read_text("utf-8")
    assert "The newest review here came" in page
    assert "newest build" not in page and "Failed builds examined" not in page
    data = (community / "public" / "data" / "index.html").read_text("utf-8")
    assert "<h1>Reviews until Fri 20 Nov 2026" in data and "Name a source" not in data


def test_nobody_and_no_secret_is_on_the_site(community: Path, truth: dict[str, Any]) -> None:
    texts = {
        path: gzip.decompress(data) if path.suffix == ".gz" else data
        for path in (community / "public").rglob("*")
        if path.is_file() and (data := path.read_bytes())
    }
    assert len(texts) > 40
    found = {
        (path.name, text)
        for path, data in texts.items()
        for text in truth["private"]
        if text.encode() in data
    }
    assert found == set()


@pytest.mark.parametrize("kind", ["digest", "tsc"])
def test_mail_and_report_are_of_third_party_cis(
    community: Path, truth: dict[str, Any], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(community)
    text = gatepost(kind, "--now", NOW)
    silent_since = truth["cis"]["brightwater-nfs-ci"]["last_result"]
    assert "Brightwater NFS CI" in text and f"{silent_since.day} Jul" in text
    assert not any(private in text for private in truth["private"])


def test_the_newest_finished_week_is_frozen_and_no_earlier_one(
    community: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(community)
    assert [path.name for path in (community / "public" / "editions").glob("20*.html")] == ["2026-W46.html"]
    page = (community / "public" / "editions" / "2026-W46.html").read_text("utf-8")
    assert "Brightwater NFS CI" in page and "No builds were collected" in page
    assert "Failed builds" not in page and "Coverage" not in page and "no builds were seen" not in page
    document = json.loads((community / "public" / "editions" / "2026-W46" / "edition.json").read_bytes())
    schema = json.loads((community / "public" / "data" / "schema" / "edition.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(document)
    assert "edition 2026-W46)" in gatepost("digest", "--edition", "2026-W46")


def test_a_site_of_reviews_is_not_replaced_by_an_empty_one(
    community: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(community, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    shutil.rmtree("state")
    before = Path("public/index.html").read_bytes()
    done = CliRunner().invoke(app, ["build", "--now", NOW])
    assert isinstance(done.exception, GatepostError) and "stays as it is" in done.exception.message
    assert Path("public/index.html").read_bytes() == before
