"""Who is to deal with which opportunity, how much each person has open, and what was decided.

Of an opportunity that was merged into another, that other is meant everywhere.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from domain.decisions import Assignment, Decision, DecisionState
from domain.judgements import Verdict
from domain.notices import Status
from storage.ids import in_chunks
from storage.schema import assignments, decisions, judgements, lots, notices, opportunities

OVER = (Status.CANCELLED, Status.AWARDED, Status.CLOSED)
_LAST_LOT = select(func.max(lots.c.deadline_at)).where(lots.c.notice_id == notices.c.id).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Standing:
    """What was decided of an opportunity, newest last, who was and is to deal with it, and what it was judged to be."""

    decisions: tuple[Decision, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    verdict: Verdict | None = None

    @property
    def decided(self) -> Decision | None:
        """What holds: taken or declined; None where nobody has decided since it was last handed on."""
        last = self.decisions[-1] if self.decisions else None
        return last if last is not None and last.state is not DecisionState.HANDED else None

    @property
    def is_dealt_with(self) -> bool:
        """Somebody has decided or judged, so that nobody else needs to be told that nobody has."""
        return self.decided is not None or self.verdict is not None

    @property
    def is_turned_down(self) -> bool:
        """Nobody bids: it was declined, or judged to be none for the profile, and not taken all the same."""
        if self.decided is not None:
            return self.decided.state is DecisionState.DECLINED
        return self.verdict is not None and not self.verdict.is_relevant

    @property
    def at_work(self) -> tuple[str, ...]:
        """The people who are to deal with it now."""
        return tuple(dict.fromkeys(each.person for each in self.assignments if each.ended_at is None))

    @property
    def relieved(self) -> frozenset[str]:
        """The people who were, and are no more."""
        return frozenset(each.person for each in self.assignments) - frozenset(self.at_work)


def is_open(now: datetime) -> ColumnElement[bool]:
    """A bid may still be made for the opportunity (of `opportunities` joined with `notices`)."""
    later = or_(notices.c.deadline_at > now, now < _LAST_LOT)
    known = or_(notices.c.deadline_at.is_not(None), _LAST_LOT.is_not(None))
    return and_(opportunities.c.qualified, notices.c.status.not_in(OVER), or_(later, ~known))


def find_merged(c: Connection, opportunity_ids: Collection[int]) -> dict[int, int]:
    """These opportunities, and those that were merged into them, each with the one that it is now."""
    found = {each: each for each in opportunity_ids}
    into = opportunities.c.merged_into
    for chunk in in_chunks(sorted(set(opportunity_ids))):
        query = select(opportunities.c.id, into).where(into.is_not(None), into.in_(chunk))
        found |= {row.id: row.merged_into for row in c.execute(query)}
    return found


def find_present(c: Connection, opportunity_id: int) -> int | None:
    """The opportunity that this one is now; None where there is none of this number."""
    query = select(opportunities.c.id, opportunities.c.merged_into).where(opportunities.c.id == opportunity_id)
    row = c.execute(query).one_or_none()
    if row is None:
        return None
    return find_present(c, row.merged_into) if row.merged_into else opportunity_id


def save_assignment(c: Connection, assignment: Assignment) -> None:
    """Appends it."""
    row = {
        "opportunity_id": assignment.opportunity_id,
        "person_id": assignment.person,
        "team_id": assignment.team,
        "in_turn": assignment.in_turn,
        "why": assignment.why,
        "made_at": assignment.made_at,
    }
    c.execute(insert(assignments), [row])


def end_assignments(c: Connection, opportunity_id: int, now: datetime, *, but: str | None = None) -> None:
    """Nobody (but this person) is to deal with it any more."""
    own = assignments.c.opportunity_id.in_(list(find_merged(c, [opportunity_id])))
    left = own & assignments.c.ended_at.is_(None)
    if but is not None:
        left &= assignments.c.person_id != but
    c.execute(update(assignments).where(left).values(ended_at=now))


def save_decision(c: Connection, decision: Decision) -> None:
    """Appends it."""
    row = {
        "opportunity_id": decision.opportunity_id,
        "state": decision.state,
        "made_by": decision.by,
        "to_person": decision.to,
        "why": decision.why,
        "made_at": decision.made_at,
    }
    c.execute(insert(decisions), [row])


def lock_opportunity(c: Connection, opportunity_id: int) -> None:
    """Nobody else decides about it until this transaction ends."""
    c.execute(select(opportunities.c.id).where(opportunities.c.id == opportunity_id).with_for_update()).one()


def find_standings(c: Connection, opportunity_ids: Collection[int]) -> dict[int, Standing]:
    """What was decided about each of these opportunities, and who is to deal with it."""
    merged = find_merged(c, opportunity_ids)
    decided: dict[int, list[Decision]] = {}
    assigned: dict[int, list[Assignment]] = {}
    for chunk in in_chunks(sorted(merged)):
        query = select(decisions).where(decisions.c.opportunity_id.in_(chunk)).order_by(decisions.c.id)
        for row in c.execute(query):
            decided.setdefault(merged[row.opportunity_id], []).append(_to_decision(row))
        query = select(assignments).where(assignments.c.opportunity_id.in_(chunk)).order_by(assignments.c.id)
        for row in c.execute(query):
            assigned.setdefault(merged[row.opportunity_id], []).append(_to_assignment(row))
    judged = _find_verdicts(c, merged)
    return {
        each: Standing(_sorted(decided.get(each, ())), tuple(assigned.get(each, ())), judged.get(each))
        for each in opportunity_ids
    }


def _find_verdicts(c: Connection, merged: Mapping[int, int]) -> dict[int, Verdict]:
    """The newest verdict on each, whichever of the opportunities that it is now it was given on."""
    found: dict[int, Verdict] = {}
    for chunk in in_chunks(sorted(merged)):
        query = select(judgements.c.opportunity_id, judgements.c.verdict, judgements.c.id)
        rows = c.execute(query.where(judgements.c.opportunity_id.in_(chunk)).order_by(judgements.c.id))
        found |= {merged[row.opportunity_id]: Verdict(row.verdict) for row in rows}
    return found


def find_last_turns(c: Connection, team_id: str) -> list[str]:
    """Who had a turn in this team, whose last one is longest ago first."""
    newest = func.max(assignments.c.id)
    query = select(assignments.c.person_id).where(assignments.c.team_id == team_id, assignments.c.in_turn)
    return list(c.execute(query.group_by(assignments.c.person_id).order_by(newest)).scalars())


def count_open(c: Connection, now: datetime) -> dict[str, int]:
    """How many open opportunities each person is to deal with."""
    present = func.coalesce(opportunities.c.merged_into, opportunities.c.id)
    first = select(assignments.c.person_id, present.label("present"))
    first = first.join(opportunities, opportunities.c.id == assignments.c.opportunity_id)
    own = first.where(assignments.c.ended_at.is_(None)).distinct().subquery()
    query = (
        select(own.c.person_id, func.count())
        .join(opportunities, opportunities.c.id == own.c.present)
        .join(notices, notices.c.id == opportunities.c.notice_id)
        .where(is_open(now))
        .group_by(own.c.person_id)
    )
    return dict(c.execute(query).all())


def _sorted(found: Sequence[Decision]) -> tuple[Decision, ...]:
    return tuple(sorted(found, key=lambda each: each.made_at))


def _to_decision(row: Row[Any]) -> Decision:
    state = DecisionState(row.state)
    return Decision(row.opportunity_id, state, row.made_by, row.why, row.made_at, row.to_person)


def _to_assignment(row: Row[Any]) -> Assignment:
    made = (row.opportunity_id, row.person_id, row.team_id, row.why, row.made_at, row.ended_at)
    return Assignment(*made, row.in_turn)
