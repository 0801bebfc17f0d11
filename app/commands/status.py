"""`tenderwatch status`: is it working, what does it do, and what waits for what."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from app.console import Installation, now, open_installation, out, print_json

if TYPE_CHECKING:
    from app.watching.overview import Overview
    from app.watching.sizes import Sizes
    from app.watching.verdict import Verdict

SECONDS = 2.0  # between two looks


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="status")(status)


def status(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON; with --watch a document a line.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")] = False,
) -> None:
    """Is it working? What is read, due, waiting or paused, what waits to be matched and sent, and what is not well.

    Exit code: 0 it works, 3 it works and something is not well, 1 it does not work.
    """
    place = open_installation()
    if watch:
        _watch(place, as_json=as_json)
        return
    view, verdict, sizes = _look(place)
    _show(view, verdict, sizes, as_json=as_json)
    raise typer.Exit(verdict.code)


def _look(place: Installation) -> "tuple[Overview, Verdict, Sizes]":
    from app.watching.overview import look
    from app.watching.sizes import measure
    from app.watching.verdict import judge

    view, sizes = look(place, now()), measure(place)
    return view, judge(view, sizes), sizes


def _show(view: "Overview", verdict: "Verdict", sizes: "Sizes", *, as_json: bool) -> None:
    from app.watching.screen import to_plain, to_screen

    if as_json:
        print_json(to_plain(view, verdict, sizes))
    else:
        out().print(to_screen(view, verdict, sizes))


def _watch(place: Installation, *, as_json: bool) -> None:
    from rich.live import Live

    from app.watching.screen import to_screen

    try:
        if as_json:
            while True:
                _show(*_look(place), as_json=True)
                time.sleep(SECONDS)
        with Live(to_screen(*_look(place)), console=out(), auto_refresh=False, vertical_overflow="visible") as live:
            while True:
                time.sleep(SECONDS)
                live.update(to_screen(*_look(place)), refresh=True)
    except KeyboardInterrupt:
        return
