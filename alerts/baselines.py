"""What had been published before: one summary for each destination, the best few and how many in all."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from alerts.desk import Desk, find_experts, find_views, open_desk
from alerts.keys import new_message_id
from alerts.obstacles import find_obstacle
from alerts.recipients import JOINED, NOBODY_FREE, Recipients, find_told_before, to_lack, to_names, to_note
from alerts.render import SHOWN_IN_SUMMARY
from alerts.schedule import awake_from
from domain.alerts import EventKind, Rule
from storage.deliveries import NewDelivery, save_deliveries
from storage.events import Unrouted, append_event, mark_routed
from storage.opportunities import OpportunityView

Listed = tuple[Unrouted, tuple[str, ...]]


def route_baseline(c: Connection, cause: str, found: Sequence[Unrouted], now: datetime, zone: str) -> int:
    """The deliveries of a baseline's summaries: at most one to each destination.

    Nobody is given any of it to deal with: who wants one takes it. Of a team, everybody gets a summary of what they
    know about.
    """
    desk = open_desk(c, zone)
    views = find_views(c, [each.opportunity_id for each in found]) if desk.asks_notice else {}
    told = find_told_before(c, [each.opportunity_id for each in found if each.joined], now)
    before = {number: set(each.places) for number, each in told.items()}
    lists: dict[str, list[Listed]] = {}
    notes: dict[str, list[int]] = {}
    for candidate in found:
        obstacle = find_obstacle(candidate, now, zone)
        view = views.get(candidate.opportunity_id)
        wanted, lack = ({}, "") if obstacle else _find_recipients(candidate, desk, view)
        known = before.get(candidate.opportunity_id, set())
        recipients = {place: rules for place, rules in wanted.items() if place not in known}
        known.update(recipients)
        for place, rules in recipients.items():
            lists.setdefault(place, []).append((candidate, to_names(rules)))
        note = f"in a summary {to_note(recipients)}" if recipients else JOINED if wanted else to_note((), lack=lack)
        notes.setdefault(f"nobody is told: {obstacle}" if obstacle else note, []).append(candidate.event.id)
    rows = [_sum_up(c, desk, cause, place, listed, now) for place, listed in sorted(lists.items())]
    for note, event_ids in notes.items():
        mark_routed(c, event_ids, now, note)
    return save_deliveries(c, rows)


def _find_recipients(candidate: Unrouted, desk: Desk, view: OpportunityView | None) -> tuple[Recipients, str]:
    """Whom the rules name; where that is only teams in which nobody knows about it, as `find_recipients` does."""
    found: Recipients = {}
    rules = desk.find_rules(candidate, view)
    for rule in rules:
        for place in _to_places(rule, candidate, desk, view):
            found.setdefault(place, []).append(rule)
    if found or not rules:
        return found, ""
    default = desk.default_rule
    places = _to_places(default, candidate, desk, view) if default else []
    if default and places:
        return {place: [*rules, default] for place in places}, to_lack(rules)
    return {place: [*rules, NOBODY_FREE] for place in desk.operators}, to_lack(rules)


def _to_places(rule: Rule, candidate: Unrouted, desk: Desk, view: OpportunityView | None) -> list[str]:
    if rule.to in desk.teams:
        return [each.destination for each in find_experts(desk, desk.teams[rule.to], candidate.profile_id, view)]
    return [desk.people[rule.to].destination if rule.to in desk.people else rule.to]


def _sum_up(
    c: Connection, desk: Desk, cause: str, destination: str, listed: Sequence[Listed], now: datetime
) -> NewDelivery:
    best = sorted(listed, key=lambda each: (-each[0].score, each[0].event.id))[:SHOWN_IN_SUMMARY]
    payload = {
        "baseline": cause,
        "opportunities": [candidate.opportunity_id for candidate, _ in best],
        "count": len(listed),
    }
    event_id = append_event(c, EventKind.BASELINE, None, payload, now)
    mark_routed(c, [event_id], now, f"to {destination}")
    names = sorted({name for _, names in listed for name in names})
    reader = desk.readers[destination]
    due_at = awake_from(reader.when, reader.working, now)
    return NewDelivery(event_id, destination, tuple(names), new_message_id(), due_at)
