"""The low-water mark of a source that is walked by time, as it is kept in its cursor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.sources import Step


@dataclass(frozen=True, slots=True)
class Mark:
    """Below `low` everything has been read; up to `high` it has been read or is an unfinished step.

    New windows begin at `high`, so that a run after a killed one asks for what is unfinished and the overlap only.
    """

    low: datetime
    high: datetime


def read_mark(cursor: str | None) -> Mark | None:
    """The mark in a cursor: an ISO 8601 instant, or an interval `low/high` while steps below `high` are unfinished."""
    if cursor is None:
        return None
    low, _, high = cursor.partition("/")
    return Mark(datetime.fromisoformat(low), datetime.fromisoformat(high or low))


def write_mark(mark: Mark) -> str:
    """The cursor of a mark, in UTC."""
    low, high = (moment.astimezone(UTC).isoformat(timespec="seconds") for moment in (mark.low, mark.high))
    return low if low == high else f"{low}/{high}"


def settle(mark: Mark, unfinished: Iterable[Step]) -> Mark:
    """The mark moved up to the lowest unfinished step, or to `high` where there is none; it never moves down."""
    printed = {step.low for step in unfinished if step.low is not None}  # thousands of details share a window's
    lowest = min(map(datetime.fromisoformat, printed), default=mark.high)
    return Mark(max(mark.low, min(lowest, mark.high)), mark.high)  # windows of deadlines lie beyond `high`
