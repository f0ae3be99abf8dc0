"""The settings of a log index as a source: where it is, what it holds, who asks, and how patiently."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

#: The type of an error whose message is whole: what was found beside it may hold a secret.
SAID = "said"

_SECRETS = frozenset({"password", "api_key", "token"})
_NO_INDEX = re.compile(r"[\s/\\?\"<>|#A-Z]|^[_+]|^-$")


def wrong(message: str) -> PydanticCustomError:
    """An error whose message is shown as it is, without what was found."""
    return PydanticCustomError(SAID, "{message}", {"message": message})


def _several(value: Any) -> Any:
    """One text is a list of one; a comma parts several patterns."""
    return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value


def checked_url(value: str, like: str, who: str, ends: str) -> str:
    """The URL of a server, without / at its end; `like`, `who` and `ends` say how it is to be written."""
    try:
        parts = urlsplit(value)
        port_ok = parts.port != 0
    except ValueError:
        port_ok = False
    clean = value.isprintable() and not re.search(r"\s", value)  # urlsplit drops some of what is not
    if not (clean and port_ok) or parts.scheme not in ("http", "https") or not parts.hostname:
        raise wrong(f"must be a URL like {like}")
    if parts.username is not None or parts.password is not None:
        raise wrong(f"user and password do not belong into the URL: write {who}")
    if parts.query or parts.fragment:
        raise wrong(f"must end before ? and #: {ends}")
    return value.rstrip("/")


def _url(value: str) -> str:
    who, ends = "`username` and `password_env`", "the address of the cluster, no search"
    return checked_url(value, "https://es.example.org:9200", who, ends)


def _pattern(value: str) -> str:
    if not value or _NO_INDEX.search(value):
        raise wrong(f"{value!r} is no name or pattern of an index, which is like logstash-*")
    return value


def _variable(value: Any) -> Any:
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", str(value)):  # not shown: it may be the secret itself
        raise wrong("must be the name of an environment variable, in capital letters like ES_PASSWORD")
    return value


def _user(value: str) -> str:
    if not value or ":" in value:  # not shown: behind the colon may be the password
        raise wrong("must be the name alone: the password belongs behind `password_env` or `password_file`")
    return value


Url = Annotated[str, AfterValidator(_url)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Variable = Annotated[str, BeforeValidator(_variable)]
User = Annotated[str, AfterValidator(_user)]


class WhoAsks(BaseModel):
    """By which name and secret a server is asked; the secret itself is elsewhere, in one of these places."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    username: User | None = None
    password_env: Variable | None = None
    password_file: Path | None = None
    token_env: Variable | None = None
    token_file: Path | None = None
    ca_file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_secret(cls, data: Any) -> Any:
        for name in _SECRETS.intersection(data if isinstance(data, dict) else ()):
            raise wrong(f"{name}: no secret belongs into this file: write `{name}_env` or `{name}_file`")
        return data

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [name for name in ("password", "api_key", "token") if self._given(name)]
        if len(ways) > 1:
            raise wrong(f"either {ways[0]} or {ways[1]}, not both")
        if (self.username is None) == ("password" in ways):
            raise wrong("`username` and one of `password_env` and `password_file` go together")
        return self

    def _given(self, name: str) -> bool:
        env, file = (getattr(self, f"{name}_{place}", None) for place in ("env", "file"))
        if env and file:
            raise wrong(f"either {name}_env or {name}_file, not both")
        return bool(env or file)


class IndexSettings(WhoAsks):
    """Documents of builds in Elasticsearch or OpenSearch; `gatepost init` writes each key with its meaning.

    `url` and `index` are tuples, also of one. Times are in the unit that the name ends with.
    """

    type: str
    name: str = "index"
    url: Annotated[tuple[Url, ...], BeforeValidator(_several), Field(min_length=1)]
    index: Annotated[tuple[Pattern, ...], BeforeValidator(_several), Field(min_length=1)]
    preset: Literal["openstack", "zuul"] = "openstack"
    fields: dict[str, str] = {}
    time_field: Annotated[str, Field(min_length=1)] = "@timestamp"
    builds: Annotated[str, Field(min_length=1)] | None = None
    lag_hours: Annotated[float, Field(ge=0, le=24 * 30)] | None = None
    days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    ci: str | None = None
    excerpts: Annotated[int, Field(ge=0, le=1000)] = 40
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60
    patience_s: Annotated[float, Field(ge=0, le=3600)] = 90
    api_key_env: Variable | None = None
    api_key_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None

    @field_validator("index")
    @classmethod
    def _something_first(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value[0].startswith("-"):
            raise wrong(f"{value[0]!r} leaves out, but nothing before it names what there is")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.client_key is not None and self.client_cert is None:
            raise wrong("client_key: `client_cert` goes with it")
        plain = next((url for url in self.url if url.startswith("http:")), None)
        if plain and (self.client_cert or self.ca_file):
            raise wrong(f"{plain}: certificates need a URL with https")
        return self


class ElasticSettings(IndexSettings):
    """An index in Elasticsearch."""

    type: Literal["elastic"] = "elastic"


class OpensearchSettings(IndexSettings):
    """An index in OpenSearch."""

    type: Literal["opensearch"] = "opensearch"
