"""Digests: what waits for one, up to which moment all were made, and what is in one that was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from domain.alerts import DeliveryState
from domain.sources import RunState
from storage.events import Unrouted, find_candidates
from storage.ids import in_chunks
from storage.schema import deliveries, destinations, runs

WAITING = deliveries.c.state == DeliveryState.WAITING


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that waits for a digest; its opportunity is the one that it is now, of `procedure_id`."""

    delivery_id: int
    rules: tuple[str, ...]
    candidate: Unrouted
    opportunity_id: int
    procedure_id: int


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """When a source was last read well, None: never."""

    source: str
    good_at: datetime | None


def lock_digests(c: Connection, destination_id: str) -> datetime | None:
    """The moment up to which all digests were made; nobody else makes one until this transaction ends."""
    query = select(destinations.c.digested_until).where(destinations.c.id == destination_id).with_for_update()
    found: datetime | None = c.execute(query).scalar_one()
    return found


def save_digested(c: Connection, destination_id: str, until: datetime) -> None:
    """All digests up to this moment were made."""
    c.execute(update(destinations).where(destinations.c.id == destination_id).values(digested_until=until))


def find_digested(c: Connection) -> dict[str, datetime | None]:
    """The moment up to which all digests were made, by destination."""
    return dict(c.execute(select(destinations.c.id, destinations.c.digested_until)).all())


def find_waited_for(c: Connection) -> set[str]:
    """The destinations that something waits for."""
    return set(c.execute(select(deliveries.c.destination_id).where(WAITING).distinct()).scalars())


def find_waiting(c: Connection, destination_id: str) -> list[Waiting]:
    """What waits for this destination's next digest, oldest first."""
    query = select(deliveries.c.id, deliveries.c.event_id, deliveries.c.rules).where(
        WAITING, deliveries.c.destination_id == destination_id
    )
    rows = c.execute(query.order_by(deliveries.c.id)).all()
    present = find_candidates(c, [row.event_id for row in rows])
    return [Waiting(row.id, tuple(row.rules), *present[row.event_id]) for row in rows if row.event_id in present]


def save_bundled(c: Connection, delivery_ids: Sequence[int], message_id: str, now: datetime, reason: str) -> None:
    """They went with a digest of this Message-ID."""
    values = {"state": DeliveryState.BUNDLED, "message_id": message_id, "next_try_at": now, "reason": reason}
    for chunk in in_chunks(delivery_ids):
        c.execute(update(deliveries).where(deliveries.c.id.in_(chunk), WAITING).values(**values))


def save_waiting_until(c: Connection, delivery_ids: Sequence[int], slot: datetime) -> None:
    """They wait for the digest of this moment."""
    for chunk in in_chunks(delivery_ids):
        c.execute(update(deliveries).where(deliveries.c.id.in_(chunk), WAITING).values(next_try_at=slot))


def find_checks(c: Connection, sources: Sequence[str]) -> list[SourceCheck]:
    """When each of these sources was last read well."""
    query = select(runs.c.source, func.max(runs.c.finished_at)).where(runs.c.state.in_([RunState.OK, RunState.PARTIAL]))
    found: dict[str, datetime] = dict(c.execute(query.group_by(runs.c.source)).all())
    return [SourceCheck(source, found.get(source)) for source in sources]
