"""Events: what people may be told. One is claimed by its state (not routed yet), never by its number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, update

from domain.alerts import OF_SOURCES, Event, EventKind
from domain.notices import Status
from domain.sources import RunState
from storage.ids import in_chunks, insert_new
from storage.schema import events, lots, notices, opportunities, runs
from storage.types import AnyRow
from storage.unmatched import has_unmatched

# The cause of a baseline: set by matching in the payload of a live kind, and by routing in the summary's.
CAUSE = events.c.payload["baseline"].as_string()
IN_SUMMARY = "in a summary to "  # how the note of a routed baseline event begins
UNROUTED = events.c.routed_at.is_(None)


@dataclass(frozen=True, slots=True)
class Unrouted:
    """An event with what routing asks of its opportunity, as it stands now.

    `closes_at` is the deadline, with lots the latest of theirs: a notice is open while any lot is. None: not stated.
    `opportunity_id` is the one that the event's was merged into, if any, else its own; `joined`: others were.
    """

    event: Event
    profile_id: str
    score: Decimal
    qualified: bool
    status: Status
    closes_at: datetime | None
    opportunity_id: int
    joined: bool


def append_once(
    c: Connection,
    key: str,
    kind: EventKind,
    opportunity_id: int | None,
    payload: dict[str, Any],
    now: datetime,
    note: str,
) -> int | None:
    """Writes an event that may happen once, as `key` says, routed already (`note` says to whom); its number.

    None where it has happened.
    """
    row = {"key": key, "kind": kind, "opportunity_id": opportunity_id, "payload": payload, "note": note}
    written = insert_new(c, events).returning(events.c.id)
    number: int | None = c.execute(written, {**row, "happened_at": now, "routed_at": now}).scalar()
    return number


def find_keys(c: Connection, keys: Sequence[str]) -> set[str]:
    """Those of these keys whose event has happened."""
    found: set[str] = set()
    for chunk in in_chunks(keys):
        found |= set(c.execute(select(events.c.key).where(events.c.key.in_(chunk))).scalars())
    return found


def append_event(
    c: Connection, kind: EventKind, opportunity_id: int | None, payload: dict[str, Any], now: datetime
) -> int:
    """Writes an event, to be routed; its number."""
    row = {"kind": kind, "opportunity_id": opportunity_id, "happened_at": now, "payload": payload}
    number: int = c.execute(insert(events).returning(events.c.id), row).scalar_one()
    return number


def find_unrouted_events(c: Connection, limit: int) -> list[Unrouted]:
    """Events that nobody has routed, oldest first, without those of a baseline; no other transaction gets them too."""
    return _find_unrouted(c, _SELECT.where(UNROUTED, CAUSE.is_(None)).limit(limit))


def find_unrouted_source_events(c: Connection, limit: int) -> list[Event]:
    """Events about sources that nobody has routed, oldest first; no other transaction gets them too."""
    query = select(events).where(UNROUTED, events.c.kind.in_(OF_SOURCES)).order_by(events.c.id).limit(limit)
    return [to_event(row) for row in c.execute(query.with_for_update(skip_locked=True))]


def find_baseline_causes(c: Connection) -> list[tuple[str, str | None]]:
    """Each cause that has unrouted baseline events, with the source that they come from (None: not of one source)."""
    source = events.c.payload["source"].as_string()
    query = select(CAUSE, func.min(source), func.count(source.distinct())).where(UNROUTED, CAUSE.is_not(None))
    rows = c.execute(query.group_by(CAUSE).order_by(CAUSE))
    return [(cause, name if count == 1 else None) for cause, name, count in rows]


def find_summed_up(c: Connection, event_id: int) -> list[int] | None:
    """The opportunities of a summary or digest, also those that it only counted; None where the event is neither."""
    summaries = events.c.kind.in_([EventKind.BASELINE, EventKind.DIGEST])
    own = c.execute(select(events).where(events.c.id == event_id, summaries)).one_or_none()
    if own is None:
        return None
    if own.kind == EventKind.DIGEST:
        return [*own.payload["opportunities"], *own.payload["held_back"]]
    place = (own.note or "").removeprefix("to ")
    query = select(events.c.opportunity_id, events.c.note).where(own.payload["baseline"] == CAUSE)
    query = query.where(events.c.routed_at == own.routed_at, events.c.note.startswith(IN_SUMMARY))
    rows = c.execute(query.order_by(events.c.id))
    return [number for number, note in rows if place in note.removeprefix(IN_SUMMARY).split(", ")]


def find_baseline_events(c: Connection, cause: str) -> list[Unrouted]:
    """All unrouted baseline events of a cause, oldest first; no other transaction gets them too."""
    return _find_unrouted(c, _SELECT.where(UNROUTED, cause == CAUSE))


def is_settled(c: Connection, source: str | None) -> bool:
    """No crawl of the source (None: of any) is running, and nothing is left to match: its baseline is complete."""
    running = select(runs.c.id).where(runs.c.state == RunState.RUNNING)
    if source is not None:
        running = running.where(runs.c.source == source)
    return c.execute(running.limit(1)).first() is None and not has_unmatched(c)


def mark_routed(c: Connection, event_ids: Sequence[int], now: datetime, note: str | None) -> None:
    """Routed at this moment; the note says to whom, or why to nobody."""
    for chunk in in_chunks(event_ids):
        c.execute(update(events).where(events.c.id.in_(chunk)).values(routed_at=now, note=note))


def find_candidates(c: Connection, event_ids: Sequence[int]) -> dict[int, tuple[Unrouted, int, int]]:
    """Events with their opportunity as it is now (that which it was merged into), its number and its procedure."""
    moved = opportunities.alias("moved")
    present = func.coalesce(moved.c.merged_into, moved.c.id)
    query = (
        select(events, *_FACTS, opportunities.c.id.label("present"), opportunities.c.procedure_id)
        .join(moved, moved.c.id == events.c.opportunity_id)
        .join(opportunities, opportunities.c.id == present)
        .join(notices, notices.c.id == opportunities.c.notice_id)
    )
    found = {}
    for chunk in in_chunks(event_ids):
        for row in c.execute(query.where(events.c.id.in_(chunk))):
            found[row.id] = (_to_unrouted(row), row.present, row.procedure_id)
    return found


def find_unrouted_of(c: Connection, opportunity_id: int) -> Unrouted:
    """What routing would ask of this opportunity as it stands now, with its newest event."""
    query = _SELECT.where(opportunities.c.id == opportunity_id).order_by(None).order_by(events.c.id.desc()).limit(1)
    row = c.execute(query).one_or_none()
    if row is not None:
        return _to_unrouted(row)
    bare = select(*_FACTS).select_from(opportunities).join(notices, notices.c.id == opportunities.c.notice_id)
    found: AnyRow = c.execute(bare.where(opportunities.c.id == opportunity_id)).one()
    none = Event(0, EventKind.NEW, opportunity_id, datetime.min.replace(tzinfo=UTC), {})
    return _of_facts(none, found)


def find_events(c: Connection, event_ids: Sequence[int]) -> dict[int, Event]:
    """Events by their number."""
    found: dict[int, Event] = {}
    for chunk in in_chunks(event_ids):
        found |= {row.id: to_event(row) for row in c.execute(select(events).where(events.c.id.in_(chunk)))}
    return found


def find_notes(c: Connection, opportunity_id: int) -> list[tuple[Event, datetime | None, str | None]]:
    """The events of an opportunity, oldest first, each with when it was routed and the note that says to whom.

    Those of opportunities that were merged into it are its own.
    """
    merged = select(opportunities.c.id).where(opportunities.c.merged_into == opportunity_id)
    own = or_(events.c.opportunity_id == opportunity_id, events.c.opportunity_id.in_(merged))
    query = select(events).where(own).order_by(events.c.id)
    return [(to_event(row), row.routed_at, row.note) for row in c.execute(query)]


def to_event(row: Row[Any]) -> Event:
    """The event of a row of `events`."""
    return Event(row.id, EventKind(row.kind), row.opportunity_id, row.happened_at, row.payload)


_LAST_LOT = select(func.max(lots.c.deadline_at)).where(lots.c.notice_id == notices.c.id).scalar_subquery()
_told_of, _merged = opportunities.alias("told_of"), opportunities.alias("merged")
_joined = select(_merged.c.id).where(_merged.c.merged_into == opportunities.c.id).exists()
_FACTS = (
    opportunities.c.id.label("live_id"),
    _joined.label("joined"),
    opportunities.c.profile_id,
    opportunities.c.score,
    opportunities.c.qualified,
    notices.c.status,
    notices.c.deadline_at,
    _LAST_LOT.label("last_lot"),
)
_SELECT: Select[Any] = (
    select(events, *_FACTS)
    .join(_told_of, _told_of.c.id == events.c.opportunity_id)
    .join(opportunities, opportunities.c.id == func.coalesce(_told_of.c.merged_into, _told_of.c.id))
    .join(notices, notices.c.id == opportunities.c.notice_id)
    .order_by(events.c.id)
)


def _find_unrouted(c: Connection, query: Select[Any]) -> list[Unrouted]:
    rows = c.execute(query.with_for_update(skip_locked=True, of=events))
    return [_to_unrouted(row) for row in rows]


def _to_unrouted(row: Row[Any]) -> Unrouted:
    return _of_facts(to_event(row), row)


def _of_facts(event: Event, row: AnyRow) -> Unrouted:
    deadlines = [moment for moment in (row.deadline_at, row.last_lot) if moment is not None]
    closes_at = max(deadlines) if deadlines else None
    return Unrouted(
        event,
        row.profile_id,
        row.score,
        row.qualified,
        Status(row.status),
        closes_at,
        row.live_id,
        row.joined,
    )
