"""Events become deliveries: whom the rules name, when they want to be told, and only what can still be acted on.

What may still be told is decided at this moment, and recorded in the event's note: a score never reads the clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.baselines import route_baseline
from alerts.desk import find_views, open_desk
from alerts.keys import new_message_id
from alerts.obstacles import find_obstacle
from alerts.recipients import Told, find_recipients, find_told_before, to_names
from alerts.timing import before, find_time
from alerts.turns import Turns
from domain.alerts import DeliveryState, EventKind
from storage.deliveries import NewDelivery, save_deliveries
from storage.destinations import find_destinations
from storage.engine import reading, writing
from storage.events import (
    Unrouted,
    find_baseline_causes,
    find_baseline_events,
    find_unrouted_events,
    find_unrouted_source_events,
    is_settled,
    mark_routed,
)
from storage.people import find_readers
from storage.unseen import save_lapsed

AT_ONCE = 200
NO_OPERATORS = "nobody is told: no destination has `operators: true` in alerts.yml"


@dataclass(frozen=True, slots=True)
class Routed:
    """How many events were routed, and how many deliveries they made."""

    events: int
    deliveries: int


def route(engine: Engine, now: datetime, zone: str = "UTC") -> Routed:
    """Routes all that has happened, in transactions of at most AT_ONCE events; a baseline only once it is complete.

    `zone` is that of channels which name none.
    """
    routed = deliveries = 0
    while True:
        with writing(engine) as c:
            found = find_unrouted_events(c, AT_ONCE)
            deliveries += _route_live(c, found, now, zone)
        routed += len(found)
        if len(found) < AT_ONCE:
            break
    of_sources = _route_sources(engine, now, zone)
    routed, deliveries = routed + of_sources.events, deliveries + of_sources.deliveries
    with reading(engine) as c:
        causes = find_baseline_causes(c)
    for cause, source in causes:
        with writing(engine) as c:
            if is_settled(c, source):
                summed = find_baseline_events(c, cause)
                deliveries += route_baseline(c, cause, summed, now, zone)
                routed += len(summed)
    return Routed(routed, deliveries)


def _route_sources(engine: Engine, now: datetime, zone: str) -> Routed:
    """What became of sources goes to the operators' destinations after quiet hours, each event to each of them once."""
    routed = deliveries = 0
    while True:
        with writing(engine) as c:
            found = find_unrouted_source_events(c, AT_ONCE)
            places = find_operators(c, now, zone) if found else {}
            rows = [
                NewDelivery(each.id, place, (), new_message_id(), due_at)
                for each in found
                for place, due_at in places.items()
            ]
            deliveries += save_deliveries(c, rows)
            note = f"to {', '.join(places)}" if places else NO_OPERATORS
            mark_routed(c, [each.id for each in found], now, note)
        routed += len(found)
        if len(found) < AT_ONCE:
            return Routed(routed, deliveries)


def find_operators(c: Connection, now: datetime, zone: str) -> dict[str, datetime]:
    """The operators' destinations, each with the moment at which its quiet hours are over."""
    readers = find_readers(c, zone)
    places = [place.id for place in find_destinations(c) if place.operators]
    return {place: before(readers[place], now, None) for place in places}


def _route_live(c: Connection, found: Sequence[Unrouted], now: datetime, zone: str) -> int:
    if not found:
        return 0
    desk = open_desk(c, zone)
    turns = Turns(c, desk, now)
    numbers = [each.opportunity_id for each in found]
    views = find_views(c, numbers) if desk.asks_notice else {}
    told = find_told_before(c, _find_followed(found), now)
    rows: list[NewDelivery] = []
    notes: dict[str, list[int]] = {}
    for candidate, number in zip(found, numbers, strict=True):
        own = told.get(number, Told())
        recipients, note = find_recipients(candidate, desk, views.get(number), own, turns, now)
        if candidate.joined:
            told[number] = replace(own, places=own.places | set(recipients))
        if obstacle := find_obstacle(candidate, now, zone):
            # What waits for a digest is left to it: it says how much lapsed.
            unseen = [each for ids in own.unseen.values() for each in ids]
            save_lapsed(c, unseen, f"not told: {obstacle}", DeliveryState.QUEUED)
        for place, rules in recipients.items():
            reader = desk.readers[place]
            state, due_at = find_time(reader, candidate.event.kind, candidate.score, rules, now, candidate.closes_at)
            rows.append(NewDelivery(candidate.event.id, place, to_names(rules), new_message_id(), due_at, state))
        notes.setdefault(note, []).append(candidate.event.id)
    saved = save_deliveries(c, rows)
    for note, event_ids in notes.items():
        mark_routed(c, event_ids, now, note)
    return saved


def _find_followed(found: Sequence[Unrouted]) -> list[int]:
    """The opportunities that people may have been told of before."""
    return [each.opportunity_id for each in found if each.event.kind is not EventKind.NEW or each.joined]
