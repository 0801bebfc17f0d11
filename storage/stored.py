"""A stored notice, and how rows become one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from domain.notice_json import from_content
from domain.notices import Notice
from storage.schema import notices, revisions
from storage.types import AnyRow


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice as it stands: its newest revision, with our own facts about it.

    `baseline`: its source's first run brought it; `partial`: only the list's row was read; `page`: hash of the page
    that the revision was read from.
    """

    id: int
    procedure_id: int
    revision: int
    notice: Notice
    first_seen_at: datetime
    updated_at: datetime
    baseline: bool
    partial: bool
    page: str | None


SELECT_STORED: Select[Any] = select(
    notices.c.id,
    notices.c.procedure_id,
    notices.c.revision,
    notices.c.status,
    notices.c.first_seen_at,
    notices.c.updated_at,
    notices.c.baseline,
    notices.c.partial,
    notices.c.page,
    revisions.c.document,
).join_from(notices, revisions, (revisions.c.notice_id == notices.c.id) & (revisions.c.number == notices.c.revision))


def to_stored(row: AnyRow) -> StoredNotice:
    """The notice of one row of SELECT_STORED."""
    return StoredNotice(
        id=row.id,
        procedure_id=row.procedure_id,
        revision=row.revision,
        notice=from_content(row.document, row.status),
        first_seen_at=row.first_seen_at,
        updated_at=row.updated_at,
        baseline=row.baseline,
        partial=row.partial,
        page=row.page,
    )


def find_stored(c: Connection, query: Select[Any]) -> Iterator[StoredNotice]:
    """The notices of a query made from SELECT_STORED, as they come."""
    rows: Iterable[AnyRow] = c.execute(query)
    return (to_stored(row) for row in rows)
