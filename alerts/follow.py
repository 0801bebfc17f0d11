"""Following up: reminders of deadlines, and escalation of what nobody has dealt with. Each happens once, by its key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from alerts.desk import Desk, find_views, open_desk
from alerts.keys import key_of_escalation, key_of_reminder, new_message_id
from alerts.recipients import to_lack, to_note
from alerts.schedule import count_working, remind_at
from alerts.timing import before
from alerts.turns import Turns
from domain.alerts import EventKind, Rule
from domain.people import Reader
from storage.assignments import Standing, find_standings
from storage.deliveries import NewDelivery, save_deliveries
from storage.engine import reading, writing
from storage.events import append_once, find_keys, mark_routed
from storage.followed import Followed, find_followed, find_taken

AT_ONCE = 100
TAKEN = (10, 5, 2, 1)  # days before the deadline that a person is reminded of what no rule sent them
WEEKEND = timedelta(days=31)  # at most so much earlier than its day a reminder is sent, over days off


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be written once: an event about an opportunity, for a destination, person or team, by these rules."""

    key: str
    kind: EventKind
    of: Followed
    to: str
    rules: tuple[str, ...]
    payload: dict[str, Any]


def follow_up(engine: Engine, now: datetime, zone: str = "UTC") -> int:
    """Writes the reminders and escalations that are due; how many. `zone` is that of channels which name none."""
    with reading(engine) as c:
        desk = open_desk(c, zone)
        due = [*_find_reminders(c, desk, now), *_find_escalations(c, desk, now)]
        happened = find_keys(c, [each.key for each in due])
    left = [each for each in due if each.key not in happened]
    written = 0
    for start in range(0, len(left), AT_ONCE):
        with writing(engine) as c:
            written += sum(_write(c, desk, each, now) for each in left[start : start + AT_ONCE])
    return written


def _find_reminders(c: Connection, desk: Desk, now: datetime) -> Iterable[Due]:
    """Of each deadline the latest reminder whose moment has come; none that came before it was told.

    What a person has taken is reminded of by the rules that told it, else as TAKEN says.
    """
    rules = {rule.id: rule for rule in desk.rules if rule.follow.remind}
    longest = timedelta(days=max((max(rule.follow.remind) for rule in rules.values()), default=max(TAKEN)))
    until = now + max(longest, timedelta(days=max(TAKEN))) + WEEKEND
    told = _find_read(c, desk, list(rules), now, until) if rules else []
    by_rule = {(each.opportunity_id, each.destination) for each in told}
    taken = [each for each in find_taken(c, now, until) if (each.opportunity_id, each.destination) not in by_rule]
    standings = find_standings(c, [each.opportunity_id for each in (*told, *taken)])
    for each in (*told, *taken):
        reader, standing = desk.readers[each.destination], standings[each.opportunity_id]
        if each.deadline is None or standing.is_turned_down or _is_relieved(desk, each, standing):
            continue
        days = _find_days(reader, each, rules, now)
        if days is not None:
            payload = {"days": days, "deadline": each.deadline.isoformat()}
            key = key_of_reminder(each.destination, each.opportunity_id, each.deadline, days)
            yield Due(key, EventKind.REMINDER, each, each.destination, _named(each, rules), payload)


def _find_days(reader: Reader, each: Followed, rules: Mapping[str, Rule], now: datetime) -> int | None:
    """How many days before the deadline the reminder is that is due now."""
    assert each.deadline is not None
    wanted = {days for name in each.rules if name in rules for days in rules[name].follow.remind} or set(TAKEN)
    come = [days for days in wanted if each.told_at < remind_at(reader.working, each.deadline, days) <= now]
    return min(come, default=None)


def _find_escalations(c: Connection, desk: Desk, now: datetime) -> Iterable[Due]:
    """What nobody has taken, declined or judged within the working hours that a rule gives whoever was told."""
    rules = {rule.id: rule for rule in desk.rules if rule.follow.escalate}
    if not rules:
        return
    found = _find_read(c, desk, list(rules), now)
    standings = find_standings(c, [each.opportunity_id for each in found])
    for each in found:
        standing = standings[each.opportunity_id]
        if standing.is_dealt_with or _is_relieved(desk, each, standing):
            continue
        reader = desk.readers[each.destination]
        worked = count_working(reader.working, each.told_at, now)
        for name in _named(each, rules):
            for step in rules[name].follow.escalate:
                if worked >= timedelta(hours=step.hours) and desk.is_known(step.to):
                    key = key_of_escalation(each.destination, each.opportunity_id, name, step.hours)
                    told = reader.person.name if reader.person else each.destination
                    payload = {"hours": step.hours, "told": told, "told_at": each.told_at.isoformat()}
                    yield Due(key, EventKind.ESCALATION, each, step.to, (name,), payload)


def _find_read(
    c: Connection, desk: Desk, rules: Sequence[str], now: datetime, deadline_until: datetime | None = None
) -> list[Followed]:
    """What was told where somebody still reads."""
    found = find_followed(c, rules, now, deadline_until=deadline_until)
    return [each for each in found if each.destination in desk.readers]


def _write(c: Connection, desk: Desk, due: Due, now: datetime) -> int:
    """Writes the event and its deliveries; 0 where it has happened, or there is nobody to tell."""
    event_id = append_once(c, due.key, due.kind, due.of.opportunity_id, due.payload, now, f"to {due.to}")
    if event_id is None:  # before it is anybody's turn
        return 0
    places, lack = ([due.to], "") if due.kind is EventKind.REMINDER else _find_places(c, desk, due, now)
    mark_routed(c, [event_id], now, to_note(places, lack=lack))
    rows = [
        NewDelivery(event_id, place, due.rules, new_message_id(), before(desk.readers[place], now, due.of.deadline))
        for place in places
    ]
    return save_deliveries(c, rows)


def _find_places(c: Connection, desk: Desk, due: Due, now: datetime) -> tuple[list[str], str]:
    """Where an escalation goes: of a team, to whose turn it is of those who have not had it.

    Where there is none it goes to the default owner, who has not had it either, else to the operators. The text says
    that, and is empty otherwise.
    """
    if due.to not in desk.teams:
        return [desk.people[due.to].destination if due.to in desk.people else due.to], ""
    number = due.of.opportunity_id
    view, standing = find_views(c, [number]).get(number), find_standings(c, [number])[number]
    turns = Turns(c, desk, now)
    if person := turns.take_turn(desk.teams[due.to], number, due.of.profile, view, standing, another=True):
        return [person.destination], ""
    lack, default = to_lack([Rule(each, None, 0, due.to) for each in due.rules]), desk.default_rule
    if default and default.to in desk.teams and default.to != due.to:
        team = desk.teams[default.to]
        if person := turns.take_turn(team, number, due.of.profile, view, standing, another=True):
            return [person.destination], lack
    elif default and default.to in desk.readers and default.to not in (*desk.people, due.of.destination):
        return [default.to], lack
    return list(desk.operators), lack


def _is_relieved(desk: Desk, each: Followed, standing: Standing) -> bool:
    """Who was told has handed it on, or another has taken it."""
    return any(desk.people[name].destination == each.destination for name in standing.relieved if name in desk.people)


def _named(each: Followed, rules: Mapping[str, Rule]) -> tuple[str, ...]:
    return tuple(name for name in each.rules if name in rules)
