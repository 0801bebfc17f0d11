"""The message of some deliveries, made at the moment of sending from what is stored then."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerts.cards import Card, to_card
from alerts.render import Content, Message, render
from alerts.source_mail import render_sources
from domain.alerts import OF_SOURCES, Delivery, Event, EventKind, FieldChange
from storage.deliveries import find_thread
from storage.events import find_events
from storage.opportunities import find_opportunity
from storage.verifications import find_never_verified


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message with its Message-ID and those of the messages it follows (oldest first), all without domain."""

    message: Message
    message_id: str
    thread: tuple[str, ...]


def compose(c: Connection, batch: Sequence[Delivery], now: datetime, zone: str, base_url: str | None = None) -> Parcel:
    """The message of a batch as `storage.deliveries.lease_deliveries` gives it; times are shown in `zone`.

    `base_url` is where people see what a message only counts.
    """
    found = find_events(c, [delivery.event_id for delivery in batch])
    events = [found[delivery.event_id] for delivery in batch]
    if events[0].kind in OF_SOURCES:
        return Parcel(render_sources(events, zone), batch[0].message_id, ())
    rules = tuple(dict.fromkeys(rule for delivery in batch for rule in delivery.rules))
    content = _to_content(c, events, rules, now, zone)
    link = _to_page(base_url, content.summary) if base_url and content.summary is not None else None
    unverified = tuple(find_never_verified(c, {card.source for card in content.cards}))
    message = render(replace(content, link=link, unverified=unverified))
    opportunity_id = events[0].opportunity_id
    threaded = len({event.opportunity_id for event in events}) == 1 and opportunity_id is not None
    thread = find_thread(c, batch[0].destination_id, opportunity_id, batch[0].id) if threaded and opportunity_id else []
    own = batch[0].message_id
    return Parcel(message, own, tuple(each for each in thread if each != own))


def unite(changes: Sequence[FieldChange]) -> tuple[FieldChange, ...]:
    """Several changes of a field as one, from the oldest value to the newest; none where it is as it was."""
    united: dict[str, FieldChange] = {}
    for change in changes:
        first = united.get(change.field, change)
        united[change.field] = FieldChange(change.field, first.old, change.new)
    return tuple(change for change in united.values() if change.old != change.new)


def _to_content(c: Connection, events: Sequence[Event], rules: tuple[str, ...], now: datetime, zone: str) -> Content:
    kind = events[0].kind
    if kind is EventKind.TEST:
        return Content(kind, (), rules, zone)
    maker = _Maker(c, now, ZoneInfo(zone))
    if kind is EventKind.BASELINE:
        payload = events[0].payload
        cards = [maker.make(each) for each in payload["opportunities"]]
        return Content(kind, tuple(cards), rules, zone, payload["baseline"], payload["count"], events[0].id)
    if kind is EventKind.NEW:
        numbers = dict.fromkeys(event.opportunity_id for event in events)
        return Content(kind, tuple(maker.make(each) for each in numbers if each is not None), rules, zone)
    weightiest = min((event.kind for event in events), key=_WEIGHT.index)
    changes = [FieldChange(**change) for event in events for change in event.payload.get("changes", ())]
    card = maker.make(events[0].opportunity_id or 0, unite(changes))
    return Content(weightiest, (card,), rules, zone)


def _to_page(base_url: str, summary: int) -> str:
    return f"{base_url.rstrip('/')}/opportunities?summary={summary}"


_WEIGHT = [EventKind.CANCELLED, EventKind.DEADLINE_MOVED, EventKind.CHANGED]


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes cards of opportunities as they stand."""

    c: Connection
    now: datetime
    zone: ZoneInfo

    def make(self, opportunity_id: int, changes: Sequence[FieldChange] = ()) -> Card:
        view = find_opportunity(self.c, opportunity_id)
        assert view is not None, f"opportunity {opportunity_id} has deliveries, and is not there"
        return to_card(
            view.notice.notice,
            score=view.opportunity.score,
            reasons=view.assessment.reasons if view.assessment else (),
            profile=view.profile_name,
            now=self.now,
            zone=self.zone,
            changes=changes,
            lots=view.lots,
        )
