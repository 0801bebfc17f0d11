"""The whole installation at one moment, read from the database: what `status` shows and Prometheus scrapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.console import Installation
from app.jobs.heart import is_alive
from app.schedule import Phase, Standing, find_pause, find_standing
from domain.alerts import DeliveryState
from domain.sources import Source
from domain.supervision import Supervisor
from storage.engine import reading
from storage.hosts import find_pauses
from storage.issues import count_open_issues
from storage.queues import DeliveryCount, Queue, count_deliveries_by_state, find_queues
from storage.runs import RunTotals, count_runs
from storage.sources import SourceState, find_source_states
from storage.supervisors import find_supervisors


@dataclass(frozen=True, slots=True)
class Watched:
    """A source that is on, or that is being crawled: how it stands, and what is known of it (None: never crawled)."""

    source: Source
    standing: Standing
    known: SourceState | None
    issues: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that is asked of an installation; `supervisors` were seen in the last week, the last seen first."""

    at: datetime
    sources: tuple[Watched, ...]
    supervisors: tuple[Supervisor, ...]
    queues: Mapping[str, Queue]
    deliveries: tuple[DeliveryCount, ...]

    def of(self, phase: Phase) -> list[Watched]:
        """The sources in this phase, those that wait in the order of their turn."""
        found = [each for each in self.sources if each.standing.phase is phase]
        return sorted(found, key=lambda each: (each.standing.due_at or self.at, each.source.id))

    def alive(self) -> list[Supervisor]:
        """The supervisors that work at this moment."""
        return [each for each in self.supervisors if is_alive(each, self.at)]

    def count(self, state: DeliveryState) -> int:
        """Deliveries in this state."""
        return sum(each.number for each in self.deliveries if each.state is state)


def look(place: Installation, moment: datetime) -> Overview:
    """The installation as one reading transaction sees it."""
    with reading(place.engine) as c:
        states, issues = find_source_states(c), count_open_issues(c)
        supervisors, queues = find_supervisors(c), find_queues(c, moment)
        deliveries, pauses = count_deliveries_by_state(c), find_pauses(c, moment)
    watched = []
    for source in place.sources.values():
        known = states.get(source.id)
        standing = find_standing(source, known, moment, find_pause(source, pauses))
        if source.enabled or standing.phase is Phase.RUNNING:
            watched.append(Watched(source, standing, known, sum(issues.get(source.id, {}).values())))
    return Overview(moment, tuple(watched), tuple(supervisors), queues, tuple(deliveries))


def find_totals(place: Installation) -> dict[str, RunTotals]:
    """What all runs brought, by source."""
    with reading(place.engine) as c:
        return count_runs(c)
