"""The command that prints the week as a mail, and sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from generator.cli_options import DEFAULT, Config, Now, moment
from generator.errors import GatepostError

if TYPE_CHECKING:
    from datetime import datetime

    from generator.config import Settings

Edition = Annotated[
    str | None,
    typer.Option("--edition", help="The mail of this week as it was frozen.", metavar="2026-W47"),
]
Send = Annotated[
    bool, typer.Option("--send", help="Mail that of the last week, as it was frozen; each week only once.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="With --send: show the whole message, send nothing.")]
Again = Annotated[
    bool, typer.Option("--again", help="With --send: also if it was sent, or may have been, before.")
]
Arrived = Annotated[
    bool, typer.Option("--arrived", help="Send nothing: note that a mail in doubt did arrive.")
]


def digest(
    config: Config = DEFAULT,
    edition: Edition = None,
    send: Send = False,
    dry_run: DryRun = False,
    again: Again = False,
    arrived: Arrived = False,
    now: Now = None,
) -> None:
    """Print the week as a plain text mail, or send it."""
    from generator import pipeline
    from generator.config import load

    _consistent(send, dry_run, again, arrived)
    settings, at = load(config), moment(now)
    if send or arrived:
        _mail(settings, edition, at, dry_run, again, arrived)
    elif edition is not None:
        from generator.mail.sending import frozen

        typer.echo(frozen(settings.state, edition, at).digest, nl=False)
    else:
        typer.echo(pipeline.text("digest", settings, at), nl=False)


def _mail(
    settings: Settings, edition: str | None, at: datetime, dry_run: bool, again: bool, arrived: bool
) -> None:
    from generator.mail.sending import Sending, frozen

    sending = Sending(settings, frozen(settings.state, edition, at), at)
    if arrived:
        typer.echo(sending.arrived())
    elif dry_run:
        typer.echo(sending.shown(), nl=False)
        typer.echo(f"gatepost: {sending.would(again)}", err=True)
    else:
        typer.echo(sending.send(again))


def _consistent(send: bool, dry_run: bool, again: bool, arrived: bool) -> None:
    """GatepostError for options that do not go together."""
    alone = "--dry-run" if dry_run else "--again" if again else ""
    if alone and not send:
        raise GatepostError(f"{alone} goes with --send", "see gatepost digest --help")
    if arrived and send:
        raise GatepostError("--send and --arrived do not go together", "see gatepost digest --help")
