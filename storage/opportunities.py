"""Opportunities: what a profile is interested in, with the assessment that counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from domain.notice_json import from_content
from domain.notices import Lot, Notice
from domain.opportunities import Assessment, Opportunity, find_lots, is_of_lot
from storage.ids import in_chunks
from storage.reasons import reasons_from_json
from storage.schema import assessments, notices, opportunities, profiles, revisions
from storage.stored import SELECT_STORED, StoredNotice, find_stored
from storage.types import AnyRow


@dataclass(frozen=True, slots=True)
class OpportunityView:
    """An opportunity as a person sees it: with its notice, and the assessment that its score comes from.

    `lots` are those that the profile's words, codes, items or range are in, of the revision that was assessed.
    """

    opportunity: Opportunity
    notice: StoredNotice
    assessment: Assessment | None
    profile_name: str
    lots: tuple[Lot, ...] = ()


def find_opportunities(
    c: Connection,
    *,
    profile: str | None = None,
    min_score: int = 0,
    qualified_only: bool = True,
    limit: int = 50,
) -> list[OpportunityView]:
    """The best opportunities first."""
    query = select(opportunities).where(opportunities.c.merged_into.is_(None), opportunities.c.score >= min_score)
    if profile is not None:
        query = query.where(opportunities.c.profile_id == profile)
    if qualified_only:
        query = query.where(opportunities.c.qualified)
    query = query.order_by(opportunities.c.score.desc(), opportunities.c.id.desc()).limit(limit)
    return _to_views(c, c.execute(query).all())


def find_these(c: Connection, numbers: Sequence[int], limit: int) -> list[OpportunityView]:
    """These opportunities (of one that was merged into another, that other), the best first."""
    found: dict[int, AnyRow] = {}
    for chunk in in_chunks(numbers):
        names = select(func.coalesce(opportunities.c.merged_into, opportunities.c.id))
        query = select(opportunities).where(opportunities.c.id.in_(names.where(opportunities.c.id.in_(chunk))))
        found |= {row.id: row for row in c.execute(query)}
    best = sorted(found.values(), key=lambda row: (-row.score, -row.id))[:limit]
    return _to_views(c, best) if best else []


def find_opportunity(c: Connection, id: int) -> OpportunityView | None:  # noqa: A002
    """One opportunity; of one that was merged into another, that other."""
    row = c.execute(select(opportunities).where(opportunities.c.id == id)).one_or_none()
    if row is None:
        return None
    return find_opportunity(c, row.merged_into) if row.merged_into else _to_views(c, [row])[0]


def find_assessments(c: Connection, opportunity_id: int) -> list[Assessment]:
    """Everything that was ever assessed of an opportunity, oldest first."""
    query = select(assessments).where(assessments.c.opportunity_id == opportunity_id).order_by(assessments.c.id)
    return [_to_assessment(row) for row in c.execute(query)]


def find_standing(c: Connection, procedure_ids: Iterable[int]) -> dict[tuple[int, str], Opportunity]:
    """The opportunities that these procedures have, by (procedure, profile)."""
    found: dict[tuple[int, str], Opportunity] = {}
    for chunk in in_chunks(sorted(set(procedure_ids))):
        live = opportunities.c.procedure_id.in_(chunk) & opportunities.c.merged_into.is_(None)
        for row in c.execute(select(opportunities).where(live)):
            found[row.procedure_id, row.profile_id] = _to_opportunity(row)
    return found


def _to_views(c: Connection, rows: Sequence[AnyRow]) -> list[OpportunityView]:
    by_id = _find_notices(c, {row.notice_id for row in rows})
    counting = assessments.c.id.in_([row.assessment_id for row in rows])
    assessed = {row.id: _to_assessment(row) for row in c.execute(select(assessments).where(counting))}
    named = select(profiles.c.id, profiles.c.name).where(profiles.c.id.in_({row.profile_id for row in rows}))
    names: dict[str, str] = dict(c.execute(named).all())
    return [
        _to_view(c, row, by_id[row.notice_id], assessed.get(row.assessment_id), names[row.profile_id]) for row in rows
    ]


def _to_view(
    c: Connection, row: AnyRow, stored: StoredNotice, assessment: Assessment | None, name: str
) -> OpportunityView:
    lots = find_lots(_find_read(c, stored, assessment), assessment.reasons) if assessment else ()
    return OpportunityView(_to_opportunity(row), stored, assessment, name, lots)


def _find_read(c: Connection, stored: StoredNotice, assessment: Assessment) -> Notice:
    """The notice in the revision that was assessed: a later one may have other lots."""
    if assessment.revision == stored.revision or not any(is_of_lot(each) for each in assessment.reasons):
        return stored.notice
    own = (revisions.c.notice_id == stored.id) & (revisions.c.number == assessment.revision)
    row = c.execute(select(revisions.c.document, revisions.c.status).where(own)).one_or_none()
    return from_content(row.document, row.status) if row else stored.notice


def _find_notices(c: Connection, ids: set[int]) -> dict[int, StoredNotice]:
    return {each.id: each for each in find_stored(c, SELECT_STORED.where(notices.c.id.in_(ids)))}


def _to_opportunity(row: AnyRow) -> Opportunity:
    return Opportunity(
        id=row.id,
        procedure_id=row.procedure_id,
        profile_id=row.profile_id,
        notice_id=row.notice_id,
        score=row.score,
        qualified=row.qualified,
        first_seen_at=row.first_seen_at,
        baseline=row.baseline,
    )


def _to_assessment(row: AnyRow) -> Assessment:
    return Assessment(
        notice_id=row.notice_id,
        revision=row.revision,
        profile_version=row.profile_version,
        model_version=row.model_version,
        score=row.score,
        qualified=row.qualified,
        reasons=reasons_from_json(row.reasons),
        made_at=row.made_at,
    )
