"""When a message goes: pure functions of a schedule, a zone and a moment, over the days when clocks change too.

A local time that a day does not have (clocks go forward) is the moment as many minutes after the gap's beginning; one
that it has twice is the first of the two, so that a digest is neither skipped nor doubled.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from domain.people import Digest, Span, When, WorkingTime

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def to_moment(day: date, at: time, zone: str) -> datetime:
    """A local time of a day as a moment in UTC."""
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The calendar's day there."""
    return moment.astimezone(ZoneInfo(zone)).date()


def next_slot(digest: Digest, when: When, working: WorkingTime, after: datetime) -> datetime:
    """The first moment later than `after` at which a digest is made."""
    for slot in _slots_from(digest, when, working, after):
        if slot > after:
            return slot
    raise AssertionError("the calendar has no end")


def last_slot(digest: Digest, when: When, working: WorkingTime, after: datetime, until: datetime) -> datetime | None:
    """The newest moment at which a digest is made, later than `after` and not later than `until`; None: there is none.

    Of several that were missed, one is made up for: the last.
    """
    slots = find_slots(digest, when, working, after, until)
    return slots[-1] if slots else None


def find_slots(digest: Digest, when: When, working: WorkingTime, after: datetime, until: datetime) -> list[datetime]:
    """All moments at which a digest is made, later than `after` and not later than `until`, in order."""
    found: list[datetime] = []
    for slot in _slots_from(digest, when, working, after):
        if slot > until:
            return found
        if slot > after:
            found.append(slot)
    return found


def awake_from(when: When, working: WorkingTime, moment: datetime) -> datetime:
    """The first moment, not before this one, that is not quiet."""
    if when.quiet is None:
        return moment
    while (later := _end_of_quiet(when, when.quiet, working, moment)) is not None:
        moment = later
    return moment


def count_working(working: WorkingTime, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments."""
    day, last = local_day(start, working.zone) - DAY, local_day(end, working.zone)
    total = timedelta()
    while day <= last:
        if not working.is_off(day):
            begin, over = _hours_of(working, day)
            total += max(min(over, end) - max(begin, start), timedelta())
        day += DAY
    return total


def remind_at(working: WorkingTime, deadline: datetime, days: int) -> datetime:
    """When somebody is reminded so many days before a deadline: as that day's work begins.

    Where that day is off, the working day before: a reminder comes early rather than late.
    """
    day = local_day(deadline, working.zone) - days * DAY
    for _ in range(31):
        if not working.is_off(day):
            break
        day -= DAY
    return to_moment(day, working.hours.start, working.zone)


def _slots_from(digest: Digest, when: When, working: WorkingTime, after: datetime) -> Iterator[datetime]:
    """Moments in order, without end, the first of them not later than a day after `after`'s."""
    if digest.is_hourly:
        hour = after.replace(minute=0, second=0, microsecond=0)
        slots = (hour + number * HOUR for number in count())
        yield from (slot for slot in slots if awake_from(when, working, slot) == slot)
        return
    first = local_day(after, working.zone) - DAY
    days = working.days if digest.days is None else digest.days
    for number in count():
        day = first + number * DAY
        if day.weekday() in days and day not in working.holidays:
            yield from sorted({to_moment(day, at, working.zone) for at in digest.at})


def _end_of_quiet(when: When, quiet: Span, working: WorkingTime, moment: datetime) -> datetime | None:
    """A later moment up to which it is quiet from this one; None where it is not quiet."""
    local = moment.astimezone(ZoneInfo(working.zone))
    if when.quiet_days_off and working.is_off(local.date()):
        return _first_after(local.date() + DAY, time(), working.zone, moment)
    if not is_within(quiet, local.time()):
        end = to_moment(local.date(), quiet.end, working.zone)
        return end if local.time() >= quiet.end and moment < end else None  # an end that the day does not have
    over_midnight = quiet.end <= quiet.start and local.time() >= quiet.start
    return _first_after(local.date() + DAY if over_midnight else local.date(), quiet.end, working.zone, moment)


def _first_after(day: date, at: time, zone: str, moment: datetime) -> datetime:
    """A local time of a day as the first moment after this one; of the night when clocks go back, the second 02:30."""
    first = to_moment(day, at, zone)
    return first if first > moment else to_moment(day, at.replace(fold=1), zone)


def is_within(span: Span, at: time) -> bool:
    """Whether a time of day, local, is in this span."""
    if span.start < span.end:
        return span.start <= at < span.end
    return at >= span.start or at < span.end


def _hours_of(working: WorkingTime, day: date) -> tuple[datetime, datetime]:
    over = day + DAY if working.hours.end <= working.hours.start else day
    return to_moment(day, working.hours.start, working.zone), to_moment(over, working.hours.end, working.zone)
