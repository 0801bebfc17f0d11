"""A procedure that a profile is interested in, and the arithmetic that says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.notices import Lot, Notice


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a score. Points may be 0 (something unknown) or negative; a stop has `stops` true.

    `field` is a path of the notice (`title.fr`, `lots[2].description.fr`, `codes[0]`), `start` and `end` are code
    points in that field of that revision, `text` what stands there; `matched` is the keyword, code or item's sku.
    `explanation` is a sentence for people.
    """

    rule: str
    explanation: str
    points: int
    field: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    matched: str | None = None
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """What a profile makes of a notice: `points` (0 to 100) is the sum of the reasons' points, 0 when one stops it."""

    points: int
    reasons: tuple[Reason, ...]

    @property
    def stopped(self) -> bool:
        """A minus-word or a gate stopped it."""
        return any(reason.stops for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A score with the versions it was made from; appended, never overwritten."""

    notice_id: int
    revision: int
    profile_version: int
    model_version: str
    score: int
    qualified: bool
    reasons: tuple[Reason, ...]
    made_at: datetime


OF_LOT = "lot fits"
"""The rule that says of a lot by itself that the profile is in it, with no points."""


def is_of_lot(reason: Reason) -> bool:
    """It speaks for a lot, by what stands in it."""
    speaks = reason.points > 0 or reason.rule == OF_LOT
    return speaks and reason.field is not None and reason.field.startswith("lots[")


def find_lots(notice: Notice, reasons: Sequence[Reason]) -> tuple[Lot, ...]:
    """The lots of the notice that these reasons speak for, in its order. A lot can be won on its own."""
    numbers = {int(reason.field[5:].partition("]")[0]) for reason in reasons if is_of_lot(reason) and reason.field}
    return tuple(notice.lots[number] for number in sorted(numbers) if number < len(notice.lots))


@dataclass(frozen=True, slots=True)
class Opportunity:
    """(procedure, profile), unique; `notice_id` and `score` are the best of its notices' newest assessments."""

    id: int
    procedure_id: int
    profile_id: str
    notice_id: int
    score: int
    qualified: bool
    first_seen_at: datetime
    baseline: bool
