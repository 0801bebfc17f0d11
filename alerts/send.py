"""The dispatcher: leases what is due, sends one message at a time to one destination, and records what became of it.

What is being sent is committed before anything leaves. A process killed in between leaves a delivery that the next
one finds and calls `unknown`: it may have arrived, and is never sent again by itself.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog
from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.plugins.base import NotifyBase
from sqlalchemy import Engine

from alerts.compose import Parcel, compose
from alerts.holders import at_work, find_gone
from alerts.http import Watch, watched
from alerts.keys import new_message_id
from alerts.letter import Letter, to_message_id
from alerts.mail_plugin import TenderMail, register
from alerts.outcome import Fate, HandOver, Outcome, TooLate
from alerts.phrases import ENGLISH
from alerts.plain import plain
from alerts.record import record, record_test
from alerts.render import Message
from alerts.schemes import WEBHOOKS, expand, find_fault, most_in_message, scheme_of
from alerts.smtp import find_account_fault
from domain.alerts import Delivery, DeliveryState, Destination, EventKind
from domain.config import Settings, read_secret
from domain.errors import BadRule, BadSettings, WrongUse
from storage.deliveries import (
    DeliveryView,
    NewDelivery,
    count_deliveries,
    expire_leases,
    find_holders,
    lease_deliveries,
    lease_one,
    list_deliveries,
    save_deliveries,
)
from storage.destinations import find_destinations
from storage.engine import reading, writing
from storage.events import append_event, mark_routed

log = structlog.get_logger()

# One message at most; longer than every pause that SMTP or HTTP are given, shorter than the lease.
TIME_LIMIT = timedelta(seconds=90)
LEASE = timedelta(minutes=5)
LAST_WORDS = 5.0  # seconds that a service has for its answer once we are told to stop

register()


@dataclass(frozen=True, slots=True)
class Sent:
    """Deliveries of one round: sent; failed (given up, or to be tried again); unknown; and what is still queued."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    waiting: int = 0


def send_due(
    engine: Engine,
    settings: Settings,
    clock: Callable[[], datetime],
    on_progress: Callable[[int], None] | None = None,
    stop: Event | None = None,
    time_limit: timedelta = TIME_LIMIT,
) -> Sent:
    """Sends all that is due, until `stop` is set; `on_progress` is told how many deliveries each message held."""
    counts = Sent()
    with at_work() as holder:
        _expire(engine, clock())
        while not (stop and stop.is_set()):
            with writing(engine) as c:
                places = {place.id: place for place in find_destinations(c)}
                limits = {place.id: _find_most(place) for place in places.values()}
                batch = lease_deliveries(c, clock(), LEASE, holder, limits)
            if not batch:
                break
            outcome = _send_batch(engine, settings, places[batch[0].destination_id], batch, clock(), time_limit, stop)
            with writing(engine) as c:
                record(c, batch, outcome, holder, clock())
            counts = _count(counts, outcome, len(batch))
            if on_progress:
                on_progress(len(batch))
    with reading(engine) as c:
        waiting = count_deliveries(c, DeliveryState.QUEUED)
    return replace(counts, waiting=waiting)


def send_test(engine: Engine, settings: Settings, destination_id: str, now: datetime) -> DeliveryView:
    """Sends a test message at once and gives its line in the ledger; raises WrongUse where there is no such place."""
    with reading(engine) as c:
        places = {place.id: place for place in find_destinations(c)}
    if destination_id not in places:
        raise WrongUse(f"there is no destination {destination_id}; there are {', '.join(places) or 'none'}")
    with at_work() as holder:
        with writing(engine) as c:
            event_id = append_event(c, EventKind.TEST, None, {}, now)
            mark_routed(c, [event_id], now, f"to {destination_id}")
            save_deliveries(c, [NewDelivery(event_id, destination_id, (), new_message_id(), now)])
            delivery = lease_one(c, event_id, destination_id, now, LEASE, holder)
        outcome = _send_batch(engine, settings, places[destination_id], [delivery], now, TIME_LIMIT)
        with writing(engine) as c:
            record_test(c, delivery, outcome, holder, now)
    with reading(engine) as c:
        return list_deliveries(c, delivery_id=delivery.id)[0]


def check_destination(destination: Destination, settings: Settings) -> str | None:
    """What is wrong with a destination and how to mend it, found without sending; None where nothing is."""
    try:
        if fault := find_fault(destination.url, destination.id):
            return fault
        url, _ = expand(destination.url, read_secret)
        _open_service(url)
    except (BadRule, BadSettings) as error:
        return str(error)
    return find_account_fault(settings.mail) if isinstance(_open_service(url), TenderMail) else None


def _expire(engine: Engine, now: datetime) -> None:
    with writing(engine) as c:
        lost = expire_leases(c, now, find_gone(find_holders(c)))
    if lost:
        log.warning("deliveries were being sent when their process was killed", deliveries=lost)


def _find_most(place: Destination) -> int:
    """How many opportunities a message may hold; a service is only known when its secret address has been read."""
    try:
        return most_in_message(expand(place.url, read_secret)[0])
    except (BadRule, BadSettings):
        return 1  # sending says what is wrong


def _count(counts: Sent, outcome: Outcome, deliveries: int) -> Sent:
    if outcome.fate is Fate.SENT:
        return replace(counts, sent=counts.sent + deliveries)
    if outcome.fate is Fate.UNKNOWN:
        return replace(counts, unknown=counts.unknown + deliveries)
    return replace(counts, failed=counts.failed + deliveries)


