"""`tenderwatch alerts`: who is told what, and the ledger of what was sent."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands import deciding
from app.console import PARTIAL, in_zone, now, open_installation, print_rows, show, tell

app = typer.Typer(no_args_is_help=True, help="Alerts: who is told of what, when and why; the ledger of what was sent.")
deciding.register(app)


@app.command(name="import")
def import_file(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Save the destinations and rules of a YAML file; those of the same id are replaced, no others are touched."""
    from alerts.book import import_book

    book = import_book(open_installation().engine, file)
    people = f", {len(book.people)} people, {len(book.teams)} teams" if book.people else ""
    tell(f"saved {len(book.destinations)} destinations{people} and {len(book.rules)} rules")


@app.command()
def export() -> None:
    """Print the destinations and rules as YAML."""
    from alerts.book import export_book

    sys.stdout.write(export_book(open_installation().engine))


@app.command()
def send() -> None:
    """Route what happened and send what is due, now."""
    from alerts.queue import queue_due
    from alerts.send import send_due

    place = open_installation()
    sources = [source for source in place.sources.values() if source.enabled]
    routed = queue_due(place.engine, sources, now(), place.settings.zone)
    sent = send_due(place.engine, place.settings, now)
    tell(f"{routed.events:,} events routed to {routed.deliveries:,} deliveries")
    tell(f"sent {sent.sent:,}, failed {sent.failed:,}, unknown {sent.unknown:,}, waiting {sent.waiting:,}")
    if sent.failed or sent.unknown:
        raise typer.Exit(PARTIAL)


@app.command(name="list")
def list_some(
    state: Annotated[str | None, typer.Option(help="queued, sending, sent, unknown or dead.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """The ledger: each delivery, its state and why."""
    from domain.alerts import DeliveryState
    from domain.errors import WrongUse
    from storage.deliveries import list_deliveries
    from storage.engine import reading

    if state and state not in list(DeliveryState):
        raise WrongUse(f"--state {state}: write one of {', '.join(DeliveryState)}")
    place = open_installation()
    with reading(place.engine) as connection:
        found = list_deliveries(connection, DeliveryState(state) if state else None, limit)
    rows = [
        {
            "delivery": view.delivery.id,
            "state": view.delivery.state.value,
            "to": view.delivery.destination_id,
            "when": in_zone(view.at, place.settings.zone),
            "what": view.kind.value,
            "title": view.title,
            "tries": view.delivery.tries,
            "rules": ", ".join(view.delivery.rules),
            "why": view.delivery.reason,
        }
        for view in found
    ]
    if as_json or not rows:
        show(rows, as_json, "no deliveries")
    else:
        print_rows(["delivery", "what", "to"], [_to_cells(row) for row in rows])


def _to_cells(row: dict[str, Any]) -> list[str]:
    """A delivery in three cells, so that it can be read in a narrow window too."""
    what = f"{row['what']}: {row['title']}" if row["title"] else row["what"]
    trouble = f"\n{row['why']} (tries: {row['tries']})" if row["why"] else ""
    return [f"{row['delivery']} {row['state']}", f"{what}{trouble}", f"{row['to']}\n{row['when']}"]


@app.command()
def retry(
    ids: Annotated[list[int] | None, typer.Argument(metavar="[DELIVERY]…", help="Default: all that are dead.")] = None,
    unknown: Annotated[bool, typer.Option(help="Those whose arrival is unknown too; they may arrive twice.")] = False,
) -> None:
    """Queue deliveries again that were given up; `alerts send` sends them."""
    from domain.alerts import DeliveryState
    from domain.errors import WrongUse
    from storage.deliveries import requeue
    from storage.engine import writing

    states = [DeliveryState.DEAD, *([DeliveryState.UNKNOWN] if unknown or ids else [])]
    with writing(open_installation().engine) as connection:
        count = requeue(connection, ids, states, now())
    if ids and not count:
        raise WrongUse(
            "none of these is a delivery that was given up; `tenderwatch alerts list --state dead` shows them"
        )
    tell(f"queued {count:,} deliveries again")


@app.command()
def test(destination: Annotated[str, typer.Argument(metavar="DESTINATION")]) -> None:
    """Send a test message to a destination, and say how it went."""
    from alerts.send import send_test
    from domain.alerts import DeliveryState

    place = open_installation()
    view = send_test(place.engine, place.settings, destination, now())
    tell(f"{destination}: {view.delivery.state.value}" + (f" ({view.delivery.reason})" if view.delivery.reason else ""))
    if view.delivery.state is not DeliveryState.SENT:
        raise typer.Exit(1)
