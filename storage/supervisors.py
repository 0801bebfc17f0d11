"""Supervisors: each has a row, in which it says from time to time that it works, and what of it fails."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from domain.supervision import Part, Supervisor
from storage.ids import upserting
from storage.schema import supervisors
from storage.types import AnyRow

KEPT = timedelta(days=7)  # how long the row of one that is gone says when it was last there


def save_supervisor(c: Connection, supervisor: Supervisor) -> None:
    """Writes its row, or writes it anew; rows of others that are long gone are deleted."""
    row = {
        "name": supervisor.name,
        "started_at": supervisor.started_at,
        "beat_at": supervisor.beat_at,
        "ended_at": supervisor.ended_at,
        "parts": [_to_json(part) for part in supervisor.parts],
    }
    statement = upserting(c.dialect.name, supervisors)
    c.execute(statement.on_conflict_do_update(index_elements=[supervisors.c.name], set_=row), row)
    c.execute(delete(supervisors).where(supervisors.c.beat_at < supervisor.beat_at - KEPT))


def find_supervisors(c: Connection) -> list[Supervisor]:
    """All that were there in the last week, the last seen first."""
    query = select(supervisors).order_by(supervisors.c.beat_at.desc(), supervisors.c.name)
    return [_to_supervisor(row) for row in c.execute(query)]


def _to_json(part: Part) -> dict[str, Any]:
    times = {"since": part.since.isoformat(), "next_try_at": part.next_try_at.isoformat()}
    return {"name": part.name, "reason": part.reason, "tries": part.tries, **times}


def _to_supervisor(row: AnyRow) -> Supervisor:
    parts = tuple(
        Part(
            each["name"],
            each["reason"],
            datetime.fromisoformat(each["since"]),
            each["tries"],
            datetime.fromisoformat(each["next_try_at"]),
        )
        for each in row.parts
    )
    return Supervisor(row.name, row.started_at, row.beat_at, row.ended_at, parts)
