"""The alerts file with people, teams, schedules and rules as data: what it means, and what is said of what is wrong."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.book import export_book, import_book, read_book
from domain.alerts import Destination, Escalation, Follow, Rule, Terms
from domain.errors import BadRule
from domain.people import Digest, Person, Span, Speciality, Team, When
from storage.engine import reading, writing
from storage.people import find_default, find_holidays, find_people, find_readers, find_teams
from tests.factories import a_version

GOOD = """
holidays:
  ES: [2026-12-25, 2027-01-06]
  PH: ph.ics
destinations:
  - id: chat
    url: ${TENDERWATCH_SECRET_CHAT}
    zone: Europe/Madrid
    when: {digest: hourly, quiet: "20:00-07:30", quiet_days_off: false}
people:
  - id: mira
    name: Mira
    email: mira@bidder.example
    language: es
    zone: Europe/Madrid
    country: ES
    hours: "08:00-15:30"
    days: mon-thu
    speciality: {profiles: [pumps], products: [pump], countries: [ES, NO], languages: [es, pt]}
    capacity: 30
    when: {digest: [14:00, "08:30"], digest_days: [mon, wed], at_once_from: 85, most: 10, heartbeat: true}
  - id: jun
    email: jun@bidder.example
    country: PH
    destination: chat
    when: {urgent_waits: true, quiet: 22:00-06:00}
teams:
  - {id: iberia, name: Iberia, people: [mira, jun]}
default: iberia
rules:
  - id: large
    profile: pumps
    min_score: 60
    max_score: 90
    value: {min: 50000, max: 2000000.50, currency: EUR}
    places: [ES, PT17]
    buyers: ["*hospital*"]
    lots: "*pump*"
    kinds: [tender, planning]
    team: iberia
    at_once_from: 80
    bid_days: 5
    remind: [2, 10, 5]
    escalate: {hours: 8, to: mira}
  - {id: all, min_score: 40, person: jun}
