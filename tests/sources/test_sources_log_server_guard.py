"""Which addresses logs are fetched from, and which paths: what strangers may not make us ask."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from generator.sources.log_server.budget import Purse
from generator.sources.log_server.faults import ADDRESS, HOST, REDIRECT, FetchError
from generator.sources.log_server.guard import Guard
from generator.sources.log_server.manifest import MAX_DEPTH, MAX_FILES, read_manifest

PUBLIC = "93.184.216.34"


def refused(guard: Guard, url: str) -> str:
    with pytest.raises(FetchError) as caught:
        guard.place(url)
    return caught.value.reason


@pytest.mark.parametrize(
    "url",
    [
        "https://logs.example.org/a/",
        "https://LOGS.example.org/a/",
        "http://logs.example.org./a/",
        "https://logs.example.org:443/a",
        "https://b.zuul.example.org/",
        "https://a.b.zuul.example.org/",
        "https://other.example.org:8443/x",
        "http://[2001:db8::1]/",
        "http://192.0.2.7/",
    ],
)
def test_hosts_of_the_configuration_are_allowed(url: str) -> None:
    hosts = ("logs.example.org", "*.zuul.example.org", "other.example.org:8443", "[2001:db8::1]", "192.0.2.7")
    assert Guard(hosts, ()).place(url).url.startswith("http")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "https://zuul.example.org/",
        "https://evilzuul.example.org/",
        "https://logs.example.org.evil.test/",
        "https://logs.example.org:8443/",
        "https://other.example.org/",
        "http://logs.example.org:443/",
        "https://logs.example.org@evil.test/",
        "https://logs.example.org:x@logs.example.org/",
        "https://user@logs.example.org/",
        "https://evil.test#@logs.example.org/",
        "https://evil.test\\@logs.example.org/",
        "https://logs.example.org\\.evil.test/",
        "https://logs.example.org%2eevil.test/",
        "https://logs.example.org\x00.evil.test/",
        "https://logs.example.org\r\nHost:evil/",
        "https://logs.example.org/a b",
        "https://lögs.example.org/",
        "https://ｌogs.example.org/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://017700000001/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://[logs.example.org]/",
        "http://[/",
        "http:///a",
        "https:logs.example.org/",
        "//logs.example.org/",
        "file:///etc/passwd",
        "file://logs.example.org/etc/passwd",
        "ftp://logs.example.org/",
        "gopher://logs.example.org/",
        "javascript:alert(1)",
        "https://logs.example.org:99999/",
        "",
        "https://logs.example.org/" + "a" * 9000,
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    guard = Guard(("logs.example.org", "*.zuul.example.org", "other.example.org:8443"), ("127.0.0.0/8",))
    assert refused(guard, url) == HOST


def test_without_hosts_nothing_is_allowed() -> None:
    assert refused(Guard((), ()), "https://logs.example.org/") == HOST


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("/elsewhere/a", "https://logs.example.org/elsewhere/a"),
        ("../b", "https://logs.example.org/x/b"),
        ("//b.cdn.example.org/a?token=1", "https://b.cdn.example.org/a?token=1"),
    ],
)
def test_redirects_to_allowed_places_are_followed(location: str, leads: str) -> None:
    guard = Guard(("logs.example.org", "*.cdn.example.org"), ())
    place = guard.place("https://logs.example.org/x/y/z")
    assert guard.redirected(place, location).url == leads


@pytest.mark.parametrize(
    "location",
    [
        "http://logs.example.org/a",
        "https://evil.test/",
        "//evil.test/",
        "file:///etc/passwd",
        "https://logs.example.org:22/",
        "https://u:p@logs.example.org/",
        "https://[::1]/",
        "http://[",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_redirects_elsewhere_are_refused(location: str) -> None:
    guard = Guard(("logs.example.org",), ())
    with pytest.raises(FetchError) as caught:
        guard.redirected(guard.place("https://logs.example.org/x"), location)
    assert caught.value.reason == REDIRECT


def resolved(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """A name server that answers with these: a real one that lies cannot be had."""

    def answer(host: str, port: int, **_: Any) -> list[Any]:
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        pairs = zip(families, addresses, strict=True)
        return [(family, socket.SOCK_STREAM, 6, "", (address, port)) for family, address in pairs]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


NOT_PUBLIC = """
    127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 192.0.2.1
    198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 fec0::1 ff02::1
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 2002:7f00:1::
    2002:a00:1:: 2001:0:a00:1:: 2001:db8::1 100::1 5f00::1
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_a_name_of_an_address_that_is_not_public_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    guard = Guard(("logs.example.org",), ())
    for answers in ((address,), (PUBLIC, address)):
        resolved(monkeypatch, *answers)
        with pytest.raises(FetchError) as caught:
            guard.addresses(guard.place("https://logs.example.org/"))
        assert caught.value.reason == ADDRESS and not caught.value.transient


