"""The commands that bring a report to its readers: publish, and what belongs to what was published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from generator.cli_options import DEFAULT, Config, Now, Quiet, Verbose, moment, progress


def publish(
    folder: Annotated[
        Path, typer.Argument(help="Where readers get it: DIR/current; made if missing.", metavar="DIR")
    ],
    config: Config = DEFAULT,
    keep: Annotated[
        int, typer.Option("--keep", help="So many sites stay in DIR/sites.", min=1, metavar="N")
    ] = 10,
    force: Annotated[
        bool, typer.Option("--force", help="Publish it though it is emptier than the published one.")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="No new site: go back to the one before the published one.")
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    now: Now = None,
) -> None:
    """Put the built site where readers get it, in one step; a good one is not replaced by an emptier one."""
    from generator import publish as publishing
    from generator.config import load

    said = progress(quiet, verbose)
    if rollback:
        publishing.roll_back(folder, said)
        return
    options = publishing.Options(keep=keep, force=force)
    publishing.publish(load(config).output, folder, options, moment(now), said)
