"""Events become deliveries: whom the rules name, and only what a person can still act on.

What may still be told is decided at this moment, and recorded in the event's note: a score never reads the clock.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, Engine

from alerts.render import SHOWN_IN_SUMMARY
from domain.alerts import EventKind, Rule
from domain.notices import Status
from storage.deliveries import NewDelivery, find_summed, find_told, save_deliveries
from storage.destinations import find_destinations, find_rules
from storage.engine import reading, writing
from storage.events import (
    Unrouted,
    append_event,
    find_baseline_causes,
    find_baseline_events,
    find_unrouted_events,
    find_unrouted_source_events,
    is_settled,
    mark_routed,
)

AT_ONCE = 200
NO_RULE = "no rule matched"
NO_OPERATORS = "nobody is told: no destination has `operators: true` in alerts.yml"

Recipients = Mapping[str, tuple[str, ...]]
"""Destination -> the rules that name it."""


@dataclass(frozen=True, slots=True)
class Routed:
    """How many events were routed, and how many deliveries they made."""

    events: int
    deliveries: int


def route(engine: Engine, now: datetime) -> Routed:
    """Routes all that has happened, in transactions of at most AT_ONCE events; a baseline only once it is complete."""
    routed = deliveries = 0
    while True:
        with writing(engine) as c:
            found = find_unrouted_events(c, AT_ONCE)
            deliveries += _route_live(c, found, now)
        routed += len(found)
        if len(found) < AT_ONCE:
            break
    of_sources = _route_sources(engine, now)
    routed, deliveries = routed + of_sources.events, deliveries + of_sources.deliveries
    with reading(engine) as c:
        causes = find_baseline_causes(c)
    for cause, source in causes:
        with writing(engine) as c:
            if is_settled(c, source):
                summed = find_baseline_events(c, cause)
                deliveries += _route_baseline(c, cause, summed, now)
                routed += len(summed)
    return Routed(routed, deliveries)


def find_recipients(rules: Sequence[Rule], profile: str, score: Decimal) -> Recipients:
    """The destinations that these rules send an opportunity of this profile and score to, with all their rules."""
    found: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        if rule.profile in (None, profile) and score >= rule.min_score:
            found[rule.destination] = (*found.get(rule.destination, ()), rule.id)
    return found


def find_obstacle(candidate: Unrouted, now: datetime) -> str | None:
    """Why nobody needs to hear of this opportunity any more; None where a bid may still be made."""
    if not candidate.qualified:
        return "it no longer matches"
    if candidate.status is Status.CANCELLED:
        return "it is cancelled"
    if candidate.closes_at is not None and candidate.closes_at <= now:
        return f"its deadline passed at {candidate.closes_at:%Y-%m-%d %H:%M} UTC"
    return None


def new_message_id() -> str:
    """A Message-ID without its domain, of which there is no second; it is kept with the delivery for ever."""
    return f"tw-{secrets.token_hex(12)}"


def _route_sources(engine: Engine, now: datetime) -> Routed:
    """What became of sources goes to the operators' destinations, each event to each of them once."""
    routed = deliveries = 0
    while True:
        with writing(engine) as c:
            found = find_unrouted_source_events(c, AT_ONCE)
            places = [place.id for place in find_destinations(c) if place.operators] if found else []
            rows = [NewDelivery(each.id, place, (), new_message_id(), now) for each in found for place in places]
            deliveries += save_deliveries(c, rows)
            note = f"to {', '.join(places)}" if places else NO_OPERATORS
            mark_routed(c, [each.id for each in found], now, note)
        routed += len(found)
        if len(found) < AT_ONCE:
            return Routed(routed, deliveries)


def _route_live(c: Connection, found: Sequence[Unrouted], now: datetime) -> int:
    rules = find_rules(c)
    told = _find_told(c, [each.event.opportunity_id or 0 for each in found if each.event.kind is not EventKind.NEW])
    rows: list[NewDelivery] = []
    notes: dict[str, list[int]] = {}
    for candidate in found:
        recipients, note = _decide(candidate, rules, told.get(candidate.event.opportunity_id or 0, ()), now)
        rows += [
            NewDelivery(candidate.event.id, destination, names, new_message_id(), now)
            for destination, names in recipients.items()
        ]
        notes.setdefault(note, []).append(candidate.event.id)
    saved = save_deliveries(c, rows)
    for note, event_ids in notes.items():
        mark_routed(c, event_ids, now, note)
    return saved


def _find_told(c: Connection, opportunity_ids: Collection[int]) -> dict[int, set[str]]:
    """The destinations that each of these opportunities was told to, by itself or in a summary."""
    if not opportunity_ids:
        return {}
    told, summed = find_told(c, opportunity_ids), find_summed(c)
    return {each: told[each] | summed.get(each, set()) for each in told}


def _decide(candidate: Unrouted, rules: Sequence[Rule], told: Collection[str], now: datetime) -> tuple[Recipients, str]:
    """Who is told of an event, and the note that says so, or why nobody is.

    Whoever was told of an opportunity is told what became of it, whatever its score is now.
    """
    recipients = dict(find_recipients(rules, candidate.profile_id, candidate.score))
    obstacle = find_obstacle(candidate, now)
    if candidate.event.kind is EventKind.NEW:
        if obstacle:
            return {}, f"nobody is told: {obstacle}"
        return recipients, _to_note(recipients)
    if obstacle:
        recipients = {place: names for place, names in recipients.items() if place in told}
    recipients |= {place: ("told before",) for place in told if place not in recipients}
    if obstacle and not recipients:
        return {}, f"nobody had been told, and nobody is: {obstacle}"
    return recipients, _to_note(recipients)


def _to_note(recipients: Recipients) -> str:
    return f"to {', '.join(sorted(recipients))}" if recipients else NO_RULE


def _route_baseline(c: Connection, cause: str, found: Sequence[Unrouted], now: datetime) -> int:
    """One summary for each destination: the best few, and how many in all."""
    rules = find_rules(c)
    lists: dict[str, list[tuple[Unrouted, tuple[str, ...]]]] = {}
    notes: dict[str, list[int]] = {}
    for candidate in found:
        obstacle = find_obstacle(candidate, now)
        recipients = {} if obstacle else find_recipients(rules, candidate.profile_id, candidate.score)
        for destination, names in recipients.items():
            lists.setdefault(destination, []).append((candidate, names))
        note = f"in a summary {_to_note(recipients)}" if recipients else NO_RULE
        notes.setdefault(f"nobody is told: {obstacle}" if obstacle else note, []).append(candidate.event.id)
    rows = [_sum_up(c, cause, destination, listed, now) for destination, listed in sorted(lists.items())]
    for note, event_ids in notes.items():
        mark_routed(c, event_ids, now, note)
    return save_deliveries(c, rows)


def _sum_up(
    c: Connection, cause: str, destination: str, listed: Sequence[tuple[Unrouted, tuple[str, ...]]], now: datetime
) -> NewDelivery:
    best = sorted(listed, key=lambda each: (-each[0].score, each[0].event.id))[:SHOWN_IN_SUMMARY]
    payload = {
        "baseline": cause,
        "opportunities": [candidate.event.opportunity_id for candidate, _ in best],
        "count": len(listed),
    }
    event_id = append_event(c, EventKind.BASELINE, None, payload, now)
    mark_routed(c, [event_id], now, f"to {destination}")
    names = sorted({name for _, names in listed for name in names})
    return NewDelivery(event_id, destination, tuple(names), new_message_id(), now)
