"""What is usual for a source: a drop is told in one run, a quiet weekend, night or hour of awards is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.health import (
    Facts,
    UsualShare,
    find_lost_in_new,
    find_usual,
    find_usual_share,
    is_drop,
    is_loss,
    is_thinned,
    read_json,
    to_json,
)

MADRID = ZoneInfo("Europe/Madrid")
MONDAY = datetime(2026, 11, 2, 6, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def a_run(found: int, at: datetime, span: timedelta = timedelta(0)) -> Facts:
    return Facts(found, at - span, at, comparable=True)


def every(step: timedelta, count: int, found: Callable[[datetime], int], span: timedelta) -> list[Facts]:
    """So many runs from a Monday on, each over `span`; newest first."""
    moments = [MONDAY + number * step for number in range(count)]
    return [a_run(found(moment - span), moment, span) for moment in moments][::-1]


def told(run: Facts, before: list[Facts]) -> bool:
    usual = find_usual(run, before, MADRID)
    return usual is not None and is_drop(run, usual)


def quiet_at_weekends(moment: datetime) -> int:
    """What a day that begins at this moment brings: hardly anything on Saturday and Sunday."""
    return 3 if moment.astimezone(MADRID).weekday() >= 5 else 120


def busy_by_day(moment: datetime) -> int:
    """What an hour that begins at this moment brings."""
    local = moment.astimezone(MADRID)
    return 40 if local.weekday() < 5 and 8 <= local.hour < 18 else 0


@pytest.mark.parametrize("span", [timedelta(0), DAY], ids=["whole list", "windows"])
@pytest.mark.parametrize("weeks", [1, 2, 4])
def test_no_day_of_an_ordinary_month_is_told(weeks: int, span: timedelta) -> None:
    runs = every(DAY, weeks * 7 + 7, quiet_at_weekends, span)
    for number in range(len(runs)):
        assert not told(runs[number], runs[number + 1 :]), runs[number]


def test_no_hour_of_an_ordinary_week_is_told() -> None:
    runs = every(HOUR, 24 * 14, busy_by_day, 2 * HOUR)
    for number in range(len(runs)):
        assert not told(runs[number], runs[number + 1 :]), runs[number]


def test_a_working_day_that_is_like_a_sunday_is_told() -> None:
    before = every(DAY, 23, quiet_at_weekends, DAY)  # the last of them ran on Tuesday
    wednesday = before[0].high + DAY
    assert told(a_run(3, wednesday, DAY), before)
    assert told(a_run(55, wednesday, DAY), before)
    assert not told(a_run(100, wednesday, DAY), before)
    hours = every(HOUR, 24 * 3, busy_by_day, 2 * HOUR)
    noon = MONDAY + 3 * DAY + 6 * HOUR
    assert told(a_run(0, noon, 2 * HOUR), hours)
    assert not told(a_run(0, noon + 12 * HOUR, 2 * HOUR), hours), "the night is quiet"


def test_rows_that_leave_a_span_of_time_are_told_where_they_stay_otherwise() -> None:
    def of(known: int, held: int) -> Facts:
        return replace(a_run(held, MONDAY, DAY), relisted=(known, held))

    stay, leave = [of(13, 13)] * 3, [of(20, 9)] * 3
    assert is_thinned(of(13, 7), stay)
    assert is_thinned(of(13, 0), stay[:1])
    assert not is_thinned(of(13, 8), stay), "five are gone, but six tenths stay"
    assert not is_thinned(of(4, 0), stay), "four may be withdrawn"
    assert not is_thinned(of(20, 9), leave), "a list of what is open loses what has closed"
    assert not is_thinned(of(13, 7), [of(3, 3), of(0, 0)]), "nothing is known of this list"
    assert read_json(to_json(of(13, 7))).relisted == (13, 7)


def test_one_odd_day_of_the_month_does_not_hide_the_next() -> None:
    before = every(DAY, 23, quiet_at_weekends, DAY)
    odd = next(place for place, run in enumerate(before) if run.found == 120)
    before[odd] = a_run(0, before[odd].high, DAY)
    assert told(a_run(55, before[0].high + DAY, DAY), before)
    assert not told(a_run(80, before[0].high + DAY, DAY), before)


def at_the_turn_of_the_year(moment: datetime) -> int:
    """As `quiet_at_weekends`, but that little comes from Christmas Eve to Epiphany."""
    day = moment.astimezone(MADRID)
    return quiet_at_weekends(moment) // (1 if (1, 8) < (day.month, day.day) < (12, 24) else 30)


@pytest.mark.parametrize("span", [DAY, 2 * HOUR], ids=["days", "hours"])
def test_a_quiet_turn_of_the_year_is_not_told_and_hides_nothing_after_it(span: timedelta) -> None:
    step = HOUR if span < DAY else DAY
    found = (lambda moment: at_the_turn_of_the_year(moment) // 5) if span < DAY else at_the_turn_of_the_year
    runs = every(step, 90 * (24 if span < DAY else 1), found, span)
    for number, run in enumerate(runs):
        if run.low < datetime(2027, 1, 28, tzinfo=UTC):  # four weeks of January are a measure again
            assert not told(run, runs[number + 1 : number + 1 + (28 * 24 if span < DAY else 28)]), run
    if span == DAY:
        autumn = [each for each in runs if each.high < datetime(2026, 12, 20, tzinfo=UTC)]
        assert told(a_run(2, datetime(2026, 12, 22, 6, tzinfo=UTC), DAY), autumn[:28])
        year = [each for each in runs if each.high < datetime(2027, 1, 20, tzinfo=UTC)]
        assert told(a_run(2, datetime(2027, 1, 20, 6, tzinfo=UTC), DAY), year[:28])


def test_half_of_the_list_is_told_at_christmas_too_where_it_is_read_as_a_whole() -> None:
    christmas = datetime(2026, 12, 25, 6, tzinfo=UTC)
    assert told(a_run(20, christmas), [a_run(40, christmas - DAY)])


def test_a_field_that_is_missing_in_new_notices_is_told_however_few_a_run_brings() -> None:
    def of(new: int, filled: int, read: int = 30, has: int | None = None) -> Facts:
        counts = {"deadline": read - (new - filled) if has is None else has}
        return Facts(
            read,
            MONDAY,
            MONDAY,
            {"all": read, "calls": read, "new all": new, "new calls": new},
            {"calls": counts, "new calls": {"deadline": filled}},
        )

    before = [of(1, 1) for _ in range(10)]
    assert find_lost_in_new("deadline", of(1, 0), before) is None
    streak = [of(1, 0), of(0, 0, 0), of(2, 0), of(1, 0), *before]
    lost = find_lost_in_new("deadline", of(1, 0), streak)
    assert lost is not None
    assert (lost[0], round(lost[1].share)) == (5, 1)
    assert find_lost_in_new("deadline", of(0, 0, 0), [of(1, 0), *streak]) is not None, "nothing came: it is as it was"
    assert find_lost_in_new("deadline", of(0, 0, 30, 30), [of(1, 0), *streak]) is None, "they have it again"
    assert find_lost_in_new("deadline", of(1, 1), streak) is None
    assert find_lost_in_new("deadline", of(6, 0), before) is not None


def test_half_of_a_whole_list_is_told_after_one_run_and_a_few_less_are_not() -> None:
    before = [a_run(40, MONDAY)]
    assert told(a_run(20, MONDAY + HOUR), before)
    assert not told(a_run(30, MONDAY + HOUR), before)
    assert not told(a_run(0, MONDAY + HOUR), [a_run(2, MONDAY)]), "two that are gone prove nothing"


def test_a_longer_or_shorter_span_is_not_held_against_others() -> None:
    before = every(DAY, 20, quiet_at_weekends, DAY)
    assert find_usual(a_run(1, before[0].high + HOUR, HOUR), before, MADRID) is None
    assert find_usual(a_run(9, before[0].high + HOUR, 10 * DAY), before, MADRID) is None


def test_a_field_that_is_gone_is_told_and_chance_is_not() -> None:
    always, seldom = UsualShare(1.0, 400), UsualShare(0.3, 400)
    assert is_loss(0, 5, always)
    assert not is_loss(0, 3, always)
    assert is_loss(0, 40, seldom)
    assert not is_loss(0, 10, seldom)
    assert is_loss(10, 30, always)
    assert not is_loss(27, 30, always)
    assert not is_loss(0, 400, UsualShare(0.0, 400))


def test_deadlines_are_counted_among_calls_only() -> None:
    awards = Facts(30, MONDAY, MONDAY, {"all": 30, "calls": 0}, {"all": {"deadline": 0}, "calls": {}})
    calls = Facts(20, MONDAY, MONDAY, {"all": 30, "calls": 20}, {"all": {"deadline": 20}, "calls": {"deadline": 20}})
    assert find_usual_share("deadline", [awards, calls, awards]) == UsualShare(1.0, 20)
    assert find_usual_share("deadline", [awards]) is None


def test_facts_come_back_from_json() -> None:
    facts = Facts(3, MONDAY, MONDAY + DAY, {"all": 3}, {"all": {"title": 2}}, True, 1, 2, False)
    assert read_json(to_json(facts)) == facts
