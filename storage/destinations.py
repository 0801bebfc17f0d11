"""Destinations, and the rules that say which opportunities go to which of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from domain.alerts import Destination, Rule
from storage.schema import destinations, rules, templates

NAMES = ("id", "name", "url", "operators", "language", "zone")


def save_destination(c: Connection, destination: Destination) -> None:
    """Writes a destination, over the one with its id."""
    _save(c, destinations, _to_row(destination))


def find_destinations(c: Connection) -> list[Destination]:
    """All destinations, by id; secrets in their addresses are still `${NAME}`."""
    rows = c.execute(select(destinations).order_by(destinations.c.id))
    return [_to_destination(row) for row in rows]


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
    """Writes a rule, over the one with its id; its destination must be there."""
    row = {"id": rule.id, "profile": rule.profile, "min_score": rule.min_score, "destination": rule.destination}
    _save(c, rules, row)


def find_rules(c: Connection) -> list[Rule]:
    """All rules, by id."""
    return [_to_rule(row) for row in c.execute(select(rules).order_by(rules.c.id))]


def delete_rule(c: Connection, rule_id: str) -> bool:
    """Whether there was such a rule; what it queued is still sent."""
    return bool(c.execute(delete(rules).where(rules.c.id == rule_id)).rowcount)


def _save(c: Connection, table: Table, row: dict[str, Any]) -> None:
    if not c.execute(update(table).where(table.c.id == row["id"]).values(**row)).rowcount:
        c.execute(insert(table), [row])


def _to_row(destination: Destination) -> dict[str, Any]:
    return {name: getattr(destination, name) for name in NAMES}


def _to_destination(row: Row[Any]) -> Destination:
    return Destination(**{name: getattr(row, name) for name in NAMES})


def _to_rule(row: Row[Any]) -> Rule:
    return Rule(row.id, row.profile, row.min_score, row.destination)
