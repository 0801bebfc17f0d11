"""What one run measured, and what is usual for its source: medians of comparable runs of the last 28 days."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

MEMORY = timedelta(days=28)
WEEK = timedelta(days=7)
A_WORKING_DAY = timedelta(hours=20)  # a window below it is only compared with windows at about the same hour
ENOUGH_RUNS = 3  # of windows; a whole list is known from one run
FEWEST_NOTICES = 10  # from which a field's share is known
FEWEST_GONE = 5  # rows, from which their going means something
STILL_THERE = 0.6  # of the known rows of a span of time; below, half the list is gone
STAYS = 0.9  # of them, where rows stay in the list
LATEST = 10  # runs that tell whether they do
ENOUGH_NOTICES = 20  # from which a share below the usual means something; below, only that none has the field
LEAST_SHARE = 0.6  # of what is usual; below, something is gone
HARDLY_CHANCE = 0.001
FEWEST_IN_A_ROW = 5
NO_CHANCE = 0.00001  # of a row, as there are as many rows as notices, and one buyer often publishes several
CALLS = "calls"
NEW = "new "  # before a group: those of its notices that were new to us
ALL = "all"
OF_CALLS = frozenset({"deadline", "value", "documents", "description", "codes", "regions"})
"""Fields that only calls for tenders must have: an hour of award notices alone is no change of the portal."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that speaks against a run: `kind` is an issue's; `page` the saved page's hash that shows it."""

    kind: str
    reason: str
    page: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What one run measured.

    `low` and `high` are the span of time that it asked for, the same moment for a list that is always read as a
    whole. `filled` counts, for ALL notices and for CALLS alone, how many have each field, and for those among them that
    were NEW. `comparable`: it read the
    list as it always does. `canary`: whether the known notice parsed, None where it was not asked. `relisted`: of a
    span of time that was read whole, how many notices published in it were known before, and how many of them the
    list still held.
    """

    found: int
    low: datetime
    high: datetime
    read: Mapping[str, int] = field(default_factory=dict)
    filled: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    comparable: bool = False
    refused_pages: int = 0
    unknown_words: int = 0
    canary: bool | None = None
    findings: tuple[Finding, ...] = ()
    relisted: tuple[int, int] = (0, 0)

    @property
    def span(self) -> timedelta:
        """How long a time was asked for; 0 where the list is always read as a whole."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Usual:
    """How many notices comparable runs found: their median and least, how many runs they were, and which.

    `least` leaves the lowest of each ten runs aside: one odd day of the month does not hide the next.
    """

    notices: float
    least: int
    runs: int
    which: str


@dataclass(frozen=True, slots=True)
class UsualShare:
    """How often a field was filled in the runs before, over how many notices."""

    share: float
    notices: int

    @property
    def sure(self) -> float:
        """The share that the next notices have at least, of so few that are known (by the rule of succession)."""
        return min(0.98, self.share * self.notices / (self.notices + 2))


def find_usual(run: Facts, before: Sequence[Facts], zone: ZoneInfo) -> Usual | None:
    """What runs like this one found; None where too few are known.

    Like it are runs over about the same length of time, on the same weekday where there are enough of them, else on
    any working day. A run that touches a weekend is held against the same weekday only, and below a day against the
    same hours: a quiet weekend or night is no drop. A span that touches the turn of the year is held against nothing,
    and nothing against it.
    """
    alike = [each for each in before if each.comparable and _as_long(run, each) and not _touches_holidays(each, zone)]
    if _touches_holidays(run, zone):
        return None
    if timedelta(0) < run.span < A_WORKING_DAY:
        alike = [each for each in alike if _hours_apart(run.low, each.low, zone) <= 2]
    enough = ENOUGH_RUNS if run.span else 1
    if run.span >= WEEK:
        return _sum_up(alike, enough, "")
    day = run.low.astimezone(zone).weekday()
    same_day = [each for each in alike if each.low.astimezone(zone).weekday() == day]
    if len(same_day) >= enough:
        return _sum_up(same_day, enough, f"on {run.low.astimezone(zone):%A}s")
    if _touches_weekend(run, zone):
        return None
    return _sum_up([each for each in alike if not _touches_weekend(each, zone)], enough, "on working days")


def is_drop(run: Facts, usual: Usual) -> bool:
    """Whether so few cannot be by chance: fewer than all but one run in ten found, under six tenths of the median,
    and (for spans of time) further below it than counts stray."""
    limit = LEAST_SHARE * usual.notices
    if run.span:
        limit = min(limit, usual.notices - 3 * math.sqrt(usual.notices))
    elif usual.notices < 5:
        limit = 1 if usual.notices >= 3 else 0
    return run.found < min(limit, usual.least)


