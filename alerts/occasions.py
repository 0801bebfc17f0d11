"""What digests, reminders, escalations and hand-overs say besides their opportunities, from what their events hold."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.cards import Card, to_deadline
from alerts.plain import plain
from alerts.render import Content
from alerts.words import Words
from domain.alerts import Event, EventKind, Rule

SOURCES = 12
# What a deadline that is near matters for; a cancellation is not one of them.
TO_BID = (
    EventKind.NEW,
    EventKind.DIGEST,
    EventKind.BASELINE,
    EventKind.DEADLINE_MOVED,
    EventKind.REMINDER,
    EventKind.ESCALATION,
    EventKind.HANDED,
)


def to_digest(event: Event, make: Callable[[int], Card], rules: tuple[str, ...], zone: str, w: Words) -> Content:
    """The content of a digest: each opportunity with its rules and all profiles that found it."""
    payload = event.payload
    cards = [
        replace(
            _with_others(make(number), [make(other) for other in payload["others"].get(str(number), ())]),
            rules=tuple(payload["rules"][str(number)]),
        )
        for number in payload["opportunities"]
    ]
    held = len(payload["held_back"])
    return Content(
        event.kind,
        tuple(cards),
        rules,
        zone,
        count=len(cards) + held,
        summary=event.id,
        lines=tuple(_to_lines(payload, w)),
        held_back=held,
        bad_sources=tuple(_to_sources(payload["sources"], zone, w)),
    )


def with_lead(content: Content, events: Sequence[Event], w: Words) -> Content:
    """The content with what its lead names, and the lines below it, where its kind has any."""
    payload = events[0].payload
    if content.kind is EventKind.ESCALATION:
        moment = datetime.fromisoformat(payload["told_at"])
        told = ", ".join(dict.fromkeys(plain(str(event.payload["told"]), 80) for event in events))
        values = {"told": told, "moment": to_deadline(moment, None, ZoneInfo(content.zone), w)}
        return replace(content, values=values)
    if content.kind is EventKind.HANDED:
        return replace(content, lines=tuple(dict.fromkeys(_to_hand(event.payload, w) for event in events)))
    return content


def _to_hand(payload: Mapping[str, Any], w: Words) -> str:
    why = plain(str(payload["why"]), 300)
    return w["handed_by"].format(by=plain(str(payload["by"]), 80)) + (f": {why}" if why else "")


def mark_too_near(content: Content, rules: Mapping[str, Rule], now: datetime, w: Words) -> Content:
    """The content with a note on each card whose deadline leaves fewer days than its rules say a bid takes."""
    if content.kind not in TO_BID:
        return content
    cards = [_mark(card, _find_days(card.rules or content.rules, rules), now, w) for card in content.cards]
    return replace(content, cards=tuple(cards))


def _mark(card: Card, days: int, now: datetime, w: Words) -> Card:
    at = card.deadline_at
    if not days or at is None or not now < at < now + timedelta(days=days):
        return card
    return replace(card, notes=(*card.notes, w.count("too_near", days)))


def _find_days(names: Collection[str], rules: Mapping[str, Rule]) -> int:
    return max((rules[name].follow.bid_days or 0 for name in names if name in rules), default=0)


def _with_others(card: Card, others: Sequence[Card]) -> Card:
    names = dict.fromkeys((card.profile, *(other.profile for other in others)))
    return replace(card, profile=", ".join(names))


def _to_lines(payload: Mapping[str, Any], w: Words) -> list[str]:
    lines = []
    if payload["missed"]:
        lines.append(w.count("digest_missed", len(payload["missed"])))
    if payload["lapsed"]:
        lines.append(w.count("digest_lapsed", len(payload["lapsed"])))
    return lines


def _to_sources(found: Sequence[Sequence[str | None]], zone: str, w: Words) -> list[str]:
    """Sources that are not well, with their state and since when; those not checked, with when they last were."""
    shown = [_to_source(str(source), state, since, zone, w) for source, state, since in found[:SOURCES]]
    left = len(found) - len(shown)
    return [*shown, w.count("rest", left)] if left else shown


def _to_source(source: str, state: str | None, since: str | None, zone: str, w: Words) -> str:
    day = w.to_day(datetime.fromisoformat(since).astimezone(ZoneInfo(zone))) if since else w["never"]
    if state == "not checked":
        return f"{source} ({w['last_good']}: {day})"
    return f"{source} ({w.to_state(str(state))}, {w['since'].lower()} {day})"
