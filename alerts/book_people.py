"""The people, teams and schedules of an alerts file."""

import re
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from alerts.holidays import read_calendar
from alerts.schedule import is_within
from alerts.yaml_lines import LINES, Reading, nearest
from domain.people import LANGUAGES, OPEN_AT_ONCE, WORKING_WEEK, Digest, Person, Span, Speciality, Team, When
from domain.people_json import DAYS

HOURLY = "hourly"
OF_PERSON = ("name", "language", "zone", "country", "hours", "days", "speciality", "capacity", "destination", "when")
OF_WHEN = ("digest", "digest_days", "at_once_from", "quiet", "quiet_days_off", "urgent_waits", "most", "heartbeat")
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+=_~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def read_person(reading: Reading, data: dict[str, Any]) -> Person:
    """One of `people:`."""
    reading.check_keys(data, ("id", "email"), OF_PERSON)
    name = reading.to_id(data, "people")
    email = reading.to_text(data, "email")
    if not ADDRESS.fullmatch(email):
        raise reading.fault(data[LINES]["email"], f"email is {email}; write an address such as mira@example.org")
    return Person(
        name,
        reading.to_text(data, "name") if "name" in data else name,
        email,
        reading.to_text(data, "destination") if "destination" in data else name,
        read_language(reading, data),
        read_zone(reading, data) or "UTC",
        read_span(reading, data, "hours") if "hours" in data else Span(time(9), time(18)),
        read_days(reading, data, "days") if "days" in data else WORKING_WEEK,
        reading.to_list(data, "country", to_country, "a country such as ES")[0] if "country" in data else None,
        _read_speciality(reading, reading.to_part(data, "speciality")) if "speciality" in data else Speciality(),
        reading.to_whole(data, "capacity", 0, 100_000) if "capacity" in data else OPEN_AT_ONCE,
        read_when(reading, data),
    )


def read_team(reading: Reading, data: dict[str, Any], people: tuple[str, ...]) -> Team:
    """One of `teams:`, of these people."""
    reading.check_keys(data, ("id", "people"), ("name",))
    name = reading.to_id(data, "teams")
    members = reading.to_list(data, "people", str, "the ids of people")
    for each in members:
        if each not in people:
            raise reading.fault(data[LINES]["people"], f"there is no person {each}{nearest(each, people)}")
    return Team(name, reading.to_text(data, "name") if "name" in data else name, tuple(dict.fromkeys(members)))


def read_when(reading: Reading, data: dict[str, Any]) -> When:
    """The schedule below `when:`; at once where there is none."""
    if "when" not in data:
        return When()
    own = reading.to_part(data, "when")
    reading.check_keys(own, (), OF_WHEN)
    usual = When()
    quiet = read_span(reading, own, "quiet") if "quiet" in own else None
    if quiet is not None and quiet.start == quiet.end:
        raise reading.fault(own[LINES]["quiet"], "quiet is the whole day: nothing would ever be sent")
    digest = _read_digest(reading, own)
    unheard = [each for each in digest.at if is_within(quiet, each)] if digest and quiet else []
    if unheard:
        raise reading.fault(
            own[LINES]["digest"],
            f"the digest of {unheard[0]:%H:%M} is in the quiet hours {quiet}; write a time outside of them, or others",
        )
    return When(
        digest,
        reading.to_whole(own, "at_once_from", 0, 100) if "at_once_from" in own else None,
        quiet,
        reading.to_flag(own, "quiet_days_off") if "quiet_days_off" in own else usual.quiet_days_off,
        reading.to_flag(own, "urgent_waits"),
        reading.to_whole(own, "most", 1, 200) if "most" in own else usual.most,
        reading.to_flag(own, "heartbeat"),
    )


def read_holidays(reading: Reading, data: dict[str, Any]) -> dict[str, frozenset[date]]:
    """`holidays:`, by country: a list of days, or the name of an .ics file beside the alerts file."""
    if "holidays" not in data:
        return {}
    own, found = reading.to_part(data, "holidays"), {}
    for country in own:
        if country == LINES:
            continue
        if not re.fullmatch("[A-Z]{2}", country):
            raise reading.fault(own[LINES][country], f"{country} is no country; write it as in ES")
        if isinstance(own[country], str):
            found[country] = read_calendar(Path(reading.file).parent / own[country])
        else:
            found[country] = frozenset(reading.to_list(own, country, to_date, "days such as 2026-12-25"))
    return found


