"""A procedure that a profile is interested in, and the arithmetic that says why."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from domain.notices import Lot, Notice

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a score. Points have hundredths; they may be 0 (something unknown) or negative. A stop has `stops`.

    `field` is a path of the notice (`title.fr`, `lots[2].description.fr`, `codes[0]`), `start` and `end` are code
    points in that field of that revision, `text` what stands there; `matched` is the keyword, code or item's sku.
    `explanation` is a sentence for people.
    """

    rule: str
    explanation: str
    points: Decimal
    field: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    matched: str | None = None
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """What a profile makes of a notice: `points` (0 to 100) is the sum of the reasons' points, 0 when one stops it."""

    points: Decimal
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
    score: Decimal
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
    score: Decimal
    qualified: bool
    first_seen_at: datetime
    baseline: bool


def to_points(value: Decimal | float) -> Decimal:
    """Points with hundredths and no zeros at the end, so that equal ones look alike: 57, 57.5, 57.25.

    A float is rounded to the nearest hundredth.
    """
    rounded = Decimal(value).quantize(HUNDREDTH)
    return rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded.normalize()


def show_points(points: Decimal, *, sign: bool = False) -> str:
    """Points as people read them: 57, 57.5, 57.25; with `sign` also +42 and -6.5."""
    return f"{to_points(points):{'+' if sign else ''}f}"


def points_to_json(points: Decimal) -> int | float:
    """Points as a number of JSON: whole where they are; `to_points` gives the same points again."""
    exact = to_points(points)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def reason_to_json(reason: Reason) -> dict[str, Any]:
    """A reason with all its fields."""
    return {name: getattr(reason, name) for name in _NAMES} | {"points": points_to_json(reason.points)}


_NAMES = tuple(each.name for each in fields(Reason))


def reason_from_json(data: dict[str, Any]) -> Reason:
    """The reason again."""
    return Reason(**{**data, "points": to_points(data["points"])})
