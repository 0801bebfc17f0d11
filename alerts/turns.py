"""Whose turn it is in a team: who has waited longest, of those who know about it and have room; remembered for ever."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from alerts.desk import Desk, find_experts
from domain.decisions import Assignment
from domain.people import Person, Team
from storage.assignments import Standing, count_open, find_last_turns, save_assignment
from storage.opportunities import OpportunityView
from storage.people import lock_team


@dataclass(slots=True)
class Turns:
    """Gives out what teams get, in one writing transaction; what it has given counts at once."""

    c: Connection
    desk: Desk
    now: datetime
    _open: dict[str, int] | None = None
    _lines: dict[str, list[Person]] = field(default_factory=dict)

    def take_turn(
        self,
        team: Team,
        opportunity_id: int,
        profile: str,
        view: OpportunityView | None,
        standing: Standing,
        *,
        another: bool = False,
    ) -> Person | None:
        """The person of the team who deals with this opportunity: who does already, else whose turn it is now.

        With `another` it is somebody who has not had it yet. None where there is nobody, or who had it has handed it
        on: then others deal with it.
        """
        had = [each.person for each in standing.assignments if each.team == team.id]
        if had and not another:
            return self.desk.people.get(had[-1]) if had[-1] in standing.at_work else None
        others = frozenset(each.person for each in standing.assignments)
        person = self._find_next(team, profile, view, others)
        if person is not None:
            self.assign(person, opportunity_id, f"the turn of {person.name} in {team.name}", team.id, in_turn=True)
            line = self._to_line(team)
            line.remove(person)
            line.append(person)
            return person
        found = self._fall_back(team, profile, view, others)
        if found is None:
            return None
        person, why = found
        self.assign(person, opportunity_id, why, team.id)
        return person

    def assign(
        self, person: Person, opportunity_id: int, why: str, team: str | None = None, *, in_turn: bool = False
    ) -> None:
        """This person is to deal with it."""
        save_assignment(self.c, Assignment(opportunity_id, person.id, team, why, self.now, in_turn=in_turn))
        counts = self._counts()
        counts[person.id] = counts.get(person.id, 0) + 1

    def _to_line(self, team: Team) -> list[Person]:
        """The team's members, who has waited longest first."""
        if team.id not in self._lines:
            lock_team(self.c, team.id)
            self._lines[team.id] = to_order(self.desk.to_members(team), find_last_turns(self.c, team.id))
        return self._lines[team.id]

    def _find_next(
        self, team: Team, profile: str, view: OpportunityView | None, others: frozenset[str]
    ) -> Person | None:
        line, counts = self._to_line(team), self._counts()
        experts = {person.id for person in find_experts(self.desk, team, profile, view)} - others
        free = (each for each in line if each.id in experts and counts.get(each.id, 0) < each.capacity)
        return next(free, None)

    def _fall_back(
        self, team: Team, profile: str, view: OpportunityView | None, others: frozenset[str]
    ) -> tuple[Person, str] | None:
        """Nobody has room, or knows about it: the default owner, else who has least for their capacity."""
        members = [person for person in self._to_line(team) if person.id not in others]
        experts = {person.id for person in find_experts(self.desk, team, profile, view)}
        knowing = [person for person in members if person.id in experts]
        lack = (
            f"nobody in {team.name} who knows about it has room" if knowing else f"nobody in {team.name} knows about it"
        )
        owner = self.desk.people.get(self.desk.default or "")
        if owner is not None and owner.id not in others:
            return owner, f"{lack}; {owner.name} is the default owner"
        able = [person for person in (knowing or members) if person.capacity > 0]
        if not able:
            return None
        counts = self._counts()
        least = min(able, key=lambda person: counts.get(person.id, 0) / person.capacity)
        return least, f"{lack}; {least.name} has the least to do"

    def _counts(self) -> dict[str, int]:
        if self._open is None:
            self._open = count_open(self.c, self.now)
        return self._open


def to_order(members: Sequence[Person], turns: Sequence[str]) -> list[Person]:
    """The members as they wait: who had no turn yet, then by whose last one is longest ago, as `turns` has them."""
    places = {name: number for number, name in enumerate(turns)}
    return sorted(members, key=lambda person: places.get(person.id, -1))
