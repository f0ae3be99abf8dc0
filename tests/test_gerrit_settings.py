"""What a source of type gerrit may say in the configuration, and how wrong words are answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.config import holds_lines, load
from generator.errors import GatepostError
from generator.gerrit_settings import GerritSettings
from generator.scaffold import scaffold

URL = "https://review.example.org"


def loaded(folder: Path, **keys: Any) -> GerritSettings:
    path = folder / "gatepost.yaml"
    data = {"site_url": "https://ci.example.org", "sources": [{"type": "gerrit", **keys}]}
    path.write_text(yaml.safe_dump(data))
    (source,) = load(path).sources
    assert isinstance(source, GerritSettings)
    return source


def test_little_must_be_said(tmp_path: Path) -> None:
    source = loaded(tmp_path, url=f"{URL}/", projects="example/nova")
    assert (source.name, source.url, source.projects) == ("gerrit", URL, ("example/nova",))
    assert source.contact == "https://ci.example.org"
    assert not holds_lines(source)
    assert loaded(tmp_path, url=f"{URL}/gerrit").url == f"{URL}/gerrit"


def test_paths_are_beside_the_file(tmp_path: Path) -> None:
    source = loaded(tmp_path, path="reviews", server="Review.example.org")
    assert (source.path, source.server) == (tmp_path / "reviews", "review.example.org")
    keys = {"username": "bot", "password_file": "secret", "ca_file": "ca.pem"}
    source = loaded(tmp_path, url=URL, **keys)
    assert (source.password_file, source.ca_file) == (tmp_path / "secret", tmp_path / "ca.pem")


def test_init_names_every_key_in_an_example_that_is_valid(tmp_path: Path) -> None:
    scaffold(tmp_path)
    lines = (tmp_path / "gatepost.yaml").read_text("utf-8").split("  # - type: gerrit\n")[1].splitlines()
    block = [line[4:] for line in lines[: lines.index("")]]
    for key in GerritSettings.model_fields:
        assert any(line.strip(" #").startswith(f"{key}:") for line in block) or key == "type"
    assert loaded(tmp_path, **yaml.safe_load("\n".join(block))).projects


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "either `url`, where Gerrit answers, or `path`"),
        ({"url": URL, "path": "reviews"}, "either `url`, where Gerrit answers, or `path`"),
        ({"url": "review.example.org"}, "url: must be a URL like https://review.example.org"),
        ({"url": "https://me:hunter2@review.example.org"}, "user and password do not belong into the URL"),
        ({"url": f"{URL}/q/status:open"}, "url: must be the address of Gerrit, no page of it"),
        ({"url": f"{URL}/a"}, "url: must be the address of Gerrit, no page of it"),
        ({"url": URL, "server": "review/x"}, "server: 'review/x' is no host name"),
        ({"url": URL, "projects": ['a" OR status:open']}, "is not the name of a project or branch"),
        ({"url": URL, "branches": [""]}, "is not the name of a project or branch"),
        ({"url": URL, "password": "hunter2"}, "password: no secret belongs into this file"),
        ({"url": URL, "password_env": "A"}, "`username` and one of `password_env` and `password_file`"),
        ({"url": URL, "username": "a", "password_env": "A", "token_env": "B"}, "either password or token"),
        ({"url": URL, "token_env": "hunter2"}, "must be the name of an environment variable"),
        ({"url": "http://review.example.org", "ca_file": "ca.pem"}, "certificates need a URL with https"),
        ({"url": URL, "days": 0}, "days"),
        ({"url": URL, "nosuch": 1}, "nosuch: no such key"),
    ],
)
def test_wrong_words_are_answered(tmp_path: Path, keys: dict[str, Any], message: str) -> None:
    with pytest.raises(GatepostError, match=message) as caught:
        loaded(tmp_path, **keys)
    assert "hunter2" not in caught.value.message
