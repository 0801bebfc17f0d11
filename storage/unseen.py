"""First messages that have not gone yet: they wait for a digest, or for the end of quiet hours."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from domain.alerts import DeliveryState, EventKind
from storage.assignments import find_merged
from storage.ids import in_chunks
from storage.schema import deliveries, events

FIRST = (EventKind.NEW, EventKind.HANDED)


def find_unseen(
    c: Connection, opportunity_ids: Collection[int], now: datetime
) -> dict[int, dict[str, tuple[int, ...]]]:
    """Of each opportunity, the destinations that have only been told of it in a message that has not gone yet."""
    merged = find_merged(c, opportunity_ids)
    deferred = (
        (deliveries.c.state == DeliveryState.QUEUED) & (deliveries.c.tries == 0) & (deliveries.c.next_try_at > now)
    )
    waits = or_(deliveries.c.state == DeliveryState.WAITING, deferred)
    unseen: dict[int, dict[str, tuple[int, ...]]] = {}
    seen: set[tuple[int, str]] = set()
    for chunk in in_chunks(sorted(merged)):
        query = select(deliveries.c.id, deliveries.c.destination_id, events.c.opportunity_id, waits.label("waits"))
        query = query.join(events, events.c.id == deliveries.c.event_id)
        query = query.where(events.c.opportunity_id.in_(chunk), events.c.kind.in_(FIRST))
        for row in c.execute(query.where(deliveries.c.state != DeliveryState.LAPSED)):
            present, place = merged[row.opportunity_id], row.destination_id
            if row.waits:
                of_place = unseen.setdefault(present, {})
                of_place[place] = (*of_place.get(place, ()), row.id)
            else:
                seen.add((present, place))
    for present, place in seen:
        unseen.get(present, {}).pop(place, None)
    return unseen


def save_lapsed(c: Connection, delivery_ids: Collection[int], reason: str, state: DeliveryState) -> None:
    """Those of this state are not sent any more, because there is nothing left to act on."""
    values = {"state": DeliveryState.LAPSED, "reason": reason}
    live = deliveries.c.state == state
    for chunk in in_chunks(sorted(delivery_ids)):
        c.execute(update(deliveries).where(deliveries.c.id.in_(chunk), live).values(**values))
