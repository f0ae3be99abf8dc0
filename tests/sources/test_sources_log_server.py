"""Logs of builds, fetched from a loopback log server that behaves, and from one that does not."""

from __future__ import annotations

import gzip
import itertools
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from log_server import LogServer, inventory
from log_server_kit import Bench, reasons, row, signatures

from generator.errors import GatepostError
from generator.matching.engine import Engine
from generator.matching.reading import Limits
from generator.sources import examine as local
from generator.sources.log_server.crew import Crew, Task
from generator.sources.log_server.one_build import Job, Setup

CONSOLE = "2026-11-20 10:00:00.000 | hello\n" * 30 + "a big boom\nERROR: it broke\n"
FILES = {
    "job-output.txt": CONSOLE,
    "logs/a.txt": "x\nit crashed here\n",
    "logs/b.txt": "it crashed\n",
    "c.png": "?",
}
OTHER = {**FILES, "job-output.txt": "all\nERROR: nobody knows why\n", "logs/a.txt": "fine\n"}


@pytest.fixture
def bench(log_server: LogServer, tmp_path: Path) -> Bench:
    return Bench(log_server, signatures(tmp_path / "queries"))


@pytest.mark.parametrize("packed", [None, "name", "encoding"])
def test_a_build_on_a_server_gives_what_its_folder_gives(bench: Bench, packed: str | None) -> None:
    for uuid, files in (("u1", FILES), ("u2", OTHER)):
        zuul = inventory(build=uuid, job="unit", tenant="t", pipeline="gate")
        found = bench.one(bench.server.build(uuid, files, inventory=zuul, packed=packed), uuid)
        setup = local.Setup(bench.server.root, bench.origin(), bench.context().files, Limits(), {})
        folder = local.examine(setup, bench.server.root / uuid, Engine(bench.signatures)).rows
        assert found.hits == folder.hits and [hit["lines"] for hit in found.hits] == [1, 1][: len(found.hits)]
        assert found.skipped == []
        (build,) = found.builds
        told = (build["provider"], build["region"], build["nodes"], build["pipeline"], build["examined"])
        assert told == ("cloud-a", "region-1", 1, "gate", True)
        assert build["query_set"] == bench.origin().query_set and build["result"] == "FAILURE"
    assert [line["text"] for line in found.failure_lines] == ["ERROR: nobody knows why"]


def test_only_files_in_which_a_signature_could_match_are_asked_for(bench: Bench) -> None:
    url = bench.server.build("u1", FILES, inventory=inventory(build="u1", job="unit"))
    bench.one(url)
    assert sorted(bench.server.paths()) == [
        "u1/job-output.txt", "u1/logs/a.txt", "u1/zuul-info/inventory.yaml", "u1/zuul-manifest.json",
    ]  # fmt: skip
    assert bench.server.connections == 1


def test_of_a_passed_build_the_console_is_read_only_for_signatures(
    log_server: LogServer, tmp_path: Path
) -> None:
    bench = Bench(
        log_server, signatures(tmp_path / "queries", {"crash": 'message:crashed AND filename:"a.txt"'})
    )
    rows = bench.one(
        log_server.build("u1", {"job-output.txt": "ERROR\n", "a.txt": "crashed\n"}), "u1", "SUCCESS"
    )
    assert [hit["signature"] for hit in rows.hits] == ["crash"] and rows.failure_lines == []
    assert "u1/job-output.txt" not in log_server.paths()
    rows = bench.one(log_server.build("u2", {"job-output.txt": "ERROR\n"}), "u2", "SUCCESS")
    assert rows.builds[0]["examined"] and rows.hits == []


def test_a_file_that_was_packed_twice_is_unpacked_twice(bench: Bench) -> None:
    url = bench.server.build("u1", FILES, packed="name")
    twice = gzip.compress(gzip.compress(CONSOLE.encode()))
    bench.server.answer("u1/job-output.txt.gz", 200, twice, {"Content-Encoding": "gzip"})
    assert [hit["signature"] for hit in bench.one(url).hits] == ["boom", "crash"]


def test_a_redacted_excerpt(bench: Bench) -> None:
    url = bench.server.build("u1", {"job-output.txt": "password=hunter2hunter2 big boom\n"})
    assert "hunter2" not in repr(bench.one(url))


@pytest.mark.parametrize("status", [403, 404, 410])
def test_logs_that_are_gone(bench: Bench, status: int) -> None:
    bench.server.answer("u1/*", status)
    rows = bench.one(f"{bench.server.url}u1/")
    assert rows.builds == [] and reasons(rows) == ["logs gone"] and rows.skipped[0]["build_uuid"] == "u1"


