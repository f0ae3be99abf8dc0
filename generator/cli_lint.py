"""The commands on what people write for Gatepost: lint and roster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from generator.cli_options import DEFAULT, Config, Format, Now, ZuulReturn, moment
from generator.errors import GatepostError

Folder = Annotated[Path | None, typer.Argument(help="The folder of signature files.", metavar="DIR")]
Roster = Annotated[
    Path | None,
    typer.Option("--roster", help="A roster of third-party CIs; DIR may be left out.", metavar="FILE"),
]
Against = Annotated[
    str | None,
    typer.Option(
        help="A published site, by address or folder: signatures that it lacks, or has with another query, "
        "are tried on the failure lines that it publishes of unclassified builds.",
        metavar="SITE",
    ),
]
Files = Annotated[
    Path | None,
    typer.Option("--files", help="With --against: the list of files with their tags.", metavar="LIST.yaml"),
]
Output = Annotated[Format, typer.Option("--format", help="For people or for machines.")]


def lint(
    folder: Folder = None,
    roster: Roster = None,
    against: Against = None,
    files: Files = None,
    output: Output = Format.TEXT,
    zuul_return: ZuulReturn = None,
) -> None:
    """Find signatures, or entries of a roster, that are broken or mislead. Exit 1 on errors."""
    from generator.lint.run import run

    if folder is None and (roster is None or against is not None):
        raise GatepostError("no folder of signatures is named", "gatepost lint DIR, or --roster FILE alone")

    if files is not None and against is None:
        raise GatepostError(
            "--files goes with --against", "gatepost lint DIR --against SITE --files LIST.yaml"
        )
    text, code = run(folder, against, files, output.value, zuul_return, roster)
    typer.echo(text)
    raise typer.Exit(code)


def roster(config: Config = DEFAULT, now: Now = None) -> None:
    """Print entries for a roster: accounts that report as CIs do and are not in it."""
    from generator.config import load
    from generator.roster_draft import draft

    typer.echo(draft(load(config), moment(now)))
