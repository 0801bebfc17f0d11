"""`tenderwatch alerts template`: users' own text of an opportunity, for a destination."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.console import Installation, now, open_installation, tell

app = typer.Typer(no_args_is_help=True, help="Your own text of an opportunity, for a destination.")
Place = Annotated[str, typer.Argument(metavar="DESTINATION")]
File = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)]


@app.command(name="set")
def set_template(destination: Place, file: File) -> None:
    """Use this Jinja template for a destination, once it was tried on a sample and the best stored opportunities.

    What is wrong in it is said with its line, and then nothing is saved.
    """
    from alerts.preview import save_own
    from domain.errors import BadRule

    place = open_installation()
    _check_known(place, destination)
    try:
        save_own(place.engine, place.settings, destination, file.read_text(encoding="utf-8"), now())
    except BadRule as error:
        raise BadRule(f"{file}, {error}") from error
    tell(f"{destination} has its own template; `tenderwatch alerts template preview {destination}` shows what it makes")


@app.command()
def show(destination: Place) -> None:
    """Print the template of a destination."""
    sys.stdout.write(_find(open_installation(), destination))


@app.command()
def remove(destination: Place) -> None:
    """Use our own text again."""
    from alerts.preview import drop_own
    from domain.errors import WrongUse

    if not drop_own(open_installation().engine, destination, now()):
        raise WrongUse(f"{destination} has no template of its own")
    tell(f"{destination} gets our own text again")


@app.command()
def preview(
    destination: Place,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Instead of the one in use.")] = None,
    opportunity: Annotated[int | None, typer.Option(help="Of this opportunity; default: the best ones.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=50)] = 3,
) -> None:
    """What a template makes of stored opportunities; nothing is sent."""
    from alerts.preview import preview_own
    from domain.errors import BadRule

    place = open_installation()
    _check_known(place, destination)
    body = file.read_text(encoding="utf-8") if file else _find(place, destination)
    try:
        made = preview_own(place.engine, place.settings, destination, body, now(), opportunity, limit)
    except BadRule as error:
        raise BadRule(f"{file or 'the template of ' + destination}, {error}") from error
    for number, lines in made.items():
        tell(f"opportunity {number}")
        sys.stdout.write("".join(f"  {line}\n" for line in lines) + "\n")
    if not made:
        tell("there are no opportunities yet to show it on")


def _find(place: Installation, destination: str) -> str:
    from domain.errors import WrongUse
    from storage.destinations import find_template
    from storage.engine import reading

    with reading(place.engine) as connection:
        body = find_template(connection, destination)
    if body is None:
        todo = f"`tenderwatch alerts template set {destination} FILE` gives it one"
        raise WrongUse(f"{destination} has no template of its own; {todo}")
    return body


def _check_known(place: Installation, destination: str) -> None:
    from domain.errors import WrongUse
    from storage.destinations import find_destinations
    from storage.engine import reading

    with reading(place.engine) as connection:
        known = [each.id for each in find_destinations(connection)]
    if destination not in known:
        raise WrongUse(f"there is no destination {destination}; there are {', '.join(known) or 'none'}")
