"""`tenderwatch run` and `work`: all that is due, once or for ever."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.crawl import Endpoints
from app.console import PARTIAL, open_installation, start_logging, tell

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from app.console import Installation


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
    from app.jobs.once import run_once

    place = open_installation()
    endpoints = read_endpoints(endpoint, place)
    chosen = [place.source(name) for name in {*(names or ()), *endpoints}]
    raise typer.Exit(run_once(place, chosen, endpoints))


def _serve_metrics(place: "Installation") -> "AbstractContextManager[object]":
    """The figures for Prometheus, where the settings name a port."""
    from contextlib import nullcontext

    port = place.settings.metrics_port
    if port is None:
        return nullcontext()
    from app.watching.server import MetricsServer

    tell(f"figures for Prometheus at http://{place.settings.metrics_host}:{port}/metrics")
    return MetricsServer(place, place.settings.metrics_host, port)


def work(endpoint: Endpoints = None) -> None:
    """Do all that is due, for ever; SIGTERM or Ctrl-C ends it cleanly. With --endpoint, only for those sources."""
    import logging
    import os
    import signal
    from threading import Event

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # first of all: what follows takes a second or two
        signal.signal(number, lambda *_: stop.set())
    from app.crawls import read_endpoints
    from app.supervisor import Supervisor

    place = open_installation()
    start_logging(logging.INFO)
    supervisor = Supervisor(place, read_endpoints(endpoint, place), stop)
    tell("working; Ctrl-C ends it, `tenderwatch status` shows how it goes")
    with _serve_metrics(place):
        is_whole = supervisor.run_until_stopped()
    if not is_whole:
        tell("something did not end in time; what was under way is found and told by the next start")
        os._exit(PARTIAL)
