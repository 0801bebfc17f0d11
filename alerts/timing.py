"""When a delivery goes to whom: at once, after quiet hours, or with the next digest."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from alerts.schedule import awake_from, local_day, next_slot
from domain.alerts import DeliveryState, EventKind, Rule
from domain.people import Reader

URGENT = (EventKind.DEADLINE_MOVED, EventKind.CANCELLED)
# What a digest holds; all else goes as a message of its own, so that it stays in the thread of what it is about.
COLLECTED = (EventKind.NEW,)


def find_time(
    reader: Reader,
    kind: EventKind,
    score: int | Decimal,
    rules: Iterable[Rule],
    now: datetime,
    closes_at: datetime | None = None,
) -> tuple[DeliveryState, datetime]:
    """QUEUED from a moment on, or WAITING for the digest of a moment; at once where that would be after `closes_at`.

    A moved deadline or a cancellation goes at once, also in quiet hours, unless the reader's schedule says otherwise.
    """
    when = reader.when
    if kind in URGENT and not when.urgent_waits:
        return DeliveryState.QUEUED, now
    bands = [when.at_once_from, *(rule.follow.at_once_from for rule in rules)]
    does_not_wait = kind in URGENT or any(band is not None and score >= band for band in bands)
    if when.digest is None or does_not_wait:
        return DeliveryState.QUEUED, before(reader, now, closes_at)
    slot = next_slot(when.digest, when, reader.working, now)
    if closes_at is not None and slot >= closes_at > now:
        return DeliveryState.QUEUED, before(reader, now, closes_at)
    return (DeliveryState.WAITING if kind in COLLECTED else DeliveryState.QUEUED), slot


def before(reader: Reader, now: datetime, deadline: datetime | None) -> datetime:
    """After quiet hours; at once where that would be after the deadline: nothing is deferred until it is useless."""
    awake = awake_from(reader.when, reader.working, now)
    return now if deadline is not None and awake >= deadline > now else awake


def digest_at(reader: Reader, now: datetime, closes_at: datetime | None) -> datetime:
    """When a digest that is made now goes: as `before`; a day off that the schedule names for digests is not quiet."""
    day, when = local_day(now, reader.working.zone), reader.when
    days = when.digest.days if when.digest is not None else None
    if days is not None and day.weekday() in days and day not in reader.working.holidays:
        reader = replace(reader, when=replace(when, quiet_days_off=False))
    return before(reader, now, closes_at)


def to_local(moment: datetime, zone: str) -> str:
    """A moment as it is written in texts that are kept: with the zone, "2026-01-31 12:00 Europe/Madrid"."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"
