"""What feeds hold: the opportunities of a profile, and of a person, with when each changed last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from domain.alerts import DeliveryState, EventKind
from domain.notices import Status
from storage.assignments import OVER, find_standings
from storage.followed import FIRST
from storage.ids import in_chunks
from storage.schema import assessments, assignments, decisions, deliveries, events, lots, notices, opportunities

# What a reminder or an escalation tells has not changed.
OF_NOTICE = (EventKind.NEW, EventKind.CHANGED, EventKind.DEADLINE_MOVED, EventKind.CANCELLED, EventKind.HANDED)
KEPT = timedelta(days=30)  # after a deadline, so that a calendar that is asked seldom learns of moves and cancellations
MOST = 1000
_LAST_LOT = select(func.max(lots.c.deadline_at)).where(lots.c.notice_id == notices.c.id).scalar_subquery()


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An opportunity in a feed; `shown` is the one that it was merged into, else its own number.

    `cancelled`: its deadline is of no concern any more. `changed_at` is when anything about it changed last.
    """

    opportunity_id: int
    shown: int
    first_seen_at: datetime
    changed_at: datetime
    cancelled: bool


def find_of_profile(c: Connection, profile: str, now: datetime) -> list[FeedEntry]:
    """The best MOST of a profile, by their number; those that people were told of stay, whatever became of them."""
    own = (opportunities.c.profile_id == profile) & or_(opportunities.c.qualified, opportunities.c.announced)
    query = _SELECT.where(own, _is_near(now)).order_by(opportunities.c.score.desc(), opportunities.c.id).limit(MOST)
    return _to_entries(c, query, frozenset())


def find_of_person(c: Connection, person: str, destination: str, now: datetime) -> list[FeedEntry]:
    """What a person was told of by name or has to deal with; cancelled where it was declined or is another's."""
    told = select(events.c.opportunity_id).join(deliveries, deliveries.c.event_id == events.c.id)
    told = told.where(deliveries.c.destination_id == destination, deliveries.c.state != DeliveryState.LAPSED)
    told = told.where(events.c.kind.in_(FIRST))
    given = select(assignments.c.opportunity_id).where(assignments.c.person_id == person)
    own = or_(opportunities.c.id.in_(told), opportunities.c.id.in_(given))
    query = _SELECT.where(own, _is_near(now)).order_by(opportunities.c.score.desc(), opportunities.c.id).limit(MOST)
    numbers = [row.shown for row in c.execute(query)]
    standings = find_standings(c, set(numbers))
    left = {number for number, each in standings.items() if person in each.relieved}
    return _to_entries(c, query, left)


_SELECT: Select[Any] = select(
    opportunities.c.id,
    func.coalesce(opportunities.c.merged_into, opportunities.c.id).label("shown"),
    opportunities.c.first_seen_at,
    opportunities.c.merged_into,
    opportunities.c.qualified,
    notices.c.status,
).join(notices, notices.c.id == opportunities.c.notice_id)


def _is_near(now: datetime) -> ColumnElement[bool]:
    """Its deadline is to come, was lately, or is not stated and it is new."""
    since = now - KEPT
    unknown = and_(notices.c.deadline_at.is_(None), opportunities.c.first_seen_at > since)
    return or_(notices.c.deadline_at > since, since < _LAST_LOT, unknown)


def _to_entries(c: Connection, query: Select[Any], left: Collection[int]) -> list[FeedEntry]:
    rows = c.execute(query).all()
    changed = _find_changed(c, [row.id for row in rows])
    entries = []
    for row in rows:
        gone = row.merged_into is not None or not row.qualified or row.status in OVER or row.shown in left
        over = gone and row.status not in (Status.CLOSED, Status.AWARDED)
        changed_at = max([row.first_seen_at, *changed.get(row.id, ())])
        entries.append(FeedEntry(row.id, row.shown, row.first_seen_at, changed_at, over))
    return sorted(entries, key=lambda each: each.opportunity_id)


def _find_changed(c: Connection, numbers: Sequence[int]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    sources = (
        (assessments.c.opportunity_id, assessments.c.made_at),
        (events.c.opportunity_id, events.c.happened_at),
        (decisions.c.opportunity_id, decisions.c.made_at),
        (assignments.c.opportunity_id, assignments.c.made_at),
        (assignments.c.opportunity_id, assignments.c.ended_at),
    )
    for chunk in in_chunks(numbers):
        for number, moment in sources:
            query = select(number, func.max(moment)).where(number.in_(chunk), moment.is_not(None)).group_by(number)
            if number.table is events:
                query = query.where(events.c.kind.in_(OF_NOTICE))
            for each, at in c.execute(query):
                found.setdefault(each, []).append(at)
    return found
