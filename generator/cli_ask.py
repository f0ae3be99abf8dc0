"""The commands that answer a question about logs: explain and query."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from generator.cli_options import DEFAULT, Config, Format, Now, Quiet, Verbose, ZuulReturn, moment, progress
from generator.errors import GatepostError

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        help="A build's log folder, log files, *.ndjson, or - for standard input.", metavar="PATH…"
    ),
]
Build = Annotated[
    str | None,
    typer.Option(
        "--index",
        help="Not logs, but what the index knows of this build; 7 characters of its uuid may do.",
        metavar="BUILD_UUID",
    ),
]
Indexed = Annotated[
    str | None, typer.Option("--source", help="With --index: ask only this source.", metavar="NAME")
]
Signatures = Annotated[
    Path | None, typer.Option("--signatures", help="Folder of signature files.", metavar="DIR")
]
Files = Annotated[
    Path | None, typer.Option("--files", help="The list of files with their tags.", metavar="LIST.yaml")
]
Passed = Annotated[
    Path | None,
    typer.Option("--passed", help="A log of the same job that passed, to compare with.", metavar="LOG"),
]
Output = Annotated[Format, typer.Option("--format", help="For people or for machines.")]
Lucene = Annotated[
    str, typer.Argument(help="A query as signatures have it, in Lucene's syntax.", metavar="LUCENE")
]
Source = Annotated[str | None, typer.Option("--source", help="Ask only this source.", metavar="NAME")]
Fields = Annotated[
    list[str] | None,
    typer.Option("--field", help="Count the values of this field; repeatable.", metavar="NAME"),
]
Top = Annotated[
    int, typer.Option("--top", help="So many values of each field are shown.", min=1, metavar="N")
]
Days = Annotated[
    int | None,
    typer.Option("--days", help="Only lines of the last N days.", min=1, max=36_500, metavar="N"),
]
Since = Annotated[str | None, typer.Option("--since", help="Only lines from this time on.", metavar="TIME")]
Excerpts = Annotated[
    int, typer.Option("--excerpts", help="Show a line of so many builds.", min=0, max=100, metavar="N")
]


def explain(
    paths: Paths = None,
    index: Build = None,
    source: Indexed = None,
    config: Config = DEFAULT,
    signatures: Signatures = None,
    files: Files = None,
    passed: Passed = None,
    output: Output = Format.TEXT,
    zuul_return: ZuulReturn = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Name the known failures in the logs of a build. Exit 0: known, 3: not known, 1: error."""
    _consistent(paths, index, source, {"--files": files, "--passed": passed, "--zuul-return": zuul_return})
    if index is not None:
        from generator import explain_index

        text, code = explain_index.run(
            index, config, source, signatures, output.value, progress(quiet, verbose)
        )
    else:
        from generator import explain as explainer

        text, code = explainer.run(
            paths or (),
            signatures,
            files,
            passed,
            output.value,
            progress=progress(quiet, verbose),
            stdin=sys.stdin.buffer,
            config=config,
            zuul_return=zuul_return,
        )
    typer.echo(text)
    raise typer.Exit(code)


def _consistent(paths: object, index: str | None, source: object, of_logs: Mapping[str, object]) -> None:
    """GatepostError for options of `explain` that do not go together."""
    hint = "gatepost explain PATH… reads logs, gatepost explain --index BUILD_UUID asks an index"
    if not paths and index is None:
        raise GatepostError("nothing to explain", hint)
    if index is None and source is not None:
        raise GatepostError("--source goes with --index", hint)
    given = next((name for name, value in {"PATH": paths, **of_logs}.items() if value), None)
    if index is not None and given:
        raise GatepostError(f"{given} and --index do not go together", hint)


def query(
    text: Lucene,
    config: Config = DEFAULT,
    source: Source = None,
    fields: Fields = None,
    top: Top = 10,
    days: Days = None,
    since: Since = None,
    excerpts: Excerpts = 0,
    output: Output = Format.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
    now: Now = None,
) -> None:
    """Count the lines and builds that match a query. Exit 0: some, 3: none, 1: error."""
    from generator import query as querying

    first = moment(since, "--since") if since is not None else None
    options = querying.Options(source, fields or (), top, days, first, excerpts, output.value)
    answer, code = querying.run(text, config, options, moment(now), progress(quiet, verbose))
    typer.echo(answer)
    raise typer.Exit(code)
