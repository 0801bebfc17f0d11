"""What `alerts.yml` can name is removed: what names it goes to another, so that nothing is left without somebody.

The ledger and what was decided stay as they are.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.decide import find_person, hand_on
from alerts.desk import Desk, open_desk
from domain.alerts import Rule
from domain.errors import WrongUse
from domain.people import Team
from storage.destinations import delete_rule, find_destinations, save_rule
from storage.engine import writing
from storage.people import save_default, save_team
from storage.removal import find_open_of, remove_destination, remove_person, remove_team

KINDS = ("person", "destination", "team", "rule")
WHY = "{name} was removed from the alerts"


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed (one of KINDS), and what became of what was theirs: opportunities, rules and teams that changed.

    `destination` gets nothing any more (None: it is a channel that others read), `lapsed` deliveries had not gone yet.
    `without_operators`: nobody is told of lost deliveries and bad sources now.
    """

    kind: str
    destination: str | None = None
    handed: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    was_default: bool = False
    lapsed: int = 0
    without_operators: bool = False


@dataclass(frozen=True, slots=True)
class _Ties:
    """All that names somebody; `alone` are teams in which nobody else is."""

    opportunities: tuple[int, ...]
    rules: tuple[Rule, ...]
    teams: tuple[Team, ...]
    alone: tuple[Team, ...]
    is_default: bool

    @property
    def need(self) -> str:
        """What must be given to another, in words; empty where nothing must."""
        found = []
        if self.opportunities:
            found.append(f"{len(self.opportunities)} open opportunities")
        if self.rules:
            found.append(f"the rules {', '.join(rule.id for rule in self.rules)}")
        if self.alone:
            found.append(f"the teams {', '.join(team.id for team in self.alone)}, in which nobody else is")
        return "; ".join([*found, *(["what no rule sends anywhere"] if self.is_default else [])])


def remove(
    engine: Engine, name: str, to: str | None, now: datetime, zone: str = "UTC", kind: str | None = None
) -> Removed:
    """Removes what has this id; `to` gets what was theirs, and is told of what is handed over.

    Rules have ids of their own: `kind`, one of KINDS, says which is meant where a rule and another have the same.
    Raises WrongUse where there is no such one, or two; where something is theirs and nobody is named to have it; where
    a destination is a person's; where `to` cannot have it; and for a rule's `to`, since nothing is a rule's.
    """
    with writing(engine) as c:
        desk = open_desk(c, zone)
        found = _find_kind(desk, name, kind)
        if found == "rule":
            return _remove_rule(c, name, to)
        _check_owner(desk, name)
        ties = _find_ties(c, desk, name, now)
        _check_heir(desk, name, to, ties)
        place = _find_place(desk, name)
        if to is not None:
            _give(c, desk, name, to, ties, now)
        for team in ties.teams:
            others = tuple(each for each in team.people if each != name)
            save_team(c, replace(team, people=others or ((to,) if to else ())))
        if found == "person":
            remove_person(c, name)
        elif found == "team":
            remove_team(c, name, now)
        lapsed = remove_destination(c, place, now) if place else 0
        return Removed(
            found,
            place,
            ties.opportunities,
            tuple(rule.id for rule in ties.rules),
            tuple(team.id for team in ties.teams),
            ties.is_default,
            lapsed,
            not any(each.operators for each in find_destinations(c)),
        )


def _find_kind(desk: Desk, name: str, wanted: str | None) -> str:
    """What has this id; a destination that is a person's mail is the person."""
    rules = {rule.id for rule in desk.rules}
    places = {each for each in desk.readers if each not in desk.people}
    ids: tuple[Collection[str], ...] = (desk.people, places, desk.teams, rules)
    known = dict(zip(KINDS, ids, strict=True))
    if wanted not in (None, *KINDS):
        raise WrongUse(f"--kind {wanted}: write one of {', '.join(KINDS)}")
    kinds = [kind for kind in KINDS if name in known[kind] and wanted in (None, kind)]
    if len(kinds) > 1:
        raise WrongUse(f"{name} is a {' and a '.join(kinds)}: write --kind and which of them is meant")
    if kinds:
        return kinds[0]
    there = [f"{kind} {', '.join(sorted(known[kind]))}" for kind in KINDS if known[kind] and wanted in (None, kind)]
    what = wanted or "person, destination, team or rule"
    raise WrongUse(f"there is no {what} {name}; there are {'; '.join(there) or 'none'}")


def _remove_rule(c: Connection, name: str, to: str | None) -> Removed:
    if to is not None:
        raise WrongUse(f"--to {to}: nothing is a rule's that another could have; leave --to out")
    delete_rule(c, name)
    return Removed("rule")


def _find_place(desk: Desk, name: str) -> str | None:
    """The destination that goes: a person's own, not a channel that the person only reads."""
    if name in desk.people:
        own = desk.people[name].destination
        return own if own == name else None
    return name if name in desk.readers else None


def _check_owner(desk: Desk, name: str) -> None:
    owner = next((each.id for each in desk.people.values() if each.destination == name), None)
    if owner not in (None, name):
        raise WrongUse(f"{name} is where {owner} reads: remove {owner}, or give them another `destination:` first")


def _find_ties(c: Connection, desk: Desk, name: str, now: datetime) -> _Ties:
    teams = tuple(team for team in desk.teams.values() if name in team.people)
    return _Ties(
        tuple(find_open_of(c, name, now)) if name in desk.people else (),
        tuple(rule for rule in desk.rules if name in (rule.to, *(step.to for step in rule.follow.escalate))),
        teams,
        tuple(team for team in teams if len(team.people) == 1),
        desk.default == name,
    )


def _check_heir(desk: Desk, name: str, to: str | None, ties: _Ties) -> None:
    if to is None:
        if ties.need:
            raise WrongUse(f"{name} has {ties.need}: write --to and who gets that")
        return
    if to == name or not desk.is_known(to):
        others = sorted({*desk.people, *desk.readers, *desk.teams} - {name})
        raise WrongUse(f"--to {to}: write one of {', '.join(others) or 'none: import another one first'}")
    if ties.opportunities or ties.alone:
        find_person(desk, to)


def _give(c: Connection, desk: Desk, name: str, to: str, ties: _Ties, now: datetime) -> None:
    for rule in ties.rules:
        steps = tuple(replace(step, to=to) if step.to == name else step for step in rule.follow.escalate)
        save_rule(c, replace(rule, to=to if rule.to == name else rule.to, follow=replace(rule.follow, escalate=steps)))
    if ties.is_default:
        save_default(c, to)
    _hand_all(c, desk, name, to, ties.opportunities, now)


def _hand_all(c: Connection, desk: Desk, name: str, to: str, numbers: Sequence[int], now: datetime) -> None:
    for number in numbers:
        person = desk.people[name]
        hand_on(c, desk, number, person, desk.people[to], WHY.format(name=person.name), now)