def _send_batch(
    engine: Engine,
    settings: Settings,
    place: Destination,
    batch: list[Delivery],
    now: datetime,
    limit: timedelta,
    stop: Event | None = None,
) -> Outcome:
    """The outcome of one message, in at most `limit`; a time-out is unknown only if the message may have left."""
    hand_over = HandOver()
    found: list[Outcome] = []

    def work() -> None:
        try:
            found.append(_attempt(engine, settings, place, batch, now, hand_over))
        except TooLate:
            return
        except Exception as error:  # the border of sending: whatever happens, the ledger must say it
            log.exception("a message could not be sent", destination=place.id, deliveries=[each.id for each in batch])
            fate = Fate.UNKNOWN if hand_over.abandon() else Fate.TEMPORARY
            found.append(Outcome(fate, f"an error of Tenderwatch's own ({type(error).__name__}); the log has it"))

    thread = Thread(target=work, name=f"send to {place.id}", daemon=True)
    thread.start()
    seconds = f"no answer in {_wait(thread, limit.total_seconds(), stop):.3g} s"
    left = hand_over.abandon()
    if found:
        return found[0]
    return Outcome(Fate.UNKNOWN, f"handed over, but {seconds}") if left else Outcome(Fate.TEMPORARY, seconds)


def _wait(thread: Thread, limit: float, stop: Event | None) -> float:
    """Until the thread has ended, for `limit` seconds at most, or LAST_WORDS from a stop; how long it was."""
    begun, last = time.monotonic(), limit
    while thread.is_alive() and (waited := time.monotonic() - begun) < last:
        if stop is not None and stop.is_set():
            last, stop = min(last, waited + LAST_WORDS), None
        thread.join(min(last - waited, 0.2) if stop is not None else last - waited)
    return last


def _attempt(
    engine: Engine, settings: Settings, place: Destination, batch: list[Delivery], now: datetime, hand_over: HandOver
) -> Outcome:
    try:
        url, hidden = expand(place.url, read_secret)
        service = _open_service(url)
    except BadSettings as error:
        return Outcome(Fate.TEMPORARY, str(error))
    except BadRule as error:
        return Outcome(Fate.PERMANENT, str(error))
    with reading(engine) as c:
        parcel = compose(c, batch, now, settings.zone, settings.base_url)
    if isinstance(service, TenderMail):
        service.load(_to_letter(parcel, place, service, settings, now), settings.mail, hand_over)
    with watched(hand_over, settings.allowed_addresses) as watch:
        outcome = _notify(service, parcel.message, watch)
    for secret in hidden:
        outcome = replace(outcome, reason=outcome.reason.replace(secret, "***"))
    return outcome


def _notify(service: NotifyBase, message: Message, watch: Watch) -> Outcome:
    """One Apprise object, one target; what Apprise drops is taken from the plugin or the watch."""
    apprise = Apprise(asset=service.asset)
    apprise.add(service)
    if isinstance(service, TenderMail):
        title, body, body_format = message.subject, message.html, NotifyFormat.HTML
    elif service.schema in WEBHOOKS:
        title, body, body_format = message.subject, message.text, NotifyFormat.TEXT
    else:
        title, body, body_format = message.headline, message.chat, NotifyFormat.TEXT
    result = apprise.notify(body=body, title=title, body_format=body_format)
    said = plain("; ".join(entry.message for entry in result.logs()), 300)
    if isinstance(service, TenderMail):
        if service.outcome is None:
            watch.hand_over.begin()  # raises TooLate where that was the reason
            return Outcome(Fate.TEMPORARY, f"the mail was not sent: {said}")
        return service.outcome
    if result:
        return watch.last if watch.last and watch.last.fate is Fate.SENT else Outcome(Fate.SENT, "accepted")
    if watch.last is None:
        return Outcome(Fate.PERMANENT, f"the service was not asked: {said}")
    if watch.last.fate is Fate.SENT:
        return Outcome(Fate.PERMANENT, f"the service {watch.last.reason}, and refused: {said}")
    return watch.last


def _open_service(url: str) -> NotifyBase:
    """The Apprise plugin of an address; raises BadRule where it is not one, or names more than one target."""
    asset = AppriseAsset(
        app_id=ENGLISH["product"],
        app_desc=ENGLISH["product"],
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        interpret_emojis=False,
        storage_mode="memory",
        service_timeout=0,
        allow_templates=False,
    )
    service = Apprise.instantiate(url, asset=asset)
    if service is None:
        raise BadRule(f"the {scheme_of(url)} address is not complete; see the address of that service in its manual")
    if len(service) > 1:
        raise BadRule("its address names several targets; write one destination for each, so that each has its ledger")
    service.retry, service.optional, service.redirects, service.verify_certificate = 0, False, False, True
    return service


def _to_letter(parcel: Parcel, place: Destination, service: TenderMail, settings: Settings, now: datetime) -> Letter:
    sender = settings.mail.sender
    return Letter(
        sender=sender,
        recipient=f"{service.user}@{service.host}",
        message_id=to_message_id(parcel.message_id, sender),
        thread=tuple(to_message_id(key, sender) for key in parcel.thread),
        subject=parcel.message.subject,
        text=parcel.message.text,
        html=parcel.message.html,
        date=now,
        list_id=f"{place.id}.tenderwatch.{sender.rpartition('@')[2]}",
    )
