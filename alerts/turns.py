"""Whose turn it is in a team: one after the other, of those who know about it and have room; remembered for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from alerts.desk import Desk, find_experts
from domain.decisions import Assignment
from domain.people import Person, Team
from storage.assignments import Standing, count_open, find_last_turn, save_assignment
from storage.opportunities import OpportunityView
from storage.people import lock_team


@dataclass(slots=True)
class Turns:
    """Gives out what teams get, in one writing transaction; what it has given counts at once."""

    c: Connection
    desk: Desk
    now: datetime
    _open: dict[str, int] | None = None
    _last: dict[str, str | None] = field(default_factory=dict)

    def take_turn(
        self, team: Team, opportunity_id: int, profile: str, view: OpportunityView | None, standing: Standing
    ) -> Person | None:
        """The person of the team who deals with this opportunity: who does already, else whose turn it is now.

        None where the team has nobody else, or who had it has handed it on: then others deal with it.
        """
        had = [each.person for each in standing.assignments if each.team == team.id]
        if had:
            return self.desk.people.get(had[-1]) if had[-1] in standing.at_work else None
        others = frozenset(each.person for each in standing.assignments)
        chosen = self._choose(team, profile, view, others)
        if chosen is None:
            return None
        person, why = chosen
        self.assign(person, opportunity_id, why, team.id)
        self._last[team.id] = person.id
        return person

    def assign(self, person: Person, opportunity_id: int, why: str, team: str | None = None) -> None:
        """This person is to deal with it."""
        save_assignment(self.c, Assignment(opportunity_id, person.id, team, why, self.now))
        counts = self._counts()
        counts[person.id] = counts.get(person.id, 0) + 1

    def _choose(
        self, team: Team, profile: str, view: OpportunityView | None, others: frozenset[str]
    ) -> tuple[Person, str] | None:
        if team.id not in self._last:
            lock_team(self.c, team.id)
            self._last[team.id] = find_last_turn(self.c, team.id)
        in_turn = to_order(self.desk.to_members(team), self._last[team.id])
        members = [person for person in in_turn if person.id not in others]
        experts = {person.id for person in find_experts(self.desk, team, profile, view)}
        knowing = [person for person in members if person.id in experts]
        counts = self._counts()
        free = [person for person in knowing if counts.get(person.id, 0) < person.capacity]
        if free:
            return free[0], f"the turn of {free[0].name} in {team.name}"
        return self._fall_back(team, knowing, members, counts)

    def _fall_back(
        self, team: Team, knowing: Sequence[Person], members: Sequence[Person], counts: Mapping[str, int]
    ) -> tuple[Person, str] | None:
        """Nobody has room, or knows about it: the default owner, else who has least for their capacity."""
        lack = (
            f"nobody in {team.name} who knows about it has room" if knowing else f"nobody in {team.name} knows about it"
        )
        owner = self.desk.people.get(self.desk.default or "")
        if owner is not None:
            return owner, f"{lack}; {owner.name} is the default owner"
        able = [person for person in (knowing or members) if person.capacity > 0]
        if not able:
            return None
        least = min(able, key=lambda person: counts.get(person.id, 0) / person.capacity)
        return least, f"{lack}; {least.name} has the least to do"

    def _counts(self) -> dict[str, int]:
        if self._open is None:
            self._open = count_open(self.c, self.now)
        return self._open


def to_order(members: Sequence[Person], last: str | None) -> list[Person]:
    """The members, beginning with the one after who had the last turn."""
    names = [person.id for person in members]
    start = names.index(last) + 1 if last in names else 0
    return [*members[start:], *members[:start]]
