"""The settings of a Gerrit as a source: its REST address, or files of what its ssh commands print."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from generator.index_settings import WhoAsks, checked_url, wrong
from generator.zuul_settings import Contact, one

_SERVER = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_NO_NAME = re.compile(r"[\s\"'(){}\\]")


def _url(value: str) -> str:
    value = checked_url(
        value, "https://review.example.org", "`username` and `password_env`", "the address of Gerrit"
    )
    if re.search(r"/(a|c|q|changes|dashboard)(/|$)", value):
        raise wrong("must be the address of Gerrit, no page of it: it ends before /c, /q and /a")
    return value


def _server(value: str) -> str:
    if not _SERVER.fullmatch(value):
        raise wrong(f"{value!r} is no host name like review.example.org")
    return value.lower()


def _name(value: str) -> str:
    if not value or not value.isprintable() or _NO_NAME.search(value):
        raise wrong(f"{value!r} is not the name of a project or branch")
    return value


_Names = Annotated[tuple[Annotated[str, AfterValidator(_name)], ...], BeforeValidator(one)]


class GerritSettings(WhoAsks):
    """Changes of one Gerrit: asked for at `url`, or read from files at `path`; `gatepost init` has each key.

    `path` is a file, a folder or a glob. Without `server`, it is the host of `url` or of each change's own.
    """

    type: Literal["gerrit"] = "gerrit"
    name: str = "gerrit"
    url: Annotated[str, AfterValidator(_url)] | None = None
    path: Path | None = None
    server: Annotated[str, AfterValidator(_server)] | None = None
    projects: _Names = ()
    branches: _Names = ()
    days: Annotated[int, Field(ge=1, le=36_500)] = 28
    requests_per_s: Annotated[float, Field(gt=0, le=1000)] = 4
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60
    patience_s: Annotated[float, Field(ge=0, le=3600)] = 90
    contact: Contact | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.url is None) == (self.path is None):
            raise wrong("either `url`, where Gerrit answers, or `path`, files of what it printed")
        if self.ca_file and (self.url is None or self.url.startswith("http:")):
            raise wrong("ca_file: certificates need a URL with https")
        return self
