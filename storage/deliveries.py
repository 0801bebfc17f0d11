"""The ledger of what is sent. A delivery is leased before anything leaves, and what became of it is written after.

One message may hold several deliveries of one destination. They are leased together, share the Message-ID of the
first, and are tried again together.
"""

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, or_, select, update

from domain.alerts import OF_SOURCES, Delivery, DeliveryState, EventKind, Pace
from storage.ids import in_chunks, insert_new
from storage.schema import deliveries, destinations, events, notices, opportunities
from storage.throttles import find_free, take_tokens
from storage.twins import lapse_twins

MOST_AT_ONCE = 25
QUEUED = deliveries.c.state == DeliveryState.QUEUED
SENDING = deliveries.c.state == DeliveryState.SENDING
# One message holds several of a kind.
TOGETHER = (EventKind.NEW, EventKind.REMINDER, EventKind.ESCALATION, EventKind.HANDED)
OF_CHANGES = (EventKind.CHANGED, EventKind.DEADLINE_MOVED, EventKind.CANCELLED)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to be written; `message_id` is without domain, `due_at` the moment from which it may be sent.

    `state` is WAITING where it goes with the digest of that moment.
    """

    event_id: int
    destination_id: str
    rules: tuple[str, ...]
    message_id: str
    due_at: datetime
    state: DeliveryState = DeliveryState.QUEUED


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A line of the ledger: `title` of the notice, or what the summary is of; `at` when sent, else next tried."""

    delivery: Delivery
    kind: EventKind
    title: str
    at: datetime


def save_deliveries(c: Connection, rows: Sequence[NewDelivery]) -> int:
    """Queues deliveries; how many were new. One for the same event and destination is there already, and stays."""
    saved = 0
    for chunk in in_chunks(rows):
        pairs = or_(*(_is_pair(row) for row in chunk))
        query = select(deliveries.c.event_id, deliveries.c.destination_id).where(pairs)
        there = {(row.event_id, row.destination_id) for row in c.execute(query)}
        new = [_to_row(row) for row in chunk if (row.event_id, row.destination_id) not in there]
        if new:
            c.execute(insert_new(c, deliveries), new)
        saved += len(new)
    return saved


def lease_deliveries(
    c: Connection,
    now: datetime,
    ttl: timedelta,
    holder: str,
    limits: Mapping[str, int] | None = None,
    paces: Mapping[str, Sequence[Pace]] | None = None,
    only: Container[str] | None = None,
) -> list[Delivery]:
    """The deliveries of the next message, now SENDING; empty when nothing is due that nobody else is sending.

    They are of one destination, to which nobody is sending, and whose `paces` allow it: their tokens are taken in this
    transaction, so that a process that is killed has not sent more than they allow. A delivery that waits for its next
    try holds back the later ones of its destination, so that they arrive in order. What is leased together: new
    opportunities (or reminders, escalations, or what was handed over), at most `limits` of that destination; or all
    changes of one opportunity; or news of sources, as many; or a summary or digest alone; or what was tried together.
    """
    for destination_id in find_due_destinations(c, now):
        if only is not None and destination_id not in only:
            continue
        row_lock = select(destinations.c.id).where(destinations.c.id == destination_id)
        if c.execute(row_lock.with_for_update(skip_locked=True, key_share=True)).first() is None:
            continue
        most = (limits or {}).get(destination_id, MOST_AT_ONCE)
        first, ids = _find_batch(c, destination_id, now, most)
        if first is None or take_tokens(c, (paces or {}).get(destination_id, ()), now) is not None:
            continue
        held = {
            "state": DeliveryState.SENDING,
            "message_id": first.message_id,
            "tries": deliveries.c.tries + 1,
            "lease_holder": holder,
            "lease_expires_at": now + ttl,
        }
        c.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(**held))
        return find_deliveries(c, ids)
    return []


def find_due_destinations(c: Connection, now: datetime) -> list[str]:
    """Destinations with something due, whose turn is oldest first."""
    due = select(deliveries.c.destination_id).where(QUEUED, deliveries.c.next_try_at <= now)
    return list(c.execute(due.group_by(deliveries.c.destination_id).order_by(func.min(deliveries.c.id))).scalars())


def find_turn(c: Connection, now: datetime, paces: Mapping[str, Sequence[Pace]]) -> datetime | None:
    """When the next message may be sent that only waits for its `paces`; None where nothing waits for them."""
    turns = []
    for destination_id in find_due_destinations(c, now):
        first = c.execute(_first_of(destination_id, now)).first()
        if first is None or first.next_try_at > now or destination_id not in paces or _is_busy(c, destination_id):
            continue
        turns.append(find_free(c, paces[destination_id], now))
    return min(turns, default=None)


