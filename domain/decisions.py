"""Who is to deal with an opportunity, and what was decided about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DecisionState(StrEnum):
    """What a person said. taken: it is being bid; declined: no bid; handed: another person shall decide."""

    TAKEN = "taken"
    DECLINED = "declined"
    HANDED = "handed"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A person who is to deal with an opportunity; `team` by which, `why` in words.

    `in_turn`: it was their turn in that team, and not that nobody else could have it. It has ended where the person
    declined it or handed it on, or another one took it.
    """

    opportunity_id: int
    person: str
    team: str | None
    why: str
    made_at: datetime
    ended_at: datetime | None = None
    in_turn: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Appended; the newest of an opportunity holds. `to` is whom it was handed to."""

    opportunity_id: int
    state: DecisionState
    by: str
    why: str
    made_at: datetime
    to: str | None = None