def read_language(reading: Reading, data: dict[str, Any]) -> str:
    """The language of messages; English where the key is missing."""
    return reading.to_known(data, "language", LANGUAGES, "language") if "language" in data else "en"


def read_zone(reading: Reading, data: dict[str, Any]) -> str | None:
    """An IANA time zone; None where the key is missing."""
    if "zone" not in data:
        return None
    zone = reading.to_text(data, "zone")
    if zone not in available_timezones():
        close = nearest(zone, sorted(available_timezones())).partition("; there are")[0]
        raise reading.fault(
            data[LINES]["zone"], f"there is no time zone {zone}{close or '; write one as Europe/Madrid'}"
        )
    return zone


def read_span(reading: Reading, data: dict[str, Any], key: str) -> Span:
    """`09:00-18:00`."""
    match = re.fullmatch(r"\s*([\d:]+)\s*-\s*([\d:]+)\s*", str(data[key]))
    try:
        if match is None:
            raise ValueError
        return Span(to_time(match[1]), to_time(match[2]))
    except ValueError as error:
        raise reading.fault(data[LINES][key], f'{key} is {data[key]}; write it as "09:00-18:00"') from error


def read_days(reading: Reading, data: dict[str, Any], key: str) -> tuple[int, ...]:
    """`mon-fri`, or a list such as [mon, wed]."""
    spans = reading.to_list(data, key, _to_days, "days such as mon-fri or [mon, wed]")
    return tuple(sorted({day for span in spans for day in span}))


def to_country(value: Any) -> str:
    """ISO 3166 alpha-2; YAML reads NO as false."""
    text = "NO" if value is False else str(value).strip()
    if not re.fullmatch("[A-Z]{2}", text):
        raise ValueError
    return text


def to_time(value: Any) -> time:
    """A time of day; YAML reads 14:30 without quotes as 870."""
    if isinstance(value, int) and not isinstance(value, bool) and 60 <= value < 24 * 60:
        return time(value // 60, value % 60)
    match = re.fullmatch(r"(\d{1,2}):(\d\d)", str(value).strip())
    if match is None:
        raise ValueError
    return time(int(match[1]), int(match[2]))


def to_date(value: Any) -> date:
    """A day; YAML reads 2026-12-25 as one."""
    if type(value) is date:
        return value
    return date.fromisoformat(value)


def _read_digest(reading: Reading, own: dict[str, Any]) -> Digest | None:
    if "digest" not in own:
        if "digest_days" in own:
            raise reading.fault(own[LINES]["digest_days"], "digest_days says nothing without `digest:` and its times")
        return None
    days = read_days(reading, own, "digest_days") if "digest_days" in own else None
    if own["digest"] == HOURLY:
        if days is not None:
            raise reading.fault(own[LINES]["digest_days"], "an hourly digest has no days; `quiet:` keeps hours free")
        return Digest()
    wanted = 'times such as ["08:30", "14:00"], or hourly'
    return Digest(tuple(sorted(set(reading.to_list(own, "digest", to_time, wanted)))), days)


def _read_speciality(reading: Reading, own: dict[str, Any]) -> Speciality:
    reading.check_keys(own, (), ("profiles", "products", "countries", "languages"))
    texts = {
        key: reading.to_list(own, key, _to_word, "a list of words") for key in ("profiles", "products") if key in own
    }
    countries = (
        reading.to_list(own, "countries", to_country, "countries such as [ES, PT]") if "countries" in own else ()
    )
    languages = (
        reading.to_list(own, "languages", _to_language, "languages such as [es, pt]") if "languages" in own else ()
    )
    return Speciality(texts.get("profiles", ()), texts.get("products", ()), countries, languages)


def _to_word(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value.strip()


def _to_language(value: Any) -> str:
    text = "no" if value is False else value
    if not isinstance(text, str) or not re.fullmatch("[a-z]{2,3}", text):
        raise ValueError
    return text


def _to_days(value: Any) -> range | tuple[int, ...]:
    first, _, last = str(value).lower().partition("-")
    start, end = DAYS.index(first[:3]), DAYS.index((last or first)[:3])
    return range(start, end + 1) if start <= end else (*range(start, 7), *range(end + 1))
