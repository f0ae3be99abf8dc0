"""The command line: arguments → one call. The only place that prints errors.

Commands import what they need when they run, so that `explain` never pays for pandas.
"""

from __future__ import annotations

import atexit
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from generator import __version__, cli_ask, cli_lint, cli_mail, cli_publish
from generator.cli_options import DEFAULT, Config, Now, Quiet, Verbose, moment, progress
from generator.errors import GatepostError

app = typer.Typer(
    name="gatepost",
    help="What does the CI fail on? Recognise known failures in CI logs, count them, publish a site.",
    epilog="Every command explains itself: gatepost COMMAND --help",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


_STOPPED = 130  # as shells say it of a command that Ctrl-C ended


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gatepost {__version__}")
        raise typer.Exit


@app.callback()
def gatepost(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What does the CI fail on? Recognise known failures in CI logs, count them, publish a site."""


@app.command(epilog="Example: gatepost init my-community")
def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if missing.", metavar="DIR")],
    example: Annotated[
        str | None, typer.Option(help="A community's own configuration: openstack.", metavar="NAME")
    ] = None,
) -> None:
    """Write a commented gatepost.yaml, a signature, a roster and a .zuul.yaml."""
    from generator.scaffold import scaffold

    typer.echo(scaffold(folder, example))


@app.command(epilog="Example: gatepost check --config my-community/gatepost.yaml")
def check(
    config: Config = DEFAULT,
    print_key: Annotated[
        str | None, typer.Option("--print", help="Print only the value of this key.", metavar="KEY")
    ] = None,
) -> None:
    """Validate a configuration and say what each source answers."""
    from generator import checking
    from generator.config import load

    settings = load(config)
    if print_key is not None:
        typer.echo(checking.value_of(settings, print_key))
        return
    lines, usable = checking.check(settings)
    typer.echo("\n".join(lines))
    raise typer.Exit(0 if usable else 1)


app.command(epilog="Example: gatepost lint queries/ --against https://gatepost.example.org/")(cli_lint.lint)
app.command(epilog="Example: gatepost roster > thirdparty.yaml")(cli_lint.roster)
app.command(epilog="Example: gatepost explain --signatures queries/ logs/0a1b2c3/")(cli_ask.explain)
app.command(epilog="Example: gatepost query 'message:\"No space left\"' --days 7")(cli_ask.query)


@app.command(epilog="Example: gatepost collect --config gatepost.yaml")
def collect(
    config: Config = DEFAULT,
    restore: Annotated[
        str | None,
        typer.Option(help="Bring the state back from this published site first.", metavar="URL|DIR"),
    ] = None,
    may_be_new: Annotated[
        bool, typer.Option("--may-be-new", help="A site that has no state yet is no error: a first run.")
    ] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    now: Now = None,
) -> None:
    """Read builds and logs from the sources into the store."""
    from generator import pipeline
    from generator.config import load

    settings, said = load(config), progress(quiet, verbose)
    if restore is not None:
        pipeline.restore(settings, restore, may_be_new, said)
    pipeline.collect(settings, moment(now), said)


@app.command(epilog="Example: gatepost build --config gatepost.yaml")
def build(config: Config = DEFAULT, quiet: Quiet = False, verbose: Verbose = False, now: Now = None) -> None:
    """Make the site, the digest and the TSC report from the store."""
    from generator import pipeline
    from generator.config import load

    pipeline.build(load(config), moment(now), progress(quiet, verbose))


app.command(epilog="Example: gatepost digest --send")(cli_mail.digest)


@app.command(epilog="Example: gatepost tsc > report.md")
def tsc(config: Config = DEFAULT, now: Now = None) -> None:
    """Print the report for the TSC meeting, one page of Markdown."""
    from generator import pipeline
    from generator.config import load

    typer.echo(pipeline.text("tsc", load(config), moment(now)), nl=False)


app.command(epilog="Example: gatepost publish /srv/gatepost")(cli_publish.publish)
app.command(epilog="Example: gatepost correct 2026-W47 --text '…'")(cli_publish.correct)
app.command(epilog="Example: gatepost takedown --file leaked.txt --publish /srv/ci")(cli_publish.takedown)


@app.command(epilog="Example: gatepost demo build/demo")
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if missing.", metavar="DIR")],
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    scale: Annotated[
        float, typer.Option(help="How busy the community is; 1 is the whole demo.", min=0.01)
    ] = 1.0,
    engine: Annotated[
        str | None,
        typer.Option(help="Send the logs into this Elasticsearch or OpenSearch, and ask it.", metavar="URL"),
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Simulate a community and run the whole chain on its logs."""
    from generator.demo import run

    run(folder, seed, scale, progress(quiet, verbose), engine)


def _say(message: str, hint: str = "") -> None:
    from generator.matching.excerpts import printable

    print(f"gatepost: {printable(message)}", file=sys.stderr)
    if hint:
        print(f"  hint: {printable(hint)}", file=sys.stderr)


def _fail(message: str, hint: str) -> NoReturn:
    _say(message, hint)
    sys.exit(1)


def _stop() -> NoReturn:
    """Say that it was stopped, and end with that code, together with the processes that searched logs.

    `sys.exit` is not enough. It waits for those processes, and one that the interrupt met while it started
    may never end. And whatever it is given, Python ends by the signal itself if the interrupt went through
    an `exec` of text on its way, as it does when it meets the making of a dataclass.
    """
    from multiprocessing import active_children

    _say("stopped; what was stored and published before is kept")
    for child in active_children():
        child.kill()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(_STOPPED)


def main() -> None:
    """Run a command; whatever a user can cause ends in a line, a hint and exit code 1."""
    try:
        app(prog_name="gatepost")
    except GatepostError as error:
        _fail(error.message, error.hint)
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != _STOPPED:  # which typer makes of Ctrl-C, in silence
            raise
        _stop()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        _fail(
            f"{error.filename or 'system'}: {error.strerror or error}",
            "check space, permissions and the path",
        )


if __name__ == "__main__":
    main()
