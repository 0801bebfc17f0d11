"""The command line `tenderwatch`.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 partial (some of it could not be done).
"""

import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app.commands import (
    alerts,
    crawl,
    database,
    demo,
    health,
    judging,
    learning,
    matches,
    notices,
    opportunities,
    previewing,
    procedures,
    profiles,
    rates,
    running,
    setup,
    sources,
    status,
    versions,
)
from app.console import fail, state
from domain.errors import TenderwatchError, WrongUse

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Watches procurement portals, scores notices against what your company sells, and tells the right manager.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"tenderwatch {version('tenderwatch')}\n")
        raise typer.Exit


@app.callback()
def _options(
    config: Annotated[
        Path | None, typer.Option("--config", help="The settings file (default: tenderwatch.toml here, or the user's).")
    ] = None,
    show_version: Annotated[  # noqa: ARG001  (typer calls it back)
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens to stderr.")] = False,
) -> None:
    state.config = config
    state.verbose = verbose


for family in (setup, crawl, matches, running, status, demo):
    family.register(app)
health.register(sources.app)
learning.register(profiles.app)
previewing.register(profiles.app)
versions.register(profiles.app)
for name, family in {
    "sources": sources,
    "notices": notices,
    "opportunities": opportunities,
    "procedures": procedures,
    "profiles": profiles,
    "judge": judging,
    "rates": rates,
    "alerts": alerts,
    "db": database,
}.items():
    app.add_typer(family.app, name=name)


def main() -> None:
    """Run the command line; errors of ours are told as one sentence, without a traceback."""
    try:
        app(standalone_mode=True)
    except WrongUse as error:
        fail(str(error), 2)
    except TenderwatchError as error:
        fail(str(error), 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
