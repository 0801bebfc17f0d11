"""What became of a message, how long to wait before the next try, and who may still send it."""

import secrets
import threading
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

# Together about 22 hours: a mail server that is down over night is found up in the morning.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
MOST_TRIES = len(WAITS) + 1
LONGEST_WAIT = timedelta(days=1)
# However often a service says "later": after that nobody bids because of an alert.
MOST_AGE = timedelta(days=3)


class Fate(StrEnum):
    """What became of a message. temporary: to be tried again; permanent: it would be refused for ever."""

    SENT = "sent"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A fate with its reason in plain words, never holding a secret; `retry_after` is what the service asked for.

    `busy`: it only wants to be asked later (429), which is not counted as a try. `known_as` is what the service calls
    the message, where a later one can be a reply to it.
    """

    fate: Fate
    reason: str
    retry_after: timedelta | None = None
    busy: bool = False
    known_as: str | None = None


class TooLate(Exception):
    """The time of this try is over: `HandOver.begin` raises it in the sending thread, which ends without sending."""


class HandOver:
    """Whether a message has left our hands, agreed between the sending thread and the one that keeps the time.

    Once `abandon` has said False, nothing is sent any more: the try may be repeated without sending twice.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun = False
        self._abandoned = False

    @property
    def begun(self) -> bool:
        """Whether any of it may have left."""
        with self._lock:
            return self._begun

    def begin(self) -> None:
        """Called right before the message is given away, and before each further call; raises TooLate after the end."""
        with self._lock:
            if self._abandoned:
                raise TooLate
            self._begun = True

    def abandon(self) -> bool:
        """Called when the time is over; whether the message may have left."""
        with self._lock:
            self._abandoned = True
            return self._begun


def to_wait(tries: int, retry_after: timedelta | None) -> timedelta:
    """How long to wait after the `tries`-th try failed: a fifth more or less at random, at least what was asked for."""
    wait = WAITS[min(tries, len(WAITS)) - 1] * (0.8 + secrets.randbelow(401) / 1000)
    return min(max(wait, retry_after or wait), LONGEST_WAIT)


def of_smtp(code: int, text: str) -> Outcome:
    """What an SMTP reply means (RFC 5321, 4.2.1): 4yz may be tried again, 5yz is refused for ever."""
    fate = Fate.PERMANENT if 500 <= code < 600 else Fate.TEMPORARY
    return Outcome(fate, f"the mail server answered {code} {text}".strip())


def of_http(status: int, retry_after: timedelta | None) -> Outcome:
    """What an HTTP status means (RFC 9110, 15): 408, 425, 429 and 5xx may be tried again, all else is for ever."""
    advice = to_advice(status)
    reason = f"{advice} (the service answered {status})" if advice else f"the service answered {status}"
    if status in (408, 425, 429) or status >= 500:
        return Outcome(Fate.TEMPORARY, reason, retry_after, status == 429)
    return Outcome(Fate.PERMANENT, reason)


def to_advice(status: int) -> str:
    """What a status means at any service, and what to do; empty where the service itself must say it."""
    if 300 <= status < 400:
        return "redirects are not followed: write the address that this one leads to"
    if status == 429:
        return "too many messages for now: the service asks to wait"
    return "the service has a fault of its own, or is overloaded" if status >= 500 else ""
