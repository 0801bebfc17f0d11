"""Judgements: appended, never changed. Whoever asks what holds takes the newest of each procedure and profile."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, insert, select

from domain.judgements import Judged, Judgement, Verdict
from domain.notice_json import from_content
from storage.ids import allocate_ids
from storage.reasons import reasons_from_json
from storage.schema import assessments, judgements, notices, opportunities, revisions
from storage.types import AnyRow


def save_judgements(c: Connection, made: Sequence[Judgement]) -> list[int]:
    """Appends them, under numbers that are given here (their own `id` does not count); the numbers."""
    ids = allocate_ids(c, judgements, len(made))
    rows = [{**asdict(each), "id": number} for each, number in zip(made, ids, strict=True)]
    if rows:
        c.execute(insert(judgements), rows)
    return ids


def find_judged(c: Connection, profile: str | None = None) -> list[Judged]:
    """What holds: the newest judgement of each (procedure, profile), oldest first, with the notice as it was judged."""
    newest: dict[tuple[int, str], AnyRow] = {}
    for row in c.execute(_of(_JUDGED, profile).order_by(judgements.c.id)):
        key = (row.procedure_id, row.profile_id)
        newest.pop(key, None)
        newest[key] = row
    return [_to_judged(row) for row in newest.values()]


def find_judgements(
    c: Connection, profile: str | None = None, *, verdict: Verdict | None = None, limit: int | None = None
) -> list[Judged]:
    """All that was ever judged, the newest first."""
    query = _of(_JUDGED, profile).order_by(judgements.c.id.desc()).limit(limit)
    if verdict is not None:
        query = query.where(judgements.c.verdict == verdict)
    return [_to_judged(row) for row in c.execute(query)]


def find_opportunity_of(c: Connection, procedure_id: int, profile: str) -> tuple[int, int | None] | None:
    """(opportunity, the assessment that counts) of a procedure for a profile."""
    query = select(opportunities.c.id, opportunities.c.assessment_id).where(
        opportunities.c.procedure_id == procedure_id,
        opportunities.c.profile_id == profile,
        opportunities.c.merged_into.is_(None),
    )
    row = c.execute(query).one_or_none()
    return None if row is None else (row.id, row.assessment_id)


_JUDGED = (
    select(judgements, notices.c.procedure_id, revisions.c.document, revisions.c.status, assessments.c.reasons)
    .join_from(judgements, notices, notices.c.id == judgements.c.notice_id)
    .join(
        revisions,
        (revisions.c.notice_id == judgements.c.notice_id) & (revisions.c.number == judgements.c.revision),
    )
    .outerjoin(assessments, assessments.c.id == judgements.c.assessment_id)
)


def _of(query: Select[Any], profile: str | None) -> Select[Any]:
    return query if profile is None else query.where(judgements.c.profile_id == profile)


def _to_judged(row: AnyRow) -> Judged:
    fields = {name: getattr(row, name) for name in Judgement.__slots__}
    judgement = Judgement(**{**fields, "verdict": Verdict(row.verdict)})
    notice = from_content(row.document, row.status)
    return Judged(judgement, notice, row.procedure_id, reasons_from_json(row.reasons or []))


def find_scores(c: Connection, profile: str, since: datetime) -> list[Decimal]:
    """The scores above 0 of a profile's opportunities whose notice was published (else first seen) since then."""
    query = (
        select(opportunities.c.score)
        .join(notices, notices.c.id == opportunities.c.notice_id)
        .where(opportunities.c.profile_id == profile, opportunities.c.merged_into.is_(None))
        .where(opportunities.c.score > 0, notices.c.listed_at >= since)
    )
    return list(c.execute(query).scalars())
