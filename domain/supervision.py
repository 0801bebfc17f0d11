"""A supervisor at work, as it tells of itself in the database."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a supervisor's work (`matching`, `sending`, …) that fails: since when, how often, why, until when."""

    name: str
    reason: str
    since: datetime
    tries: int
    next_try_at: datetime


@dataclass(frozen=True, slots=True)
class Supervisor:
    """`beat_at` is when it last said that it works; `ended_at` is None unless it ended cleanly.

    `parts` are those that fail at this moment.
    """

    name: str
    started_at: datetime
    beat_at: datetime
    ended_at: datetime | None = None
    parts: tuple[Part, ...] = ()
