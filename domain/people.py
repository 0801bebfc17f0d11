"""Who is told: people, their working time and what they know about, teams, and when messages go to them."""

from dataclasses import dataclass
from datetime import date, time

LANGUAGES = ("en", "es", "ru", "fil")
WORKING_WEEK = (0, 1, 2, 3, 4)
OPEN_AT_ONCE = 50
MOST_IN_DIGEST = 20


@dataclass(frozen=True, slots=True)
class Span:
    """A time of day, local, from `start` to `end` (not included); over midnight where `end` is not later."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When somebody works: an IANA zone, hours of the day there, days (0 is Monday), and the days off besides."""

    zone: str
    hours: Span = Span(time(9), time(18))
    days: tuple[int, ...] = WORKING_WEEK
    holidays: frozenset[date] = frozenset()

    def is_off(self, day: date) -> bool:
        """No working day: a day of the week that is none, or a holiday."""
        return day.weekday() not in self.days or day in self.holidays


@dataclass(frozen=True, slots=True)
class Digest:
    """Messages in one, at these local times of these days (0 is Monday; None: working days). Never on a holiday.

    `at` empty: at each full hour.
    """

    at: tuple[time, ...] = ()
    days: tuple[int, ...] | None = None

    @property
    def is_hourly(self) -> bool:
        """At each full hour of any day."""
        return not self.at


@dataclass(frozen=True, slots=True)
class When:
    """When messages go: at once (`digest` None), or collected. What scores `at_once_from` or more does not wait.

    In `quiet` hours nothing arrives but moved deadlines and cancellations (those too, where `urgent_waits`), and,
    where `quiet_days_off`, neither does it on days off. `most` opportunities at most are shown in a digest; `heartbeat`
    sends an empty one too.
    """

    digest: Digest | None = None
    at_once_from: int | None = None
    quiet: Span | None = None
    quiet_days_off: bool = True
    urgent_waits: bool = False
    most: int = MOST_IN_DIGEST
    heartbeat: bool = False


AT_ONCE = When()


@dataclass(frozen=True, slots=True)
class Speciality:
    """What somebody knows about; what is empty excludes nothing.

    `profiles` are target industries, by profile's id; `products` words of the catalogue items or keywords that matched,
    `countries` ISO 3166 alpha-2, `languages` ISO 639-1 of notices. What a notice does not say excludes nobody.
    """

    profiles: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is told of opportunities and bids on them, at most `capacity` open ones by round robin.

    `country` (ISO 3166 alpha-2) says whose holidays are kept; `destination` is where messages go: by default a
    destination of the person's own id, which is made of the e-mail address.
    """

    id: str
    name: str
    email: str
    destination: str
    language: str = "en"
    zone: str = "UTC"
    hours: Span = Span(time(9), time(18))
    days: tuple[int, ...] = WORKING_WEEK
    country: str | None = None
    speciality: Speciality = Speciality()
    capacity: int = OPEN_AT_ONCE
    when: When = AT_ONCE


@dataclass(frozen=True, slots=True)
class Team:
    """People who share what comes, one after the other in this order."""

    id: str
    name: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads at a destination: how times and texts are shown, and when messages go there.

    `person` is None where it is a channel, whose readers nobody knows.
    """

    destination: str
    working: WorkingTime
    language: str = "en"
    when: When = AT_ONCE
    person: Person | None = None
