"""A threshold for a wanted number of alerts a day, from the scores of the last days, and what it would have lost."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.judgements import Judged

LOWEST, HIGHEST = 1, 100


@dataclass(frozen=True, slots=True)
class Level:
    """What a threshold gives: alerts a day, and of what was judged relevant or otherwise, how many stay alerts."""

    threshold: int
    alerts_a_day: float
    relevant: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Levels:
    """`wanted` is the lowest threshold with so few alerts a day, None where even 100 gives more; `present` the one that
    holds; `lost` are the judged relevant that are alerts at present and would be none.
    """

    days: int
    notices: int
    relevant: int
    rejected: int
    present: Level
    wanted: Level | None
    table: tuple[Level, ...]
    lost: tuple[Judged, ...]


def find_levels(
    scores: Sequence[Decimal], days: int, judged: Sequence[tuple[Judged, Decimal]], present: int, alerts_a_day: float
) -> Levels:
    """`scores` are those above 0 of `days` days, one for a procedure; `judged` come with their score as it is now."""
    ordered = sorted(scores)
    relevant = sorted(points for each, points in judged if each.judgement.verdict.is_relevant)
    rejected = sorted(points for each, points in judged if not each.judgement.verdict.is_relevant)

    def level(threshold: int) -> Level:
        above = [len(each) - bisect_left(each, threshold) for each in (ordered, relevant, rejected)]
        return Level(threshold, above[0] / days, above[1], above[2])

    wanted = next((found for t in range(LOWEST, HIGHEST + 1) if (found := level(t)).alerts_a_day <= alerts_a_day), None)
    lost = [
        each
        for each, points in judged
        if wanted and each.judgement.verdict.is_relevant and present <= points < wanted.threshold
    ]
    steps = {*range(10, HIGHEST, 10), present, *([wanted.threshold] if wanted else [])}
    table = tuple(level(threshold) for threshold in sorted(steps))
    return Levels(days, len(ordered), len(relevant), len(rejected), level(present), wanted, table, tuple(lost))
