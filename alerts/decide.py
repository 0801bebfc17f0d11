"""What people do about an opportunity: take it (it is being bid), decline it, hand it to another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.desk import Desk, open_desk
from alerts.keys import new_message_id
from alerts.timing import before
from domain.alerts import EventKind
from domain.decisions import Assignment, Decision, DecisionState
from domain.errors import WrongUse
from domain.people import Person
from storage.assignments import (
    end_assignments,
    find_present,
    find_standings,
    lock_opportunity,
    save_assignment,
    save_decision,
)
from storage.deliveries import NewDelivery, save_deliveries
from storage.engine import writing
from storage.events import append_event, find_unrouted_of, mark_routed
from storage.followed import find_first_rules


@dataclass(frozen=True, slots=True)
class Decided:
    """What holds now; `is_new` is False where it was so before."""

    opportunity_id: int
    decision: Decision
    is_new: bool


def take(engine: Engine, opportunity_id: int, by: str, why: str, now: datetime) -> Decided:
    """`by` bids for it: the others who were to deal with it are relieved.

    Raises WrongUse where there is no such opportunity or person, or another has taken it.
    """
    with writing(engine) as c:
        desk, number = _open(c, opportunity_id)
        person = find_person(desk, by)
        standing = find_standings(c, [number])[number]
        known = standing.decided
        if known is not None and known.state is DecisionState.TAKEN:
            if known.by == person.id:
                return Decided(number, known, False)
            _check_bidder(known, person.id, "hand", f"--to {by}` hands it over")
        decision = Decision(number, DecisionState.TAKEN, person.id, why, now)
        save_decision(c, decision)
        end_assignments(c, number, now, but=person.id)
        if person.id not in standing.at_work:
            save_assignment(c, Assignment(number, person.id, None, "has taken it", now))
        return Decided(number, decision, True)


def decline(engine: Engine, opportunity_id: int, by: str, why: str, now: datetime) -> Decided:
    """Nobody bids for it: no more reminders and escalations. Raises WrongUse as `take` does: who bids may decline."""
    with writing(engine) as c:
        desk, number = _open(c, opportunity_id)
        person = find_person(desk, by)
        known = find_standings(c, [number])[number].decided
        if known is not None and known.state is DecisionState.DECLINED:
            return Decided(number, known, False)
        _check_bidder(known, person.id, "decline", '--why "…"` says that nobody bids')
        decision = Decision(number, DecisionState.DECLINED, person.id, why, now)
        save_decision(c, decision)
        end_assignments(c, number, now)
        return Decided(number, decision, True)


def hand(engine: Engine, opportunity_id: int, by: str, to: str, why: str, now: datetime, zone: str = "UTC") -> Decided:
    """`to` is to deal with it from now on, and is told so; all others are relieved. It is undecided again.

    Raises WrongUse where there is no such opportunity or person, `to` has it already, or another than `by` bids for it.
    """
    with writing(engine) as c:
        desk, number = _open(c, opportunity_id, zone)
        person, other = find_person(desk, by), find_person(desk, to)
        standing = find_standings(c, [number])[number]
        if standing.at_work == (other.id,):
            raise WrongUse(f"{other.id} has {number} already")
        _check_bidder(standing.decided, person.id, "hand", f"--to {to}` hands it over")
        return Decided(number, hand_on(c, desk, number, person, other, why, now), True)


def hand_on(c: Connection, desk: Desk, number: int, person: Person, other: Person, why: str, now: datetime) -> Decision:
    """As `hand`, in the caller's transaction, of the opportunity that it is now."""
    decision = Decision(number, DecisionState.HANDED, person.id, why, now, other.id)
    save_decision(c, decision)
    end_assignments(c, number, now)
    save_assignment(c, Assignment(number, other.id, None, f"handed over by {person.name}", now))
    payload = {"by": person.name, "why": why}
    event_id = append_event(c, EventKind.HANDED, number, payload, now)
    mark_routed(c, [event_id], now, f"to {other.destination}")
    due_at = before(desk.readers[other.destination], now, find_unrouted_of(c, number).closes_at)
    rules = find_first_rules(c, number)
    save_deliveries(c, [NewDelivery(event_id, other.destination, rules, new_message_id(), due_at)])
    return decision


def _check_bidder(known: Decision | None, by: str, command: str, effect: str) -> None:
    """Raises WrongUse where another bids for it than `by`, with the command by which it is done on purpose."""
    if known is not None and known.state is DecisionState.TAKEN and known.by != by:
        number, since = known.opportunity_id, f"{known.made_at:%Y-%m-%d %H:%M} UTC"
        purpose = f"`tenderwatch alerts {command} {number} --by {known.by} {effect}"
        raise WrongUse(f"{known.by} has taken {number} since {since}; {purpose}")


def find_person(desk: Desk, name: str) -> Person:
    """The person of this id; raises WrongUse."""
    if name not in desk.people:
        known = ", ".join(desk.people) or "none; write `people:` in alerts.yml"
        raise WrongUse(f"there is no person {name}; there are {known}")
    return desk.people[name]


def _open(c: Connection, opportunity_id: int, zone: str = "UTC") -> tuple[Desk, int]:
    """The desk, and the opportunity that this one is now, locked."""
    number = find_present(c, opportunity_id)
    if number is None:
        known = "`tenderwatch opportunities list --json` gives their numbers"
        raise WrongUse(f"there is no opportunity {opportunity_id}; {known}")
    lock_opportunity(c, number)
    return open_desk(c, zone), number
