"""What a source of type zuul may say in the configuration, and how wrong words are answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.config import load
from generator.errors import GatepostError
from generator.scaffold import scaffold
from generator.zuul_settings import ZuulLogsSettings, ZuulSettings

URL = "https://zuul.example.org"


def loaded(folder: Path, **keys: Any) -> ZuulSettings:
    path = folder / "gatepost.yaml"
    data = {"site_url": "https://ci.example.org", "sources": [{"type": "zuul", "url": URL, **keys}]}
    path.write_text(yaml.safe_dump(data))
    (source,) = load(path).sources
    assert isinstance(source, ZuulSettings)
    return source


def test_little_must_be_said(tmp_path: Path) -> None:
    source = loaded(tmp_path, tenant="openstack", pipelines="gate", logs={"hosts": "*.Logs.example.org"})
    assert (source.name, source.tenant, source.pipelines) == ("zuul", "openstack", ("gate",))
    assert source.contact == "https://ci.example.org"
    assert source.logs is not None
    assert source.logs.hosts == ("*.logs.example.org",)
    assert loaded(tmp_path).logs is None


def test_paths_are_beside_the_file(tmp_path: Path) -> None:
    assert loaded(tmp_path, token_file="secret").token_file == tmp_path / "secret"


def test_init_names_every_key_in_an_example_that_is_valid(tmp_path: Path) -> None:
    scaffold(tmp_path)
    lines = (tmp_path / "gatepost.yaml").read_text("utf-8").split("  # - type: zuul\n")[1].splitlines()
    block = [line[4:] for line in lines[: lines.index("")]]
    for key in (*ZuulSettings.model_fields, *ZuulLogsSettings.model_fields):
        assert any(line.strip(" #").startswith(f"{key}:") for line in block) or key == "type"
    source = loaded(tmp_path, **yaml.safe_load("\n".join(block)))
    assert source.logs is not None and source.logs.passed == 0.02 and source.token_env == "ZUUL_TOKEN"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"url": "zuul.example.org"}, "url: must be a URL like https://zuul.example.org"),
        ({"url": "https://me:hunter2@zuul.example.org"}, "user and password do not belong into the URL"),
        ({"url": f"{URL}/api/tenant/x"}, "url: must end before /api"),
        ({"url": f"{URL}/t/openstack/builds"}, "url: must end before /api"),
        ({"url": f"{URL}/?page=1"}, "must end before \\? and #"),
        ({"tenant": "a/b"}, "'a/b' is not the name of a tenant"),
        ({"pipelines": ["gate", ""]}, "is not the name of a tenant or pipeline"),
        ({"token": "hunter2"}, "token: no secret belongs into this file"),
        ({"token_env": "hunter2"}, "must be the name of an environment variable"),
        ({"token_env": "A", "token_file": "b"}, "either token_env or token_file"),
        ({"url": "http://zuul.example.org", "ca_file": "ca.pem"}, "certificates need a URL with https"),
        ({"requests_per_s": 0}, "requests_per_s"),
        ({"contact": "me (at) home"}, "contact: must be an address"),
        ({"nosuch": 1}, "nosuch: no such key"),
        ({"logs": {"hosts": []}}, "logs.hosts: at least one is needed"),
        ({"logs": {}}, "logs.hosts: is required"),
        ({"logs": {"hosts": ["https://logs.example.org/"]}}, "is no host name"),
        ({"logs": {"hosts": ["*"]}}, "is no host name"),
        ({"logs": {"hosts": ["a.org"], "networks": ["10.1.0.0/33"]}}, "is no network like"),
        ({"logs": {"hosts": ["a.org"], "passed": 1.5}}, "logs.passed"),
    ],
)
def test_wrong_words_are_answered(tmp_path: Path, keys: dict[str, Any], message: str) -> None:
    with pytest.raises(GatepostError, match=message) as caught:
        loaded(tmp_path, **keys)
    assert "hunter2" not in caught.value.message