def lease_one(
    c: Connection, event_id: int, destination_id: str, now: datetime, ttl: timedelta, holder: str
) -> Delivery:
    """The delivery of this very event, now SENDING, whatever else its destination waits for: for a test."""
    own = (deliveries.c.event_id == event_id) & (deliveries.c.destination_id == destination_id)
    held = {"state": DeliveryState.SENDING, "lease_holder": holder, "lease_expires_at": now + ttl, "tries": 1}
    leased = update(deliveries).where(own).values(**held).returning(deliveries)
    return to_delivery(c.execute(leased).one())


def find_holders(c: Connection) -> set[str]:
    """Who says to be sending at this moment."""
    return set(c.execute(select(deliveries.c.lease_holder).where(SENDING).distinct()).scalars())


def expire_leases(c: Connection, now: datetime, gone: Collection[str] = ()) -> int:
    """SENDING whose lease is over, or whose holder is gone, becomes UNKNOWN, and says why; how many."""
    over = or_(deliveries.c.lease_expires_at <= now, deliveries.c.lease_holder.in_(list(gone)))
    reason = "killed between sending and recording: it may have arrived; `tenderwatch alerts resend` sends it again"
    values = {"state": DeliveryState.UNKNOWN, "reason": reason}
    return c.execute(update(deliveries).where(SENDING, over).values(**values)).rowcount


def save_sent(
    c: Connection, ids: Sequence[int], holder: str, now: datetime, reason: str | None, known_as: str | None = None
) -> None:
    """Arrived at the service, which said `reason`, and calls the message `known_as`."""
    _save(c, ids, holder, state=DeliveryState.SENT, sent_at=now, reason=reason, known_as=known_as)


def save_part(c: Connection, ids: Sequence[int], holder: str, now: datetime, told: int, doubt: str | None) -> None:
    """One part of it has left, `told` opportunities so far; the next part is due. `doubt`: a part may not be there."""
    _save(c, ids, holder, state=DeliveryState.QUEUED, next_try_at=now, tries=0, told=told, doubt=doubt)


def save_unknown(c: Connection, ids: Sequence[int], holder: str, reason: str) -> None:
    """Handed over, but no answer came: it may have arrived, and is not sent again by itself."""
    _save(c, ids, holder, state=DeliveryState.UNKNOWN, reason=reason)


def save_retry(c: Connection, ids: Sequence[int], holder: str, next_try_at: datetime, reason: str) -> None:
    """Not arrived; to be tried again."""
    _save(c, ids, holder, state=DeliveryState.QUEUED, next_try_at=next_try_at, reason=reason)


def save_dead(c: Connection, ids: Sequence[int], holder: str, reason: str) -> None:
    """Given up: a person must look."""
    _save(c, ids, holder, state=DeliveryState.DEAD, reason=reason)


def requeue(c: Connection, ids: Collection[int] | None, states: Collection[DeliveryState], now: datetime) -> int:
    """Queues again those of these states (and, unless None, these ids), as due now; how many.

    What went to a destination that was removed stays as it is. They keep their Message-ID, and count as tried, so that
    they go out as the message that they were. Of a digest in parts those that arrived are not sent again, unless it is
    not known which.
    """
    there = select(destinations.c.id).where(destinations.c.removed_at.is_(None))
    which: ColumnElement[bool] = deliveries.c.state.in_(list(states)) & deliveries.c.destination_id.in_(there)
    if ids is not None:
        which &= deliveries.c.id.in_(list(ids))
    values = {
        "state": DeliveryState.QUEUED,
        "tries": 1,
        "next_try_at": now,
        "due_at": now,
        "told": case((deliveries.c.doubt.is_(None), deliveries.c.told), else_=0),
        "doubt": None,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "reported_at": None,
    }
    return c.execute(update(deliveries).where(which).values(**values)).rowcount


def find_deliveries(c: Connection, ids: Sequence[int]) -> list[Delivery]:
    """Deliveries by their number, in its order."""
    query = select(deliveries).where(deliveries.c.id.in_(list(ids))).order_by(deliveries.c.id)
    return [to_delivery(row) for row in c.execute(query)]


def count_deliveries(c: Connection, state: DeliveryState, destination_id: str | None = None) -> int:
    """How many are in this state."""
    query = select(func.count()).select_from(deliveries).where(deliveries.c.state == state)
    if destination_id is not None:
        query = query.where(deliveries.c.destination_id == destination_id)
    return c.execute(query).scalar_one()