def test_a_page_that_says_not_found_with_status_200_is_no_log(bench: Bench) -> None:
    bench.server.answer("u1/*", 200, b"<html>big boom", {"Content-Type": "text/html"})
    rows = bench.one(f"{bench.server.url}u1/")
    assert rows.builds == [] and rows.hits == [] and reasons(rows) == ["logs gone"]


@pytest.mark.parametrize("packed", [None, "name", "encoding"])
def test_without_a_manifest_the_console_is_searched(bench: Bench, packed: str | None) -> None:
    url = bench.server.build(
        "u1", FILES, manifest=False, inventory=inventory(build="u1", job="unit"), packed=packed
    )
    rows = bench.one(url)
    assert [hit["signature"] for hit in rows.hits] == ["boom"] and reasons(rows) == ["no manifest"]
    assert rows.builds[0]["provider"] == "cloud-a"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff\xfe", gzip.compress(b"{}", mtime=0)[:9], b"[" * 100_000]
)
def test_a_broken_manifest_is_told(bench: Bench, body: bytes) -> None:
    url = bench.server.build("u1", FILES)
    bench.server.answer("*manifest.json", 200, body)
    rows = bench.one(url)
    assert [hit["signature"] for hit in rows.hits] == ["boom"] and reasons(rows) == ["broken manifest"]


def test_files_that_a_manifest_promises_in_vain(bench: Bench) -> None:
    url = bench.server.build("u1", FILES)
    bench.server.answer("u1/logs/a.txt", 404)
    rows = bench.one(url)
    assert [hit["signature"] for hit in rows.hits] == ["boom"] and reasons(rows) == ["vanished"]
    bench.server.answer("u1/job-output.txt", 404)
    assert reasons(bench.one(url)) == ["logs gone"]


def test_a_manifest_cannot_lead_out_of_the_folder(bench: Bench) -> None:
    url = bench.server.build("a/u1", FILES)
    bench.server.build("a/secret", {"x.txt": "big boom\n"})
    manifest = b'{"tree": [{"name": "..", "children": [{"name": "secret"}]}, {"name": "%2e%2e%2fsecret"},\
        {"name": "job-output.txt"}, {"name": "https://127.0.0.1/"}]}'
    bench.server.answer("*manifest.json", 200, manifest)
    rows = bench.one(url)
    assert set(reasons(rows)) == {"path not allowed"}
    assert all(path.startswith("a/u1/") and ".." not in path for path in bench.server.paths())


def test_a_broken_inventory_costs_only_what_it_tells(bench: Bench) -> None:
    url = bench.server.build("u1", {**FILES, "zuul-info/inventory.yaml": "a: [\n"})
    rows = bench.one(url)
    assert len(rows.hits) == 2 and reasons(rows) == ["broken metadata"] and "provider" not in rows.builds[0]


def test_an_answer_that_is_cut_is_asked_for_again(bench: Bench) -> None:
    url = bench.server.build("u1", OTHER, packed="name")
    bench.server.cut("u1/job-output.txt.gz", 10, times=2)
    rows = bench.one(url)
    assert [line["line"] for line in rows.failure_lines] == [2] and rows.skipped == []


@pytest.mark.parametrize("fault", ["cut", "reset", "no http", "longer", "cut head", "heads", "chunks"])
def test_what_stays_broken_is_not_examined(bench: Bench, fault: str) -> None:
    url, console = bench.server.build("u1", FILES), "u1/job-output.txt"
    heads = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200))
    faults = {
        "cut": lambda: bench.server.cut(console, 10),
        "reset": lambda: bench.server.reset(console),
        "no http": lambda: bench.server.raw(console, b"SSH-2.0-OpenSSH\r\n"),
        "longer": lambda: bench.server.answer(console, 200, b"x\n", {"Content-Length": "5000"}),
        "cut head": lambda: bench.server.raw(console, b"HTTP/1.1 200 OK\r\nContent-Len"),
        "heads": lambda: bench.server.raw(console, heads),
        "chunks": lambda: bench.server.raw(
            console, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        ),
    }
    faults[fault]()
    rows = bench.one(url)
    assert rows.builds == [] and rows.hits == [] and reasons(rows) == ["log server"]


