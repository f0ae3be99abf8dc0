from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from engines.servers import OwnServer, Server

from generator.errors import GatepostError
from generator.progress import Progress
from generator.sources.simulated import sending, simulate, target


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>It works</h1>")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def a_site() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_without_a_server_the_way_out_is_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(GatepostError) as error:
        target.connect(url)
    assert error.value.message == f"{url}: connection refused"
    assert (
        "docker run" in error.value.hint and "without --engine the demo needs no server" in error.value.hint
    )


def test_another_server_is_told_apart(a_site: str) -> None:
    with pytest.raises(GatepostError, match="neither Elasticsearch nor OpenSearch"):
        target.connect(a_site)


@pytest.mark.parametrize("url", ["localhost:9200", "ftp://localhost", "http://", "http://h:99999999"])
def test_a_wrong_url_is_refused_with_one_that_would_do(url: str) -> None:
    with pytest.raises(GatepostError) as error:
        target.connect(url)
    assert error.value.message == "--engine: must be a URL like https://es.example.org:9200"


def test_a_password_in_the_url_is_refused_and_not_shown() -> None:
    with pytest.raises(GatepostError) as error:
        target.connect("http://me:hunter2@localhost:9200")
    assert "hunter2" not in error.value.message + error.value.hint
    assert target.USER in error.value.hint and target.PASSWORD in error.value.hint


@pytest.mark.engines
def test_only_what_an_earlier_demo_sent_is_deleted(
    opensearch: Server, index_prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prefix = f"{index_prefix}demo"
    theirs = [f"{prefix}-logs-mine", f"{prefix}s-logs-2026.11.20", f"{index_prefix}logs-2026.11.20"]
    for index in theirs:
        opensearch.index(index, [{"message": "precious"}])
    engine = target.connect(opensearch.url, prefix)
    builds = simulate(tmp_path, days=2, scale=0.1)
    assert builds
    first = sending.send(engine, tmp_path, builds, Progress(1))
    assert "Deleting" not in capsys.readouterr().err
    assert sending.send(engine, tmp_path, builds, Progress(1)) == first
    assert "of an earlier demo" in capsys.readouterr().err
    found = opensearch.request("GET", f"{prefix}-*-2026.*/_count")
    assert found["count"] == first
    sending.remove(engine, Progress(0))
    assert sorted(opensearch.indices(index_prefix)) == sorted(theirs)


@pytest.mark.engines
def test_a_secured_server_is_asked_with_the_credentials_of_the_environment(
    own_engine: Callable[..., OwnServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = own_engine("elasticsearch", secured=True)
    security = server.security
    assert security is not None
    with pytest.raises(GatepostError) as error:
        target.connect(server.url)
    assert "certificate" in error.value.message and target.CA_FILE in error.value.hint
    monkeypatch.setenv(target.CA_FILE, str(security.write(tmp_path)["ca_file"]))
    with pytest.raises(GatepostError) as error:
        target.connect(server.url)
    assert "HTTP 401" in error.value.message and target.PASSWORD in error.value.hint
    monkeypatch.setenv(target.USER, security.username)
    monkeypatch.setenv(target.PASSWORD, security.password)
    engine = target.connect(server.url)
    assert engine.settings.type == "elastic"
    assert security.password not in str(engine.sources())
    builds = simulate(tmp_path / "demo", days=1, scale=0.05, sources=engine.sources())
    assert sending.send(engine, tmp_path / "demo", builds, Progress(0)) > 0
