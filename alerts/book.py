"""The alerts file (YAML): destinations, people, teams, and the rules that say what goes to which of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, Engine

from alerts.book_people import read_holidays, read_language, read_person, read_team, read_when, read_zone
from alerts.book_rules import TARGETS, read_rule
from alerts.schemes import find_fault
from alerts.schemes import mask as masked
from alerts.yaml_lines import LINES, Reading, nearest
from domain.alerts import Destination, Rule
from domain.errors import BadRule
from domain.people import Person, Team
from domain.people_json import follow_to_json, person_to_json, team_to_json, terms_to_json, when_to_json
from storage.destinations import find_destinations, find_rules, save_destination, save_rule
from storage.engine import reading, writing
from storage.people import (
    find_default,
    find_holidays,
    find_people,
    find_teams,
    save_default,
    save_holidays,
    save_person,
    save_team,
)
from storage.profiles import find_profiles

__all__ = ["Book", "check_profiles", "export_book", "import_book", "masked", "read_book", "save_book", "write_book"]

MAX_SIZE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Book:
    """What an alerts file says; `lines` tells where each entry stands in `file`, as `kind.id`.

    `destinations` hold those that people's e-mail addresses make, too. `default` gets what no rule sends anywhere;
    `holidays` are days off by country.
    """

    destinations: tuple[Destination, ...]
    rules: tuple[Rule, ...]
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    teams: tuple[Team, ...] = ()
    default: str | None = None
    holidays: Mapping[str, frozenset[date]] = field(default_factory=dict)


def read_book(file: Path) -> Book:
    """The book in this file; raises BadRule with file, line and mend for the first thing that is wrong."""
    if not file.is_file():
        raise BadRule(f"{file}: no such file")
    if file.stat().st_size > MAX_SIZE:
        raise BadRule(f"{file}: larger than 1 MiB, which no alerts file is")
    return _read(Reading(str(file)), file.read_text(encoding="utf-8", errors="replace"))


def check_profiles(book: Book, profiles: Collection[str]) -> None:
    """Raises BadRule, with file and line, for the first rule or person whose profile is not one of these."""
    named = [(f"rules.{rule.id}", rule.profile) for rule in book.rules if rule.profile is not None]
    named += [(f"people.{each.id}", profile) for each in book.people for profile in each.speciality.profiles]
    for entry, profile in named:
        if profile not in profiles:
            where = f"{book.file}, line {book.lines[entry]}"
            raise BadRule(f"{where}: there is no profile {profile}{nearest(profile, sorted(profiles))}")


def write_book(book: Book) -> str:
    """The YAML text that `read_book` reads; secrets stay `${NAME}`."""
    own = {person.id for person in book.people}
    kinds = dict.fromkeys((each.id for each in book.destinations), "destination")
    kinds |= dict.fromkeys(own, "person") | dict.fromkeys((each.id for each in book.teams), "team")
    data = {
        "holidays": {country: sorted(days) for country, days in book.holidays.items()},
        "destinations": [_destination_to_yaml(each) for each in book.destinations if each.id not in own],
        "people": [person_to_json(each) for each in book.people],
        "teams": [team_to_json(each) for each in book.teams],
        "default": book.default,
        "rules": [_rule_to_yaml(each, kinds.get(each.to, "destination")) for each in book.rules],
    }
    kept = {key: value for key, value in data.items() if value or key in ("destinations", "rules")}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False)


def import_book(engine: Engine, file: Path) -> Book:
    """Saves what a file holds, over what has the same id; raises BadRule as `read_book` does."""
    book = read_book(file)
    with writing(engine) as c:
        check_profiles(book, {version.profile.id for version in find_profiles(c)})
        save_book(c, book)
    return book


def save_book(c: Connection, book: Book) -> None:
    """Saves what the book holds, over what has the same id; nothing else is touched (`alerts.leftovers` finds that)."""
    for destination in book.destinations:
        save_destination(c, destination)
    for person in book.people:
        save_person(c, person)
    for team in book.teams:
        save_team(c, team)
    for rule in book.rules:
        save_rule(c, rule)
    if book.default is not None:
        save_default(c, book.default)
    if book.holidays:
        save_holidays(c, book.holidays)


def export_book(engine: Engine) -> str:
    """All that is saved, as a file that `import_book` takes."""
    with reading(engine) as c:
        people, teams = tuple(find_people(c).values()), tuple(find_teams(c).values())
        return write_book(
            Book(
                tuple(find_destinations(c)),
                tuple(find_rules(c)),
                people=people,
                teams=teams,
                default=find_default(c),
                holidays=find_holidays(c),
            )
        )


def _read(file: Reading, text: str) -> Book:
    data = file.load(text)
    needed = ("rules",) if "people" in data else ("destinations", "rules")
    file.check_keys(data, needed, ("destinations", "people", "teams", "default", "holidays"))
    places = [_read_destination(file, each) for each in file.to_entries(data, "destinations")]
    people = [read_person(file, each) for each in file.to_entries(data, "people")]
    _check_destinations(file, people, [place.id for place in places])
    names = tuple(person.id for person in people)
    teams = tuple(read_team(file, each, names) for each in file.to_entries(data, "teams"))
    known: dict[str, Collection[str]] = dict(
        zip(TARGETS, ([place.id for place in places], names, [team.id for team in teams]), strict=True)
    )
    rules = tuple(read_rule(file, each, known) for each in file.to_entries(data, "rules"))
    everyone = [each for ids in known.values() for each in ids]
    default = file.to_known(data, "default", everyone, "person, team or destination") if data.get("default") else None
    holidays = read_holidays(file, data)
    by_mail = [_to_mailbox(each) for each in people if each.destination == each.id]
    return Book((*places, *by_mail), rules, file.file, file.lines, tuple(people), teams, default, holidays)


def _read_destination(file: Reading, data: dict[str, Any]) -> Destination:
    file.check_keys(data, ("id", "url"), ("name", "operators", "language", "zone", "when"))
    name = file.to_id(data, "destinations")
    url = file.to_text(data, "url")
    if fault := find_fault(url, name):
        raise file.fault(data[LINES]["url"], f"the url of destination {name}: {fault}")
    title = file.to_text(data, "name") if "name" in data else name
    language = read_language(file, data)
    return Destination(
        name, title, url, file.to_flag(data, "operators"), language, read_zone(file, data), read_when(file, data)
    )


def _check_destinations(file: Reading, people: Collection[Person], places: Collection[str]) -> None:
    """A person's destination is there, and is nobody else's: one schedule holds for it."""
    taken: dict[str, str] = {}
    for person in people:
        place, line = person.destination, file.lines[f"people.{person.id}"]
        if place != person.id and place not in places:
            raise file.fault(line, f"there is no destination {place}{nearest(place, sorted(places))}")
        if place in taken:
            raise file.fault(line, f"the destination {place} is {taken[place]}'s already; give each person one")
        taken[place] = person.id


def _to_mailbox(person: Person) -> Destination:
    """The destination that a person's address makes."""
    url = f"tendermail://{person.email}"
    return Destination(person.id, person.name, url, language=person.language, zone=person.zone)


def _destination_to_yaml(place: Destination) -> dict[str, Any]:
    when = when_to_json(place.when)
    return {
        "id": place.id,
        "name": place.name,
        "url": place.url,
        **({"operators": True} if place.operators else {}),
        **({"language": place.language} if place.language != "en" else {}),
        **({"zone": place.zone} if place.zone else {}),
        **({"when": when} if when else {}),
    }


def _rule_to_yaml(rule: Rule, kind: str) -> dict[str, Any]:
    named = {"id": rule.id} | ({"profile": rule.profile} if rule.profile else {})
    terms = terms_to_json(rule.terms)
    return {**named, "min_score": rule.min_score, **terms, kind: rule.to, **follow_to_json(rule.follow)}
