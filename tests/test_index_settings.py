from __future__ import annotations

from pathlib import Path

import pytest

from generator.config import load
from generator.errors import GatepostError
from generator.index_settings import ElasticSettings, IndexSettings, OpensearchSettings
from generator.scaffold import scaffold

SECRET = "hunter2-SECRET"


def read(folder: Path, source: str) -> IndexSettings:
    path = folder / "gatepost.yaml"
    path.write_text(f"sources:\n  - {{name: x, {source}}}\n", "utf-8")
    source_settings = load(path).sources[0]
    assert isinstance(source_settings, IndexSettings)
    return source_settings


GOOD = "type: elastic, url: 'https://a:9200/p/', index: 'logstash-*'"


def test_one_address_and_pattern_or_several(tmp_path: Path) -> None:
    one = read(tmp_path, GOOD)
    assert isinstance(one, ElasticSettings)
    assert (one.url, one.index) == (("https://a:9200/p",), ("logstash-*",))
    two = read(tmp_path, "type: opensearch, url: ['https://a', 'http://b:1'], index: 'x-*,-x-1'")
    assert isinstance(two, OpensearchSettings)
    assert (two.url, two.index) == (("https://a", "http://b:1"), ("x-*", "-x-1"))


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    given = "username: u, password_file: secret, ca_file: ca.pem, client_cert: /etc/c.pem, client_key: ~/k"
    settings = read(tmp_path, f"{GOOD}, {given}")
    assert settings.password_file == tmp_path / "secret"
    assert settings.ca_file == tmp_path / "ca.pem"
    assert settings.client_cert == Path("/etc/c.pem")
    assert settings.client_key == Path.home() / "k"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("type: elasticsearch", "type: must be 'logs' or 'documents' or 'elastic' or 'opensearch'"),
        ("url: 'http://a'", "type: is required, 'logs' or 'documents' or 'elastic' or 'opensearch'"),
        ("type: elastic, index: x", "sources.0.url: is required"),
        ("type: elastic, url: 'http://a'", "sources.0.index: is required"),
        ("type: elastic, url: [], index: x", "sources.0.url: at least one is needed"),
        ("type: elastic, url: 'es.example.org:9200', index: x", "sources.0.url.0: must be a URL like https"),
        (
            "type: elastic, url: ['http://a', 'ftp://b'], index: x",
            "sources.0.url.1: must be a URL like https",
        ),
        ("type: elastic, url: 'http://a:99999', index: x", "sources.0.url.0: must be a URL like"),
        ("type: elastic, url: 'http://a/_search?q=x', index: x", "must end before ? and #"),
        (f"type: elastic, url: 'https://u:{SECRET}@a', index: x", "url.0: user and password do not belong"),
        (f"type: elastic, url: 'https://{SECRET}@a', index: x", "user and password do not belong"),
        (f"{GOOD}, username: u, password: {SECRET}", "password: no secret belongs into this file"),
        (f"{GOOD}, api_key: {SECRET}", "api_key: no secret belongs into this file: write `api_key_env`"),
        (f"{GOOD}, username: u, password_env: {SECRET}", "password_env: must be the name of an environment"),
        (f"{GOOD}, username: u", "`username` and one of `password_env` and `password_file` go together"),
        (f"{GOOD}, password_env: P", "go together"),
        (f"{GOOD}, username: 'u:{SECRET}', password_env: P", "sources.0.username: must be the name alone"),
        (
            f"{GOOD}, username: u, password_env: [{SECRET}]",
            "password_env: must be the name of an environment",
        ),
        (f"{GOOD}, username: u, password_env: P, password_file: f", "either password_env or password_file"),
        (f"{GOOD}, username: u, password_env: P, token_env: T", "either password or token, not both"),
        (f"{GOOD}, client_key: k", "client_key: `client_cert` goes with it"),
        ("type: elastic, url: 'http://a', index: x, ca_file: c", "certificates need a URL with https"),
        (
            "type: elastic, url: 'http://a', index: 'Log stash'",
            "'Log stash' is no name or pattern of an index",
        ),
        ("type: elastic, url: 'http://a', index: [-x]", "'-x' leaves out, but nothing before it names"),
        (f"{GOOD}, preset: devstack", "sources.0.preset: input should be 'openstack' or 'zuul'"),
        (f"{GOOD}, lag_hours: -1", "sources.0.lag_hours: "),
        (f"{GOOD}, path: x", "sources.0.path: no such key"),
    ],
)
def test_an_error_names_key_and_expectation_and_no_secret(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(GatepostError) as caught:
        read(tmp_path, source)
    assert said in caught.value.message
    assert SECRET not in caught.value.message + caught.value.hint
    assert caught.value.hint


def uncommented(text: str) -> str:
    """The example with its index source in force: what stands behind `  # ` in its part of the file."""
    begin = text.index("  # - type: opensearch")
    end = text.index("\n\n", begin)
    lines = [line[4:] for line in text[begin:end].splitlines()]
    chosen = [f"  {line}" for line in lines if not line.lstrip().startswith("#")]
    return f"{text[:begin]}{chr(10).join(chosen)}{text[end:]}"


def test_what_init_writes_of_an_index_is_valid_and_names_every_key(tmp_path: Path) -> None:
    scaffold(tmp_path)
    path = tmp_path / "gatepost.yaml"
    text = path.read_text("utf-8")
    assert [key for key in IndexSettings.model_fields if f" {key}:" not in text] == []
    path.write_text(uncommented(text), "utf-8")
    settings = load(path).sources[-1]
    assert isinstance(settings, OpensearchSettings)
    assert settings.password_env == "INDEX_PASSWORD"
    assert settings.builds is not None
    assert settings.builds.startswith('filename:"job-output.txt" AND')


def test_the_example_of_openstack_is_valid_and_holds_no_secret(tmp_path: Path) -> None:
    scaffold(tmp_path, "openstack")
    source = load(tmp_path / "gatepost.yaml").sources[0]
    assert isinstance(source, OpensearchSettings)
    assert (source.username, source.password_env) == ("openstack", "OPENSEARCH_PASSWORD")


def test_an_unknown_example_says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(GatepostError) as caught:
        scaffold(tmp_path, "../init/gatepost")
    assert "openstack" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("odd", ["\r\nX: y", "\t", "\u202e", " "])
def test_a_url_has_no_invisible_characters(odd: str) -> None:
    with pytest.raises(ValueError, match="must be a URL like"):
        ElasticSettings(url=(f"http://127.0.0.1:9200/a{odd}b",), index=("i",))
