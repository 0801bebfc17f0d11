"""Stored notices by the moment they were listed (published, where unknown first seen), for looking back in time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.ids import in_chunks
from storage.schema import notices
from storage.stored import SELECT_STORED, StoredNotice, find_stored


def find_listed(c: Connection, numbers: Sequence[int], since: datetime) -> list[StoredNotice]:
    """Those of these notices that were listed since, newest number first."""
    found: list[StoredNotice] = []
    for chunk in in_chunks(numbers):
        query = SELECT_STORED.where(notices.c.id.in_(chunk), notices.c.listed_at >= since)
        found += find_stored(c, query.order_by(notices.c.id.desc()))
    return found


def find_unmatched_listed(c: Connection, since: datetime) -> list[int]:
    """Notices that were listed since and are not matched as they stand, so that no word finds them; newest first."""
    query = select(notices.c.id).where(notices.c.matched_epoch == 0, notices.c.listed_at >= since)
    return list(c.execute(query.order_by(notices.c.id.desc())).scalars())


def find_numbers_listed(c: Connection, since: datetime) -> list[int]:
    """All notices that were listed since, by their numbers, in no order."""
    return list(c.execute(select(notices.c.id).where(notices.c.listed_at >= since)).scalars())


def count_listed(c: Connection, since: datetime) -> int:
    """How many notices were listed since."""
    query = select(func.count()).select_from(notices).where(notices.c.listed_at >= since)
    return c.execute(query).scalar_one()


def find_siblings(c: Connection, stored: StoredNotice) -> list[StoredNotice]:
    """The other notices of its procedure."""
    own = (notices.c.procedure_id == stored.procedure_id) & (notices.c.id != stored.id)
    return list(find_stored(c, SELECT_STORED.where(own).order_by(notices.c.id)))
