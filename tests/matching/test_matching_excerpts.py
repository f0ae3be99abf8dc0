"""Published lines hold no secret, no control character, and are of a sane length."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.matching import evidence, excerpts, log_text, redaction
from generator.matching.excerpts import EXCERPT_CHARS, JUDGED_CHARS, excerpt, printable, redact

R = "[redacted]"
HEX = "4f3a9c1e0b7d5a2f8e6c4b1d9a7f3e5c"
PKI = "MIITlQYJKoZIhvcNAQcCoIIThjCCE4ICAQExCTAHBgUrDgMCGjCCEesGCSqGSIb3DQEHAaCCEdwEghHY"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{u'adminPass': u'x7!k', u'id': 3}", "{u'adminPass': u'[redacted]', u'id': 3}"),
        ('{\\"password\\": \\"two words\\", \\"a\\": 1}', '{\\"password\\": \\"[redacted]\\", \\"a\\": 1}'),
        ('<server adminPass="x7" id="1"/>', '<server adminPass="[redacted]" id="1"/>'),
        ("<adminPass>x7</adminPass>", "<adminPass>[redacted]</adminPass>"),
        ("admin_pass=hunter2", f"admin_pass={R}"),
        ("auth_password = hunter2", f"auth_password = {R}"),
        ("export OS_PASSWORD=hunter2", f"export OS_PASSWORD={R}"),
        ("password: \x1b[32mhunter2\x1b[0m", f"password: \x1b[32m{R}\x1b[0m"),
        ("set(password=hun[ter)2) and", f"set(password={R}) and"),
        (f"X-Auth-Token: {HEX}", f"X-Auth-Token: {R}"),
        (f"curl -H 'X-Auth-Token: {PKI}' http://x/", f"curl -H 'X-Auth-Token: {R}' http://x/"),
        (f"Returning cached token {HEX} _cache_get", f"Returning cached token {R} _cache_get"),
        (f"Storing {HEX} token in memcache", f"Storing {R} token in memcache"),
        (f"GET /v2.0/tokens/{HEX} HTTP/1.1", f"GET /v2.0/tokens/{R} HTTP/1.1"),
        (f"token id: {HEX}", f"token id: {R}"),
        (f'"token": {{"expires": "2013", "id": "{HEX}"}}', f'"token": {{"expires": "2013", "id": "{R}"}}'),
        ("sql connection mysql://root:pw@localhost/nova", f"sql connection mysql://root:{R}@localhost/nova"),
        ("rabbit://a:pw1@h1:5672,b:pw2@h2:5672/", f"rabbit://a:{R}@h1:5672,b:{R}@h2:5672/"),
        ("redis://:pw@h:6379 x", f"redis://:{R}@h:6379 x"),
        ("key = AQDdX1NfkQpVLhAAk9vJ3x7Yt2mWqZ8sR4uBcA==", f"key = {R}"),
        ("docker login -u zuul -p hunter2 quay.io", f"docker login -u zuul -p {R} quay.io"),
        ("https://zuul:p@ss@opendev.org/x", f"https://zuul:{R}@opendev.org/x"),
        (
            "iniset /etc/x.conf DEFAULT rabbit_password hunter2",
            f"iniset /etc/x.conf DEFAULT rabbit_password {R}",
        ),
        (
            "iniset /etc/nova/nova.conf keymgr fixed_key 3EED9B",
            f"iniset /etc/nova/nova.conf keymgr fixed_key {R}",
        ),
        ("+ FIXED_KEY+=C", f"+ FIXED_KEY+={R}"),
        ("mysql -uroot -phunter2 -hlocalhost", f"mysql -uroot -p{R} -hlocalhost"),
        ("keystone user-create --name a --pass hunter2 --x", f"keystone user-create --name a --pass {R} --x"),
        ("rabbitmqctl change_password guest hunter2", f"rabbitmqctl change_password guest {R}"),
        ("GRANT ALL identified by '\\''hunter2'\\'';", f"GRANT ALL identified by '\\''{R}'\\'';"),
        (
            "sed 's|^\\(admin_password[ ]*=\\).*$|\\1hunter2|'",
            f"sed 's|^\\(admin_password[ ]*=\\).*$|\\1{R}|'",
        ),
        ("Authorization: Basic dXNlcjpwYXNz", f"Authorization: {R}"),
        ("Set-Cookie: session=abc; path=/", f"Set-Cookie: {R}"),
        ("curl -u user:pw http://x", f"curl -u {R} http://x"),
        ("blob: gAAAAABf" + "x9Zq_-" * 10, f"blob: {R}"),
        (f"got {JWT} back", f"got {R} back"),
        ("key AKIAIOSFODNN7EXAMPLE used", f"key {R} used"),
        ("pushed with ghp_" + "a1B2" * 9, f"pushed with {R}"),
        ("remote glpat-abcdefghij0123456789 ok", f"remote {R} ok"),
        ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7vbqajDhA6QvxZ1k3Yh2mN9pLw8 zuul", f"ssh-rsa {R} zuul"),
        ("$6$rounds=5000$Yx3f9aQ1$kQp0eVq9Z1v7LrT5uXb2nM8cJ4dW6sHg", R),
        ("Author: Ada <ada.l@example.org>", f"Author: Ada <{R}>"),
        ("-----BEGIN RSA PRIVATE KEY-----\\nMIIEow", R),
    ],
)
def test_secrets_are_redacted(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "req-8d9449f1-a5a0-4ec8-b8d8-9a5f4089023b project 77eba8e0036e4635944bf7a8f3b78dc9",
        "Change-Id: I2f3c9d1e0b5d6a7f8e9d0c1b2a3f4e5d6c7b8a90",
        "HEAD is now at 98c92d0f3b1e5a7c9d2f4b6a8c0e1d3f5a7b9c1d Redact excerpts",
        "sha256:df9b9388f04ad6279a7410b85cedfdcb2208c0a003da7ab5613af71079148139",
        "/opt/stack/new/python-keystoneclient/keystoneclient/middleware/auth_token.py:1042",
        "PUT /sdb1/381/AUTH_b0ca96c2102a4f2ebd7b66b35acb0370/heat-165/TestContainer-1990121853/1402330600",
        "/srv/static/logs/70/44670/3/gate/gate-tempest-devstack-vm-neutron/02d68e3/logs/screen-c-api.txt.gz",
        "tempest.api.compute.servers.test_server_rescue.ServerRescueTestXML.test_rescue_unrescue[gate,smoke]",
        "ServersTestManualDisk59513749-user ServersTestManualDisk691111862-tenant",
        "devstack@c-api.service.log.txt devstack@keystone.service",
        "git clone git@github.com:openstack/nova k8s.io/api@v0.23.4 actions/checkout@v4",
        "password=$ADMIN_PASSWORD token=None secret: *** admin_password = %SERVICE_PASSWORD%",
        "ec2_private_key=/opt/stack/new/devstack/accrc/admin/admin-pk.pem",
        "echo 'stack ALL=(root) NOPASSWD: /usr/local/bin/nova-rootwrap'",
        "    if self.is_signed_token_revoked(signed_text):",
        "SyntaxError: Unexpected token: punc",
        "http://host:8080/path?a=b connected to 10.0.0.1:5672",
        "==========================================================================",
        "Changing password for user guest ...",
    ],
)
def test_nothing_else_is_redacted(text: str) -> None:
    assert redact(text) == text


def test_a_secret_that_one_line_gives_away_is_redacted_in_its_neighbours() -> None:
    lines = "+ local option=rabbit_password\nrabbit_password = hunter22\n+ [ -n 'x' ] && set hunter22"
    assert "hunter22" not in redact(lines)


KEY = [
    "-----BEGIN RSA PRIVATE KEY-----",
    "MIIEpAIBAAKCAQEA7bq98gXk+3",
    "zZ9=",
    "-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("part", [KEY, KEY[:3], KEY[1:], KEY[2:]])
def test_a_key_over_several_lines_is_redacted_also_in_part(part: list[str]) -> None:
    text = redact("\n".join(f"2026-11-20 10:00:00 | {line}" for line in part))
    assert not any(line in text for line in KEY[1:3])


def test_half_a_secret_at_the_cut_is_not_shown() -> None:
    filler = "x " * (JUDGED_CHARS // 2 - 10)
    assert "hunter" not in redact(filler + "mysql://root:hunter2@localhost")


SECRET_LIKE = st.sampled_from(
    ["password=", "token ", "'", '"', "u'", "\\", "@", "://", ":", "a.b", "x@y.zz", "[redacted]", HEX, PKI,
     JWT, "=", "X-Auth-Token: ", "mysql -p", "--pass ", "hunter2", "secret", " ", "\n", "-", "Bearer ",
     "_key ", "iniset ", "]", "ghp_" + "a1B2" * 9, "Cookie: "]
)  # fmt: skip


@pytest.mark.parametrize("piece", ["token=a ", "token=a,", "://a:b@c", "password='a'"])
def test_redacting_twice_a_line_that_grows_changes_nothing(piece: str) -> None:
    once = redact(piece * JUDGED_CHARS)
    assert len(once) <= JUDGED_CHARS
    assert redact(once) == once


@settings(max_examples=400)
@given(st.lists(SECRET_LIKE | st.text(max_size=5), max_size=12).map("".join))
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.text(alphabet="abcXYZ0189!#%^*+.-_", min_size=4, max_size=30))
def test_any_password_in_the_usual_places_is_gone(secret: str) -> None:
    if redaction._NO_VALUE.match(secret) or secret in "[redacted]":
        return
    for text in ("OS_PASSWORD={}", "{{'adminPass': '{}'}}", "mysql://root:{}@db/nova", '"password": "{}"'):
        assert secret not in redact(text.format(secret)).replace(R, "").replace(text[:14], "")


@given(st.text())
def test_printable_leaves_nothing_that_a_terminal_obeys(text: str) -> None:
    shown = printable(text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", shown)
    assert printable(shown) == shown


def test_control_characters_are_spelled_out() -> None:
    assert printable("a\x1b[31mb\u202ec\x00\u0085\tz é ✓") == "a\\x1b[31mb\\u202ec\\x00\\x85\tz é ✓"


def test_excerpts_are_decoded_cut_and_joined() -> None:
    text = excerpt([b"ok \xff\r\n", b"w " * 1000, b"OS_PASSWORD=x"])
    lines = text.split("\n")
    assert lines[0] == "ok \\xff"
    assert len(lines[1]) == EXCERPT_CHARS
    assert lines[1].endswith("…")
    assert lines[2] == f"OS_PASSWORD={R}"


def test_a_huge_line_is_cheap_and_short() -> None:
    assert len(excerpt([b"password=" * 8000])) <= EXCERPT_CHARS


def unbounded(parsed: Any, inside: bool = False) -> Iterator[str]:
    """Repeats without limit within repeats without limit: what lets a search take exponential time."""
    for code, arguments in parsed:
        endless = str(code) in ("MAX_REPEAT", "MIN_REPEAT") and arguments[1] == _parser.MAXREPEAT
        if endless and inside:
            yield str(arguments)
        for part in _flat(arguments):
            yield from unbounded(part, inside or endless)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, _parser.SubPattern):
        yield value
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _flat(item)


@pytest.mark.parametrize("module", [redaction, evidence, excerpts, log_text])
def test_no_expression_repeats_without_limit_within_such_a_repeat(module: ModuleType) -> None:
    patterns = {name: p for name, p in vars(module).items() if isinstance(p, re.Pattern)}
    nested = {name: list(unbounded(_parser.parse(p.pattern, p.flags))) for name, p in patterns.items()}
    assert patterns
    assert {name: found for name, found in nested.items() if found} == {}


def logs(data: Path) -> Iterator[str]:
    """Lines of all real logs, those alike but for hexadecimal digits once."""
    seen: set[str] = set()
    texts = [
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for folder in ("os-loganalyze", "elastic-recheck/samples")
        for path in sorted((data / folder).iterdir())
    ]
    for text in texts:
        for line in text.decode("utf-8", "backslashreplace").split("\n"):
            key = re.sub(r"[0-9a-f]+", "#", line[25:])[:200]
            if key not in seen:
                seen.add(key)
                yield line


@pytest.mark.data
def test_no_secret_of_the_real_logs_survives(shared_data: Path) -> None:
    """What other means find in the logs: assigned values, PKI tokens, addresses, credentials in URLs."""
    lines = list(logs(shared_data))
    assert len(lines) > 15_000
    assigned = re.compile(r"(?i)\b\w*(?:PASSWORD|PASS|TOKEN|_KEY|password)\s?=\s?'?([\w-]{5,64})\b")
    values = {value for line in lines for value in assigned.findall(line)} - {"None", "nova", "False"}
    values = {value for value in values if value in ("secret", "testing") or re.search(r"\d{3}", value)}
    values |= {"rebuildPassw0rd", "Secret-148623090", "pass-74244837"}
    assert {"secret", "111222333444"} < values
    # `secret` is also an ordinary word there; the others are not
    known = "|".join(sorted(map(re.escape, values - {"secret", "testing"})))
    leak = re.compile(
        rf"{known}|MII[A-Za-z0-9]{{20}}"
        r"|[=:|/'\" ]secret(?:@|'|\"(?!:)|$)|(?:X-Auth-Token|Cookie)['\"]?: ['\"]?\w"
        r"|[\w.]+@(?:example\.com|testmail\.tm|openstack\.org)|://\w+:[^\s/@\[]+@"
    )
    leaking = [line for line in lines if leak.search(line)]
    assert len(leaking) > 250
    assert [line for line in leaking if leak.search(redact(line))] == []


@pytest.mark.data
def test_ids_paths_and_hashes_of_the_real_logs_stay(shared_data: Path) -> None:
    kept = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|(?<=[ '\"])/(?:[\w.-]+/){3,}[\w.-]+")
    lines = [line for line in logs(shared_data) if len(line) < JUDGED_CHARS][::15]
    wanted = [(line, found) for line in lines if (found := kept.findall(line))]
    assert len(wanted) > 500
    lost = [line for line, found in wanted if any(item not in redact(line) for item in found)]
    assert len(lost) <= len(wanted) / 500, lost[:5]
