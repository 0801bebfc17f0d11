"""The message of some deliveries, made at the moment of sending from what is stored then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerts.cards import Card, Line, to_deadline, to_view_card
from alerts.occasions import mark_too_near, to_digest, with_lead
from alerts.own import OwnTemplate
from alerts.render import LISTS, Content, Message, render
from alerts.source_mail import render_sources
from alerts.words import words
from domain.alerts import OF_SOURCES, Delivery, Event, EventKind, FieldChange
from domain.notices import Precision
from storage.destinations import find_rules, find_template
from storage.events import find_events
from storage.opportunities import find_opportunity
from storage.told import find_known_as, find_thread
from storage.verifications import find_never_verified


@dataclass(frozen=True, slots=True)
class Manner:
    """How a destination is written to: in a language, with times of a zone, at most `most` opportunities in one part.

    `base_url` is that of the review workplace, where people see what a message only counts, and decide. `most` None
    means that all stand in one message. `unsubscribe` is the way out of a mailing.
    """

    zone: str
    language: str = "en"
    base_url: str | None = None
    most: int | None = None
    unsubscribe: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message with its Message-ID and those of the messages it follows (oldest first), all without domain.

    `told` is how many opportunities are told once it has arrived, `last` whether nothing remains then. `details` are
    the facts of events that are of no opportunity. `follows` is what the service calls the first message of the thread.
    `fault` is why our text stands where the users' own template should, None where it does not.
    """

    message: Message
    content: Content
    message_id: str
    thread: tuple[str, ...] = ()
    told: int = 0
    last: bool = True
    details: tuple[Mapping[str, Any], ...] = ()
    follows: str | None = None
    fault: str | None = None

    @property
    def key(self) -> str:
        """What a receiver knows a repeated message by."""
        return f"{self.message_id}-{self.content.part}" if self.content.part else self.message_id


def compose(c: Connection, batch: Sequence[Delivery], now: datetime, manner: Manner) -> Parcel:
    """The message of a batch as `storage.deliveries.lease_deliveries` gives it; of a long digest its next part."""
    found = find_events(c, [delivery.event_id for delivery in batch])
    events = [found[delivery.event_id] for delivery in batch]
    own = batch[0].message_id
    if events[0].kind in OF_SOURCES:
        content = Content(events[0].kind, (), (), manner.zone, language=manner.language)
        message = render_sources(events, manner.zone, manner.language)
        return Parcel(message, content, own, details=tuple(event.payload for event in events))
    maker = _Maker(c, now, manner, OwnTemplate(find_template(c, batch[0].destination_id)))
    rules = tuple(dict.fromkeys(rule for delivery in batch for rule in delivery.rules))
    content = replace(maker.to_content(events, rules), language=manner.language, unsubscribe=manner.unsubscribe)
    known = {rule.id: rule for rule in find_rules(c)}
    content = mark_too_near(content, known, now, words(manner.language))
    if manner.base_url and content.summary is not None:
        content = replace(content, link=_to_page(manner.base_url, content.summary))
    content = replace(content, unverified=tuple(find_never_verified(c, {card.source for card in content.cards})))
    part, told, last = _cut(content, batch[0].told, manner.most)
    opportunity_id = events[0].opportunity_id
    threaded = len({event.opportunity_id for event in events}) == 1 and opportunity_id is not None
    thread = find_thread(c, batch[0].destination_id, opportunity_id, batch[0].id) if threaded and opportunity_id else []
    details = (events[0].payload,) if events[0].kind is EventKind.NOT_DELIVERED else ()
    before = tuple(each for each in thread if each != own)
    follows = find_known_as(c, batch[0].destination_id, before) if before else None
    return Parcel(render(part), part, own, before, told, last, details, follows, next(iter(maker.own.faults), None))


def unite(changes: Sequence[FieldChange]) -> tuple[FieldChange, ...]:
    """Several changes of a field as one, from the oldest value to the newest; none where it is as it was."""
    united: dict[str, FieldChange] = {}
    for change in changes:
        first = united.get(change.field, change)
        united[change.field] = FieldChange(change.field, first.old, change.new)
    return tuple(change for change in united.values() if change.old != change.new)


