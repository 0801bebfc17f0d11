"""`tenderwatch demo`: the whole product on this machine, without a network or an account."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="demo")(demo)


def demo(
    folder: Annotated[Path, typer.Option(help="Where it is set up; an earlier demo there is replaced.")] = Path(
        "demo-data"
    ),
) -> None:
    """Crawl two bundled portals, match a sample company's profiles, and send real mails to a local mailbox."""
    from app.demo.story import tell_story

    raise typer.Exit(tell_story(folder))