def test_a_length_that_is_too_small_does_not_spoil_the_next_answer(bench: Bench) -> None:
    url = bench.server.build("u1", FILES)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
    lie = head % 2 + b"x\n" + head % 9 + b"crashed!\n"
    bench.server.raw("u1/job-output.txt", lie)
    hit = bench.one(url).hits
    assert [(one["signature"], one["excerpt"]) for one in hit] == [("crash", "x\nit crashed here")]


def test_a_busy_server_is_asked_later(bench: Bench) -> None:
    url = bench.server.build("u1", FILES)
    bench.server.answer("*manifest.json", 503, b"", {"Retry-After": "0"}, times=1)
    assert len(bench.one(url).hits) == 2
    bench.server.answer("*manifest.json", 429, b"", {"Retry-After": "3600"})
    asked = len(bench.server.requests)
    assert reasons(bench.one(url)) == ["log server"] and len(bench.server.requests) == asked + 1


@pytest.mark.parametrize("part", ["body", "head"])
def test_an_answer_that_drips_is_given_up(bench: Bench, part: str) -> None:
    url = bench.server.build("u1", FILES)
    if part == "body":
        bench.server.stream("u1/job-output.txt", lambda: itertools.repeat(b"x"), every_s=0.02)
    else:
        bench.server.drip_head("u1/job-output.txt", 0.02)
    rows = bench.one(url, timeout_s=0.3)
    assert rows.builds == [] and reasons(rows) == ["log server"] and "slow" in rows.skipped[0]["detail"]


@pytest.mark.parametrize("headers", [{}, {"Content-Length": str(1 << 60)}])
def test_a_body_without_end_is_left(bench: Bench, headers: dict[str, str]) -> None:
    url = bench.server.build("u1", FILES)
    bench.server.stream("u1/job-output.txt", lambda: itertools.repeat(b"big boom\n" * 1000), headers)
    rows = bench.one(url, max_build_bytes=1_000_000)
    assert rows.builds[0]["examined"] and rows.hits[0]["lines"] > 90_000
    assert set(reasons(rows)) == {"too large"} and rows.skipped[-1]["detail"].endswith("searched for it: 1")


def test_a_gzip_bomb_is_left(bench: Bench) -> None:
    bench.limits = Limits(max_bytes=3_000_000)
    url = bench.server.build("u1", {**FILES, "logs/a.txt": b"0" * 10_000_000 + b"\ncrashed\n"}, packed="name")
    rows = bench.one(url)
    assert [hit["signature"] for hit in rows.hits] == ["boom"] and set(reasons(rows)) >= {"too large"}
    bomb = gzip.compress(gzip.compress(b"0" * 10_000_000))
    bench.server.answer("u1/job-output.txt.gz", 200, bomb, {"Content-Encoding": "gzip"})
    assert set(reasons(bench.one(url))) >= {"too large"}


def test_redirects_are_followed_to_hosts_that_are_allowed(bench: Bench) -> None:
    bench.server.build("real/u1", FILES)
    bench.server.redirect("old/*", "/real/{path}/../../../real/u1/job-output.txt", times=0)
    bench.server.redirect("old/u1/*", f"{bench.server.url}real{{path}}")
    bench.server.root.joinpath("real", "old").symlink_to(bench.server.root / "real")
    assert len(bench.one(f"{bench.server.url}old/u1/").hits) == 2
    with LogServer(bench.server.root) as other:
        bench.server.heal()
        bench.server.redirect("old/u1/*", f"{other.url}real{{path}}")
        rows = bench.one(f"{bench.server.url}old/u1/")
        assert rows.builds == [] and reasons(rows) == ["redirect not allowed"] and other.requests == []
        rows = bench.one(
            f"{bench.server.url}old/u1/", hosts=(*bench.settings["hosts"], f"127.0.0.1:{other.port}")
        )
        assert len(rows.hits) == 2 and other.connections == 1


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "//localhost/",
        "http://127.0.0.1:1/",
        "http://[",
        "{path}",
        "",
    ],
)
def test_redirects_elsewhere_or_in_circles_are_not_followed(bench: Bench, to: str) -> None:
    bench.server.redirect("u1/*", to)
    rows = bench.one(f"{bench.server.url}u1/")
    assert rows.builds == [] and reasons(rows) == ["redirect not allowed"]
    assert len(bench.server.requests) <= 6


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.2/u1/", "host not allowed"),
        ("file:///etc/", "host not allowed"),
        ("http://[/", "host not allowed"),
        ("http://localhost:{port}/u1/", "address not allowed"),
    ],
)
def test_a_build_elsewhere_is_not_fetched(bench: Bench, url: str, reason: str) -> None:
    where = url.replace("{port}", str(bench.server.port))
    hosts = (f"localhost:{bench.server.port}",)
    rows = bench.one(where, hosts=hosts, networks=("10.0.0.0/8",))
    assert rows.builds == [] and reasons(rows) == [reason] and bench.server.requests == []


