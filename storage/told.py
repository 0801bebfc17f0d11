"""Who was told of an opportunity. Of one that was merged into another, that other is meant everywhere."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from domain.alerts import DeliveryState, EventKind
from storage.assignments import find_merged
from storage.schema import deliveries, events, opportunities


def find_thread(c: Connection, destination_id: str, opportunity_id: int, before: int) -> list[str]:
    """Message-IDs (without domain) that told this destination of the opportunity before this delivery, oldest first."""
    query = (
        select(deliveries.c.message_id)
        .join(events, events.c.id == deliveries.c.event_id)
        .where(
            events.c.opportunity_id.in_(list(find_merged(c, [opportunity_id]))),
            deliveries.c.destination_id == destination_id,
            deliveries.c.id < before,
            deliveries.c.state.in_([DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.BUNDLED]),
        )
        .order_by(deliveries.c.id)
    )
    return list(dict.fromkeys(c.execute(query).scalars()))


def find_known_as(c: Connection, destination_id: str, message_ids: Collection[str]) -> str | None:
    """What its service calls the first of these messages to a destination, where it said so."""
    query = select(deliveries.c.known_as).where(
        deliveries.c.destination_id == destination_id,
        deliveries.c.message_id.in_(message_ids),
        deliveries.c.known_as.is_not(None),
    )
    return c.execute(query.order_by(deliveries.c.id).limit(1)).scalar()


def find_told(c: Connection, opportunity_ids: Collection[int]) -> dict[int, set[str]]:
    """Of each of these opportunities, the destinations that have a delivery about it, but for those of summaries."""
    found: dict[int, set[str]] = {opportunity_id: set() for opportunity_id in opportunity_ids}
    merged = find_merged(c, opportunity_ids)
    query = select(events.c.opportunity_id, deliveries.c.destination_id)
    query = query.join(events, events.c.id == deliveries.c.event_id).where(events.c.opportunity_id.in_(list(merged)))
    query = query.where(deliveries.c.state != DeliveryState.LAPSED)
    for opportunity_id, destination_id in c.execute(query):
        found[merged[opportunity_id]].add(destination_id)
    return found


def find_summed(c: Connection) -> dict[int, set[str]]:
    """The opportunities that summaries showed, each with the destinations that they went to.

    Of one that was merged into another since, that other.
    """
    into = opportunities.c.merged_into
    merged = {row.id: row.merged_into for row in c.execute(select(opportunities.c.id, into).where(into.is_not(None)))}
    query = select(deliveries.c.destination_id, events.c.payload)
    query = query.join(events, events.c.id == deliveries.c.event_id).where(events.c.kind == EventKind.BASELINE)
    found: dict[int, set[str]] = {}
    for destination_id, payload in c.execute(query):
        for opportunity_id in payload["opportunities"]:
            found.setdefault(merged.get(opportunity_id, opportunity_id), set()).add(destination_id)
    return found
