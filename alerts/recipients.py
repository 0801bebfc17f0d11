"""To which destinations an event goes, and by which rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from alerts.desk import DEFAULT_RULE, Desk
from alerts.obstacles import find_obstacle
from alerts.turns import Turns
from domain.alerts import EventKind, Rule
from storage.assignments import Standing, find_standings
from storage.events import Unrouted
from storage.opportunities import OpportunityView
from storage.told import find_summed, find_told
from storage.unseen import find_unseen

Recipients = dict[str, list[Rule]]
"""Destination -> the rules that name it."""
TOLD_BEFORE = "told before"
NO_RULE = "no rule matched"
# As a rule of a delivery to the operators: with it stand the rules that fit.
NOBODY_FREE = Rule("nobody can take it", None, 0, "")
JOINED = "nobody is told again: it was joined with one that they were told of"


@dataclass(frozen=True, slots=True)
class Told:
    """Of an opportunity: the destinations that were told of it, by itself or in a summary.

    `unseen` are those of them whose first message has not gone yet, with its deliveries: it will show what it then is.
    """

    places: frozenset[str] = frozenset()
    unseen: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)


def find_told_before(c: Connection, opportunity_ids: Collection[int], now: datetime) -> dict[int, Told]:
    """What is known of each of these opportunities."""
    if not opportunity_ids:
        return {}
    told, summed = find_told(c, opportunity_ids), find_summed(c)
    unseen, standings = find_unseen(c, opportunity_ids, now), find_standings(c, opportunity_ids)
    return {
        each: Told(frozenset(told[each] | summed.get(each, set())), unseen.get(each, {}), standings[each])
        for each in told
    }


def find_recipients(
    candidate: Unrouted, desk: Desk, view: OpportunityView | None, told: Told, turns: Turns, now: datetime
) -> tuple[Recipients, str]:
    """Who is told of an event, and the note that says so, or why nobody is.

    Whoever was told of an opportunity is told what became of it, whatever its score is now; but not who has handed it
    on, nor who has not seen it yet: the first message will show it as it then is.
    """
    obstacle = find_obstacle(candidate, now, desk.zone)
    if candidate.event.kind is EventKind.NEW:
        if obstacle:
            return {}, f"nobody is told: {obstacle}"
        recipients, lack = _by_rules(candidate, desk, view, told, turns)
        anew = {place: rules for place, rules in recipients.items() if place not in told.places}
        return anew, to_note(anew, lack=lack) if anew or not recipients else JOINED
    relieved = {desk.people[name].destination for name in told.standing.relieved if name in desk.people}
    places = (told.places & desk.readers.keys()) - relieved - set(told.unseen)
    recipients, lack = ({}, "") if obstacle else _by_rules(candidate, desk, view, told, turns)
    recipients = {place: rules for place, rules in recipients.items() if place not in relieved | set(told.unseen)}
    if obstacle:
        for rule in desk.find_rules(candidate, view):
            place = desk.people[rule.to].destination if rule.to in desk.people else rule.to
            if place in places:
                recipients.setdefault(place, []).append(rule)
    recipients |= {place: [] for place in sorted(places) if place not in recipients}
    if recipients or not obstacle:
        return recipients, to_note(recipients, sorted(told.unseen), lack)
    if told.unseen:
        return {}, f"{', '.join(sorted(told.unseen))} had not been told yet, and is not: {obstacle}"
    return {}, f"nobody had been told, and nobody is: {obstacle}"


def to_note(recipients: Collection[str], unseen: Collection[str] = (), lack: str = "") -> str:
    """Who is told, as it is recorded; `lack` is why it is not whom the rules name."""
    if recipients:
        return f"to {', '.join(sorted(recipients))}{f': {lack}' if lack else ''}"
    return f"with the first message to {', '.join(unseen)}" if unseen else lack or NO_RULE


def to_names(rules: Collection[Rule]) -> tuple[str, ...]:
    """Rules as a delivery has them."""
    return tuple(dict.fromkeys(rule.id for rule in rules)) or (TOLD_BEFORE,)


def to_lack(rules: Collection[Rule]) -> str:
    """That these rules, which lead to teams, give it to nobody."""
    return "; ".join(f"rule {rule.id} fits, nobody in {rule.to} can take it" for rule in rules)


def _by_rules(
    candidate: Unrouted, desk: Desk, view: OpportunityView | None, told: Told, turns: Turns
) -> tuple[Recipients, str]:
    """Whom the rules name; where that is only teams in which nobody can take it, the default owner, else the operators.

    The text says the latter; it is empty where the rules do.
    """
    found: Recipients = {}
    vain: list[Rule] = []
    for rule in desk.find_rules(candidate, view):
        if rule.id == DEFAULT_RULE and told.places:  # others have it already
            continue
        if place := _to_place(rule, candidate, desk, view, told, turns):
            found.setdefault(place, []).append(rule)
        else:
            vain.append(rule)
    if found or not vain or told.places or told.standing.assignments:
        return found, ""
    default, lack = desk.default_rule, to_lack(vain)
    if default and (place := _to_place(default, candidate, desk, view, told, turns)):
        return {place: [*vain, default]}, lack
    return {place: [*vain, NOBODY_FREE] for place in desk.operators}, lack


def _to_place(
    rule: Rule, candidate: Unrouted, desk: Desk, view: OpportunityView | None, told: Told, turns: Turns
) -> str | None:
    """The destination that a rule means for this opportunity; a person who is named has it to deal with."""
    number = candidate.opportunity_id
    if rule.to in desk.teams:
        chosen = turns.take_turn(desk.teams[rule.to], number, candidate.profile_id, view, told.standing)
        return chosen.destination if chosen else None
    if rule.to not in desk.people:
        return rule.to
    person = desk.people[rule.to]
    if not any(each.person == person.id for each in told.standing.assignments):
        why = "the default owner" if rule.id == DEFAULT_RULE else f"named by the rule {rule.id}"
        turns.assign(person, number, why)
    return person.destination
