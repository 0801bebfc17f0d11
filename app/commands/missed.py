"""`tenderwatch sources missed`: «did we miss this one?», answered in a minute."""

from typing import Annotated

import typer

from app.console import PARTIAL, now, open_installation, out, print_json, read_moment


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="missed")(missed)


def missed(
    name: Annotated[
        str,
        typer.Argument(metavar="ADDRESS-OR-NUMBER", help="Its address on the portal, SOURCE:KEY, a number, an OCID."),
    ],
    published: Annotated[
        str | None, typer.Option(help="The day it was published on, where you know it: 2026-01-31.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Did we miss this one? One notice's whole story. Exit code 0: it was found and all went well; 3: missed."""
    from rich.text import Text

    from app.stories import tell_stories
    from storage.engine import reading

    place = open_installation()
    day = read_moment(published, place.settings.zone) if published else None
    with reading(place.engine) as connection:
        stories = tell_stories(connection, place, name, now(), day)
    if as_json:
        print_json(
            [
                {
                    "name": each.name,
                    "notice": each.notice,
                    "stage": each.stage,
                    "fine": each.fine,
                    "lines": each.lines,
                    "profiles": each.profiles,
                }
                for each in stories
            ]
        )
    else:
        for each in stories:
            verdict = "not missed" if each.fine else "missed"
            out().print(Text(f"{each.notice or each.name}: {verdict} ({each.stage})", style="bold"), soft_wrap=True)
            out().print(Text("\n".join(f"  {line}" for line in each.lines)), soft_wrap=False)
    if not any(each.fine for each in stories):
        raise typer.Exit(PARTIAL)
