"""Two procedures turn out to be one: notices, references and opportunities move; nothing that was assessed is lost."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

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


def merge_procedures(
    c: Connection, merged: int, kept: int, evidence: str, now: datetime, *, confidence: float, made_by: str
) -> None:
    """Moves everything of `merged` to `kept`. The joins say which notices came from where, so that it can be undone."""
    both = procedures.c.id.in_((merged, kept))
    c.execute(select(procedures.c.id).where(both).order_by(procedures.c.id).with_for_update()).all()
    moved = c.execute(select(notices.c.id).where(notices.c.procedure_id == merged).order_by(notices.c.id)).scalars()
    join = {"evidence": evidence, "confidence": confidence, "made_by": made_by, "made_at": now}
    rows = [{"procedure_id": kept, "notice_id": number, "from_procedure_id": merged, **join} for number in moved]
    if rows:
        c.execute(insert(procedure_joins), rows)
    for table in (notices, procedure_references):
        c.execute(update(table).where(table.c.procedure_id == merged).values(procedure_id=kept))
    c.execute(update(procedures).where(procedures.c.id == merged).values(merged_into=kept))
    _merge_opportunities(c, merged, kept)


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
    """The row that moved stays, pointing on: messages that were sent name it."""
    own = assessments.c.opportunity_id == moving.id
    c.execute(update(assessments).where(own).values(opportunity_id=staying.id))
    c.execute(update(opportunities).where(opportunities.c.id == moving.id).values(merged_into=staying.id))
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
