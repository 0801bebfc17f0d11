"""Destinations, and the rules that say which opportunities go to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from domain.alerts import Destination, Rule
from domain.people_json import (
    follow_from_json,
    follow_to_json,
    terms_from_json,
    terms_to_json,
    when_from_json,
    when_to_json,
)
from storage.schema import destinations, rules, templates

NAMES = ("id", "name", "url", "operators", "language", "zone")


def save_destination(c: Connection, destination: Destination) -> None:
    """Writes a destination, over the one with its id, which may have been removed."""
    save_row(c, destinations, _to_row(destination))


def find_destinations(c: Connection) -> list[Destination]:
    """All destinations but those that were removed, by id; secrets in their addresses are still `${NAME}`."""
    query = select(destinations).where(destinations.c.removed_at.is_(None)).order_by(destinations.c.id)
    return [_to_destination(row) for row in c.execute(query)]


def save_template(c: Connection, destination_id: str, body: str, now: datetime) -> None:
    """Writes the users' own template of a destination, over the one that it has."""
    row = {"destination_id": destination_id, "body": body, "saved_at": now}
    if not c.execute(update(templates).where(templates.c.destination_id == destination_id).values(**row)).rowcount:
        c.execute(insert(templates), [row])


def find_template(c: Connection, destination_id: str) -> str | None:
    """The users' own template of a destination."""
    return c.execute(select(templates.c.body).where(templates.c.destination_id == destination_id)).scalar()


def delete_template(c: Connection, destination_id: str) -> bool:
    """Whether there was one; from now on the destination gets our own text."""
    return bool(c.execute(delete(templates).where(templates.c.destination_id == destination_id)).rowcount)


def save_rule(c: Connection, rule: Rule) -> None:
    """Writes a rule, over the one with its id; whom it names is not looked at."""
    document = {**terms_to_json(rule.terms), **follow_to_json(rule.follow)}
    row = {"id": rule.id, "profile": rule.profile, "min_score": rule.min_score, "recipient": rule.to}
    save_row(c, rules, {**row, "document": document})


def find_rules(c: Connection) -> list[Rule]:
    """All rules, by id."""
    return [_to_rule(row) for row in c.execute(select(rules).order_by(rules.c.id))]


def delete_rule(c: Connection, rule_id: str) -> bool:
    """Whether there was such a rule; what it queued is still sent, and nothing of it is reminded or escalated."""
    return bool(c.execute(delete(rules).where(rules.c.id == rule_id)).rowcount)


def save_row(c: Connection, table: Table, row: dict[str, Any], key: str = "id") -> None:
    """Writes a row, over the one with its key."""
    if not c.execute(update(table).where(table.c[key] == row[key]).values(**row)).rowcount:
        c.execute(insert(table), [row])


def _to_row(destination: Destination) -> dict[str, Any]:
    schedule = when_to_json(destination.when) or None
    return {**{name: getattr(destination, name) for name in NAMES}, "schedule": schedule, "removed_at": None}


def _to_destination(row: Row[Any]) -> Destination:
    return Destination(**{name: getattr(row, name) for name in NAMES}, when=when_from_json(row.schedule or {}))


def _to_rule(row: Row[Any]) -> Rule:
    terms, follow = terms_from_json(row.document), follow_from_json(row.document)
    return Rule(row.id, row.profile, row.min_score, row.recipient, terms, follow)
