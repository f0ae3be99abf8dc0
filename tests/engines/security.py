"""Passwords and certificates for a server of the tests: its own CA, made by the openssl command."""

from __future__ import annotations

import base64
import hashlib
import secrets
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .distributions import CannotRunError

ITERATIONS = 10_000
NEW_KEY = "-newkey rsa:2048 -nodes"


class Authority(NamedTuple):
    """PEM texts of a CA and of what it signed: a server at 127.0.0.1 and localhost, a client."""

    ca: str
    server: str
    server_key: str
    client: str
    client_key: str

    @classmethod
    def make(cls) -> Authority:
        if not shutil.which("openssl"):
            raise CannotRunError("certificates need openssl: apt-get install openssl")
        with tempfile.TemporaryDirectory() as folder:
            _openssl(
                folder, "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=ca"
            )
            for name, extra in (("server", "subjectAltName=IP:127.0.0.1,DNS:localhost"), ("client", "")):
                _sign(Path(folder), name, extra)
            names = ("ca.crt", "server.crt", "server.key", "client.crt", "client.key")
            return cls(*[(Path(folder) / name).read_text() for name in names])


class Security(NamedTuple):
    """What a secured Elasticsearch is started with, and what one needs to use it as one who may do all."""

    authority: Authority
    username: str
    password: str
    files: Mapping[str, str]
    settings: Mapping[str, Any]

    @classmethod
    def make(cls, name: str) -> Security:
        if not name.startswith("elasticsearch"):
            raise CannotRunError("its distribution has no security plugin", expected=True)
        authority, username, password = Authority.make(), "tester", secrets.token_urlsafe(12)
        files = {
            "config/ca.crt": authority.ca,
            "config/server.crt": authority.server,
            "config/server.key": authority.server_key,
            "config/users": f"{username}:{_hashed(password)}\n",
            "config/users_roles": f"superuser:{username}\ninstaller:{username}\n",
            "config/roles.yml": ROLES,
            "config/role_mapping.yml": 'superuser: ["CN=client"]\n',
        }
        return cls(authority, username, password, files, SETTINGS)

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self.authority.ca)
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as both:
            both.write(self.authority.client + self.authority.client_key)
            both.flush()
            context.load_cert_chain(both.name)
        return context

    def write(self, folder: Path) -> dict[str, Path]:
        """The CA's and the client's files written to a folder: ca_file, client_cert, client_key."""
        texts = {
            "ca_file": self.authority.ca,
            "client_cert": self.authority.client,
            "client_key": self.authority.client_key,
        }
        paths = {name: folder / f"{name}.pem" for name in texts}
        for name, path in paths.items():
            path.write_text(texts[name])
        return paths


# Keys and tokens are kept in an index which the server cannot make here, as its distribution has not the
# filter that one of the index's analyzers is made of. This one stands in for it, under its alias.
KEYS_INDEX = ".gatepost-keys"
KEYS: Mapping[str, Any] = {
    "settings": {
        "index": {"format": 6, "hidden": True, "number_of_replicas": 0},
        "analysis": {"analyzer": {"email": {"type": "custom", "tokenizer": "standard"}}},
    },
    "mappings": {"_meta": {"security-version": "8.0.0", "managed_index_mappings_version": 0}},
    "aliases": {".security": {"is_hidden": True}},
}
ROLES = """
installer:
  indices:
    - names: ["*"]
      privileges: [all]
      allow_restricted_indices: true
"""

# The trial licence has the realm pki, which takes a client certificate for a user.
SETTINGS: Mapping[str, Any] = {
    "xpack.license.self_generated.type": "trial",
    "xpack.security.enabled": True,
    "xpack.security.http.ssl.enabled": True,
    "xpack.security.http.ssl.key": "server.key",
    "xpack.security.http.ssl.certificate": "server.crt",
    "xpack.security.http.ssl.certificate_authorities": ["ca.crt"],
    "xpack.security.http.ssl.client_authentication": "optional",
    "xpack.security.authc.realms.file.files.order": 0,
    "xpack.security.authc.realms.native.native.order": 1,
    "xpack.security.authc.realms.pki.certificates.order": 2,
    "xpack.security.authc.realms.pki.certificates.certificate_authorities": ["ca.crt"],
    "xpack.security.authc.realms.pki.certificates.files.role_mapping": "role_mapping.yml",
    "xpack.security.authc.token.enabled": True,
    "xpack.security.authc.api_key.enabled": True,
}


def _sign(folder: Path, name: str, extension: str) -> None:
    _openssl(folder, f"req {NEW_KEY} -keyout {name}.key -out {name}.csr -subj /CN={name}")
    (folder / f"{name}.ext").write_text(f"basicConstraints=CA:FALSE\n{extension}\n")
    _openssl(
        folder,
        f"x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2"
        f" -extfile {name}.ext -out {name}.crt",
    )


def _openssl(folder: str | Path, arguments: str) -> None:
    subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)


def _hashed(password: str) -> str:
    """The password as Elasticsearch's file realm keeps it."""
    salt = secrets.token_bytes(32)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS, 32)
    return f"{{PBKDF2}}{ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"
