"""How sources are: their runs of the last weeks, and what the operators were told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, update

from domain.health import MEMORY, Facts, read_json
from domain.notices import Status
from domain.sources import Run, RunState, StepState
from storage.ids import insert_new
from storage.runs import to_run
from storage.schema import notices, runs, sources, steps

WHOLE = (RunState.OK, RunState.PARTIAL)
ENDED = (runs.c.state != RunState.RUNNING) & runs.c.finished_at.is_not(None)


@dataclass(frozen=True, slots=True)
class Told:
    """What the operators know of a source: the newest run that was reported, and the trouble that is not mended.

    `trouble` is the worst state they were told of (None: it is well), `since` when it began, `at` when last told.
    """

    reported_run_id: int
    trouble: RunState | str | None = None
    since: datetime | None = None
    at: datetime | None = None


def find_history(
    c: Connection, source: str, now: datetime, *, but: int | None = None, states: Sequence[RunState] = WHOLE
) -> list[Facts]:
    """What the runs of the last 28 days measured that went well enough to be a measure, newest first.

    Not those before a person accepted the source as it is.
    """
    accepted = find_accepted(c, source)
    since = max(now - MEMORY, accepted) if accepted else now - MEMORY
    query = select(runs.c.facts).where(runs.c.source == source, runs.c.state.in_(states))
    query = query.where(runs.c.started_at >= since, runs.c.facts.is_not(None))
    if but is not None:
        query = query.where(runs.c.id < but)
    return [read_json(facts) for facts in c.execute(query.order_by(runs.c.id.desc())).scalars()]


def find_accepted(c: Connection, source: str) -> datetime | None:
    """When a person last said that the portal is as it should be (`sources accept`)."""
    return c.execute(select(sources.c.accepted_at).where(sources.c.source == source)).scalar()


def find_last_news(c: Connection, source: str, before: int) -> datetime | None:
    """When a run before this one last brought something new or changed; where none did, when the first one began."""
    own = (runs.c.source == source) & (runs.c.id < before) & (runs.c.state != RunState.RUNNING)
    brought = or_(runs.c.new > 0, runs.c.changed > 0)
    found = c.execute(select(func.max(runs.c.started_at)).where(own, brought)).scalar()
    return found or c.execute(select(func.min(runs.c.started_at)).where(own)).scalar()


def find_canary_runs(c: Connection, source: str, since: datetime) -> list[Facts]:
    """What the runs since then measured, newest first, whatever became of them."""
    query = select(runs.c.facts).where(runs.c.source == source, runs.c.started_at >= since, runs.c.facts.is_not(None))
    return [read_json(facts) for facts in c.execute(query.order_by(runs.c.id.desc())).scalars()]


def find_last_ok(c: Connection, source: str, before: int | None = None) -> Run | None:
    """The newest run that was ok (and older than run `before`)."""
    query = select(runs).where(runs.c.source == source, runs.c.state == RunState.OK)
    if before is not None:
        query = query.where(runs.c.id < before)
    row = c.execute(query.order_by(runs.c.id.desc()).limit(1)).first()
    return to_run(row) if row else None


def find_last_ended(c: Connection, source: str) -> Run | None:
    """The newest run that has ended."""
    query = select(runs).where(runs.c.source == source, ENDED).order_by(runs.c.id.desc()).limit(1)
    row = c.execute(query).first()
    return to_run(row) if row else None


def find_published(c: Connection, source: str, low: datetime, high: datetime, *, before_run: int) -> list[str]:
    """The keys of the notices published from `low` to `high` that were known before this run began, but for those
    that were cancelled."""
    began = select(runs.c.started_at).where(runs.c.id == before_run).scalar_subquery()
    query = select(notices.c.key).where(notices.c.source == source, notices.c.first_seen_at < began)
    query = query.where(notices.c.listed_at.between(low, high), notices.c.published_at.between(low, high))
    return list(c.execute(query.where(notices.c.status != Status.CANCELLED)).scalars())


def count_given_up(c: Connection) -> dict[str, int]:
    """How many pages of each source were given up after five tries, by source."""
    query = select(steps.c.source, func.count()).where(steps.c.state == StepState.DEAD).group_by(steps.c.source)
    return dict(c.execute(query).all())


def lock_told(c: Connection, source: str) -> Told:
    """What the operators know of a source; no other process reports on it until this transaction ends."""
    c.execute(insert_new(c, sources), {"source": source})
    row = c.execute(select(sources).where(sources.c.source == source).with_for_update()).one()
    return Told(row.reported_run_id or 0, row.trouble, row.trouble_since, row.told_at)


def find_told(c: Connection) -> dict[str, Told]:
    """What the operators know, by source."""
    columns = (sources.c.source, sources.c.reported_run_id, sources.c.trouble, sources.c.trouble_since)
    rows = c.execute(select(*columns, sources.c.told_at))
    return {name: Told(run or 0, trouble, since, at) for name, run, trouble, since, at in rows}


def save_told(c: Connection, source: str, told: Told) -> None:
    """Writes what the operators know from now on; the caller holds the lock."""
    values = {
        "reported_run_id": told.reported_run_id or None,
        "trouble": told.trouble,
        "trouble_since": told.since,
        "told_at": told.at,
    }
    c.execute(update(sources).where(sources.c.source == source).values(**values))


def find_ended_runs(c: Connection, source: str, after: int) -> Sequence[Run]:
    """The runs after this one that have ended, oldest first."""
    query = select(runs).where(runs.c.source == source, runs.c.id > after, ENDED).order_by(runs.c.id)
    return [to_run(row) for row in c.execute(query)]


def count_runs_since(c: Connection, source: str, since: datetime) -> int:
    """How many runs of the source have begun since then and ended."""
    query = select(func.count()).select_from(runs).where(runs.c.source == source, runs.c.started_at >= since, ENDED)
    return c.execute(query).scalar_one()
