"""Runs: how each crawl went, told as it goes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from domain.health import Facts, read_json, to_json
from domain.sources import LOST, Run, RunState, StepState
from storage.schema import runs, steps
from storage.types import AnyRow

UNFINISHED = (StepState.WAITING, StepState.FAILED)
COUNTS = ("pages", "new", "changed", "same", "issues", "not_modified")
LONGEST_STREAK = 20  # runs; a pause that doubles has reached its end long before


@dataclass(frozen=True, slots=True)
class Streak:
    """What the newest runs of a source have in common: so many lost in a row, so many interrupted in a row."""

    lost: int = 0
    interrupted: int = 0


@dataclass(frozen=True, slots=True)
class RunTotals:
    """All runs of a source together: how many ended in each state, and what they brought."""

    states: dict[RunState, int]
    pages: int
    new: int
    changed: int


_COUNT = (
    update(runs)
    .where(runs.c.id == bindparam("of_id"))
    .values({name: runs.c[name] + bindparam(f"more_{name}") for name in COUNTS})
)


def finish_run(
    c: Connection,
    run_id: int,
    state: RunState,
    now: datetime,
    reason: str | None = None,
    claimed: int | None = None,
    facts: Facts | None = None,
    *,
    interrupted: bool = False,
) -> None:
    """Ends a run; the steps that the source still has to do are counted here. `claimed`: the portal's own total.

    `interrupted`: it was stopped or killed, which says nothing of the portal.
    """
    source = select(runs.c.source).where(runs.c.id == run_id).scalar_subquery()
    left = select(steps.c.kind, func.count()).where(steps.c.source == source, steps.c.state.in_(UNFINISHED))
    by_kind: dict[str, int] = dict(c.execute(left.group_by(steps.c.kind)).all())
    ended = {
        "state": state,
        "finished_at": now,
        "reason": reason,
        "claimed": claimed,
        "steps_left": sum(by_kind.values()),
        "chain_complete": not set(by_kind) - {"detail"},
        "facts": to_json(facts) if facts else None,
        "interrupted": interrupted,
    }
    c.execute(update(runs).where(runs.c.id == run_id).values(ended))


def count_run(
    c: Connection,
    run_id: int,
    *,
    pages: int = 0,
    new: int = 0,
    changed: int = 0,
    same: int = 0,
    issues: int = 0,
    not_modified: int = 0,
) -> None:
    """Adds to a run's counts."""
    added = dict(zip(COUNTS, (pages, new, changed, same, issues, not_modified), strict=True))
    c.execute(_COUNT, {"of_id": run_id, **{f"more_{name}": number for name, number in added.items()}})


def save_claimed(c: Connection, run_id: int, claimed: int | None) -> None:
    """The portal's own total as far as it is known, for those who watch the run."""
    c.execute(update(runs).where(runs.c.id == run_id).values(claimed=claimed))


def find_streak(c: Connection, source: str) -> Streak:
    """How the newest runs of a source ended, one that is at work left out.

    An interrupted run neither ends a row of lost ones nor lengthens it.
    """
    query = select(runs.c.state, runs.c.interrupted).where(runs.c.source == source, runs.c.state != RunState.RUNNING)
    rows = c.execute(query.order_by(runs.c.id.desc()).limit(LONGEST_STREAK)).all()
    interrupted = next((n for n, row in enumerate(rows) if not row.interrupted), len(rows))
    own = [row.state for row in rows if not row.interrupted]
    return Streak(next((n for n, state in enumerate(own) if state not in LOST), len(own)), interrupted)


def count_runs(c: Connection) -> dict[str, RunTotals]:
    """Of each source that was ever crawled, all its runs together."""
    sums = [func.sum(runs.c[name]) for name in ("pages", "new", "changed")]
    found: dict[str, RunTotals] = {}
    for source, state, number, *counts in c.execute(
        select(runs.c.source, runs.c.state, func.count(), *sums).group_by(runs.c.source, runs.c.state)
    ):
        old = found.get(source, RunTotals({}, 0, 0, 0))
        pages, new, changed = map(int, counts)
        states = {**old.states, RunState(state): number}
        found[source] = RunTotals(states, old.pages + pages, old.new + new, old.changed + changed)
    return found


def find_runs(c: Connection, source: str | None = None, limit: int = 20) -> list[Run]:
    """Runs, newest first."""
    query = select(runs).order_by(runs.c.id.desc()).limit(limit)
    if source is not None:
        query = query.where(runs.c.source == source)
    return [to_run(row) for row in c.execute(query)]


def find_run(c: Connection, run_id: int) -> Run:
    """One run; NoResultFound if there is none."""
    return to_run(c.execute(select(runs).where(runs.c.id == run_id)).one())


def save_period(c: Connection, run_id: int, since: datetime | None, until: datetime | None) -> None:
    """The period that a person asked this run for."""
    c.execute(update(runs).where(runs.c.id == run_id).values(since=since, until=until))


def find_attempts(c: Connection, run: Run) -> list[int]:
    """The runs before this one that were asked for the same period, back to the last that left nothing unread."""
    same = (runs.c.source == run.source) & (runs.c.since == run.since) & (runs.c.id < run.id)
    same &= runs.c.until.is_(None) if run.until is None else runs.c.until == run.until
    found = []
    for row in c.execute(select(runs).where(same).order_by(runs.c.id.desc())):
        if row.state not in (RunState.FAILED, RunState.RUNNING) and not row.steps_left:
            break
        found.append(row.id)
    return found


def is_first_run(c: Connection, source: str) -> bool:
    """Whether no run has yet walked the source's list to its end; what it brings is baseline.

    A backfill of a closed period has not: what the source has now is still to be seen for the first time.
    """
    ended = (RunState.OK, RunState.PARTIAL, RunState.SUSPICIOUS)
    whole = (runs.c.source == source) & runs.c.state.in_(ended) & runs.c.chain_complete
    whole &= runs.c.since.is_(None) | runs.c.until.is_(None)
    return c.execute(select(runs.c.id).where(whole).limit(1)).first() is None


def to_run(row: AnyRow) -> Run:
    """The run of a row."""
    return Run(
        id=row.id,
        source=row.source,
        started_at=row.started_at,
        finished_at=row.finished_at,
        state=RunState(row.state),
        baseline=row.baseline,
        pages=row.pages,
        new=row.new,
        changed=row.changed,
        same=row.same,
        claimed=row.claimed,
        issues=row.issues,
        steps_left=row.steps_left,
        reason=row.reason,
        facts=read_json(row.facts) if row.facts else None,
        not_modified=row.not_modified,
        interrupted=row.interrupted,
        since=row.since,
        until=row.until,
    )