"""
CALENDAR = """BEGIN:VCALENDAR\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261230\r
DTEND;VALUE=DATE:20270101\r
SUMMARY:Rizal Day and the day after\r
END:VEVENT\r
END:VCALENDAR\r
"""


def write(folder: Path, text: str, calendar: str = CALENDAR) -> Path:
    file = folder / "alerts.yml"
    file.write_text(text, encoding="utf-8")
    (folder / "ph.ics").write_text(calendar, encoding="utf-8")
    return file


def test_people_teams_and_schedules(tmp_path: Path) -> None:
    book = read_book(write(tmp_path, GOOD))
    mira, jun = book.people
    assert mira == Person(
        "mira",
        "Mira",
        "mira@bidder.example",
        "mira",
        "es",
        "Europe/Madrid",
        Span(time(8), time(15, 30)),
        (0, 1, 2, 3),
        "ES",
        Speciality(("pumps",), ("pump",), ("ES", "NO"), ("es", "pt")),
        30,
        When(Digest((time(8, 30), time(14)), (0, 2)), 85, most=10, heartbeat=True),
    )
    assert (jun.destination, jun.zone, jun.capacity) == ("chat", "UTC", 50)
    assert jun.when == When(quiet=Span(time(22), time(6)), urgent_waits=True)
    hourly = When(Digest(), quiet=Span(time(20), time(7, 30)), quiet_days_off=False)
    assert book.destinations == (
        Destination("chat", "chat", "${TENDERWATCH_SECRET_CHAT}", zone="Europe/Madrid", when=hourly),
        Destination("mira", "Mira", "tendermail://mira@bidder.example", language="es", zone="Europe/Madrid"),
    )
    assert book.teams == (Team("iberia", "Iberia", ("mira", "jun")),)
    assert book.holidays["PH"] == {date(2026, 12, 30), date(2026, 12, 31)}


def test_rules_as_data(tmp_path: Path) -> None:
    book = read_book(write(tmp_path, GOOD))
    assert book.rules[0] == Rule(
        "large",
        "pumps",
        60,
        "iberia",
        Terms(
            90,
            (Decimal(50000), Decimal("2000000.5"), "EUR"),
            ("ES", "PT17"),
            ("*hospital*",),
            ("*pump*",),
            ("tender", "planning"),
        ),
        Follow((10, 5, 2), (Escalation(8, "mira"),), 80, 5),
    )
    assert book.rules[1] == Rule("all", None, 40, "jun")


def test_what_is_saved_is_what_was_read(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as c:
        a_version(c)
    book = import_book(engine, write(tmp_path, GOOD))
    with reading(engine) as c:
        assert tuple(find_people(c).values()) == (book.people[1], book.people[0])
        assert tuple(find_teams(c).values()) == book.teams
        assert find_default(c) == "iberia"
        assert find_holidays(c) == book.holidays
        readers = find_readers(c, "UTC")
    assert readers["mira"].working.holidays == {date(2026, 12, 25), date(2027, 1, 6)}
    assert (readers["chat"].person, readers["chat"].when) == (book.people[1], book.people[1].when)
    again = read_book(write(tmp_path, export_book(engine)))
    assert set(again.people) == set(book.people)
    assert set(again.rules) == set(book.rules)
    assert set(again.destinations) == set(book.destinations)
    assert (again.teams, again.default, again.holidays) == (book.teams, book.default, book.holidays)


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ("mira@bidder.example", "mira", 13, "write an address such as"),
        ("language: es\n", "language: de\n", 14, "there is no language de"),
        ("zone: Europe/Madrid\n    country", "zone: Europe/Madird\n    country", 15, "did you mean Europe/Madrid?"),
        ("country: ES\n", "country: Spain\n", 16, "write a country such as ES"),
        ('hours: "08:00-15:30"', "hours: 8 to 15", 17, 'write it as "09:00-18:00"'),
        ("days: mon-thu", "days: mon-fry", 18, "write days such as mon-fri"),
        ("profiles: [pumps]", "profile: [pumps]", 19, "no key profile; did you mean profiles?"),
        ("capacity: 30", "capacity: many", 20, "whole number from 0"),
        ("most: 10", "most: 0", 21, "whole number from 1 to 200"),
        ("digest: [14:00,", "digest: [25:00,", 21, "write times such as"),
        ("most: 10", 'quiet: "20:00-09:00"', 21, "the digest of 08:30 is in the quiet hours 20:00-09:00; write a time"),
        ("heartbeat: true", "heartbeat: daily", 21, "write true or false"),
        ("destination: chat\n", "destination: chart\n", 22, "there is no destination chart; did you mean chat?"),
        ("quiet: 22:00-06:00", "quiet: 22:00-22:00", 26, "nothing would ever be sent"),
        ("people: [mira, jun]", "people: [mira, june]", 28, "no person june; did you mean jun?"),
        ("id: iberia", "id: mira", 28, "the id mira is already used"),
        ("default: iberia", "default: iberica", 29, "did you mean iberia?"),
        ("team: iberia", "team: iberica", 40, "there is no team iberica; did you mean iberia?"),
        ("team: iberia", "team: iberia\n    person: mira", 40, "a rule names one of destination, person, team"),
        ("max_score: 90", "max_score: 50", 34, "whole number from 60 to 100"),
        ("currency: EUR", "currency: euro", 35, "write it as in EUR"),
        ("min: 50000", "min: 5000000", 35, "no value is between them"),
        ("places: [ES, PT17]", "places: [Spain]", 36, "write places such as"),
        ("kinds: [tender, planning]", "kinds: [tenders]", 39, "tenders is not one; write some of planning, tender"),
        ("remind: [2, 10, 5]", "remind: [0]", 43, "whole days from 1 to 90"),
        ("escalate: {hours: 8, to: mira}", "escalate: {hours: 8, to: boss}", 44, "destination boss; there are chat"),
        ("  ES: [2026-12-25", "  ES: [2026-13-25", 3, "not YAML: month must be in 1..12"),
        ("PH: ph.ics", "PH: none.ics", None, "none.ics: no such file"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int | None, text: str) -> None:
    assert old in GOOD
    with pytest.raises(BadRule) as caught:
        read_book(write(tmp_path, GOOD.replace(old, new, 1)))
    assert text in str(caught.value)
    if line is not None:
        assert f"alerts.yml, line {line}: " in str(caught.value)


@pytest.mark.parametrize(
    ("calendar", "text"),
    [
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "no all-day event is in it"),
        (CALENDAR.replace("20261230", "2026-12-30"), "line 3: DTSTART;VALUE=DATE:2026-12-30 is no day"),
        (CALENDAR.replace("SUMMARY", "RRULE:FREQ=YEARLY\r\nSUMMARY"), "line 5: an event that repeats"),
    ],
)
def test_what_is_wrong_in_a_calendar_is_named(tmp_path: Path, calendar: str, text: str) -> None:
    with pytest.raises(BadRule, match=r"ph\.ics") as caught:
        read_book(write(tmp_path, GOOD, calendar))
    assert text in str(caught.value)


def test_a_profile_that_is_not_there_is_named(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as c:
        a_version(c, id="pump")
    with pytest.raises(BadRule, match=r"line 31: there is no profile pumps; did you mean pump\?"):
        import_book(engine, write(tmp_path, GOOD))
