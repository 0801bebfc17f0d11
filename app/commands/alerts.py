"""`tenderwatch alerts`: who is told what, and the ledger of what was sent."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands import alert_secrets, alert_templates, deciding
from app.console import PARTIAL, in_zone, now, open_installation, print_rows, show, tell
from domain.alerts import DeliveryState

if TYPE_CHECKING:
    from storage.deliveries import DeliveryView

app = typer.Typer(no_args_is_help=True, help="Alerts: who is told of what, when and why; the ledger of what was sent.")
app.add_typer(alert_secrets.app, name="secret")
app.add_typer(alert_templates.app, name="template")
deciding.register(app)


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Rules, teams and the default that the file does not have are removed.")
    ] = False,
) -> None:
    """Save what a YAML file names, over what has the same id; what else is saved stays, and is told."""
    from alerts import leftovers

    done = leftovers.import_file(open_installation().engine, file, now(), replace)
    book, left = done.book, done.left
    people = f", {len(book.people)} people, {len(book.teams)} teams" if book.people else ""
    tell(f"saved {len(book.destinations)} destinations{people} and {len(book.rules)} rules")
    if removed := str(done.removed):
        tell(f"removed, since they are not in the file: {removed}")
    if str(left):
        also = ", `--replace` all such rules, teams and the default" if left.rules or left.teams or left.default else ""
        tell(f"still there, not in the file: {left}; `tenderwatch alerts remove NAME` removes one{also}")


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
    counted = f"sent {sent.sent:,}, failed {sent.failed:,}, unknown {sent.unknown:,}"
    tell(f"{counted}, still queued {sent.waiting:,}, waiting for a digest {sent.collected:,}")
    if sent.failed or sent.unknown:
        raise typer.Exit(PARTIAL)


@app.command()
def ledger(
    state: Annotated[
        str | None, typer.Option(help="waiting, bundled, lapsed, queued, sending, sent, unknown, dead or acknowledged.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    counts: Annotated[bool, typer.Option(help="How many there are in each state, by destination.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """The ledger: each delivery, its state and why. Dead: given up; unknown: it left, and no answer came."""
    from domain.errors import WrongUse
    from storage.deliveries import list_deliveries
    from storage.engine import reading
    from storage.ledger import ACKNOWLEDGED, count_by_destination

    if state and state not in (*DeliveryState, ACKNOWLEDGED):
        raise WrongUse(f"--state {state}: write one of {', '.join((*DeliveryState, ACKNOWLEDGED))}")
    place = open_installation()
    if counts:
        with reading(place.engine) as connection:
            found = count_by_destination(connection)
        rows = [{"destination": name, **{each: found[name].get(each, 0) for each in _STATES}} for name in found]
        if as_json or not rows:
            show(rows, as_json, "no deliveries")
        else:
            print_rows(["destination", "deliveries"], [[name, _to_counts(found[name])] for name in found])
        return
    wanted = DeliveryState(state) if state and state != ACKNOWLEDGED else None
    with reading(place.engine) as connection:
        views = list_deliveries(connection, wanted, limit, acknowledged=state == ACKNOWLEDGED)
    rows = [_to_row(view, place.settings.zone) for view in views]
    if as_json or not rows:
        show(rows, as_json, "no deliveries")
    else:
        print_rows(["delivery", "what", "to"], [_to_cells(row) for row in rows])


_STATES = (*(each.value for each in DeliveryState), "acknowledged")


def _to_counts(found: dict[str, int]) -> str:
    """Of a destination, `2 waiting, 5 sent`: in one cell, so that it can be read in a narrow window too."""
    return ", ".join(f"{found[each]:,} {each}" for each in _STATES if found.get(each))


def _to_row(view: "DeliveryView", zone: str) -> dict[str, Any]:
    delivery = view.delivery
    return {
        "delivery": delivery.id,
        "state": delivery.state.value,
        "to": delivery.destination_id,
        "when": in_zone(view.at, zone),
        "what": view.kind.value,
        "title": view.title,
        "tries": delivery.tries,
        "rules": ", ".join(delivery.rules),
        "why": delivery.reason,
        "acknowledged_by": delivery.acknowledged_by,
    }


def _to_cells(row: dict[str, Any]) -> list[str]:
    """A delivery in three cells, so that it can be read in a narrow window too."""
    what = f"{row['what']}: {row['title']}" if row["title"] else row["what"]
    trouble = f"\n{row['why']} (tries: {row['tries']})" if row["why"] else ""
    seen = f"\nacknowledged by {row['acknowledged_by']}" if row["acknowledged_by"] else ""
    return [f"{row['delivery']} {row['state']}{seen}", f"{what}{trouble}", f"{row['to']}\n{row['when']}"]


@app.command()
def resend(
    ids: Annotated[list[int] | None, typer.Argument(metavar="[DELIVERY]…", help="Default: all that are dead.")] = None,
    unknown: Annotated[bool, typer.Option(help="Those whose arrival is unknown too; they may arrive twice.")] = False,
) -> None:
    """Queue deliveries again that were given up; `alerts send` sends them."""
    from domain.errors import WrongUse
    from storage.deliveries import requeue
    from storage.engine import writing

    states = [DeliveryState.DEAD, *([DeliveryState.UNKNOWN] if unknown or ids else [])]
    with writing(open_installation().engine) as connection:
        count = requeue(connection, ids, states, now())
    if ids and not count:
        raise WrongUse(
            "none of these is a delivery that was given up; `tenderwatch alerts ledger --state dead` shows them"
        )
    tell(f"queued {count:,} deliveries again")


@app.command()
def acknowledge(
    ids: Annotated[list[int], typer.Argument(metavar="DELIVERY…")],
    by: Annotated[str, typer.Option(help="Who has seen them.")],
) -> None:
    """Say that somebody has seen deliveries, or knows what became of unknown or dead ones."""
    from domain.errors import WrongUse
    from storage.engine import writing
    from storage.ledger import acknowledge as save

    with writing(open_installation().engine) as connection:
        count = save(connection, ids, by, now())
    if not count:
        raise WrongUse("none of these is a delivery that was sent or lost, and not acknowledged yet")
    tell(f"{count:,} deliveries are acknowledged by {by}")


@app.command()
def test(destination: Annotated[str, typer.Argument(metavar="DESTINATION")]) -> None:
    """Send a sample to a destination, and say in plain words how it went."""
    from alerts.send import send_test

    place = open_installation()
    view = send_test(place.engine, place.settings, destination, now())
    state, reason = view.delivery.state, view.delivery.reason
    if state is DeliveryState.SENT:
        tell(f"{destination}: sent ({reason})" if reason else f"{destination}: sent")
        return
    tell(f"{destination}: {_NOT_SENT[state]}: {reason}")
    raise typer.Exit(1)


_NOT_SENT = {DeliveryState.DEAD: "not sent", DeliveryState.UNKNOWN: "it may have arrived, look there"}
