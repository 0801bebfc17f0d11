"""What is known of a source between its crawls: its cursor, and the lease that lets one crawl at a time write."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, select, update

from domain.errors import LeaseLost, SourceBusy
from domain.sources import LOST, Lease, Run, RunState
from storage.ids import insert_new
from storage.runs import Streak, find_streak, finish_run, is_first_run, to_run
from storage.schema import runs, sources
from storage.types import AnyRow


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source's past: its last run, the last that has ended, the last `ok` one, and the lease of a crawl at work.

    `streak` is how its newest runs ended.
    """

    source: str
    cursor: str | None
    last_run: Run | None
    last_ok_at: datetime | None
    finished_at: datetime | None
    lease: Lease | None
    last_ended: Run | None
    streak: Streak


_LOCK_LEASE = (
    select(sources.c.lease_token, sources.c.lease_run_id)
    .where(sources.c.source == bindparam("of_source"))
    .with_for_update()
)


def take_lease(c: Connection, source: str, now: datetime, ttl: timedelta, after: int | None = None) -> Lease:
    """Starts a run of the source, which alone may write for it. Raises SourceBusy.

    With `after`, also where a run has begun since that one (0: where any ever has).

    A lease that has expired is taken over: its run becomes `failed`, and its token is void.
    """
    c.execute(insert_new(c, sources), {"source": source})
    row = c.execute(select(sources).where(sources.c.source == source).with_for_update()).one()
    if row.lease_run_id is not None:
        if row.lease_expires_at > now:
            raise SourceBusy(f"{source} is being crawled since {row.lease_taken_at:%Y-%m-%d %H:%M:%S} UTC")
        _void(c, row, now)
    if after is not None and (c.execute(_newest_of(source)).scalar() or 0) > after:
        raise SourceBusy(f"{source} has been crawled by another meanwhile")
    baseline = is_first_run(c, source)
    run = {"source": source, "started_at": now, "state": RunState.RUNNING, "baseline": baseline}
    run_id: int = c.execute(insert(runs).returning(runs.c.id), run).scalar_one()
    held = {"lease_run_id": run_id, "lease_taken_at": now, "lease_expires_at": now + ttl}
    raised = update(sources).where(sources.c.source == source).values(lease_token=sources.c.lease_token + 1, **held)
    token: int = c.execute(raised.returning(sources.c.lease_token)).scalar_one()
    return Lease(source, token, run_id, now + ttl)


def _newest_of(source: str) -> Select[int | None]:
    return select(func.max(runs.c.id)).where(runs.c.source == source)


def renew_lease(c: Connection, lease: Lease, now: datetime, ttl: timedelta) -> Lease:
    """The lease, `ttl` from now. Raises LeaseLost; an expired one that nobody took is still its holder's."""
    check_lease(c, lease)
    c.execute(update(sources).where(sources.c.source == lease.source).values(lease_expires_at=now + ttl))
    return Lease(lease.source, lease.token, lease.run_id, now + ttl)


def check_lease(c: Connection, lease: Lease) -> None:
    """Raises LeaseLost unless the lease is still the source's; it then stays so until the transaction ends."""
    row = c.execute(_LOCK_LEASE, {"of_source": lease.source}).one_or_none()
    if row is None or row.lease_token != lease.token or row.lease_run_id != lease.run_id:
        raise LeaseLost(f"run {lease.run_id} of {lease.source} has lost its lease; it may write no more")


def release_lease(c: Connection, lease: Lease) -> None:
    """Gives the source free; nothing happens if the lease was lost before."""
    own = (sources.c.source == lease.source) & (sources.c.lease_token == lease.token)
    c.execute(update(sources).where(own).values(lease_run_id=None, lease_taken_at=None, lease_expires_at=None))


def void_expired_leases(c: Connection, now: datetime) -> int:
    """Marks the runs failed whose process died or hangs, without waiting for the next crawl; how many there were."""
    expired = sources.c.lease_run_id.is_not(None) & (sources.c.lease_expires_at <= now)
    rows = c.execute(select(sources).where(expired).order_by(sources.c.source).with_for_update()).all()
    for row in rows:
        _void(c, row, now)
    return len(rows)


def _void(c: Connection, row: AnyRow, now: datetime) -> None:
    reason = (
        f"its lease expired at {row.lease_expires_at:%Y-%m-%d %H:%M:%S} UTC: the process was killed or hung;"
        " the next run goes on with its unfinished steps"
    )
    running = c.execute(select(runs.c.state).where(runs.c.id == row.lease_run_id)).scalar() == RunState.RUNNING
    if running:
        finish_run(c, row.lease_run_id, RunState.FAILED, now, reason, interrupted=True)
    c.execute(
        update(sources)
        .where(sources.c.source == row.source)
        .values(lease_token=row.lease_token + 1, lease_run_id=None, lease_taken_at=None, lease_expires_at=None)
    )


def find_cursor(c: Connection, source: str) -> str | None:
    """The source's low-water mark: an ISO instant in UTC or an opaque token of the portal's."""
    return c.execute(select(sources.c.cursor).where(sources.c.source == source)).scalar()


def save_cursor(c: Connection, source: str, cursor: str) -> None:
    """Moves the mark. The caller knows that the chain down to the old one is complete."""
    c.execute(insert_new(c, sources), {"source": source})
    c.execute(update(sources).where(sources.c.source == source).values(cursor=cursor))


def drop_cursor(c: Connection, source: str) -> None:
    """Forgets the mark: the chain down to it has a gap."""
    c.execute(update(sources).where(sources.c.source == source).values(cursor=None))


def find_source_states(c: Connection) -> dict[str, SourceState]:
    """The state of every source that was ever crawled, by its id."""
    last = _find_newest(c)
    ended = _find_newest(c, runs.c.state != RunState.RUNNING)
    well = _find_newest(c, runs.c.state == RunState.OK)
    return {
        row.source: SourceState(
            row.source,
            row.cursor,
            last.get(row.source),
            well[row.source].finished_at if row.source in well else None,
            ended[row.source].finished_at if row.source in ended else None,
            _to_lease(row),
            ended.get(row.source),
            _find_streak(c, ended.get(row.source)),
        )
        for row in c.execute(select(sources).order_by(sources.c.source)).all()
    }


def _find_newest(c: Connection, *which: ColumnElement[bool]) -> dict[str, Run]:
    """Of each source, its newest run of a kind: from the end of the index, not from all runs that there ever were."""
    newest = select(runs.c.id).where(runs.c.source == sources.c.source, *which).order_by(runs.c.id.desc()).limit(1)
    query = select(runs).join(sources, runs.c.id == newest.correlate(sources).scalar_subquery())
    return {row.source: to_run(row) for row in c.execute(query)}


def _find_streak(c: Connection, last: Run | None) -> Streak:
    is_well = last is None or (last.state not in LOST and not last.interrupted)
    return Streak() if last is None or is_well else find_streak(c, last.source)


def _to_lease(row: AnyRow) -> Lease | None:
    if row.lease_run_id is None:
        return None
    return Lease(row.source, row.lease_token, row.lease_run_id, row.lease_expires_at)
