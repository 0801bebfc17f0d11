"""Two procedures turn out to be one: notices, references and opportunities move; nothing that was assessed is lost."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from domain.notices import Kind, Status
from storage.schema import (
    assessments,
    notices,
    opportunities,
    procedure_joins,
    procedure_references,
    procedures,
)
from storage.standing import settle_opportunities
from storage.types import AnyRow
from storage.words import said_apart

# What ends a procedure is news where the other side was announced, also if it was matched when it stood alone.
_ENDS = and_(
    or_(notices.c.kind.in_([Kind.AWARD, Kind.CANCELLATION]), notices.c.status == Status.CANCELLED),
    notices.c.awaits_run.is_(None),
)


def merge_procedures(
    c: Connection, merged: int, kept: int, evidence: str, now: datetime, *, confidence: float, made_by: str
) -> bool:
    """Moves everything of `merged` to `kept`; False, and nothing is done, where a person said that they are two.

    The joins say which notices came from where, so that it can be undone.
    """
    members = lock_procedures(c, (merged, kept))
    moved = [each.id for each in members if each.procedure_id == merged]
    if said_apart(c, moved, [each.id for each in members if each.procedure_id == kept]):
        return False
    join = {"evidence": evidence, "confidence": confidence, "made_by": made_by, "made_at": now}
    rows = [{"procedure_id": kept, "notice_id": number, "from_procedure_id": merged, **join} for number in moved]
    if rows:
        c.execute(insert(procedure_joins), rows)
    for table in (notices, procedure_references):
        c.execute(update(table).where(table.c.procedure_id == merged).values(procedure_id=kept))
    c.execute(update(procedures).where(procedures.c.id == merged).values(merged_into=kept))
    _merge_opportunities(c, merged, kept)
    c.execute(update(notices).where(notices.c.procedure_id == kept, _ENDS).values(matched_revision=0, matched_epoch=0))
    return True


def lock_procedures(c: Connection, procedure_ids: Sequence[int]) -> list[AnyRow]:
    """Holds these procedures and their notices (id, procedure_id), which come back, until the transaction ends.

    Notices first, as in all transactions; what only points to a procedure need not wait. Their `moves` are counted, so
    that a match that read them before is done again.
    """
    query = select(notices.c.id, notices.c.procedure_id).where(notices.c.procedure_id.in_(procedure_ids))
    members = list(c.execute(query.order_by(notices.c.id).with_for_update()))
    own: ColumnElement[bool] = procedures.c.id.in_(procedure_ids)
    c.execute(select(procedures.c.id).where(own).order_by(procedures.c.id).with_for_update(key_share=True)).all()
    c.execute(update(procedures).where(own).values(moves=procedures.c.moves + 1))
    return members


def _merge_opportunities(c: Connection, merged: int, kept: int) -> None:
    there = _find_opportunities(c, kept)
    united = []
    for profile_id, moving in _find_opportunities(c, merged).items():
        staying = there.get(profile_id)
        if staying is None:
            own = opportunities.c.id == moving.id
            c.execute(update(opportunities).where(own).values(procedure_id=kept))
        else:
            _unite(c, moving, staying)
            united.append(staying.id)
    settle_opportunities(c, united)


def _unite(c: Connection, moving: AnyRow, staying: AnyRow) -> None:
    """The row that moved stays, pointing on: messages that were sent name it. So do those that moved into it before."""
    own = assessments.c.opportunity_id == moving.id
    c.execute(update(assessments).where(own).values(opportunity_id=staying.id))
    pointing = or_(opportunities.c.id == moving.id, opportunities.c.merged_into == moving.id)
    c.execute(update(opportunities).where(pointing).values(merged_into=staying.id))
    c.execute(
        update(opportunities)
        .where(opportunities.c.id == staying.id)
        .values(
            first_seen_at=min(moving.first_seen_at, staying.first_seen_at),
            baseline=moving.baseline and staying.baseline,
            announced=moving.announced or staying.announced,
        )
    )


def _find_opportunities(c: Connection, procedure_id: int) -> dict[str, AnyRow]:
    live = (opportunities.c.procedure_id == procedure_id) & opportunities.c.merged_into.is_(None)
    return {row.profile_id: row for row in c.execute(select(opportunities).where(live).with_for_update())}
