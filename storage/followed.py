"""What people were told and may still act on: for reminders of deadlines, and for escalation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, and_, func, or_, select

from domain.alerts import DeliveryState, EventKind
from domain.decisions import DecisionState
from storage.assignments import find_merged, is_open
from storage.schema import decisions, deliveries, events, lots, notices, opportunities, people

FIRST = (EventKind.NEW, EventKind.HANDED)
ARRIVED = (DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.BUNDLED, DeliveryState.DEAD)


@dataclass(frozen=True, slots=True)
class Followed:
    """An opportunity that a destination was told of at a moment, by these rules; it may still be bid for.

    `deadline` is the next one: with lots the earliest of theirs that is not over; None: not stated.
    """

    opportunity_id: int
    profile: str
    destination: str
    rules: tuple[str, ...]
    told_at: datetime
    deadline: datetime | None


def find_followed(
    c: Connection, rules: Sequence[str], now: datetime, *, deadline_until: datetime | None = None
) -> list[Followed]:
    """What destinations were told by one of these rules, with a deadline up to this moment; oldest first.

    Of one that was dead (it never arrived) it counts when it was given up: others must know even then.
    """
    moved = opportunities.alias("moved")
    query = (
        select(
            deliveries.c.destination_id,
            deliveries.c.rules,
            func.coalesce(deliveries.c.sent_at, deliveries.c.next_try_at).label("told_at"),
            *_of_opportunity(now),
        )
        .join(events, events.c.id == deliveries.c.event_id)
        .join(moved, moved.c.id == events.c.opportunity_id)
        .join(opportunities, opportunities.c.id == func.coalesce(moved.c.merged_into, moved.c.id))
        .join(notices, notices.c.id == opportunities.c.notice_id)
        .where(events.c.kind.in_(FIRST), deliveries.c.state.in_(ARRIVED), is_open(now))
        .order_by(deliveries.c.id)
    )
    if deadline_until is not None:
        query = query.where(_closes_until(now, deadline_until))
    wanted = set(rules)
    return _unite([_to_followed(row, now) for row in c.execute(query) if wanted & set(row.rules)])


def find_taken(c: Connection, now: datetime, deadline_until: datetime) -> list[Followed]:
    """What people are bidding, with a deadline up to this moment, whether or not any rule sent it to them."""
    moved = opportunities.alias("moved")
    newest = select(func.max(decisions.c.id)).group_by(decisions.c.opportunity_id)
    query = (
        select(people.c.destination_id, decisions.c.made_at.label("told_at"), *_of_opportunity(now))
        .join(decisions, decisions.c.made_by == people.c.id)
        .join(moved, moved.c.id == decisions.c.opportunity_id)
        .join(opportunities, opportunities.c.id == func.coalesce(moved.c.merged_into, moved.c.id))
        .join(notices, notices.c.id == opportunities.c.notice_id)
        .where(decisions.c.id.in_(newest), decisions.c.state == DecisionState.TAKEN, is_open(now))
        .where(people.c.destination_id.is_not(None))
        .where(_closes_until(now, deadline_until))
        .order_by(decisions.c.id)
    )
    return [_to_followed(row, now) for row in c.execute(query)]


def _next_lot(now: datetime) -> ScalarSelect[Any]:
    own = (lots.c.notice_id == notices.c.id) & (lots.c.deadline_at > now)
    return select(func.min(lots.c.deadline_at)).where(own).scalar_subquery()


def _of_opportunity(now: datetime) -> tuple[ColumnElement[Any], ...]:
    columns = (opportunities.c.id, opportunities.c.profile_id, notices.c.deadline_at)
    return (*columns, _next_lot(now).label("next_lot"))


def _closes_until(now: datetime, until: datetime) -> ColumnElement[bool]:
    own = and_(notices.c.deadline_at > now, notices.c.deadline_at <= until)
    return or_(own, _next_lot(now) <= until)


def _to_followed(row: Row[Any], now: datetime) -> Followed:
    own = row.deadline_at if row.deadline_at is not None and row.deadline_at > now else None
    deadline = row.next_lot or own
    rules = tuple(row.rules) if "rules" in row._fields else ()
    return Followed(row.id, row.profile_id, row.destination_id, rules, row.told_at, deadline)


def _unite(found: Sequence[Followed]) -> list[Followed]:
    """Of several messages to a destination about one opportunity, the newest: it was handed back, or merged."""
    newest: dict[tuple[int, str], Followed] = {}
    for each in found:
        before = newest.pop((each.opportunity_id, each.destination), None)
        rules = dict.fromkeys((*(before.rules if before else ()), *each.rules))
        newest[each.opportunity_id, each.destination] = replace(each, rules=tuple(rules))
    return list(newest.values())


def find_first_rules(c: Connection, opportunity_id: int) -> tuple[str, ...]:
    """All rules by which anybody was told of an opportunity first."""
    query = select(deliveries.c.rules).join(events, events.c.id == deliveries.c.event_id)
    own = events.c.opportunity_id.in_(list(find_merged(c, [opportunity_id])))
    rows = c.execute(query.where(own, events.c.kind.in_(FIRST)).order_by(deliveries.c.id)).scalars()
    return tuple(dict.fromkeys(rule for rules in rows for rule in rules))
