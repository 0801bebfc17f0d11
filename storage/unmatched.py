"""What is still to be matched, told by state: notices that are new or changed, and those that an edit may touch."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from domain.alerts import FieldChange
from storage.held import HELD
from storage.profiles import find_epoch
from storage.revisions import compare_documents, with_last_known
from storage.schema import notices, procedures, profiles, revisions, runs
from storage.stored import SELECT_STORED, StoredNotice, to_stored
from storage.types import AnyRow


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A notice to match; `previous` is what changed since the revision that was matched last (0: none was).

    `backfill`: a period of the past that a person asked for brought it. `held`: nobody is told of `previous` yet;
    `looked_at`: it was matched since it changed, and is so again by an edit of the profiles only. `moves` counts the
    joins and separations of its procedure.
    """

    stored: StoredNotice
    previous: tuple[FieldChange, ...]
    matched_revision: int
    backfill: bool = False
    held: bool = False
    looked_at: bool = False
    moves: int = 0


# A backfill that was killed may be ended by a usual run, which is no first one.
_OF_BACKFILL = (notices.c.baseline & (runs.c.since.is_not(None) | ~runs.c.baseline)).label("backfill")


def find_unmatched(c: Connection, epoch: int, limit: int, among: Sequence[int] | None = None) -> list[Unmatched]:
    """Notices that were matched before this epoch only, or (0, and so before any) not yet in this revision.

    Those that are still to be compared with other portals' are left out: they may be of an announced procedure.
    `among`: of these alone those that were matched before, which an edit of the profiles may touch.
    """
    columns = (
        notices.c.matched_revision,
        notices.c.matched_status,
        notices.c.matched_epoch,
        _OF_BACKFILL,
        HELD.label("held"),
    )
    query = SELECT_STORED.add_columns(*columns, procedures.c.moves).join(runs, runs.c.id == revisions.c.run_id)
    query = query.join(procedures, procedures.c.id == notices.c.procedure_id)
    query = (
        query.where(notices.c.matched_epoch < epoch, ~notices.c.join_due)
        .order_by(notices.c.matched_epoch, notices.c.id)
        .limit(limit)
    )
    if among is not None:
        query = query.where(notices.c.id.in_(among), notices.c.matched_epoch > 0)
    rows = c.execute(query).all()
    before = _find_matched_documents(c, [row.id for row in rows if 0 < row.matched_revision < row.revision])
    return [_to_unmatched(c, row, before) for row in rows]


def has_unmatched(c: Connection) -> bool:
    """Whether a notice is to be matched as it stands, or edited profiles are to be held against those that were."""
    new = select(notices.c.id).where(notices.c.matched_epoch == 0).limit(1)
    return c.execute(new).first() is not None or has_unsettled(c)


def has_unsettled(c: Connection) -> bool:
    """Whether there are edited profiles, and notices that were matched before the newest edit."""
    edited = select(profiles.c.id).where(profiles.c.settled < profiles.c.head).limit(1)
    if c.execute(edited).first() is None:
        return False
    before = notices.c.matched_epoch.between(1, find_epoch(c) - 1)
    return c.execute(select(notices.c.id).where(before).limit(1)).first() is not None


def _find_matched_documents(c: Connection, ids: list[int]) -> dict[int, str]:
    query = select(revisions.c.notice_id, revisions.c.document).join(
        notices, (notices.c.id == revisions.c.notice_id) & (notices.c.matched_revision == revisions.c.number)
    )
    return dict(c.execute(query.where(notices.c.id.in_(ids))).all()) if ids else {}


def _to_unmatched(c: Connection, row: AnyRow, before: dict[int, str]) -> Unmatched:
    changes, looked_at = _find_previous(c, row, before), row.held and row.matched_epoch > 0
    return Unmatched(to_stored(row), changes, row.matched_revision, row.backfill, row.held, looked_at, row.moves)


def _find_previous(c: Connection, row: AnyRow, before: dict[int, str]) -> tuple[FieldChange, ...]:
    changes = compare_documents(before[row.id], row.document) if row.id in before else ()
    changes = with_last_known(c, row.id, changes)
    if row.matched_status is not None and row.matched_status != row.status:
        changes += (FieldChange("status", row.matched_status, row.status),)
    return changes
