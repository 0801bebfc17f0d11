"""All that routing goes by, read once: rules, people, teams, and who reads at which destination."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from alerts.terms import find_ignorance, find_misfit
from domain.alerts import Rule
from domain.opportunities import Reason
from domain.people import Person, Reader, Team
from storage.destinations import find_destinations, find_rules
from storage.events import Unrouted
from storage.opportunities import OpportunityView, find_these
from storage.people import find_default, find_people, find_readers, find_teams

DEFAULT_RULE = "default"


@dataclass(frozen=True, slots=True)
class Desk:
    """Rules in the order of their ids; `default` gets what none of them sends anywhere.

    `operators` are destinations that are told of what is wrong; `zone` is the installation's, for texts that it keeps.
    """

    rules: tuple[Rule, ...]
    people: dict[str, Person]
    teams: dict[str, Team]
    readers: dict[str, Reader]
    default: str | None
    operators: tuple[str, ...] = ()
    zone: str = "UTC"

    @property
    def asks_notice(self) -> bool:
        """Whether notices must be read to route."""
        return bool(self.teams) or any(rule.terms.asks_notice for rule in self.rules)

    def find_rules(self, candidate: Unrouted, view: OpportunityView | None) -> list[Rule]:
        """The rules that send this opportunity somewhere; the default one where no other does."""
        notice = view.notice.notice if view else None
        fitting = [
            rule
            for rule in self.rules
            if self.is_known(rule.to) and find_misfit(rule, candidate.profile_id, candidate.score, notice) is None
        ]
        return fitting or ([self.default_rule] if self.default_rule else [])

    @property
    def default_rule(self) -> Rule | None:
        """The rule by which the default owner gets something; None where there is none."""
        if self.default is None or not self.is_known(self.default):
            return None
        return Rule(DEFAULT_RULE, None, 0, self.default)

    def is_known(self, to: str) -> bool:
        """Whether a rule's recipient is a destination, a person or a team."""
        return to in self.readers or to in self.people or to in self.teams

    def to_members(self, team: Team) -> list[Person]:
        """The people of a team, in its order."""
        return [self.people[name] for name in team.people if name in self.people]


def open_desk(c: Connection, zone: str) -> Desk:
    """As it is saved; `zone` is the installation's, and that of channels which name none."""
    rules, readers = tuple(find_rules(c)), find_readers(c, zone)
    operators = tuple(place.id for place in find_destinations(c) if place.operators)
    return Desk(rules, find_people(c), find_teams(c), readers, find_default(c), operators, zone)


def find_views(c: Connection, opportunity_ids: Collection[int]) -> dict[int, OpportunityView]:
    """Opportunities with their notices, by number."""
    return {view.opportunity.id: view for view in find_these(c, list(opportunity_ids), len(opportunity_ids))}


def find_experts(desk: Desk, team: Team, profile: str, view: OpportunityView | None) -> list[Person]:
    """The people of a team who know about this opportunity of a profile, in the team's order."""
    members = desk.to_members(team)
    return [person for person in members if is_expert(person, profile, view)]


def is_expert(person: Person, profile: str, view: OpportunityView | None) -> bool:
    """Whether it is of what the person knows about, as far as that can be told."""
    if view is None:
        return True
    reasons: Sequence[Reason] = view.assessment.reasons if view.assessment else ()
    return find_ignorance(person, profile, view.notice.notice, reasons) is None
