"""HTTPS: the certificate is checked for the name, though what is connected to is the checked address."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import require
from engines.distributions import CannotRunError
from engines.security import Authority
from log_server import LogServer
from log_server_kit import Bench, reasons, signatures

from generator.sources.log_server import connection


@pytest.fixture(scope="module")
def authority() -> Authority:
    try:
        return Authority.make()
    except CannotRunError as error:
        require("engines", str(error))
        raise


@pytest.fixture
def bench(
    authority: Authority, log_server: LogServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    for name in ("ca", "server", "server_key"):
        (tmp_path / name).write_text(getattr(authority, name))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server", tmp_path / "server_key")
    context.sni_callback = lambda sock, name, _: names.append(name)
    names: list[str | None] = []
    log_server.secure(context)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca"))
    connection.tls.cache_clear()
    bench = Bench(log_server, signatures(tmp_path / "queries"))
    bench.names = names
    yield bench
    connection.tls.cache_clear()


def url(bench: Bench, host: str) -> str:
    log_url = bench.server.build("u1", {"job-output.txt": "a big boom\n"})
    bench.settings["hosts"] = (f"{host}:{bench.server.port}",)
    return log_url.replace("http://127.0.0.1", f"https://{host}")


def test_the_name_is_told_and_its_certificate_checked(bench: Bench) -> None:
    rows = bench.one(url(bench, "localhost"))
    assert len(rows.hits) == 1 and rows.builds[0]["log_url"].startswith("https://localhost")
    assert bench.names == ["localhost"] and bench.server.connections == 1


def test_a_certificate_of_another_name_is_not_trusted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    where = url(bench, "other.test")
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 0))])
    rows = bench.one(where)
    assert rows.builds == [] and reasons(rows) == ["log server"] and "TLS" in rows.skipped[0]["detail"]
    assert bench.server.requests == []


def test_no_redirect_leads_from_https_to_http(bench: Bench) -> None:
    where = url(bench, "localhost")
    bench.server.redirect("*", where.replace("https", "http"))
    assert reasons(bench.one(where)) == ["redirect not allowed"]
