"""The state goes with the site to another machine, and comes back: whole, or but for what was harmed."""

from __future__ import annotations

import gzip
import json
import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from engines.security import Authority
from log_server import LogServer, _Handler, drops
from site_server import path_of, publish, ranged, site_of, state_files, uuids
from test_store_files import NOW, build, hit, tables

from generator import fetching
from generator.errors import GatepostError
from generator.store import strange
from generator.store.files import Store
from generator.store.restore import restore

EDITION = "editions/2026-W47/edition.json"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "DELAYS", (0.0, 0.0))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Two days, of a hundred builds each, and an edition."""
    folder = tmp_path / "first"
    store = Store(folder)
    builds = [build(f"{day}-{n}", f"2026-11-{day}T10:00") for day in (19, 20) for n in range(100)]
    store.add(tables(builds, [hit("19-0"), hit("20-0")]), NOW)
    store.put_files({EDITION: b"{}\n"})
    return folder


@pytest.fixture
def site(state: Path, tmp_path: Path) -> Iterator[LogServer]:
    with site_of(state, tmp_path / "site") as server:
        yield server


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return tmp_path / "second"


def test_by_folder_and_by_url_the_state_comes_back_whole(
    state: Path, site: LogServer, second: Path, tmp_path: Path
) -> None:
    done = restore(site.url, second)
    other = restore(str(tmp_path / "site"), tmp_path / "third")
    assert done is not None and other is not None
    assert state_files(second) == state_files(tmp_path / "third") == state_files(state)
    size = sum(len(data) for data in state_files(state).values())
    manifest = len((state / "manifest.json").read_bytes())
    assert (done.size + manifest, done.moved, done.fetched, done.lost) == (size, size, done.files, {})
    assert other.moved == size and Store(second).read_bytes(EDITION) == b"{}\n"


def test_what_is_there_is_not_fetched_again(state: Path, site: LogServer, second: Path) -> None:
    restore(site.url, second)
    Store(state).add(tables([build("new", "2026-11-21T10:00")]), NOW)
    publish(state, site.root)
    path_of(second, "days/2026-11-19/hits.*").write_bytes(b"harmed since")
    site.requests.clear()
    done = restore(site.url, second)
    assert done is not None and done.fetched == len(site.requests) - 1 < done.files
    assert any("2026-11-21/builds" in path for path in site.paths())
    assert any("2026-11-19/hits" in path for path in site.paths())
    assert not any("2026-11-20" in path for path in site.paths())
    assert state_files(second) == state_files(state)


def test_a_broken_download_goes_on_where_it_broke(state: Path, site: LogServer, second: Path) -> None:
    whole = path_of(state, "days/2026-11-20/builds.*").stat().st_size
    site.cut("*2026-11-20/builds*", 1000, times=1)
    site.plan("*", ranged, None)
    done = restore(site.url, second)
    asked = [r.headers.get("range") for r in site.requests if "2026-11-20/builds" in r.path]
    assert asked == [None, "bytes=1000-"] and whole > 1000
    assert done is not None and done.moved == sum(map(len, state_files(state).values()))
    assert state_files(second) == state_files(state)


def test_the_next_run_goes_on_where_the_last_one_ended(state: Path, site: LogServer, second: Path) -> None:
    site.cut("*2026-11-20/builds*", 1000, times=1)
    site.reset("*2026-11-20/builds*", times=2)
    site.plan("*", ranged, None)
    with pytest.raises(GatepostError, match=r"2026-11-20/builds.*cannot be fetched"):
        restore(site.url, second)
    assert path_of(second, "days/2026-11-20/builds.*.part").stat().st_size == 1000
    assert uuids(second) == []
    done = restore(site.url, second)
    assert done is not None and state_files(second) == state_files(state)
    assert [r.headers["range"] for r in site.requests if "range" in r.headers][-1] == "bytes=1000-"


@pytest.mark.parametrize("serve", [ranged, _Handler._file], ids=["resumes", "sends all"])
@pytest.mark.parametrize("have", [b"of another file", b"x" * 100_000])
def test_a_beginning_of_something_else_is_fetched_anew(
    state: Path, site: LogServer, second: Path, serve: Callable[[_Handler], None], have: bytes
) -> None:
    site.plan("*", serve, None)
    name = path_of(state, "days/2026-11-20/builds.*").relative_to(state)
    part = second / f"{name}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(have)
    done = restore(site.url, second)
    assert done is not None and done.lost == {}
    assert state_files(second) == state_files(state)


@pytest.mark.parametrize("status", [206, 416])
def test_a_server_that_sends_another_part_is_asked_for_all(
    state: Path, site: LogServer, second: Path, status: int
) -> None:
    site.cut("*2026-11-20/builds*", 1000, times=1)
    site.answer("*2026-11-20/builds*", status, b"x", {"Content-Range": "bytes 5-5/6"}, times=1)
    restore(site.url, second)
    assert state_files(second) == state_files(state)


def test_a_server_that_packs_is_understood(state: Path, site: LogServer, second: Path) -> None:
    for path in [path for path in site.root.rglob("*") if path.is_file()]:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    restore(site.url, second)
    assert state_files(second) == state_files(state)


def test_a_pipe_in_a_folder_is_no_file(state: Path, site: LogServer, second: Path, tmp_path: Path) -> None:
    path = path_of(site.root, "state/days/2026-11-19/hits.*")
    path.unlink()
    os.mkfifo(path)
    done = restore(str(tmp_path / "site"), second)
    assert done is not None and list(done.lost.values()) == ["missing"]


@pytest.mark.parametrize("packing", ["gzip, gzip", "zstd"])
def test_what_may_unpack_to_gigabytes_before_it_is_counted_is_not_unpacked(
    site: LogServer, second: Path, packing: str
) -> None:
    data = b"{}"
    for one in packing.split(", "):
        data = gzip.compress(data) if one == "gzip" else zstandard.compress(data)
    site.answer("state/manifest.json", 200, data, {"Content-Encoding": packing})
    with pytest.raises(GatepostError, match="packing was not asked for"):
        restore(site.url, second)


@pytest.mark.parametrize("harm", ["missing", "forbidden", "corrupt", "short", "long"])
def test_a_harmed_file_costs_only_its_day(state: Path, site: LogServer, second: Path, harm: str) -> None:
    path = path_of(site.root, "state/days/2026-11-19/hits.*")
    data = path.read_bytes()
    path.unlink()
    harms = {"corrupt": b"x" * len(data), "short": data[:-1], "long": data + b"x"}
    if harm in harms:
        path.write_bytes(harms[harm])
    if harm == "forbidden":
        site.answer("*2026-11-19/hits*", 403)
    if harm == "short":
        site.stream("*2026-11-19/hits*", lambda: [data[:-2] + b"x", b"x"])
    done = restore(site.url, second)
    reason = "corrupt" if harm in harms else "missing"
    assert done is not None and list(done.lost.values()) == [reason]
    assert f"{path.name}: {reason}" in "\n".join(done.lines(second))
    assert uuids(second) == sorted(f"20-{n}" for n in range(100))
    rows = Store(second).read().skipped
    assert rows[["source", "reason"]].to_numpy().tolist() == [["store", "missing"]]
    assert int(Store(second).rollups()[0]["builds"].sum()) == 200
    assert not list(second.rglob("*.part"))
    Store(second).add(tables([build("20-0", "2026-11-20T10:00")]), NOW)
    assert Store(second).read().skipped[["source", "reason"]].to_numpy().tolist() == [["store", "missing"]]
    Store(second).add(tables([build("19-0", "2026-11-19T10:00")]), NOW)
    assert "19-0" in uuids(second) and int(Store(second).rollups()[0]["builds"].sum()) == 200


def test_a_lost_rollup_is_made_again_from_the_days_there_are(
    state: Path, site: LogServer, second: Path
) -> None:
    path_of(site.root, "state/rollups/2026-11/hits.*").unlink()
    restore(site.url, second)
    Store(second).add(tables([build("later", "2026-12-01T10:00")]), NOW)
    builds, hits = Store(second).rollups()
    assert int(builds["builds"].sum()) == 201 and int(hits["hits"].sum()) == 2
    assert "rollups/2026-11/hits" in "".join(Store(second).read().skipped["path"])


def test_a_site_that_is_published_anew_meanwhile_is_restored_as_it_is_now(
    state: Path, site: LogServer, second: Path
) -> None:
    old = (site.root / "state/manifest.json").read_bytes()
    Store(state).add(tables([build("20-0", result="POST_FAILURE")]), NOW)
    publish(state, site.root)
    site.answer("state/manifest.json", body=old, times=1)
    done = restore(site.url, second)
    assert done is not None and done.lost == {}
    assert state_files(second) == state_files(state)


def test_no_state_is_none_and_changes_nothing(tmp_path: Path, state: Path) -> None:
    before = state_files(state)
    (tmp_path / "site").mkdir()
    with LogServer(tmp_path / "site") as server:
        assert restore(server.url, state) is None
    assert restore(str(tmp_path / "nowhere"), state) is None
    assert state_files(state) == before


def test_a_site_that_does_not_answer_is_told_without_its_password(tmp_path: Path, state: Path) -> None:
    (tmp_path / "site").mkdir()
    with LogServer(tmp_path / "site") as server:
        server.answer("*", 503)
        address = server.url.replace("//", "//me:hunter2@")
        with pytest.raises(GatepostError, match=r"state/manifest\.json: cannot be fetched.*503") as told:
            restore(address, state)
        server.heal()
        server.answer("*", 403)
        with pytest.raises(GatepostError, match="403"):
            restore(address, state)
    with pytest.raises(GatepostError, match="cannot be fetched") as gone:
        restore(address, state)
    for error in (told.value, gone.value):
        assert "hunter2" not in f"{error.message} {error.hint} {error!r}"
    assert len(uuids(state)) == 200


@pytest.mark.parametrize("address", ["http://[::1", "https://ci.example.org:http/", "http://a b/"])
def test_what_is_no_address_is_told(second: Path, address: str) -> None:
    with pytest.raises(GatepostError, match=r"not an address|cannot be fetched"):
        restore(address, second)


def test_the_address_of_the_home_page_will_do(state: Path, site: LogServer, second: Path) -> None:
    restore(f"{site.url}index.html", second)
    assert state_files(second) == state_files(state)


def test_a_redirect_is_followed_but_never_from_https_to_http(
    state: Path, site: LogServer, second: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority.make()
    for name in ("ca", "server", "server_key"):
        (tmp_path / name).write_text(getattr(authority, name))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server", tmp_path / "server_key")
    with LogServer(site.root) as secure:
        secure._server.socket = context.wrap_socket(secure._server.socket, server_side=True)
        secure.redirect("*", f"{site.url.rstrip('/')}{{path}}", times=1)
        address = secure.url.replace("http:", "https:")
        with pytest.raises(GatepostError, match="redirects from https to http"):
            restore(address, second)
        assert site.requests == []
        site.redirect("*", f"{address.rstrip('/')}{{path}}")
        restore(site.url, second)
    assert state_files(second) == state_files(state)


@pytest.mark.parametrize("packing", ["identity", "gzip"])
def test_an_answer_that_drips_is_not_waited_for(
    site: LogServer, second: Path, monkeypatch: pytest.MonkeyPatch, packing: str
) -> None:
    monkeypatch.setattr(fetching, "_PATIENCE", 0.05)
    monkeypatch.setattr(fetching, "_PACE", 1e12)
    monkeypatch.setattr(fetching, "DELAYS", ())
    site.stream("state/manifest.json", lambda: drops(packing), {"Content-Encoding": packing}, every_s=0.01)
    with pytest.raises(GatepostError, match="takes too long"):
        restore(site.url, second)


def test_an_endless_manifest_is_refused(
    site: LogServer, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strange, "MANIFEST_BYTES", 10_000)
    site.stream("state/manifest.json", lambda: iter(lambda: b" " * 1000, None))
    with pytest.raises(GatepostError, match="too long for a manifest"):
        restore(site.url, second)


def harmed(**entry: Any) -> Callable[[dict[str, Any]], None]:
    def harm(manifest: dict[str, Any]) -> None:
        manifest["files"]["days/2026-11-20/hits"] |= entry

    return harm


def renamed(key: str, path: str | None = None) -> Callable[[dict[str, Any]], None]:
    def harm(manifest: dict[str, Any]) -> None:
        entry = manifest["files"].pop("days/2026-11-20/hits")
        manifest["files"][key] = entry | {"path": path or f"{key}.{entry['sha256'][:16]}.parquet"}

    return harm


@pytest.mark.parametrize(
    "harm",
    [
        harmed(path="../../evil.parquet"),
        harmed(path="/etc/passwd"),
        harmed(path=None),
        harmed(size=-1),
        harmed(size=True),
        harmed(size="1"),
        harmed(size=strange.FILE_BYTES + 1),
        harmed(rows=None),
        harmed(sha256="../" * 20),
        harmed(sha256=7),
        renamed("../../evil"),
        renamed("/etc/evil"),
        renamed("days/../../evil"),
        renamed("days/2026-11-20/../evil"),
        renamed("days/2026-99-20/hits"),
        renamed("files/../../evil"),
        renamed("files/.bashrc"),
        renamed("cache/../evil\n"),
        lambda manifest: manifest.update(pruned_before="tomorrow"),
        lambda manifest: manifest.update(pruned_before=7),
        lambda manifest: manifest.update(files=[]),
        lambda manifest: manifest.update(schema_version=99),
        lambda manifest: manifest["files"].update(x="y"),
    ],
)
def test_a_manifest_that_gatepost_did_not_write_is_refused(
    site: LogServer, second: Path, harm: Callable[[dict[str, Any]], None]
) -> None:
    path = site.root / "state/manifest.json"
    manifest = json.loads(path.read_bytes())
    harm(manifest)
    path.write_text(json.dumps(manifest))
    with pytest.raises(GatepostError, match=r"state/manifest\.json"):
        restore(site.url, second)
    assert state_files(second) == {}
    assert site.paths() == ["state/manifest.json"]


@pytest.mark.parametrize("text", ["", "<html>", "[]", "null", "[" * 100_000, '{"schema_version": 1}'])
def test_what_is_no_manifest_is_refused(site: LogServer, second: Path, text: str) -> None:
    (site.root / "state/manifest.json").write_text(text)
    with pytest.raises(GatepostError, match=r"state/manifest\.json: is damaged"):
        restore(site.url, second)


def test_more_files_or_bytes_than_a_state_has_are_refused(
    site: LogServer, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("COUNT", "ALL_BYTES"):
        with monkeypatch.context() as patch, pytest.raises(GatepostError, match="more than a state has"):
            patch.setattr(strange, limit, 3)
            restore(site.url, second)


def test_a_folder_that_is_ahead_of_the_site_is_left_as_it_is(
    state: Path, site: LogServer, second: Path
) -> None:
    restore(site.url, second)
    Store(second).add(tables([build("new", "2026-11-21T10:00")]), NOW)
    done = restore(site.url, second)
    assert done is not None and done.ahead and "new" in uuids(second)
    assert "does not have yet" in done.lines(second)[0]


def test_a_folder_of_another_community_is_not_overwritten(site: LogServer, second: Path) -> None:
    Store(second).add(tables([build("other", "2026-11-01T10:00")]), NOW)
    with pytest.raises(GatepostError, match="2026-11-01"):
        restore(site.url, second)
    assert uuids(second) == ["other"]


def test_only_what_is_wanted_is_fetched(site: LogServer, second: Path) -> None:
    restore(site.url, second, wanted=lambda key: key.startswith("days/"))
    read = Store(second).read()
    assert len(read.builds) == 200 and len(read.hits) == 2 and read.skipped.empty
    assert all(path.startswith("state/days/") for path in site.paths()[1:])
