"""People, destinations and teams that are removed: they stay in the ledger and in what was decided, and get no more."""

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from domain.alerts import DeliveryState
from storage.assignments import is_open
from storage.schema import assignments, deliveries, destinations, notices, opportunities, people, teams

NOT_GONE = deliveries.c.state.in_([DeliveryState.QUEUED, DeliveryState.WAITING])
REASON = "not told: this destination was removed"


def remove_destination(c: Connection, destination_id: str, now: datetime) -> int:
    """Nothing goes there any more; how many deliveries had not gone yet, and lapse."""
    c.execute(update(destinations).where(destinations.c.id == destination_id).values(removed_at=now))
    return lapse_removed(c)


def remove_person(c: Connection, person_id: str) -> None:
    """The person reads nowhere any more, and so is nobody to whom anything could be given."""
    c.execute(update(people).where(people.c.id == person_id).values(destination_id=None))


def remove_team(c: Connection, team_id: str, now: datetime) -> None:
    """It gives out nothing any more; what it gave out stays with whoever has it."""
    c.execute(update(teams).where(teams.c.id == team_id).values(removed_at=now))


def lapse_removed(c: Connection) -> int:
    """What is queued for destinations that were removed lapses, and says why; how many."""
    gone = select(destinations.c.id).where(destinations.c.removed_at.is_not(None))
    own = NOT_GONE & deliveries.c.destination_id.in_(gone)
    return c.execute(update(deliveries).where(own).values(state=DeliveryState.LAPSED, reason=REASON)).rowcount


def find_open_of(c: Connection, person_id: str, now: datetime) -> list[int]:
    """The opportunities that a person is to deal with and may still be bid for, oldest first."""
    moved = opportunities.alias("moved")
    query = (
        select(opportunities.c.id)
        .distinct()
        .join(moved, func.coalesce(moved.c.merged_into, moved.c.id) == opportunities.c.id)
        .join(assignments, assignments.c.opportunity_id == moved.c.id)
        .join(notices, notices.c.id == opportunities.c.notice_id)
        .where(assignments.c.person_id == person_id, assignments.c.ended_at.is_(None), is_open(now))
    )
    return sorted(c.execute(query).scalars())
