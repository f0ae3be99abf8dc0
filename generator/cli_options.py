"""What several commands take: options, times, how loud to be."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from generator.errors import GatepostError
from generator.progress import Progress

DEFAULT = Path("gatepost.yaml")


class Format(StrEnum):
    """How an answer is printed."""

    TEXT = "text"
    JSON = "json"


Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration.", metavar="FILE")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the answer and errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")]
ZuulReturn = Annotated[
    Path | None,
    typer.Option(
        "--zuul-return", help="In a job: also write this file, for Zuul's zuul_return.", metavar="FILE"
    ),
]
Now = Annotated[
    str | None,
    typer.Option(
        "--now",
        help="The time to take for now, e.g. 2026-11-20T23:10Z, for reproducible runs.",
        metavar="TIME",
    ),
]


def progress(quiet: bool, verbose: bool) -> Progress:
    """How loud to be: --quiet goes before --verbose."""
    return Progress(0 if quiet else 2 if verbose else 1)


def moment(now: str | None, option: str = "--now") -> datetime:
    """The time of an option, or the present; a naive one is UTC."""
    try:
        at = datetime.fromisoformat(now) if now is not None else datetime.now(UTC)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        if 1970 <= at.year < 9999:
            return at
    except (ValueError, OverflowError):
        pass
    raise GatepostError(f"{option} {now}: not a time", "write it like 2026-11-20T23:10Z")
