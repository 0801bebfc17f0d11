"""Opportunities that became one after each of them was queued: their reader gets one message, not two."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, func, select, update

from domain.alerts import DeliveryState
from storage.assignments import find_merged
from storage.schema import deliveries, events, opportunities
from storage.types import AnyRow
from storage.unseen import FIRST, save_lapsed

# What was given up or may not have arrived has told nobody for sure.
TOLD = (
    DeliveryState.QUEUED,
    DeliveryState.WAITING,
    DeliveryState.SENDING,
    DeliveryState.SENT,
    DeliveryState.BUNDLED,
)
NOT_GONE = (DeliveryState.QUEUED, DeliveryState.WAITING)


def lapse_twins(c: Connection, destination_id: str, delivery_ids: Collection[int]) -> list[int]:
    """Of these first messages to a destination, which are queued, those that are still to be sent, in their order.

    Where the opportunity was united with one of which an earlier message tells this destination, the later one lapses
    and names the earlier, to which its rules go over if that has not gone yet.
    """
    left = sorted(delivery_ids)
    for group in _find_groups(c, destination_id, left).values():
        first, *others = group
        twins = [each for each in others if each.id in left]
        if twins:
            reason = f"not told: joined with one that delivery {first.id} tells of"
            save_lapsed(c, [each.id for each in twins], reason, DeliveryState.QUEUED)
            rules = list(dict.fromkeys(rule for each in (first, *twins) for rule in each.rules))
            earlier = (deliveries.c.id == first.id) & deliveries.c.state.in_(NOT_GONE)
            c.execute(update(deliveries).where(earlier).values(rules=rules))
            left = [each for each in left if each not in {twin.id for twin in twins}]
    return left


def _find_groups(c: Connection, destination_id: str, delivery_ids: Collection[int]) -> Mapping[int, list[AnyRow]]:
    """The first messages to this destination of each united opportunity that these are of, oldest first."""
    present = func.coalesce(opportunities.c.merged_into, opportunities.c.id)
    query = select(present).join(events, events.c.opportunity_id == opportunities.c.id)
    query = query.join(deliveries, deliveries.c.event_id == events.c.id).where(deliveries.c.id.in_(delivery_ids))
    merged = find_merged(c, set(c.execute(query).scalars()))
    united = {number: now for number, now in merged.items() if sum(each == now for each in merged.values()) > 1}
    groups: dict[int, list[AnyRow]] = {}
    if united:
        own = select(deliveries.c.id, deliveries.c.rules, events.c.opportunity_id).join(events)
        own = own.where(
            deliveries.c.destination_id == destination_id,
            deliveries.c.state.in_(TOLD),
            events.c.opportunity_id.in_(united),
            events.c.kind.in_(FIRST),
        )
        for row in c.execute(own.order_by(deliveries.c.id)):
            groups.setdefault(united[row.opportunity_id], []).append(row)
    return groups
