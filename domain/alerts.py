"""What people are told: events become deliveries to destinations by rules."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from domain.people import AT_ONCE, When


class EventKind(StrEnum):
    """Something that people may be told."""

    NEW = "new opportunity"
    CHANGED = "changed"
    DEADLINE_MOVED = "deadline moved"
    CANCELLED = "cancelled"
    BASELINE = "baseline summary"
    DIGEST = "digest"
    REMINDER = "deadline reminder"
    ESCALATION = "escalation"
    HANDED = "handed over"
    SOURCE_TROUBLE = "source trouble"
    SOURCE_MENDED = "source mended"
    NOT_DELIVERED = "not delivered"
    TEST = "test"


OF_SOURCES = (EventKind.SOURCE_TROUBLE, EventKind.SOURCE_MENDED)
"""Events about a source, not an opportunity: they go to the operators."""


class DeliveryState(StrEnum):
    """The ledger. unknown: handed over, but the answer never came; dead: given up, a person must look.

    waiting: for its recipient's next digest; bundled: in a digest, whose own line says what became of it; lapsed: it
    closed, or was cancelled, before it was its turn.
    """

    WAITING = "waiting"
    BUNDLED = "bundled"
    LAPSED = "lapsed"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where messages go: an Apprise address; `${TENDERWATCH_SECRET_…}` in it is read when sending.

    `operators`: who reads here keeps the crawls going, and is told when a source is in trouble and when it is mended,
    and of what could not be delivered. `language` is one of LANGUAGES; `zone` (IANA) None means the installation's.
    `when` holds where no person reads alone.
    """

    id: str
    name: str
    url: str
    operators: bool = False
    language: str = "en"
    zone: str | None = None
    when: When = AT_ONCE


@dataclass(frozen=True, slots=True)
class Pace:
    """A token bucket: at most `burst` messages at once, and one more every `every` seconds. `key` says whose it is."""

    key: str
    every: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Escalation:
    """Where nobody has dealt with it in so many working hours of whoever was told, `to` is told.

    `to` is a person, a team or a destination.
    """

    hours: int
    to: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule asks besides profile and score; what is empty or None asks nothing.

    `value` is (least, most, ISO 4217 currency), `places` ISO 3166 alpha-2 or NUTS prefixes, `buyers` patterns of names
    and `lots` of titles of lots with `*`, `kinds` those of notices. What a notice does not say is no reason against it.
    """

    max_score: int | None = None
    value: tuple[Decimal | None, Decimal | None, str] | None = None
    places: tuple[str, ...] = ()
    buyers: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def asks_notice(self) -> bool:
        """Whether the notice must be read to answer."""
        return bool(self.value or self.places or self.buyers or self.lots or self.kinds)


@dataclass(frozen=True, slots=True)
class Follow:
    """How a rule follows up: `remind` so many days before the deadline, `escalate` in steps.

    `at_once_from` is a score from which it does not wait for a digest; with fewer than `bid_days` left it is said to
    be too near to bid.
    """

    remind: tuple[int, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    at_once_from: int | None = None
    bid_days: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Opportunities of `profile` (None: of all) with at least `min_score`, and `terms`, go to `to`.

    `to` is a destination, a person, or a team, whose people take turns.
    """

    id: str
    profile: str | None
    min_score: int
    to: str
    terms: Terms = Terms()
    follow: Follow = Follow()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs between two revisions, as JSON values."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Event:
    """Something about one opportunity (None for a baseline summary, which carries its opportunities in `payload`)."""

    id: int
    kind: EventKind
    opportunity_id: int | None
    happened_at: datetime
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event to one destination, unique; `rules` are all rules that led there.

    A long digest goes to a chat in parts: `told` is how many of its opportunities earlier parts held, `doubt` why one
    of those parts may not have arrived. `acknowledged_by` is the person who said that it is dealt with.
    """

    id: int
    event_id: int
    destination_id: str
    state: DeliveryState
    rules: tuple[str, ...]
    tries: int
    next_try_at: datetime
    message_id: str
    reason: str | None
    due_at: datetime
    told: int = 0
    doubt: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
