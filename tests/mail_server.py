"""A real SMTP server on loopback, with TLS, users and the faults that mail servers have."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER, PASSWORD = "gatepost", "correct horse: battery"


@dataclass
class Inbox:
    """What arrives, and what is done wrong: replies by recipient; `at_data`: `close`, `silent` or a reply."""

    refused: dict[str, str] = field(default_factory=dict)
    at_data: str = ""
    at_recipient: Callable[[], object] | None = None
    then: Callable[[], object] | None = None
    mails: list[Envelope] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    async def handle_RCPT(self, *given: Any) -> str:  # noqa: N802
        _server, _session, envelope, address, _options = given
        if self.at_recipient is not None:
            self.at_recipient()
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_data == "close":
            server.transport.abort()
            await asyncio.sleep(0)
            return "250 too late"
        if self.at_data == "silent":
            self.mails.append(envelope)
            await asyncio.sleep(3600)
        if self.at_data:
            return self.at_data
        self.mails.append(envelope)
        if self.then is not None:
            self.then()
        return "250 taken"


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A self-signed certificate and its key, of that name and 127.0.0.1, made by openssl."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    alternative = f"subjectAltName=DNS:{name}" + (",IP:127.0.0.1" if name == "localhost" else "")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", f"/CN={name}", "-addext", alternative, "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


@contextmanager
def running(
    inbox: Inbox, security: str, files: tuple[Path, Path] | None = None, users: bool = False
) -> Iterator[int]:
    """Serve; the port."""
    context = None
    if files is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*files)

    def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        inbox.users.append(data.login.decode())
        return AuthResult(success=known, handled=False)

    class Server(Controller):
        def factory(self) -> SMTP:
            starttls = context if security == "starttls" else None
            with warnings.catch_warnings():
                # it does not know that all of the connection is TLS
                warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
                return SMTP(
                    inbox, tls_context=starttls, require_starttls=starttls is not None,
                    auth_required=users, authenticator=login if users else None,
                    auth_require_tls=starttls is not None,
                )  # fmt: skip

        def _trigger_server(self) -> None:
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    server = Server(inbox, "127.0.0.1", 0, ssl_context=context if security == "tls" else None)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()
