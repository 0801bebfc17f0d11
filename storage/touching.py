"""Notices that were read again with the same content: only their status, or what is known of them, may have moved."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from domain.notices import Notice, Status
from storage.schema import notices
from storage.types import AnyRow

_OWN = notices.c.id == bindparam("of_id")
_SET_STATUS = (
    update(notices)
    .where(_OWN)
    .values(status=bindparam("to"), partial=bindparam("to_partial"), updated_at=bindparam("now"))
)
_MATCH_AGAIN = update(notices).where(_OWN).values(matched_epoch=0, awaits_run=bindparam("of_run"))
_SEEN_AGAIN = update(notices).where(_OWN).values(awaits_run=bindparam("of_run"))


def touch(
    c: Connection,
    touched: Sequence[tuple[AnyRow, Notice]],
    partial: AbstractSet[str],
    now: datetime,
    awaits_run: int | None,
) -> None:
    """A status that moved, or a row of the list that is now read whole (`partial` are keys of rows).

    A notice whose change was still to be believed is so by the verdict on the run `awaits_run`, which has read the
    same again.
    """
    moved = []
    for row, notice in touched:
        still_partial = row.partial and notice.key in partial
        if row.status != notice.status or row.partial != still_partial:
            moved.append({"of_id": row.id, "to": notice.status, "to_partial": still_partial, "now": now})
    if moved:
        c.execute(_SET_STATUS, moved)
    again = [row.id for row, notice in touched if _is_to_match(row, notice)]
    if again:
        c.execute(_MATCH_AGAIN, [{"of_id": each, "of_run": awaits_run} for each in again])
    seen = [row.id for row, _ in touched if row.awaits_run not in (None, awaits_run)]
    if seen and awaits_run is not None:
        c.execute(_SEEN_AGAIN, [{"of_id": each, "of_run": awaits_run} for each in seen])


def _is_to_match(row: AnyRow, notice: Notice) -> bool:
    return bool(row.status != notice.status) and Status.CANCELLED in (row.status, notice.status)
