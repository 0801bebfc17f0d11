"""`tenderwatch run` and `work`: all that is due, once or for ever."""

from typing import Annotated

import typer

from app.commands.crawl import Endpoints
from app.console import open_installation, tell


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="run")(run)
    app.command(name="work")(work)


def run(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]…", help="Default: all that are due.")] = None,
    endpoint: Endpoints = None,
) -> None:
    """Do all that is due, once: import profiles, crawl, match, route, send.

    With SOURCE names or --endpoint, only those sources are crawled, due or not.
    """
    from app.crawls import read_endpoints
    from app.supervisor import run_once

    place = open_installation()
    endpoints = read_endpoints(endpoint, place)
    chosen = [place.source(name) for name in {*(names or ()), *endpoints}]
    raise typer.Exit(run_once(place, chosen, endpoints))


def work(endpoint: Endpoints = None) -> None:
    """Do all that is due, for ever; SIGTERM or Ctrl-C ends it cleanly. With --endpoint, only for those sources."""
    import signal
    from threading import Event

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # first of all: what follows takes a second or two
        signal.signal(number, lambda *_: stop.set())
    from app.crawls import read_endpoints
    from app.supervisor import Supervisor

    place = open_installation()
    supervisor = Supervisor(place, read_endpoints(endpoint, place), stop)
    tell("working; Ctrl-C ends it")
    supervisor.run_until_stopped()
