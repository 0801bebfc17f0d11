"""Which assessment counts for an opportunity: of the newest one of each of its notices, the best."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from storage.ids import in_chunks
from storage.schema import assessments, opportunities
from storage.types import AnyRow

_SETTLE = (
    update(opportunities)
    .where(opportunities.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in ("notice_id", "assessment_id", "score", "qualified")})
)


def settle_opportunities(c: Connection, opportunity_ids: Sequence[int]) -> None:
    """Sets score, notice and assessment of these opportunities from what is assessed.

    A thin copy of a notice on a second portal must not hide the full one, so the best notice counts, not the last.
    """
    for chunk in in_chunks(sorted(set(opportunity_ids))):
        newest = select(func.max(assessments.c.id)).where(assessments.c.opportunity_id.in_(chunk))
        newest = newest.group_by(assessments.c.opportunity_id, assessments.c.notice_id)
        query = select(assessments).where(assessments.c.id.in_(newest)).order_by(assessments.c.score, assessments.c.id)
        best: dict[int, AnyRow] = {row.opportunity_id: row for row in c.execute(query)}
        if best:
            c.execute(_SETTLE, [_to_standing(row) for row in best.values()])


def _to_standing(row: AnyRow) -> dict[str, Any]:
    return {
        "of_id": row.opportunity_id,
        "notice_id": row.notice_id,
        "assessment_id": row.id,
        "score": row.score,
        "qualified": row.qualified,
    }
