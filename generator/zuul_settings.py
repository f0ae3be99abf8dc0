"""The settings of a Zuul as a source: where its API is, what is asked of it, and which logs are read."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from generator.index_settings import Variable, checked_url, wrong

_LABEL = r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?"
_HOST = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*(:\d{{1,5}})?|\[[0-9a-f:]+\](:\d{{1,5}})?")
_NO_NAME = re.compile(r"[\s/?#%\\]")


def one(value: Any) -> Any:
    """One text is a list of one."""
    return (value,) if isinstance(value, str) else value


def _url(value: str) -> str:
    value = checked_url(
        value, "https://zuul.example.org", "`token_env`", "the address of Zuul, no page of it"
    )
    if re.search(r"/(api|t)(/|$)", value):
        raise wrong("must end before /api and /t: the address of Zuul; `tenant` names the tenant")
    return value


def _name(value: str) -> str:
    if not value or not value.isprintable() or _NO_NAME.search(value):
        raise wrong(f"{value!r} is not the name of a tenant or pipeline")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value.lower()):
        raise wrong(f"{value!r} is no host name like logs.example.org or *.logs.example.org")
    return value.lower()


def _network(value: str) -> str:
    try:
        return str(ip_network(value))
    except ValueError:
        raise wrong(f"{value!r} is no network like 10.1.0.0/16") from None


def _contact(value: str) -> str:
    if not re.fullmatch(r"[!-'*-~]+", value):  # it is sent as a comment of the user agent, within ( )
        raise wrong("must be an address like https://ci.example.org or ci@example.org")
    return value


Contact = Annotated[str, AfterValidator(_contact)]


class ZuulLogsSettings(BaseModel):
    """Which logs are fetched, from whom, and how many bytes, as served; `gatepost init` explains each key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_host)], ...], BeforeValidator(one), Field(min_length=1)
    ]
    networks: Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(one)] = ()
    passed: Annotated[float, Field(ge=0, le=1)] = 0.02
    max_build_bytes: Annotated[int, Field(ge=1)] = 256 << 20
    max_bytes: Annotated[int, Field(ge=1)] = 50 << 30
    connections: Annotated[int, Field(ge=1, le=64)] = 8
    again_days: Annotated[int, Field(ge=0, le=36_500)] = 7
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60


class ZuulSettings(BaseModel):
    """One tenant of a Zuul; without `tenant`, `url` is one that shows only one tenant (white-label).

    Times are in the unit that the name ends with. Without `logs`, builds are counted but not examined.
    `contact` is told to the server; left out, it is the configuration's `site_url`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["zuul"] = "zuul"
    name: str = "zuul"
    url: Annotated[str, AfterValidator(_url)]
    tenant: Annotated[str, AfterValidator(_name)] | None = None
    pipelines: Annotated[tuple[Annotated[str, AfterValidator(_name)], ...], BeforeValidator(one)] = ()
    days: Annotated[int, Field(ge=1, le=36_500)] = 14
    ci: str | None = None
    requests_per_s: Annotated[float, Field(gt=0, le=1000)] = 4
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60
    patience_s: Annotated[float, Field(ge=0, le=3600)] = 90
    contact: Contact | None = None
    token_env: Variable | None = None
    token_file: Path | None = None
    ca_file: Path | None = None
    logs: ZuulLogsSettings | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_secret(cls, data: Any) -> Any:
        if isinstance(data, dict) and "token" in data:
            raise wrong("token: no secret belongs into this file: write `token_env` or `token_file`")
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.token_env and self.token_file:
            raise wrong("either token_env or token_file, not both")
        if self.ca_file and self.url.startswith("http:"):
            raise wrong(f"{self.url}: certificates need a URL with https")
        return self
