"""Who asks: what is accepted, and that no secret is ever shown."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engines.security import Authority
from engines.servers import OwnServer
from index_kit import counted, document, total

from generator.errors import GatepostError
from generator.index_settings import ElasticSettings
from generator.sources.index.asking import Index, connect

SECRET = "hunter2-of-nobody"


def asked(**more: Any) -> ElasticSettings:
    return ElasticSettings(index="a-*", **{"url": "https://127.0.0.1:1", "patience_s": 0, **more})


def test_a_variable_that_is_not_set_and_a_file_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ES_PASSWORD", raising=False)
    with pytest.raises(GatepostError, match="variable ES_PASSWORD is not set"):
        connect(asked(username="u", password_env="ES_PASSWORD"))
    with pytest.raises(GatepostError, match="cannot be read: No such file"):
        connect(asked(token_file=tmp_path / "token"))
    (tmp_path / "token").write_bytes(b"\n")
    with pytest.raises(GatepostError, match="is empty"):
        connect(asked(token_file=tmp_path / "token"))
    (tmp_path / "token").write_text(f"{SECRET} and more\n", "utf-8")
    with pytest.raises(GatepostError, match="has spaces") as caught:
        connect(asked(token_file=tmp_path / "token"))
    assert SECRET not in caught.value.message


def test_certificates_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate\n", "utf-8")
    with pytest.raises(GatepostError, match=r"ca_file .* cannot be used"):
        connect(asked(ca_file=tmp_path / "ca.pem"))
    mine, other = Authority.make(), Authority.make()
    (tmp_path / "mine.pem").write_text(mine.client, "utf-8")
    (tmp_path / "key.pem").write_text(other.client_key, "utf-8")
    with pytest.raises(GatepostError, match=r"mine.pem and .*key.pem: cannot be used") as caught:
        connect(asked(client_cert=tmp_path / "mine.pem", client_key=tmp_path / "key.pem"))
    assert "belong together" in caught.value.hint


def test_nothing_shows_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ES_PASSWORD", SECRET)
    index = connect(asked(username="u", password_env="ES_PASSWORD"))
    shown = repr(index) + repr(vars(index)) + repr(index.settings) + repr(vars(index._wire))
    encoded = b64encode(f"u:{SECRET}".encode()).decode()
    assert SECRET not in shown
    assert encoded not in shown
    assert index._wire.hide(f"u:{SECRET} {encoded} {SECRET}").count("[redacted]") == 3


@pytest.mark.engines
def test_a_secured_cluster(
    own_engine: Callable[..., OwnServer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One server for all of it: starting one takes long."""
    caplog.set_level(logging.DEBUG)
    server = own_engine("elasticsearch", secured=True)
    security = server.security
    assert security is not None
    files = security.write(tmp_path)
    server.index("a-1", [document("u")])
    key = server.request("POST", "_security/api_key", {"name": "k", "expiration": "1d"})
    bearer = server.request(
        "POST",
        "_security/oauth2/token",
        {"grant_type": "password", "username": security.username, "password": security.password},
    )["access_token"]
    secrets = {
        "PASSWORD": security.password,
        "WRONG": SECRET,
        "KEY_PAIR": f"{key['id']}:{key['api_key']}",
        "KEY_ENCODED": key["encoded"],
        "TOKEN": bearer,
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)

    def here(**more: Any) -> Index:
        return connect(asked(url=server.url, ca_file=files["ca_file"], patience_s=0.3, timeout_s=30, **more))

    user = {"username": security.username}
    certificate = {"client_cert": files["client_cert"], "client_key": files["client_key"]}
    accepted: list[dict[str, Any]] = [
        {**user, "password_env": "PASSWORD"},
        {"api_key_env": "KEY_PAIR"},
        {"api_key_env": "KEY_ENCODED"},
        {"token_env": "TOKEN"},
        certificate,
    ]
    for ways in accepted:
        assert total(here(**ways).search([counted("hello")])[0].body) == 1, ways

    def refusal(index: Index) -> str:
        with pytest.raises(GatepostError) as caught:
            index.search([counted("hello")])
        said = f"{caught.value.message} | {caught.value.hint}"
        assert not [secret for secret in secrets.values() if secret in said]
        return said

    assert "not accepted (HTTP 401" in refusal(here())
    assert "password_env: WRONG" in refusal(here(**user, password_env="WRONG"))
    server.request("DELETE", "_security/api_key", {"ids": [key["id"]]})
    assert "may have expired" in refusal(here(api_key_env="KEY_PAIR"))
    role = {"role_descriptors": {"r": {"indices": [{"names": ["b-*"], "privileges": ["read"]}]}}}
    narrow = server.request("POST", "_security/api_key", {"name": "narrow", **role})
    monkeypatch.setenv("NARROW", narrow["encoded"])
    assert "HTTP 403" in refusal(
        connect(here(api_key_env="NARROW").settings.model_copy(update={"index": ("a-1",)}))
    )
    (tmp_path / "foreign.pem").write_text(Authority.make().ca, "utf-8")
    foreign = asked(url=server.url, ca_file=tmp_path / "foreign.pem")
    assert "foreign.pem does not hold the authority" in refusal(connect(foreign))
    assert "write `ca_file`" in refusal(connect(asked(url=server.url)))
    plain = asked(url=server.url.replace("https", "http"), timeout_s=5)
    assert "the URL begins with https" in refusal(connect(plain))
    assert not [secret for secret in secrets.values() if secret in caplog.text]


def test_bytes_that_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ES_PASSWORD", "a\udcff")  # as Python has the byte 0xff of the environment
    with pytest.raises(GatepostError, match="password is not UTF-8"):
        connect(asked(username="u", password_env="ES_PASSWORD"))
