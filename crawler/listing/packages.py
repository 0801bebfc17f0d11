"""TED's packages: one file for each issue of the Official Journal S and for each month, in place of many questions.

A daily package is named by the issue's number, which no calendar tells for sure: it is estimated from the working days
of the Publications Office, and the publication date inside says whether the neighbour is the one that was meant.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from crawler.spans import to_span
from domain.errors import Unreadable
from domain.sources import Source, Step

PACKAGE = "package"
FURTHEST = 5  # issues from the estimate: since 2016 the calendar below was never further off
DAY = timedelta(days=1)
# Fixed days without an issue, as the issues' numbers of 2016 to 2024 show them; the movable ones hang on Easter.
FREE_DAYS = {(1, 1), (5, 1), (5, 9), (8, 15), (11, 1), (12, 24), (12, 25), (12, 26), (12, 31)}
AFTER_EASTER = {1, 39, 50}  # Easter Monday, Ascension, Whit Monday


@dataclass(frozen=True, slots=True)
class Packages:
    """`listing: {package: …}`: days that are older than `after` are read from packages, whole months from theirs.

    A month's package is believed to be complete `settled` after the month's end.
    """

    daily: str
    monthly: str
    zone: ZoneInfo
    after: timedelta
    settled: timedelta

    @classmethod
    def read(cls, source: Source) -> Self:
        """The packages as the source's YAML declares them."""
        options: Mapping[str, Any] = source.listing["package"]
        spans = (to_span(options.get(name, default)) for name, default in (("after", "2d"), ("settled", "10d")))
        return cls(options["daily"], options["monthly"], ZoneInfo(source.zone), *spans)

    def border(self, low: datetime, end: datetime) -> datetime:
        """The midnight between what packages bring and what is asked day by day; `low` where no package is needed."""
        midnight = self._midnight((end - self.after).astimezone(self.zone).date())
        return max(midnight, low)

    def between(self, low: datetime, border: datetime) -> Iterator[Step]:
        """Steps for the whole months and the remaining working days from the day of `low` to the border."""
        day, last = low.astimezone(self.zone).date(), border.astimezone(self.zone).date()
        while day < last:
            month_end = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            if day.day == 1 and self._midnight(month_end) + self.settled <= border:
                url = self.monthly.replace("{year}", f"{day.year}").replace("{month}", f"{day.month}")
                yield self._step(url, day, month_end)
                day = month_end
                continue
            if is_working_day(day):
                yield self._daily(day.year, estimate_issue(day), day)
            day += DAY

    def correct(self, step: Step, printed: date | None) -> Step | None:
        """The neighbour to ask where a daily package is of another day than was meant (None: there is none such).

        None where it is the right one, or where the day meant lies between this package and the one asked before: then
        nothing was published on it. Raises Unreadable too far from the estimate.
        """
        state = json.loads(step.body or "{}")
        if not state:
            return None
        meant = date.fromisoformat(state["day"])
        direction = -1 if printed is None or printed > meant else 1 if printed < meant else 0
        if direction == 0 or direction == -state["came"]:
            return None
        number = state["number"] + direction
        if number < 1:
            return None
        if abs(number - estimate_issue(meant)) > FURTHEST:
            raise Unreadable(f"no package of {meant} within {FURTHEST} issues of the estimate", PACKAGE)
        return self._daily(meant.year, number, meant, direction)

    def _daily(self, year: int, number: int, day: date, came: int = 0) -> Step:
        url = self.daily.replace("{year}", f"{year}").replace("{number}", f"{number:05}")
        return self._step(url, day, day + DAY, {"day": day.isoformat(), "number": number, "came": came})

    def _step(self, url: str, first: date, end: date, state: Mapping[str, Any] | None = None) -> Step:
        low, high = (self._midnight(each).isoformat() for each in (first, end))
        return Step(url, PACKAGE, url, body=json.dumps(state) if state else None, low=low, high=high)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)


def is_working_day(day: date) -> bool:
    """An issue of the Official Journal S is expected on this day."""
    since_easter = (day - easter(day.year)).days
    return day.weekday() < 5 and (day.month, day.day) not in FREE_DAYS and since_easter not in AFTER_EASTER


def estimate_issue(day: date) -> int:
    """The number of the issue of a day, counted from the year's first working day."""
    new_year = date(day.year, 1, 1)
    days = (new_year + timedelta(days=number) for number in range((day - new_year).days + 1))
    return max(1, sum(map(is_working_day, days)))


def easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian algorithm, Nature 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
