"""What people do about the ledger: see it by destination, acknowledge, be told of what did not arrive."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from domain.alerts import Delivery, DeliveryState, EventKind
from storage.deliveries import to_delivery
from storage.schema import deliveries, events

LOST = (DeliveryState.DEAD, DeliveryState.UNKNOWN)
ACKNOWLEDGED = "acknowledged"


def acknowledge(c: Connection, ids: Sequence[int], by: str, now: datetime) -> int:
    """A person has seen these, or knows what became of them; how many. Whoever was first stays."""
    open_ones = deliveries.c.id.in_(list(ids)) & deliveries.c.acknowledged_at.is_(None)
    settled = deliveries.c.state.in_([DeliveryState.SENT, *LOST])
    values = {"acknowledged_at": now, "acknowledged_by": by}
    return c.execute(update(deliveries).where(open_ones, settled).values(**values)).rowcount


def count_by_destination(c: Connection) -> dict[str, dict[str, int]]:
    """Of each destination, how many deliveries are in each state; `acknowledged` ones are counted as that alone."""
    columns = (deliveries.c.destination_id, deliveries.c.state, deliveries.c.acknowledged_at.is_not(None))
    query = select(*columns, func.count()).group_by(*columns)
    found: dict[str, dict[str, int]] = {}
    for destination_id, state, acknowledged, count in c.execute(query.order_by(deliveries.c.destination_id)):
        name = ACKNOWLEDGED if acknowledged else state
        states = found.setdefault(destination_id, {})
        states[name] = states.get(name, 0) + count
    return found


def find_unreported(c: Connection) -> list[Delivery]:
    """Dead and unknown deliveries of which nobody was told yet, by their number; tests are seen by who makes them."""
    query = (
        select(deliveries)
        .join(events, events.c.id == deliveries.c.event_id)
        .where(deliveries.c.state.in_(LOST), deliveries.c.reported_at.is_(None), events.c.kind != EventKind.TEST)
        .order_by(deliveries.c.id)
    )
    return [to_delivery(row) for row in c.execute(query)]


def mark_reported(c: Connection, ids: Collection[int], now: datetime) -> None:
    """The operators are told of these."""
    c.execute(update(deliveries).where(deliveries.c.id.in_(list(ids))).values(reported_at=now))


def find_reported_since(c: Connection, moment: datetime) -> set[str]:
    """The destinations whose lost deliveries the operators were told of since then."""
    query = select(deliveries.c.destination_id).where(deliveries.c.reported_at > moment).distinct()
    return set(c.execute(query).scalars())
