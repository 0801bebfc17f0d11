"""`tenderwatch demo`: the whole product on this machine, without a network or an account."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="demo")(demo)


def demo(
    folder: Annotated[Path, typer.Option(help="Where it is set up; day 1 replaces an earlier demo there.")] = Path(
        "demo-data"
    ),
    day: Annotated[
        int, typer.Option(min=1, max=2, help="2 goes on where day 1 ended: the portals are one day further.")
    ] = 1,
) -> None:
    """Crawl four bundled portals, match a sample company's profiles, and send real mails to a local mailbox."""
    from app.demo.story import tell_story

    raise typer.Exit(tell_story(folder, day))
