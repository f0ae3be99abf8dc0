"""Who asks: secrets out of the environment or files, and certificates; none of it is ever shown."""

from __future__ import annotations

import os
import ssl
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from generator.errors import GatepostError
from generator.matching.excerpts import redact
from generator.matching.redaction import MARK

if TYPE_CHECKING:
    from generator.index_settings import WhoAsks


class Credentials:
    """The header that says who asks; its representation does not tell it."""

    def __init__(self, scheme: str = "", user: str = "", secret: str = "") -> None:
        plain = f"{user}:{secret}" if scheme == "Basic" else secret
        encode = scheme == "Basic" or (scheme == "ApiKey" and ":" in plain)  # a key as id:key, or encoded
        value = b64encode(plain.encode()).decode() if encode else plain
        self.headers = {"authorization": f"{scheme} {value}"} if scheme else {}
        self._secrets = sorted(
            {s for s in (value, secret, *plain.split(":")[1:]) if s}, key=len, reverse=True
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def hide(self, text: str) -> str:
        """The text without the secret, nor what looks like another."""
        for secret in self._secrets:
            text = text.replace(secret, MARK)
        return redact(text)


def credentials(settings: WhoAsks) -> Credentials:
    """Read at the time of use; GatepostError if the environment or the file does not have them."""
    cert, key = (getattr(settings, f"client_{name}", None) for name in ("cert", "key"))
    check_certificates(settings.ca_file, cert, key)
    for name, scheme in (("password", "Basic"), ("api_key", "ApiKey"), ("token", "Bearer")):
        env, file = (getattr(settings, f"{name}_{place}", None) for place in ("env", "file"))
        if env or file:
            return _by(scheme, name, settings.username or "", secret_of(name, env, file))
    return Credentials()


def bearer(variable: str | None, path: Path | None) -> Credentials:
    """Those of a token in an environment variable or a file, if one is named; GatepostError likewise."""
    return (
        _by("Bearer", "token", "", secret_of("token", variable, path)) if variable or path else Credentials()
    )


def _by(scheme: str, name: str, user: str, secret: str) -> Credentials:
    if scheme != "Basic" and not (secret.isascii() and secret.isprintable() and " " not in secret):
        _fail(f"the {name} has spaces or other characters that no {name} has", "copy it anew")
    return Credentials(scheme, user, secret)


def secret_of(name: str, variable: str | None, path: Path | None) -> str:
    """The secret that the environment variable holds, else the file; GatepostError if it does not."""
    secret = _from_environment(name, variable) if variable else _from_file(name, path or Path())
    # bytes of the environment that are no UTF-8 are in texts as surrogates, and cannot be sent
    if secret != secret.encode("utf-8", "replace").decode():
        _fail(f"the {name} is not UTF-8", "copy it anew")
    return secret


def _from_environment(name: str, variable: str) -> str:
    secret = os.environ.get(variable, "").strip("\r\n")
    if not secret:
        _fail(
            f"the environment variable {variable} is not set",
            f"{name}_env says that it holds the {name}",
        )
    return secret


def _from_file(name: str, path: Path) -> str:
    try:
        secret = path.read_text("utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        _fail(f"{path}: cannot be read: {why}", f"{name}_file says that it holds the {name}")
    if not secret:
        _fail(f"{path}: is empty", f"{name}_file says that it holds the {name}")
    return secret


def check_certificates(ca: Path | None, cert: Path | None = None, key: Path | None = None) -> None:
    """The libraries fail late and obscurely, or ask for the passphrase of a key at the terminal."""
    if not (ca or cert):
        return
    context = ssl.create_default_context()
    hint = "it must be a file with certificates in PEM, which begin with -----BEGIN CERTIFICATE-----"
    if ca:
        try:
            context.load_verify_locations(ca)
        except OSError as error:
            _fail(f"ca_file {ca}: cannot be used: {error.strerror or error}", hint)
    if cert:
        try:
            context.load_cert_chain(cert, key, password=lambda: "")
        except OSError as error:
            names = " and ".join(str(p) for p in (cert, key) if p)
            hint = "client_cert and client_key must be PEM, belong together, and the key have no passphrase"
            _fail(f"{names}: cannot be used: {error.strerror or error}", hint)


def _fail(message: str, hint: str) -> NoReturn:
    raise GatepostError(message, hint)
