"""Real servers start, are shared, do what their fixtures say, and leave nothing behind."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engines import sharing
from engines.security import Authority
from engines.servers import OwnServer, Server
from engines.sessions import run_tests

pytestmark = pytest.mark.engines

SHARING = """
import json, pathlib, pytest
@pytest.mark.parametrize("n", range(2))
def test_uses(elasticsearch, n):
    cluster = elasticsearch.request("GET", "_cluster/state/none")["cluster_uuid"]
    with open({notes!r}, "a") as notes:
        print(cluster, elasticsearch.url, file=notes)
    assert n, "meant to fail"
"""


def test_every_engine_answers_and_is_what_it_is_called(engine: Server, index_prefix: str) -> None:
    assert engine.index(f"{index_prefix}a", [{"message": "one"}, {"message": "two"}]) == 2
    found = engine.request("POST", f"{index_prefix}*/_search", {"query": {"match": {"message": "two"}}})
    assert [hit["_source"] for hit in found["hits"]["hits"]] == [{"message": "two"}]
    nodes = engine.request("GET", "_nodes/_local/process")["nodes"]
    assert {node["version"] for node in nodes.values()} == {engine.version}


def test_indices_are_deleted_by_their_prefix_only(elasticsearch: Server, index_prefix: str) -> None:
    for name in ("x-1", "x-2", "y-1"):
        elasticsearch.index(index_prefix + name, [{"a": 1}])
    elasticsearch.forget(f"{index_prefix}x-")
    assert elasticsearch.indices(index_prefix) == [f"{index_prefix}y-1"]


def test_workers_share_one_server_which_ends_with_the_session(elasticsearch: Server, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    for name in ("test_one.py", "test_two.py"):
        (tmp_path / name).write_text(SHARING.format(notes=str(notes)))
    run = run_tests(tmp_path, "-n", "2", "--dist", "loadfile")
    assert "2 failed, 2 passed" in run.stdout, run.stdout
    assert f"engine {elasticsearch.name}: ran, started in " in run.stdout
    used = notes.read_text().splitlines()
    assert (len(used), len(set(used))) == (4, 1)
    with pytest.raises(urllib.error.URLError, match="refused"):
        Server(elasticsearch.name, used[0].split()[1]).ask("GET", "/")


def test_a_server_of_ones_own_is_limited_paused_killed_and_starts_again_on_its_data(
    own_engine: Callable[..., OwnServer],
) -> None:
    server = own_engine("elasticsearch", settings={"search.max_buckets": 7})
    server.index("a", [{"a": n} for n in range(9)])
    query = {"size": 0, "aggs": {"a": {"terms": {"field": "a", "size": 9}}}}
    assert "too_many_buckets" in str(server.ask("POST", "a/_search", query))
    server.pause()
    with pytest.raises(TimeoutError):
        server.ask("GET", "a/_count", timeout_s=0.3)
    server.resume()
    assert server.request("GET", "a/_count")["count"] == 9
    server.kill()
    with pytest.raises(OSError, match="refused"):
        server.ask("GET", "/")
    server.restart()
    assert server.request("GET", "a/_count")["count"] == 9
    directory = server.directory
    server.stop()
    assert not directory.exists()


def asks(server: OwnServer, authorization: str = "", **tls: Any) -> int:
    """The status that the server answers to who comes with nothing but this."""
    context = ssl.create_default_context(
        cadata=tls.get("ca", server.security and server.security.authority.ca)
    )
    if "cert" in tls:
        context.load_cert_chain(tls["cert"], tls["key"])
    headers = {"Authorization": authorization} if authorization else {}
    request = urllib.request.Request(f"{server.url}/_security/_authenticate", headers=headers)
    try:
        with urllib.request.urlopen(request, context=context) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_secured_server_knows_passwords_keys_tokens_and_certificates(
    own_engine: Callable[..., OwnServer], tmp_path: Path
) -> None:
    server = own_engine("elasticsearch", secured=True)
    security = server.security
    assert security
    assert server.request("GET", "_security/_authenticate")["username"] == security.username
    assert asks(server) == 401
    key = server.request("POST", "_security/api_key", {"name": "reader", "expiration": "1d"})["encoded"]
    assert asks(server, f"ApiKey {key}") == 200
    login = {"grant_type": "password", "username": security.username, "password": security.password}
    token = server.request("POST", "_security/oauth2/token", login)["access_token"]
    assert (asks(server, f"Bearer {token}"), asks(server, "Bearer x")) == (200, 401)
    files = security.write(tmp_path)
    assert asks(server, cert=files["client_cert"], key=files["client_key"]) == 200
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        asks(server, ca=Authority.make().ca)


def test_opensearch_cannot_be_secured(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(own_engine): own_engine('opensearch', secured=True)")
    run = run_tests(tmp_path, "-rs", GATEPOST_REQUIRE="engines")
    assert "1 skipped" in run.stdout
    assert "its distribution has no security plugin" in run.stdout


@pytest.mark.parametrize(("required", "outcome"), [("", "1 skipped"), ("engines", "1 error")])
def test_what_cannot_start_is_skipped_or_fails(tmp_path: Path, required: str, outcome: str) -> None:
    """Without Maven and without unpacked servers; Java is found in its usual places."""
    (tmp_path / "test_it.py").write_text("def test_it(elasticsearch): pass")
    cache = tmp_path / "cache"
    run = run_tests(tmp_path, "-rs", PATH="/nowhere", XDG_CACHE_HOME=str(cache), GATEPOST_REQUIRE=required)
    assert outcome in run.stdout
    assert "needs Maven to be fetched: apt-get install maven" in run.stdout
    assert not cache.exists()


def test_running_servers_are_used_and_others_are_not_started(elasticsearch: Server, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(engine): print(engine)")
    given = json.dumps({elasticsearch.name: elasticsearch.url})
    run = run_tests(tmp_path, GATEPOST_ENGINES=f"{elasticsearch.name}={elasticsearch.url}")
    assert f"1 passed, {len(sharing.names()) - 1} skipped" in run.stdout, given
    assert f"engine {elasticsearch.name}: ran at {elasticsearch.url}" in run.stdout