def test_a_name_is_resolved_once_and_that_address_is_connected_to(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = bench.server.build("u1", FILES).replace("127.0.0.1", "logs.test")
    asked: list[str] = []

    def answer(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"  # rebound once it was checked
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    rows = bench.one(url, hosts=(f"logs.test:{bench.server.port}",))
    assert len(rows.hits) == 2 and asked == ["logs.test"]
    assert {request.headers["host"] for request in bench.server.requests} == {
        f"logs.test:{bench.server.port}"
    }


def test_bytes_of_a_run_are_limited_and_the_rest_waits(bench: Bench) -> None:
    urls = {f"u{n}": bench.server.build(f"u{n}", {"job-output.txt": "x\n" * 50_000}) for n in range(6)}
    done = bench.examined((row(uuid, url) for uuid, url in urls.items()), max_bytes=350_000)
    examined = [build["build_uuid"] for one in done for build in one.rows.builds]
    assert examined == ["u0", "u1", "u2"]
    (left,) = done[-1].rows.skipped
    assert left["reason"] == "logs not fetched yet" and left["detail"].startswith("3 builds: max_bytes")
    done = bench.examined([row("u0", urls["u0"])], max_bytes=50_000)
    assert [one.rows.builds for one in done] == [[]] and "1 build:" in done[0].rows.skipped[0]["detail"]


def test_a_server_that_does_not_answer_is_left_in_peace(bench: Bench) -> None:
    bench.server.reset("*")
    done = bench.examined(
        [row(f"u{n}", f"{bench.server.url}u{n}/") for n in range(30)], connections=2, timeout_s=1
    )
    failed = [one for one in done if reasons(one.rows) == ["log server"]]
    assert 6 <= len(failed) <= 8
    (left,) = done[-1].rows.skipped
    assert left["path"] == "127.0.0.1" and left["detail"].startswith(f"{30 - len(failed)} builds")


def test_processes_give_what_one_gives(bench: Bench) -> None:
    rows = []
    for n in range(12):
        files = {"job-output.txt": "fine\n" * n + ("a big boom\n" if n % 3 else "ERROR: oh\n")}
        rows.append(
            row(f"u{n}", bench.server.build(f"u{n}", files, packed=(None, "name", "encoding")[n % 3]))
        )
    alone = bench.examined(rows, connections=1)
    bench.workers = 2
    together = bench.examined(rows, connections=4)
    assert sorted(map(repr, together)) == sorted(map(repr, alone)) and len(alone) == 13
    assert 2 <= bench.server.connections <= 1 + 4


def test_a_process_that_is_killed_ends_the_run_with_an_error(bench: Bench) -> None:
    url = bench.server.build("u1", FILES)
    bench.server.stream("u1/*", lambda: itertools.repeat(b"x"), every_s=0.02)
    setup = Setup(bench.origin(), bench.context().files, Limits(), 30)
    settings = bench.settings
    task = Task(setup, bench.signatures, None, settings["hosts"], settings["networks"], "test")
    with Crew(task, 1, 1) as crew:
        crew.give(Job(row("u1", url), 1000))
        assert crew.working == 1 and not crew.idle
        os.kill(crew.pids[0], signal.SIGKILL)
        with pytest.raises(GatepostError, match="was killed"):
            list(crew.done())


def test_an_interrupt_does_not_reach_what_still_imports() -> None:
    """The process that the others are forked from gets Ctrl-C with the rest of its group."""
    code = (
        "from generator.sources.log_server import crew; crew.warm(); from multiprocessing import forkserver;"
        "print(open(f'/proc/{forkserver._forkserver._forkserver_pid}/status').read())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    masks = dict(line.split(":\t") for line in run.stdout.splitlines() if line.startswith("Sig"))
    assert int(masks["SigBlk"], 16) & 1 << signal.SIGINT - 1


def test_what_the_processes_import_is_light() -> None:
    heavy = {"pandas", "pyarrow", "httpx", "pydantic", "numpy"}
    code = f"import sys, generator.sources.log_server.crew; print(*{heavy!r} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