def test_public_addresses_and_those_of_the_networks_are_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard(("logs.example.org",), ("10.1.0.0/16", "fd00::/8"))
    place = guard.place("https://logs.example.org/")
    resolved(
        monkeypatch, PUBLIC, "2606:2800::1", "10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "64:ff9b::5db8:d822"
    )
    assert [address for _, address in guard.addresses(place)][:3] == [PUBLIC, "2606:2800::1", "10.1.2.3"]
    resolved(monkeypatch, "10.2.0.1")
    with pytest.raises(FetchError):
        guard.addresses(place)


def test_an_unknown_name_may_be_known_later() -> None:
    guard = Guard(("nowhere.invalid",), ())
    with pytest.raises(FetchError) as caught:
        guard.addresses(guard.place("https://nowhere.invalid/"))
    assert caught.value.transient


def manifest(*entries: Any) -> str:
    return json.dumps({"tree": list(entries)})


def test_files_of_a_manifest_in_its_order() -> None:
    folder = {"name": "logs", "children": [{"name": "b.txt.gz", "size": 5}, {"name": "empty.txt", "size": 0}]}
    listed = read_manifest(manifest({"name": "job-output.txt"}, folder, {"name": "ä ö%.txt", "size": 1}))
    assert listed is not None
    assert listed.names == ("job-output.txt", "logs/b.txt.gz", "ä ö%.txt") and listed.problems == ()


@pytest.mark.parametrize(
    "name",
    [
        "..", ".", "", "a/b", "/etc/passwd", "..\\x", "a\\b", "a\x00b", "a\nb", "a\x7f", "a\x85b", "\ud800",
        "%2e%2e", "%2E%2e", "%252e%252e", "%2e.", "a%2fb", "a%5cb", "a%00b", "%25252525252e", "a%0d%0ab",
        "x" * 300,
    ],
)  # fmt: skip
def test_names_that_could_leave_the_folder_are_refused(name: str) -> None:
    for entry in ({"name": name}, {"name": name, "children": [{"name": "x.txt"}]}):
        listed = read_manifest(manifest(entry, {"name": "fine.txt"}))
        assert listed is not None
        assert listed.names == ("fine.txt",)
        assert [reason for reason, _ in listed.problems] == ["path not allowed"]
        assert all(detail.isprintable() for _, detail in listed.problems)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        "[]",
        "{}",
        '{"tree": {}}',
        '{"tree": 3}',
        "[" * 100_000,
        '{"tree": ' + "[" * 100_000,
        "null",
    ],
)
def test_what_is_no_manifest(text: str) -> None:
    assert read_manifest(text) is None


def test_entries_that_are_none_are_counted() -> None:
    listed = read_manifest(
        manifest(1, None, {"size": 3}, {"name": 7}, [], {"name": "a.txt", "children": "x"})
    )
    assert listed is not None
    assert listed.names == ("a.txt",)
    assert listed.problems == (("broken manifest", "an entry without a name, and 4 more"),)


def test_depth_and_number_of_files_are_limited() -> None:
    deep: dict[str, Any] = {"name": "x.txt"}
    for _ in range(MAX_DEPTH + 5):
        deep = {"name": "d", "children": [deep]}
    listed = read_manifest(manifest(deep, *({"name": f"{n}"} for n in range(MAX_FILES + 5))))
    assert listed is not None and len(listed.names) == MAX_FILES
    assert {reason for reason, _ in listed.problems} == {"broken manifest"}


def test_a_purse_is_never_overdrawn() -> None:
    purse = Purse(250, 100)
    assert [purse.take(), purse.take(), purse.take()] == [100, 100, None]
    purse.back(100, 100)
    assert purse.take() is None
    purse.back(100, 30)
    assert purse.take() == 100  # 120 are left
    purse.back(100, 100)
    assert purse.take() == 20
    purse.back(20, 21)
    assert purse.take() == 0