def is_thinned(run: Facts, before: Sequence[Facts]) -> bool:
    """Whether rows that stood in the list of this very span of time are gone from it, where in earlier runs they
    stayed (a list by another date than that of publication, or of open tenders alone, loses some each time)."""
    known, held = run.relisted
    if known - held < FEWEST_GONE or held > STILL_THERE * known:
        return False
    shares = [each.relisted[1] / each.relisted[0] for each in before if each.relisted[0] >= FEWEST_GONE]
    return bool(shares) and median(shares[:LATEST]) >= STAYS


def find_usual_share(name: str, before: Collection[Facts]) -> UsualShare | None:
    """How often this field was filled in all runs before; None where too few notices are known."""
    group = group_of(name)
    read = sum(each.read.get(group, 0) for each in before)
    filled = sum(each.filled.get(group, {}).get(name, 0) for each in before)
    return UsualShare(filled / read, read) if read >= FEWEST_NOTICES else None


def find_lost_in_new(name: str, run: Facts, before: Sequence[Facts]) -> tuple[int, UsualShare] | None:
    """How many new notices in a row, of this run and those just before it, lack a field that was usual until then.

    A run of a small portal brings one or two new notices, and what is known already may hide a loss: an OCDS process
    keeps what its earlier releases said. None where nothing is lost; `before` are earlier runs, newest first.
    """
    read = run.read.get(group_of(name), 0)
    if read and run.filled.get(group_of(name), {}).get(name, 0) == read:
        return None  # whatever it shows has the field again
    group, streak = NEW + group_of(name), 0
    for place, each in enumerate((run, *before)):
        if each.filled.get(group, {}).get(name, 0):
            older = find_usual_share(name, before[max(0, place - 1) :])
            never = streak >= FEWEST_IN_A_ROW and older is not None and (1 - older.sure) ** streak < NO_CHANCE
            return (streak, older) if older and never else None
        streak += each.read.get(group, 0)
    return None


def is_loss(filled: int, read: int, usual: UsualShare) -> bool:
    """Whether a field that is usually there is missing in more of these notices than chance explains."""
    likely = usual.sure
    if filled == 0:
        return read >= 5 and (1 - likely) ** read < HARDLY_CHANCE
    stray = 4 * math.sqrt(likely * (1 - likely) / read)
    return read >= ENOUGH_NOTICES and filled / read < min(LEAST_SHARE * likely, likely - stray)


def group_of(name: str) -> str:
    """The notices among which a field is counted."""
    return CALLS if name in OF_CALLS else ALL


def to_json(facts: Facts) -> dict[str, Any]:
    """Facts as they are stored with their run."""
    return {
        "found": facts.found,
        "low": facts.low.isoformat(),
        "high": facts.high.isoformat(),
        "read": dict(facts.read),
        "filled": {group: dict(counts) for group, counts in facts.filled.items()},
        "comparable": facts.comparable,
        "refused_pages": facts.refused_pages,
        "unknown_words": facts.unknown_words,
        "canary": facts.canary,
        "findings": [[each.kind, each.reason, each.page, each.url] for each in facts.findings],
        "relisted": list(facts.relisted),
    }


def read_json(data: Mapping[str, Any]) -> Facts:
    """What `to_json` wrote."""
    moments = {name: datetime.fromisoformat(data[name]) for name in ("low", "high")}
    findings = tuple(Finding(*each) for each in data["findings"])
    known, held = data.get("relisted", (0, 0))
    return Facts(**{**data, **moments, "findings": findings, "relisted": (known, held)})


def _as_long(one: Facts, other: Facts) -> bool:
    return one.span <= 2 * other.span and other.span <= 2 * one.span


def _hours_apart(one: datetime, other: datetime, zone: ZoneInfo) -> float:
    first, second = (moment.astimezone(zone) for moment in (one, other))
    apart = abs(first.hour + first.minute / 60 - second.hour - second.minute / 60)
    return min(apart, 24 - apart)


def _touches_weekend(run: Facts, zone: ZoneInfo) -> bool:
    return any(day.weekday() >= 5 for day in _days(run, zone))


def _touches_holidays(run: Facts, zone: ZoneInfo) -> bool:
    """Windows only: a list that is always read as a whole does not get shorter by holidays."""
    return bool(run.span) and any(_is_holiday(day) for day in _days(run, zone))


def _is_holiday(day: date) -> bool:
    """Christmas of the West and of the East, and what lies between, when portals publish little."""
    return (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 8)


def _days(run: Facts, zone: ZoneInfo) -> Iterator[date]:
    first = run.low.astimezone(zone).date()
    days = (run.high.astimezone(zone).date() - first).days
    return (first + timedelta(days=number) for number in range(days + 1))


def _sum_up(alike: Sequence[Facts], enough: int, which: str) -> Usual | None:
    counts = sorted(each.found for each in alike)
    return Usual(median(counts), counts[len(counts) // 10], len(counts), which) if len(counts) >= enough else None
