"""Destinations, and the rules that say which opportunities go to which of them."""

from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from domain.alerts import Destination, Rule
from storage.schema import destinations, rules


def save_destination(c: Connection, destination: Destination) -> None:
    """Writes a destination, over the one with its id."""
    _save(c, destinations, _to_row(destination))


def find_destinations(c: Connection) -> list[Destination]:
    """All destinations, by id; secrets in their addresses are still `${NAME}`."""
    rows = c.execute(select(destinations).order_by(destinations.c.id))
    return [Destination(row.id, row.name, row.url, row.operators) for row in rows]


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
    names = ("id", "name", "url", "operators")
    return {name: getattr(destination, name) for name in names}


def _to_rule(row: Row[Any]) -> Rule:
    return Rule(row.id, row.profile, row.min_score, row.destination)
