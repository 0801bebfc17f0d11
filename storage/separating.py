"""A person parts a procedure in two: notices go back to where they came from, and each side has its own opportunities.

What was told stays with the opportunity that told it. A side that was never told of is announced anew.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from domain.alerts import EventKind
from storage.ids import allocate_ids
from storage.merges import lock_procedures
from storage.references import to_reference
from storage.schema import (
    assessments,
    events,
    notices,
    opportunities,
    procedure_joins,
    procedure_references,
    procedures,
)
from storage.standing import settle_opportunities
from storage.stored import SELECT_STORED, find_stored
from storage.types import AnyRow
from storage.words import say


def separate(
    c: Connection, procedure_id: int, leaving: Collection[int], *, said_by: str, why: str, now: datetime
) -> int:
    """The notices `leaving` (ids, some of the procedure's, not all) are of another procedure; the number of that one.

    The side that the procedure began with keeps its number. Nothing joins the two again but a person.
    """
    members = [row.id for row in lock_procedures(c, [procedure_id]) if row.procedure_id == procedure_id]
    going, staying = sorted(set(leaving)), [each for each in members if each not in leaving]
    if not going or not staying or not set(going) <= set(members):
        raise ValueError(f"procedure {procedure_id} cannot be parted into {going} and {staying}")
    if _began_with(c, procedure_id, members) in going:
        going, staying = staying, going
    pairs = [(one, other) for one in going for other in staying]
    say(c, pairs, same=False, said_by=said_by, why=why, now=now)
    number = _find_origin(c, procedure_id, going, staying) or _make(c)
    lock_procedures(c, [number])
    c.execute(update(procedures).where(procedures.c.id == number).values(merged_into=None))
    c.execute(update(notices).where(notices.c.id.in_(going)).values(procedure_id=number))
    evidence = {"evidence": f"separated: {why}", "confidence": 1.0, "made_by": said_by, "made_at": now}
    moved = [
        {"procedure_id": number, "notice_id": each, "from_procedure_id": procedure_id, **evidence} for each in going
    ]
    c.execute(insert(procedure_joins), moved)
    _part_references(c, procedure_id, number, going, staying)
    _part_opportunities(c, procedure_id, number, going, staying, now)
    return number


def _began_with(c: Connection, procedure_id: int, members: Sequence[int]) -> int:
    """The first notice that was the procedure's own, and no other's before."""
    came = select(procedure_joins.c.notice_id).where(
        procedure_joins.c.procedure_id == procedure_id, procedure_joins.c.from_procedure_id.is_not(None)
    )
    others = set(c.execute(came).scalars())
    return next((each for each in members if each not in others), members[0])


def _find_origin(c: Connection, procedure_id: int, going: Sequence[int], staying: Sequence[int]) -> int | None:
    """The procedure that all of these came from, and none of those that stay; it stands empty since."""
    query = select(procedure_joins.c.notice_id, procedure_joins.c.from_procedure_id)
    query = query.where(
        procedure_joins.c.procedure_id == procedure_id, procedure_joins.c.from_procedure_id.is_not(None)
    )
    rows = c.execute(query.where(procedure_joins.c.notice_id.in_([*going, *staying])).order_by(procedure_joins.c.id))
    came: dict[int, int] = {row.notice_id: row.from_procedure_id for row in rows}
    origins = {came.get(each) for each in going}
    origin = origins.pop() if len(origins) == 1 else None
    if origin is None or origin in {came.get(each) for each in staying}:
        return None
    filled = select(notices.c.id).where(notices.c.procedure_id == origin).limit(1)
    return None if c.execute(filled).first() else origin


def _make(c: Connection) -> int:
    (number,) = allocate_ids(c, procedures, 1)
    c.execute(insert(procedures), [{"id": number}])
    return number


def _part_references(
    c: Connection, procedure_id: int, number: int, going: Sequence[int], staying: Sequence[int]
) -> None:
    """A reference goes with the notices that print it; one that both sides print stays."""
    printed = {
        each.id: to_reference(each.notice)
        for each in find_stored(c, SELECT_STORED.where(notices.c.id.in_([*going, *staying])))
    }
    own = {printed[each] for each in going} - {printed[each] for each in staying} - {None}
    of_them = procedure_references.c.reference.in_(own)
    c.execute(
        update(procedure_references)
        .where(procedure_references.c.procedure_id == procedure_id, of_them)
        .values(procedure_id=number)
    )


def _part_opportunities(
    c: Connection, procedure_id: int, number: int, going: Sequence[int], staying: Sequence[int], now: datetime
) -> None:
    live = (opportunities.c.procedure_id == procedure_id) & opportunities.c.merged_into.is_(None)
    known: dict[int, bool] = {}
    for row in c.execute(select(opportunities).where(live).order_by(opportunities.c.id).with_for_update()).all():
        group = [row, *c.execute(select(opportunities).where(opportunities.c.merged_into == row.id)).all()]
        ids = [each.id for each in group]
        news = _find_news(c, ids)
        c.execute(update(opportunities).where(opportunities.c.id.in_(ids)).values(merged_into=row.id))
        own = [each for each in group if (news.get(each.id, (False, None))[1] or each.notice_id) in going]
        rest = [each for each in group if each not in own]
        for to, members, rows in ((procedure_id, staying, rest), (number, going, own)):
            side = _Side(to, members, [each.id for each in rows], {each for each in news if news[each][0]})
            known[to] = _settle_side(c, row, ids, side, now) or known.get(to, False)
    found = select(opportunities.c.id).where(opportunities.c.procedure_id.in_((procedure_id, number)))
    settle_opportunities(c, list(c.execute(found.where(opportunities.c.merged_into.is_(None))).scalars()))
    for to, members in ((procedure_id, staying), (number, going)):
        _match_again(c, members, announced=known.get(to, False))


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two procedures, its notices, and the rows that told of them; `announced` are rows of either."""

    procedure_id: int
    members: Sequence[int]
    rows: Sequence[int]
    announced: Collection[int]


def _find_news(c: Connection, opportunity_ids: Sequence[int]) -> dict[int, tuple[bool, int | None]]:
    """For each opportunity that told something: whether it was announced, and of which notice it told first."""
    query = select(events.c.opportunity_id, events.c.kind, events.c.payload)
    query = query.where(events.c.opportunity_id.in_(opportunity_ids)).order_by(events.c.id.desc())
    found: dict[int, tuple[bool, int | None]] = {}
    for row in c.execute(query):
        announced = row.kind == EventKind.NEW or found.get(row.opportunity_id, (False,))[0]
        found[row.opportunity_id] = (announced, row.payload.get("notice_id"))
    return found


def _settle_side(c: Connection, live: AnyRow, ids: Sequence[int], side: _Side, now: datetime) -> bool:
    """Gives a side its opportunity: of the rows that told of it, else a new one, if any; whether it was announced."""
    own = assessments.c.opportunity_id.in_(ids) & assessments.c.notice_id.in_(side.members)
    first = c.execute(select(func.min(assessments.c.made_at), func.min(assessments.c.notice_id)).where(own)).one()
    if not side.rows and first[0] is None:
        return False
    announced = [each for each in side.rows if each in side.announced]
    chosen = (announced or side.rows or [_copy(c, live, side.procedure_id, first, now)])[0]
    c.execute(update(assessments).where(own).values(opportunity_id=chosen))
    values = {"procedure_id": side.procedure_id, "merged_into": None, "announced": bool(announced)}
    c.execute(update(opportunities).where(opportunities.c.id == chosen).values(**values))
    others = opportunities.c.id.in_([each for each in side.rows if each != chosen])
    c.execute(update(opportunities).where(others).values(procedure_id=side.procedure_id, merged_into=chosen))
    return bool(announced)


def _copy(c: Connection, live: AnyRow, procedure_id: int, first: AnyRow, now: datetime) -> int:
    (number,) = allocate_ids(c, opportunities, 1)
    row = {
        "id": number,
        "procedure_id": procedure_id,
        "profile_id": live.profile_id,
        "notice_id": first[1],
        "score": 0,
        "qualified": False,
        "first_seen_at": first[0] or now,
        "baseline": False,
        "announced": False,
    }
    c.execute(insert(opportunities), [{**row, "merged_into": live.id}])
    return number


def _match_again(c: Connection, members: Sequence[int], *, announced: bool) -> None:
    """Both sides are looked at again; one that nobody was told of as if it were seen for the first time."""
    of_them = notices.c.id.in_(members)
    c.execute(update(notices).where(of_them).values(matched_epoch=0, join_due=True))
    if not announced:
        c.execute(update(notices).where(of_them, notices.c.awaits_run.is_(None)).values(matched_revision=0))
