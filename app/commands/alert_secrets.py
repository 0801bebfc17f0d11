"""`tenderwatch alerts secret`: secrets of destinations, encrypted in the database."""

import sys
from typing import Annotated

import typer

from app.console import in_zone, now, open_installation, show, tell

app = typer.Typer(no_args_is_help=True, help="Secrets of destinations: set, list, remove.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Such as TENDERWATCH_SECRET_CHAT.")]


@app.command(name="set")
def set_secret(name: Name) -> None:
    """Keep a secret, read from a prompt or from standard input, encrypted with the key file of the data folder."""
    from alerts.vault import FILE, keep

    place = open_installation()
    value = typer.prompt(name, hide_input=True) if sys.stdin.isatty() else sys.stdin.read()
    keep(place.engine, place.settings.data_dir, name, value, now())
    tell(f"{name} is kept; its key is {place.settings.data_dir / FILE}, which no backup holds: keep a copy of it apart")


@app.command(name="list")
def list_secrets(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """The names of all secrets that destinations need, and where each is; never a value."""
    from alerts.schemes import SECRET
    from alerts.vault import list_kept
    from domain.config import has_secret
    from storage.destinations import find_destinations
    from storage.engine import reading

    place = open_installation()
    kept = list_kept(place.engine)
    with reading(place.engine) as connection:
        needed = {name: each.id for each in find_destinations(connection) for name in SECRET.findall(each.url)}
    rows = []
    for name in sorted({*kept, *needed}):
        since = f"in the database since {in_zone(kept[name], place.settings.zone)}" if name in kept else ""
        where = "in the environment" if has_secret(name) else since or "missing"
        rows.append({"name": name, "where": where, "needed by": needed.get(name, "nobody")})
    show(rows, as_json, "no secrets")


@app.command()
def remove(name: Name) -> None:
    """Forget a secret of the database."""
    from domain.errors import WrongUse
    from storage.engine import writing
    from storage.secrets import delete_secret

    with writing(open_installation().engine) as connection:
        found = delete_secret(connection, name)
    if not found:
        raise WrongUse(f"there is no secret {name} in the database; `tenderwatch alerts secret list` shows them")
    tell(f"{name} is forgotten")
