"""Digests: what waited for one becomes one message, best first, each opportunity once, with what was held back.

Each is made once: the moment up to which all were made is moved in the transaction that writes its event, whose key is
unique. After a pause (the machine was off) one digest makes up for those that were missed, and names them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from alerts.bad_sources import find_bad
from alerts.keys import key_of_digest, new_message_id
from alerts.obstacles import find_obstacle
from alerts.schedule import find_slots, next_slot
from alerts.timing import digest_at, to_local
from domain.alerts import DeliveryState, EventKind
from domain.people import Reader
from domain.sources import Source
from storage.deliveries import NewDelivery, save_deliveries
from storage.digests import (
    Waiting,
    find_digested,
    find_waited_for,
    find_waiting,
    lock_digests,
    save_bundled,
    save_digested,
    save_waiting_until,
)
from storage.engine import reading, writing
from storage.events import append_once
from storage.people import find_readers
from storage.unseen import save_lapsed

# A clock that was so far ahead was wrong: what was made then does not keep later digests from being made.
AHEAD = timedelta(hours=26)
MEMORY = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Entry:
    """One procedure in a digest: its best opportunity, those of other profiles, and all deliveries that it is of."""

    best: Waiting
    others: tuple[int, ...]
    rules: tuple[str, ...]
    deliveries: tuple[int, ...]


def make_digests(engine: Engine, sources: Sequence[Source], now: datetime, zone: str = "UTC") -> int:
    """Makes the digests that are due; how many. `sources` are those that are on, `zone` the installation's."""
    with reading(engine) as c:
        readers, digested, waited_for = find_readers(c, zone), find_digested(c), find_waited_for(c)
    made = 0
    for place, reader in readers.items():
        if place in waited_for or (reader.when.digest and _is_due(reader, digested.get(place), now)):
            with writing(engine) as c:
                made += _make(c, reader, sources, now, zone)
    return made


def to_entries(waiting: Sequence[Waiting]) -> list[Entry]:
    """What waits, each procedure once with all rules that led to it, best first."""
    grouped: dict[int, list[Waiting]] = {}
    for each in waiting:
        grouped.setdefault(each.procedure_id, []).append(each)
    entries = [_to_entry(group) for group in grouped.values()]
    return sorted(entries, key=lambda entry: (-entry.best.candidate.score, entry.best.opportunity_id))


def to_shown(entries: Sequence[Entry], most: int, after: datetime) -> tuple[list[Entry], list[Entry]]:
    """What is shown, best first, and what is held back until the digest of `after`.

    What closes before that one cannot wait: it takes the place of what can.
    """
    waits = {entry.best.opportunity_id: _can_wait(entry, after) for entry in entries}
    chosen = sorted(entries, key=lambda entry: waits[entry.best.opportunity_id])[:most]
    shown = [entry for entry in entries if entry in chosen]
    return shown, [entry for entry in entries if entry not in shown]


def _can_wait(entry: Entry, after: datetime) -> bool:
    closes_at = entry.best.candidate.closes_at
    return closes_at is None or closes_at > after


def _is_due(reader: Reader, until: datetime | None, now: datetime) -> bool:
    return until is None or bool(_find_missed(reader, until, now))


def _find_missed(reader: Reader, until: datetime, now: datetime) -> list[datetime]:
    """The moments of digests that were not made yet, the last of them first in turn."""
    assert reader.when.digest is not None
    after = now - AHEAD if until > now + AHEAD else max(until, now - MEMORY)
    return find_slots(reader.when.digest, reader.when, reader.working, after, now)


def _make(c: Connection, reader: Reader, sources: Sequence[Source], now: datetime, zone: str) -> int:
    """Makes the digest of a destination that is due, if one is; the number of digests made."""
    until = lock_digests(c, reader.destination)
    waiting = find_waiting(c, reader.destination)
    first = min((each.candidate.event.happened_at for each in waiting), default=now)
    # Where the schedule was taken away, what waits goes now.
    slots = [now] if reader.when.digest is None else _find_missed(reader, until or first, now)
    if not slots:
        if until is None:
            save_digested(c, reader.destination, first)
        return 0
    save_digested(c, reader.destination, slots[-1])
    return _write(c, reader, waiting, slots, sources, now, zone)


def _write(
    c: Connection,
    reader: Reader,
    waiting: Sequence[Waiting],
    slots: Sequence[datetime],
    sources: Sequence[Source],
    now: datetime,
    zone: str,
) -> int:
    lapsed = [(each, why) for each in waiting if (why := find_obstacle(each.candidate, now, zone))]
    gone = {each.delivery_id for each, _ in lapsed}
    entries = to_entries([each for each in waiting if each.delivery_id not in gone])
    if not (entries or any(each.candidate.qualified for each, _ in lapsed) or reader.when.heartbeat):
        return 0
    after = now if reader.when.digest is None else next_slot(reader.when.digest, reader.when, reader.working, now)
    shown, held = to_shown(entries, reader.when.most, after)
    payload = _to_payload(shown, held, lapsed, slots) | {"sources": find_bad(c, sources, now)}
    place = reader.destination
    event_id = append_once(c, key_of_digest(place, slots[-1]), EventKind.DIGEST, None, payload, now, f"to {place}")
    if event_id is None:
        return 0
    rules = tuple(sorted({rule for entry in shown for rule in entry.rules}))
    message_id = new_message_id()
    closes_at = min((at for entry in shown if (at := entry.best.candidate.closes_at) is not None), default=None)
    due_at = digest_at(reader, now, closes_at)
    save_deliveries(c, [NewDelivery(event_id, place, rules, message_id, due_at)])
    name = f"in the digest of {to_local(slots[-1], zone)} (event {event_id})"
    save_bundled(c, [each for entry in shown for each in entry.deliveries], message_id, now, name)
    for each, why in lapsed:
        save_lapsed(c, [each.delivery_id], f"not told: {why}", DeliveryState.WAITING)
    save_waiting_until(c, [each for entry in held for each in entry.deliveries], after)
    return 1


def _to_payload(
    shown: Sequence[Entry], held: Sequence[Entry], lapsed: Sequence[tuple[Waiting, str]], slots: Sequence[datetime]
) -> dict[str, Any]:
    """What the digest's event holds, as JSON."""
    return {
        "slot": slots[-1].isoformat(),
        "missed": [slot.isoformat() for slot in slots[:-1]],
        "opportunities": [entry.best.opportunity_id for entry in shown],
        "others": {str(entry.best.opportunity_id): list(entry.others) for entry in shown if entry.others},
        "rules": {str(entry.best.opportunity_id): list(entry.rules) for entry in shown},
        "held_back": [entry.best.opportunity_id for entry in held],
        "lapsed": [[each.opportunity_id, why] for each, why in lapsed if each.candidate.qualified],
    }


def _to_entry(group: Sequence[Waiting]) -> Entry:
    best = max(group, key=lambda each: (each.candidate.score, -each.opportunity_id))
    others = sorted({each.opportunity_id for each in group} - {best.opportunity_id})
    rules = dict.fromkeys(rule for each in group for rule in each.rules)
    return Entry(best, tuple(others), tuple(rules), tuple(each.delivery_id for each in group))
