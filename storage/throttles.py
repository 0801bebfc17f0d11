"""Token buckets, kept in the database, so that a service's limits hold over processes, machines and restarts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from domain.alerts import Pace
from storage.ids import insert_new
from storage.schema import throttles
from storage.types import AnyRow


def take_tokens(c: Connection, paces: Sequence[Pace], now: datetime) -> datetime | None:
    """Takes a token from each of these buckets, or from none: then the moment from which all of them have one."""
    free = find_free(c, paces, now, lock=True)
    if free > now:
        return free
    for pace in paces:
        row = c.execute(select(throttles).where(throttles.c.key == pace.key)).one()
        left = {"tokens": _fill(row, pace, now) - 1, "at": max(now, row.at)}
        c.execute(update(throttles).where(throttles.c.key == pace.key).values(**left))
    return None


def find_free(c: Connection, paces: Sequence[Pace], now: datetime, lock: bool = False) -> datetime:
    """The moment from which each of these buckets has a token: `now`, or later."""
    if lock:
        fresh = [{"key": pace.key, "tokens": float(pace.burst), "at": now} for pace in paces]
        if fresh:
            c.execute(insert_new(c, throttles), fresh)
    by_key = {pace.key: pace for pace in paces}
    query = select(throttles).where(throttles.c.key.in_(list(by_key))).order_by(throttles.c.key)
    rows = c.execute(query.with_for_update() if lock else query).all()
    return max((_to_free(row, by_key[row.key], now) for row in rows), default=now)


def pause(c: Connection, key: str, until: datetime) -> None:
    """Nothing more for this bucket until then: the service said so. A longer pause that it has already, stays."""
    c.execute(insert_new(c, throttles), [{"key": key, "tokens": 0.0, "at": until}])
    later = throttles.c.until.is_(None) | (throttles.c.until < until)
    c.execute(update(throttles).where(throttles.c.key == key, later).values(until=until))


def _fill(row: AnyRow, pace: Pace, now: datetime) -> float:
    """The tokens that are in the bucket now; a clock that was put back gives none."""
    since = max((now - row.at).total_seconds(), 0.0)
    return float(min(pace.burst, row.tokens + since / pace.every))


def _to_free(row: AnyRow, pace: Pace, now: datetime) -> datetime:
    lacking = 1 - _fill(row, pace, now)
    free = now + timedelta(seconds=lacking * pace.every) if lacking > 1e-6 else now
    return max(free, row.until) if row.until and row.until > now else free
