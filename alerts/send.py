"""The dispatcher: leases what is due, sends one message at a time to one destination, and records what became of it.

What is being sent is committed before anything leaves. A process killed in between leaves a delivery that the next
one finds and calls `unknown`: it may have arrived, and is never sent again by itself.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event, Lock

import structlog
from sqlalchemy import Engine

from alerts.attempt import Sender
from alerts.holders import at_work, find_gone
from alerts.keys import new_message_id
from alerts.losses import report_losses
from alerts.outcome import Fate, Outcome
from alerts.record import record, record_test
from alerts.schemes import find_fault
from alerts.services import Service
from alerts.smtp import find_account_fault
from alerts.vault import reader
from domain.alerts import Delivery, DeliveryState, Destination, EventKind, Pace
from domain.config import Settings
from domain.errors import WrongUse
from storage.deliveries import (
    DeliveryView,
    NewDelivery,
    count_deliveries,
    expire_leases,
    find_due_destinations,
    find_holders,
    find_turn,
    lease_deliveries,
    lease_one,
    list_deliveries,
    save_deliveries,
)
from storage.destinations import find_destinations
from storage.engine import reading, writing
from storage.events import append_event, mark_routed
from storage.removal import lapse_removed

log = structlog.get_logger()

# One message at most; longer than every pause that SMTP or HTTP are given, shorter than the lease.
TIME_LIMIT = timedelta(seconds=90)
LEASE = timedelta(minutes=5)
# How many destinations are written to at the same time: one that hangs delays no other.
SENDERS = 8
# A token that comes sooner is waited for; what waits longer is another round's.
PATIENCE = timedelta(seconds=60)
NAP = 0.25


@dataclass(frozen=True, slots=True)
class Sent:
    """Deliveries of one round: sent; failed (given up, or to be tried again); unknown; and what is left.

    `waiting` are still queued, `collected` wait for a digest.
    """

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    waiting: int = 0
    collected: int = 0


def send_due(
    engine: Engine,
    settings: Settings,
    clock: Callable[[], datetime],
    on_progress: Callable[[int], None] | None = None,
    stop: Event | None = None,
    time_limit: timedelta = TIME_LIMIT,
) -> Sent:
    """Sends all that is due, until `stop` is set; `on_progress` is told how many deliveries each message held.

    Waits for the pace of a service, at most PATIENCE, never for a next try. The operators are told of what was lost.
    """
    with at_work() as holder:
        _expire(engine, clock())
        with reading(engine) as c:
            due = find_due_destinations(c, clock())
            places = {place.id: place for place in find_destinations(c)}
        sender = Sender(engine, settings, reader(engine, settings.data_dir), time_limit, stop)
        turn = _Round(sender, clock, holder, places, {each: sender.open(places[each]) for each in due}, on_progress)
        turn.run(min(len(due), SENDERS))
        if report_losses(engine, clock(), settings.zone) and not (stop and stop.is_set()):
            told = {place.id: sender.open(place) for place in places.values() if place.operators}
            turn = replace(turn, services=told)
            turn.run(1)
    with reading(engine) as c:
        waiting = count_deliveries(c, DeliveryState.QUEUED)
        collected = count_deliveries(c, DeliveryState.WAITING)
    return replace(turn.counts[0], waiting=waiting, collected=collected)


def send_test(engine: Engine, settings: Settings, destination_id: str, now: datetime) -> DeliveryView:
    """Sends a sample at once and gives its line in the ledger; raises WrongUse where there is no such place."""
    with reading(engine) as c:
        places = {place.id: place for place in find_destinations(c)}
    if destination_id not in places:
        raise WrongUse(f"there is no destination {destination_id}; there are {', '.join(places) or 'none'}")
    place = places[destination_id]
    sender = Sender(engine, settings, reader(engine, settings.data_dir), TIME_LIMIT)
    with at_work() as holder:
        with writing(engine) as c:
            event_id = append_event(c, EventKind.TEST, None, {}, now)
            mark_routed(c, [event_id], now, f"to {destination_id}")
            save_deliveries(c, [NewDelivery(event_id, destination_id, (), new_message_id(), now)])
            delivery = lease_one(c, event_id, destination_id, now, LEASE, holder)
        result = sender.send(sender.open(place), place, [delivery], now)
        with writing(engine) as c:
            record_test(c, delivery, result, holder, now)
    with reading(engine) as c:
        return list_deliveries(c, delivery_id=delivery.id)[0]


def check_destination(destination: Destination, settings: Settings, engine: Engine) -> str | None:
    """What is wrong with a destination and how to mend it, found without sending; None where nothing is."""
    if fault := find_fault(destination.url, destination.id):
        return fault
    service = Sender(engine, settings, reader(engine, settings.data_dir), TIME_LIMIT).open(destination)
    if isinstance(service, Outcome):
        return service.reason
    return find_account_fault(settings.mail) if service.is_mail else None


@dataclass(frozen=True, slots=True)
class _Round:
    """All that is due to these services, by as many threads as there are destinations, SENDERS at most.

    The threads write one after the other: SQLite lets one write, and is not fair to who waits.
    """

    sender: Sender
    clock: Callable[[], datetime]
    holder: str
    places: Mapping[str, Destination]
    services: Mapping[str, Service | Outcome]
    on_progress: Callable[[int], None] | None
    counts: list[Sent] = field(default_factory=lambda: [Sent()])
    turns: list[tuple[float, datetime | None]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def run(self, threads: int) -> None:
        """Ends when nothing is due any more; raises what a thread raised."""
        if threads <= 1:
            self._work()
            return
        with ThreadPoolExecutor(threads, "send") as pool:
            for each in [pool.submit(self._work) for _ in range(threads)]:
                each.result()

    def _work(self) -> None:
        while not (self.sender.stop and self.sender.stop.is_set()):
            batch = self._lease()
            if batch:
                self._send(batch)
            elif not self._nap():
                return

    def _lease(self) -> list[Delivery]:
        limits = {each: service.most for each, service in self._open.items()}
        with self.lock, writing(self.sender.engine) as c:
            now = self.clock()
            return lease_deliveries(c, now, LEASE, self.holder, limits, self._paces, only=self.services)

    def _send(self, batch: list[Delivery]) -> None:
        place = self.places[batch[0].destination_id]
        result = self.sender.send(self.services[place.id], place, batch, self.clock())
        with self.lock:
            with writing(self.sender.engine) as c:
                record(c, batch, result, self.holder, self.clock(), self._paces.get(place.id, ()))
            self.counts[0] = _count(self.counts[0], result.outcome, len(batch))
            if self.on_progress:
                self.on_progress(len(batch))

    def _nap(self) -> bool:
        """Sleeps a little where a service may soon be written to again; False where none may, or the clock stands."""
        now = self.clock()
        turn = self._find_turn(now)
        if turn is None or turn - now > PATIENCE:
            return False
        (self.sender.stop or Event()).wait(min(max((turn - now).total_seconds(), 0.001), NAP))
        return self.clock() > now

    def _find_turn(self, now: datetime) -> datetime | None:
        """When the next message may go; looked up once for all threads that sleep."""
        with self.lock:
            if not self.turns or time.monotonic() - self.turns[-1][0] > NAP / 2:
                with reading(self.sender.engine) as c:
                    self.turns[:] = [(time.monotonic(), find_turn(c, now, self._paces))]
            return self.turns[-1][1]

    @property
    def _open(self) -> dict[str, Service]:
        return {each: service for each, service in self.services.items() if isinstance(service, Service)}

    @property
    def _paces(self) -> Mapping[str, tuple[Pace, ...]]:
        return {each: service.paces for each, service in self._open.items()}


def _expire(engine: Engine, now: datetime) -> None:
    with writing(engine) as c:
        lost = expire_leases(c, now, find_gone(find_holders(c)))
        lapse_removed(c)
    if lost:
        log.warning("deliveries were being sent when their process was killed", deliveries=lost)


def _count(counts: Sent, outcome: Outcome, deliveries: int) -> Sent:
    if outcome.fate is Fate.SENT:
        return replace(counts, sent=counts.sent + deliveries)
    if outcome.fate is Fate.UNKNOWN:
        return replace(counts, unknown=counts.unknown + deliveries)
    return replace(counts, failed=counts.failed + deliveries)
