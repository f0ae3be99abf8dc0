"""The settings of the mail: which server takes it, how, from whom, to whom."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from generator.index_settings import User, Variable, wrong

PORTS = {"starttls": 587, "tls": 465, "none": 25}

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9a-fA-F:]+")
_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
_NAMED = re.compile(rf"(?:(?P<name>[^<>\",;:@()\[\]\\]*)<)?(?P<address>{_ADDRESS})(?(name)>)")


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise wrong(
            "must be a name or an address alone, like smtp.example.org: the port belongs behind `port`"
        )
    return value


def _address(value: str) -> str:
    if not value.isprintable() or not _NAMED.fullmatch(value.strip()):
        raise wrong(
            "must be an address like list@example.org or Gatepost <gatepost@example.org>, in one line"
        )
    return value.strip()


def _prefix(value: str) -> str:
    if not value.isprintable() or len(value) > 40:
        raise wrong("must be at most 40 characters in one line")
    return value.strip()


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Host = Annotated[str, AfterValidator(_host)]
Address = Annotated[str, AfterValidator(_address)]
Prefix = Annotated[str, AfterValidator(_prefix)]


class MailSettings(BaseModel):
    """Whom the digest is mailed to, through which server; `gatepost init` writes each key with its meaning.

    `sender` is the key `from`; `to` is a tuple, also of one. Secrets are named, never held.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Host
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: User | None = None
    password_env: Variable | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    sender: Annotated[Address, Field(alias="from")]
    to: Annotated[tuple[Address, ...], BeforeValidator(_several), Field(min_length=1, max_length=50)]
    subject_prefix: Prefix = "[gatepost]"
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60

    @model_validator(mode="before")
    @classmethod
    def _no_secret(cls, data: Any) -> Any:
        if isinstance(data, dict) and "password" in data:
            raise wrong("password: no secret belongs into this file: write `password_env` or `password_file`")
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.password_env and self.password_file:
            raise wrong("either password_env or password_file, not both")
        if (self.username is None) != (self.password_env is None and self.password_file is None):
            raise wrong("`username` and one of `password_env` and `password_file` go together")
        if self.security == "none" and not _loopback(self.host):
            raise wrong("security: none is only for a server on this machine: write starttls or tls")
        if self.security == "none" and (self.username or self.ca_file):
            raise wrong("security: none goes with neither `username` nor `ca_file`: write starttls or tls")
        return self

    @property
    def where(self) -> str:
        """Host and port of the server."""
        return f"{self.host}:{self.port or PORTS[self.security]}"


def address_alone(address: str) -> str:
    """`a@example.org` of `A <a@example.org>`: what the server is told."""
    found = _NAMED.fullmatch(address)
    assert found is not None
    return found["address"]


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
