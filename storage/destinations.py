"""Destinations, and the rules that say which opportunities go to whom."""

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
from storage.schema import destinations, rules


def save_destination(c: Connection, destination: Destination) -> None:
    """Writes a destination, over the one with its id."""
    save_row(c, destinations, _to_row(destination))


def find_destinations(c: Connection) -> list[Destination]:
    """All destinations, by id; secrets in their addresses are still `${NAME}`."""
    return [_to_destination(row) for row in c.execute(select(destinations).order_by(destinations.c.id))]


def save_rule(c: Connection, rule: Rule) -> None:
    """Writes a rule, over the one with its id; whom it names is not looked at."""
    document = {**terms_to_json(rule.terms), **follow_to_json(rule.follow)}
    row = {"id": rule.id, "profile": rule.profile, "min_score": rule.min_score, "recipient": rule.to}
    save_row(c, rules, {**row, "document": document})


def find_rules(c: Connection) -> list[Rule]:
    """All rules, by id."""
    return [_to_rule(row) for row in c.execute(select(rules).order_by(rules.c.id))]


def delete_rule(c: Connection, rule_id: str) -> bool:
    """Whether there was such a rule; what it queued is still sent."""
    return bool(c.execute(delete(rules).where(rules.c.id == rule_id)).rowcount)


def save_row(c: Connection, table: Table, row: dict[str, Any], key: str = "id") -> None:
    """Writes a row, over the one with its key."""
    if not c.execute(update(table).where(table.c[key] == row[key]).values(**row)).rowcount:
        c.execute(insert(table), [row])


def _to_row(destination: Destination) -> dict[str, Any]:
    names = ("id", "name", "url", "operators", "zone")
    schedule = when_to_json(destination.when) or None
    return {**{name: getattr(destination, name) for name in names}, "schedule": schedule}


def _to_destination(row: Row[Any]) -> Destination:
    when = when_from_json(row.schedule or {})
    return Destination(row.id, row.name, row.url, row.operators, row.zone, when)


def _to_rule(row: Row[Any]) -> Rule:
    terms, follow = terms_from_json(row.document), follow_from_json(row.document)
    return Rule(row.id, row.profile, row.min_score, row.recipient, terms, follow)
