"""People, teams, whose holidays are kept, who gets what nobody else does; and who reads at which destination."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from domain.alerts import Destination
from domain.people import Person, Reader, Team, WorkingTime
from domain.people_json import person_from_json, person_to_json, team_from_json, team_to_json
from storage.destinations import find_destinations, save_row
from storage.schema import alert_settings, people, teams

DEFAULT, HOLIDAYS = "default", "holidays"


def save_person(c: Connection, person: Person) -> None:
    """Writes a person, over the one with this id; the destination must be there, and be nobody else's."""
    document = person_to_json(person)
    save_row(c, people, {"id": person.id, "destination_id": person.destination, "document": document})


def find_people(c: Connection) -> dict[str, Person]:
    """All people but those who were removed, by id."""
    query = select(people).where(people.c.destination_id.is_not(None)).order_by(people.c.id)
    return {row.id: person_from_json(row.document) for row in c.execute(query)}


def save_team(c: Connection, team: Team) -> None:
    """Writes a team, over the one with this id, which may have been removed."""
    save_row(c, teams, {"id": team.id, "document": team_to_json(team), "removed_at": None})


def find_teams(c: Connection) -> dict[str, Team]:
    """All teams but those that were removed, by id."""
    query = select(teams).where(teams.c.removed_at.is_(None)).order_by(teams.c.id)
    return {row.id: team_from_json(row.document) for row in c.execute(query)}


def lock_team(c: Connection, team_id: str) -> None:
    """Nobody else gives out work of this team until this transaction ends."""
    c.execute(select(teams.c.id).where(teams.c.id == team_id).with_for_update()).one()


def save_default(c: Connection, to: str | None) -> None:
    """Who gets what no rule sends anywhere: a person, a team or a destination; None: nobody."""
    save_row(c, alert_settings, {"name": DEFAULT, "value": {"to": to}}, "name")


def find_default(c: Connection) -> str | None:
    """Who gets what no rule sends anywhere."""
    value = _find_setting(c, DEFAULT)
    return value.get("to") if value else None


def save_holidays(c: Connection, days: Mapping[str, frozenset[date]]) -> None:
    """The days off of these countries (ISO 3166 alpha-2), over those known of them; other countries keep theirs."""
    known = find_holidays(c) | dict(days)
    value = {country: sorted(day.isoformat() for day in off) for country, off in sorted(known.items())}
    save_row(c, alert_settings, {"name": HOLIDAYS, "value": value}, "name")


def find_holidays(c: Connection) -> dict[str, frozenset[date]]:
    """The days off, by country."""
    found = _find_setting(c, HOLIDAYS) or {}
    return {country: frozenset(map(date.fromisoformat, days)) for country, days in found.items()}


def find_readers(c: Connection, zone: str) -> dict[str, Reader]:
    """Who reads at each destination, by its id; `zone` is that of channels that name none."""
    owners = {person.destination: person for person in find_people(c).values()}
    holidays = find_holidays(c)
    places = find_destinations(c)
    return {place.id: to_reader(place, owners.get(place.id), holidays, zone) for place in places}


def to_reader(place: Destination, person: Person | None, holidays: Mapping[str, frozenset[date]], zone: str) -> Reader:
    """Who reads at this destination. Of a channel it is taken that its readers work from 9 to 18, Monday to Friday."""
    if person is None:
        return Reader(place.id, WorkingTime(place.zone or zone), when=place.when)
    off = holidays.get(person.country or "", frozenset())
    working = WorkingTime(person.zone, person.hours, person.days, off)
    return Reader(place.id, working, person.language, person.when, person)


def _find_setting(c: Connection, name: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = c.execute(
        select(alert_settings.c.value).where(alert_settings.c.name == name)
    ).scalar()
    return found