def sample(now: datetime, manner: Manner) -> Card:
    """A made-up opportunity, which shows how alerts look; it leads nowhere."""
    w, zone = words(manner.language), ZoneInfo(manner.zone)
    moment = (now.astimezone(zone) + timedelta(days=14)).replace(hour=12, minute=0, second=0, microsecond=0)
    return Card(
        title=w["sample_title"],
        language=manner.language,
        buyer=w["sample_buyer"],
        country=w["not_stated"],
        deadline=to_deadline(moment, None, zone, w),
        left=w.count("days", 14),
        urgency="none",
        value=w["not_stated"],
        link=manner.base_url,
        score=75,
        profile=w["product"],
        source="sample",
        key="sample",
        lines=(Line(75, w["sample_reason"]),),
        deadline_at=moment,
        deadline_precision=Precision.MINUTE,
    )


def _cut(content: Content, told: int, most: int | None) -> tuple[Content, int, bool]:
    """The next part of a digest that is longer than a message may be; how many are told after it, and if that is all.

    A baseline is one message, whatever it counts.
    """
    total = len(content.cards)
    if content.kind not in LISTS or content.kind is EventKind.BASELINE or most is None or total <= most:
        return content, total, True
    after = min(told + most, total)
    part = replace(content, cards=content.cards[told:after], count=max(content.count, total), part=told // most + 1)
    if after < total:
        part = replace(part, held_back=0, bad_sources=())
    return part, after, after == total


def _to_page(base_url: str, summary: int) -> str:
    return f"{base_url.rstrip('/')}/opportunities?summary={summary}"


_WEIGHT = [EventKind.CANCELLED, EventKind.DEADLINE_MOVED, EventKind.CHANGED]


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes contents and cards of opportunities as they stand."""

    c: Connection
    now: datetime
    manner: Manner
    own: OwnTemplate

    def to_content(self, events: Sequence[Event], rules: tuple[str, ...]) -> Content:
        kind, payload, zone = events[0].kind, events[0].payload, self.manner.zone
        if kind is EventKind.TEST:
            card = sample(self.now, self.manner)
            return Content(kind, (replace(card, own=self.own.lines(card)),), rules, zone)
        if kind is EventKind.NOT_DELIVERED:
            return self._to_loss(payload)
        if kind is EventKind.BASELINE:
            cards = [self.make(each) for each in payload["opportunities"]]
            return Content(kind, tuple(cards), rules, zone, payload["baseline"], payload["count"], events[0].id)
        if kind in _WEIGHT:
            weightiest = min((event.kind for event in events), key=_WEIGHT.index)
            changes = [FieldChange(**change) for event in events for change in event.payload.get("changes", ())]
            return Content(weightiest, (self.make(events[0].opportunity_id or 0, unite(changes)),), rules, zone)
        if kind is EventKind.DIGEST:
            return to_digest(events[0], self.make, rules, zone, words(self.manner.language))
        numbers = dict.fromkeys(event.opportunity_id for event in events)
        content = Content(kind, tuple(self.make(each) for each in numbers if each is not None), rules, zone)
        return with_lead(content, events, words(self.manner.language))

    def make(self, opportunity_id: int, changes: Sequence[FieldChange] = ()) -> Card:
        view = find_opportunity(self.c, opportunity_id)
        assert view is not None, f"opportunity {opportunity_id} has deliveries, and is not there"
        look = self.manner
        card = to_view_card(
            view, now=self.now, zone=look.zone, language=look.language, base_url=look.base_url, changes=changes
        )
        return replace(card, own=self.own.lines(card))

    def _to_loss(self, payload: Mapping[str, Any]) -> Content:
        """What the operators are told of deliveries that were given up or may not have arrived."""
        w = words(self.manner.language)
        values = {"destination": payload["destination"]}
        lines = [
            f"{w['not_delivered_state'].format(count=n, state=w[state])}: {why}" for state, why, n in payload["why"]
        ]
        lines.append(w["not_delivered_do"].format(**values))
        count = payload["count"]
        return Content(
            EventKind.NOT_DELIVERED, (), (), self.manner.zone, count=count, values=values, lines=tuple(lines)
        )