def list_deliveries(
    c: Connection,
    state: DeliveryState | None = None,
    limit: int = 50,
    delivery_id: int | None = None,
    acknowledged: bool = False,
) -> list[DeliveryView]:
    """The ledger, newest first, or one line of it; `acknowledged`: only those that a person has seen."""
    query = (
        select(deliveries, events.c.kind, events.c.payload, notices.c.title)
        .join(events, events.c.id == deliveries.c.event_id)
        .outerjoin(opportunities, opportunities.c.id == events.c.opportunity_id)
        .outerjoin(notices, notices.c.id == opportunities.c.notice_id)
        .order_by(deliveries.c.id.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(deliveries.c.state == state)
    if delivery_id is not None:
        query = query.where(deliveries.c.id == delivery_id)
    if acknowledged:
        query = query.where(deliveries.c.acknowledged_at.is_not(None))
    return [_to_view(row) for row in c.execute(query)]


def to_delivery(row: Row[Any]) -> Delivery:
    """The delivery of a row of `deliveries`."""
    return Delivery(
        row.id,
        row.event_id,
        row.destination_id,
        DeliveryState(row.state),
        tuple(row.rules),
        row.tries,
        row.next_try_at,
        row.message_id,
        row.reason,
        row.due_at,
        row.told,
        row.doubt,
        row.acknowledged_at,
        row.acknowledged_by,
    )


def _first_of(destination_id: str, now: datetime) -> Select[Any]:
    """The oldest delivery that is due, or waits for its next try and so holds back the others."""
    return (
        select(deliveries, events.c.kind, events.c.opportunity_id)
        .join(events, events.c.id == deliveries.c.event_id)
        .where(
            deliveries.c.destination_id == destination_id,
            QUEUED,
            or_(deliveries.c.next_try_at <= now, deliveries.c.tries > 0),
        )
        .order_by(deliveries.c.id)
        .limit(1)
    )


def _find_batch(c: Connection, destination_id: str, now: datetime, most: int) -> tuple[Row[Any] | None, list[int]]:
    """What goes next to a destination, by its first; none where nothing is due, or somebody is sending there."""
    while True:
        first = c.execute(_first_of(destination_id, now)).first()
        if first is None or first.next_try_at > now or _is_busy(c, destination_id):
            return None, []
        ids = list(c.execute(_batch_of(first, now).limit(most)).scalars())
        if first.kind == EventKind.NEW and not first.tries:
            ids = lapse_twins(c, destination_id, ids)
        if ids:
            return first, ids


def _batch_of(first: Row[Any], now: datetime) -> Select[Any]:
    query = (
        select(deliveries.c.id)
        .join(events, events.c.id == deliveries.c.event_id)
        .where(deliveries.c.destination_id == first.destination_id, QUEUED, deliveries.c.next_try_at <= now)
        .order_by(deliveries.c.id)
    )
    if first.tries:
        return query.where(deliveries.c.message_id == first.message_id)
    if first.kind in TOGETHER:
        return query.where(events.c.kind == first.kind, deliveries.c.tries == 0)
    if first.kind in OF_SOURCES:
        return query.where(events.c.kind.in_(OF_SOURCES), deliveries.c.tries == 0)
    if first.kind in OF_CHANGES:
        same = events.c.opportunity_id == first.opportunity_id
        return query.where(events.c.kind.in_(OF_CHANGES), same, deliveries.c.tries == 0)
    return query.where(deliveries.c.id == first.id)


def _is_busy(c: Connection, destination_id: str) -> bool:
    query = select(deliveries.c.id).where(deliveries.c.destination_id == destination_id, SENDING).limit(1)
    return c.execute(query).first() is not None


def _save(c: Connection, ids: Sequence[int], holder: str, **values: Any) -> None:
    """Only by who holds them: what was taken for lost meanwhile (UNKNOWN) may still be told better."""
    own = (deliveries.c.lease_holder == holder) & deliveries.c.state.in_([DeliveryState.SENDING, DeliveryState.UNKNOWN])
    c.execute(update(deliveries).where(deliveries.c.id.in_(list(ids)), own).values(**values))


def _is_pair(row: NewDelivery) -> Any:
    return (deliveries.c.event_id == row.event_id) & (deliveries.c.destination_id == row.destination_id)


def _to_row(row: NewDelivery) -> dict[str, Any]:
    return {
        "event_id": row.event_id,
        "destination_id": row.destination_id,
        "state": row.state,
        "rules": list(row.rules),
        "tries": 0,
        "next_try_at": row.due_at,
        "due_at": row.due_at,
        "message_id": row.message_id,
    }


def _to_view(row: Row[Any]) -> DeliveryView:
    title = row.title or row.payload.get("baseline") or row.payload.get("source") or row.kind
    return DeliveryView(to_delivery(row), EventKind(row.kind), title, row.sent_at or row.next_try_at)
