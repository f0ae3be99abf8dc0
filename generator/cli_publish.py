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
    """Put the built site where readers get it. A good one is not replaced by an emptier one."""
    from generator import publish as publishing
    from generator.config import load

    said = progress(quiet, verbose)
    if rollback:
        publishing.roll_back(folder, said)
        return
    options = publishing.Options(keep=keep, force=force)
    publishing.publish(load(config).output, folder, options, moment(now), said)


def correct(
    edition: Annotated[str, typer.Argument(help="The edition, e.g. 2026-W47.", metavar="EDITION")],
    text: Annotated[str, typer.Option("--text", help="What is wrong in it, and what is right.")],
    config: Config = DEFAULT,
    now: Now = None,
) -> None:
    """Add a dated correction to an edition. It is on its page and in the feed; its numbers stay."""
    from generator.config import load
    from generator.editions import shelf
    from generator.store.files import Store

    new = shelf.correct(Store(load(config).state), edition, text, moment(now))
    typer.echo(f"Correction {new.number} of edition {edition}; the next `gatepost build` shows it")


def takedown(
    text: Annotated[
        str | None,
        typer.Argument(help="What must go; the shell remembers it, so --file is better.", metavar="TEXT"),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="A text a line; - is standard input.", metavar="F")
    ] = None,
    person: Annotated[
        bool, typer.Option("--person", help="Names of a person: whole words, upper or lower case.")
    ] = False,
    published: Annotated[
        list[Path] | None,
        typer.Option("--publish", help="Also all sites kept in this folder; may be repeated.", metavar="DIR"),
    ] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only say where it is.")] = False,
    config: Config = DEFAULT,
    now: Now = None,
) -> None:
    """Remove a leaked secret or a person's data from all that is kept."""
    from generator import takedown as taking_down
    from generator.config import load
    from generator.takedown.remover import from_input

    remover = from_input(text, file, words=person)
    places = taking_down.Places(load(config), published or [])
    typer.echo("\n".join(taking_down.take_down(places, remover, moment(now), dry=dry)))
