"""What waits: notices to be matched, events to be routed, deliveries in each state; and since when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from domain.alerts import DeliveryState
from storage.schema import deliveries, events, notices, profile_versions, profiles
from storage.unmatched import has_unsettled


@dataclass(frozen=True, slots=True)
class Queue:
    """So many wait, the oldest of them since a moment (None where none waits)."""

    length: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """Deliveries of one destination in one state."""

    destination_id: str
    state: DeliveryState
    number: int


def find_queues(c: Connection, now: datetime) -> dict[str, Queue]:
    """By name: `matching` (notices), `routing` (events) and `sending` (deliveries that are due)."""
    due = (deliveries.c.state == DeliveryState.QUEUED) & (deliveries.c.next_try_at <= now)
    return {
        "matching": _measure_matching(c),
        "routing": _measure(c, events, events.c.routed_at.is_(None), events.c.happened_at),
        "sending": _measure(c, deliveries, due, deliveries.c.next_try_at),
    }


def count_deliveries_by_state(c: Connection) -> list[DeliveryCount]:
    """The whole ledger, counted."""
    columns = (deliveries.c.destination_id, deliveries.c.state)
    query = select(*columns, func.count().label("number")).group_by(*columns).order_by(*columns)
    return [DeliveryCount(row.destination_id, DeliveryState(row.state), row.number) for row in c.execute(query)]


def _measure_matching(c: Connection) -> Queue:
    """New and revised notices wait since then; besides, each edited profile that they are to be held against, since
    the newest edit."""
    changed = _measure(c, notices, notices.c.matched_epoch == 0, notices.c.updated_at)
    outdated = select(func.count()).select_from(profiles).where(profiles.c.settled < profiles.c.head)
    number = c.execute(outdated).scalar_one() if has_unsettled(c) else 0
    edited = c.execute(select(func.max(profile_versions.c.saved_at))).scalar() if number else None
    since = min((moment for moment in (changed.since, edited) if moment is not None), default=None)
    return Queue(changed.length + number, since)


def _measure(c: Connection, table: FromClause, which: ColumnElement[bool], since: ColumnElement[Any]) -> Queue:
    row = c.execute(select(func.count(), func.min(since)).select_from(table).where(which)).one()
    return Queue(*row)
