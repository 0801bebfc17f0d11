"""When messages go, in three zones and over the days when clocks change: deferred, never dropped, never doubled."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.schedule import awake_from, count_working, find_slots, next_slot, remind_at, to_moment
from domain.people import Digest, Span, When, WorkingTime

# Manila and Moscow keep one time all year; Madrid, Lord Howe (by half an hour) and Santiago change theirs, Santiago and
# Cairo at midnight.
ZONES = ("Asia/Manila", "Europe/Madrid", "Europe/Moscow", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo")
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)

times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 45, 59)))
zones = st.sampled_from(ZONES)
days = st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found)))
# The nights when clocks change somewhere of these, and any other time.
CHANGES = ("2026-03-29", "2026-10-25", "2026-04-05", "2026-10-04", "2026-09-06", "2026-04-24", "2026-10-30")
nights = st.builds(
    lambda day, minutes: datetime.fromisoformat(day) + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(-24 * 60, 24 * 60),
)
moments = st.one_of(
    nights, st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31"))
).map(lambda each: each.replace(tzinfo=UTC))
holidays = st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=30)
spans = st.builds(Span, times, times).filter(lambda span: span.start != span.end)
workings = st.builds(WorkingTime, zones, spans, days, holidays)
whens = st.builds(
    When,
    st.one_of(st.none(), st.builds(Digest, st.lists(times, min_size=1, max_size=4).map(tuple), st.none() | days)),
    quiet=st.none() | spans,
    quiet_days_off=st.booleans(),
)
digests = st.builds(Digest, st.lists(times, min_size=1, max_size=4, unique=True).map(tuple), st.none() | days)


@given(whens, workings, moments)
def test_what_is_deferred_goes_later_when_it_is_not_quiet(when: When, working: WorkingTime, moment: datetime) -> None:
    awake = awake_from(when, working, moment)
    assert awake >= moment
    assert awake_from(when, working, awake) == awake
    local = awake.astimezone(ZoneInfo(working.zone))
    if when.quiet is not None:
        span = when.quiet
        inside = span.start <= local.time() < span.end
        if span.end <= span.start:
            inside = local.time() >= span.start or local.time() < span.end
        assert not inside
        assert not (when.quiet_days_off and working.is_off(local.date()))


@given(workings, spans, st.booleans(), moments)
def test_nothing_is_deferred_without_need(working: WorkingTime, quiet: Span, off: bool, moment: datetime) -> None:
    """Between the moment and when it goes, each quarter of an hour is quiet."""
    when = When(quiet=quiet, quiet_days_off=off)
    awake = awake_from(when, working, moment)
    between = moment
    while between + 16 * MINUTE < awake and between < moment + 3 * DAY:
        assert awake_from(when, working, between) == awake
        between += 15 * MINUTE


@given(digests, workings, moments, st.integers(1, 12))
def test_each_digest_of_each_day_is_there_once(
    digest: Digest, working: WorkingTime, start: datetime, length: int
) -> None:
    """Against the calendar itself: every (day, time) that is asked for gives exactly one moment, in order."""
    end = start + length * DAY
    slots = find_slots(digest, When(digest), working, start, end)
    assert slots == sorted(set(slots))
    asked = digest.days or working.days
    day, wanted = start.astimezone(ZoneInfo(working.zone)).date() - DAY, set()
    while day <= end.astimezone(ZoneInfo(working.zone)).date() + DAY:
        if day.weekday() in asked and day not in working.holidays:
            wanted |= {moment for at in digest.at if start < (moment := to_moment(day, at, working.zone)) <= end}
        day += DAY
    assert set(slots) == wanted


@given(digests, workings, moments, st.lists(st.integers(1, 3000), max_size=20))
def test_however_often_it_is_looked_at_none_is_skipped_or_doubled(
    digest: Digest, working: WorkingTime, start: datetime, steps: list[int]
) -> None:
    """Looks at any moments, some minutes or a day apart, find the same digests as one look at the end."""
    when, found, at = When(digest), [], start
    for step in steps:
        found += find_slots(digest, when, working, at, at + step * MINUTE)
        at += step * MINUTE
    assert found == find_slots(digest, when, working, start, at)


@given(digests, workings, moments)
def test_the_next_digest_is_the_first_of_those_to_come(digest: Digest, working: WorkingTime, moment: datetime) -> None:
    slot = next_slot(digest, When(digest), working, moment)
    assert slot > moment
    assert find_slots(digest, When(digest), working, moment, slot) == [slot]


@given(workings, moments, st.integers(0, 200), st.integers(0, 200))
def test_working_time_adds_up(working: WorkingTime, start: datetime, first: int, second: int) -> None:
    middle = start + first * HOUR
    end = middle + second * HOUR
    whole = count_working(working, start, end)
    assert whole == count_working(working, start, middle) + count_working(working, middle, end)
    assert timedelta() <= whole <= end - start


@given(workings, moments, st.integers(1, 10))
def test_a_reminder_is_never_late(working: WorkingTime, deadline: datetime, days_before: int) -> None:
    moment = remind_at(working, deadline, days_before)
    zone = ZoneInfo(working.zone)
    assert moment.astimezone(zone).date() <= deadline.astimezone(zone).date() - timedelta(days_before)
    assert moment <= remind_at(working, deadline, max(days_before - 1, 1))


@pytest.mark.parametrize(
    ("zone", "at", "day", "wanted"),
    [
        ("Europe/Madrid", time(8, 30), date(2026, 3, 27), "2026-03-27T07:30"),
        ("Europe/Madrid", time(8, 30), date(2026, 3, 29), "2026-03-29T06:30"),  # clocks went forward at 02:00
        ("Europe/Madrid", time(2, 30), date(2026, 3, 29), "2026-03-29T01:30"),  # there is no 02:30: at 03:30
        ("Europe/Madrid", time(2, 30), date(2026, 10, 25), "2026-10-25T00:30"),  # there are two: the first
        ("Europe/Madrid", time(8, 30), date(2026, 10, 25), "2026-10-25T07:30"),
        ("Asia/Manila", time(8, 30), date(2026, 3, 29), "2026-03-29T00:30"),
        ("Europe/Moscow", time(8, 30), date(2026, 10, 25), "2026-10-25T05:30"),
    ],
)
def test_a_digest_on_the_day_when_clocks_change(zone: str, at: time, day: date, wanted: str) -> None:
    digest = Digest((at,), tuple(range(7)))
    start = to_moment(day, time(0), zone) - MINUTE
    slots = find_slots(digest, When(digest), WorkingTime(zone), start, start + DAY)
    assert [slot.isoformat()[:16] for slot in slots] == [wanted]


def test_quiet_hours_end_once_in_the_night_that_has_an_hour_twice() -> None:
    when, working = When(quiet=Span(time(22), time(2, 30))), WorkingTime("Europe/Madrid", days=tuple(range(7)))
    first = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)  # 02:15 summer time
    second = first + HOUR  # 02:15 winter time
    assert awake_from(when, working, first) == first + 15 * MINUTE
    assert awake_from(when, working, second) == second + 15 * MINUTE


def test_holidays_and_weekends_are_quiet_and_have_no_digest() -> None:
    working = WorkingTime("Europe/Madrid", holidays=frozenset({date(2026, 11, 9)}))
    friday = datetime(2026, 11, 6, 20, 0, tzinfo=UTC)
    tuesday = datetime(2026, 11, 10, 6, 30, tzinfo=UTC)
    assert awake_from(When(quiet=Span(time(20), time(7, 30))), working, friday) == tuesday
    digest = Digest((time(7, 30),))
    assert next_slot(digest, When(digest), working, friday) == tuesday
    assert remind_at(working, datetime(2026, 11, 10, 12, tzinfo=UTC), 1) == datetime(2026, 11, 6, 8, tzinfo=UTC)


def test_an_hourly_digest_rests_in_quiet_hours() -> None:
    digest, working = Digest(), WorkingTime("Asia/Manila", days=tuple(range(7)))
    when = When(digest, quiet=Span(time(20), time(7, 30)))
    evening = datetime(2026, 11, 2, 10, 20, tzinfo=UTC)  # 18:20
    slots = find_slots(digest, when, working, evening, evening + 15 * HOUR)
    assert [f"{slot.astimezone(ZoneInfo('Asia/Manila')):%H}" for slot in slots] == ["19", "08", "09"]


def test_hours_over_midnight_are_of_the_day_that_they_begin_on() -> None:
    working = WorkingTime("Asia/Manila", Span(time(22), time(6)))
    friday = datetime(2026, 11, 6, 14, tzinfo=UTC)  # 22:00
    assert count_working(working, friday, friday + 3 * DAY - HOUR) == 8 * HOUR


def test_a_night_shift_works_an_hour_less_when_clocks_go_forward() -> None:
    working = WorkingTime("Europe/Madrid", Span(time(0), time(8)), tuple(range(7)))
    start = to_moment(date(2026, 3, 29), time(0), "Europe/Madrid")
    assert count_working(working, start, start + 23 * HOUR) == 7 * HOUR


def test_quiet_hours_whose_end_a_day_does_not_have_end_once() -> None:
    when = When(quiet=Span(time(0), time(2, 30)), quiet_days_off=False)
    working = WorkingTime("Europe/Madrid")
    midnight = datetime(2026, 3, 29, tzinfo=UTC)  # 01:00 there; at 02:00 clocks go forward to 03:00
    for minutes in (0, 59, 60, 89):
        assert awake_from(when, working, midnight + minutes * MINUTE) == midnight + 90 * MINUTE
    assert awake_from(when, working, midnight + 91 * MINUTE) == midnight + 91 * MINUTE
