"""What all crawls know of a host together: whether it may be asked now, by whom, and what its robots.txt says.

A host is named with its port, as in an address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Update, select, update

from storage.ids import insert_new
from storage.schema import hosts, sources
from storage.types import AnyRow

WANTED = timedelta(seconds=5)  # who waits asks again several times a second


@dataclass(frozen=True, slots=True)
class Pause:
    """Nobody asks this host until then; `reason` says what it answered to whom."""

    host: str
    until: datetime
    reason: str


def save_pause(c: Connection, host: str, until: datetime, reason: str) -> None:
    """Keeps all crawls from asking this host until then; a longer pause stays as it is."""
    c.execute(insert_new(c, hosts), {"host": host})
    shorter = (hosts.c.host == host) & (hosts.c.paused_until.is_(None) | (hosts.c.paused_until < until))
    c.execute(update(hosts).where(shorter).values(paused_until=until, pause_reason=reason[:500]))


def find_pauses(c: Connection, now: datetime) -> list[Pause]:
    """The hosts that are not asked at present."""
    rows = c.execute(select(hosts).where(hosts.c.paused_until > now).order_by(hosts.c.host))
    return [Pause(row.host, row.paused_until, row.pause_reason) for row in rows]


def find_pause(c: Connection, host: str, now: datetime) -> Pause | None:
    """The pause of one host, None where it may be asked."""
    return next((pause for pause in find_pauses(c, now) if pause.host == host), None)


def take_turn(c: Connection, host: str, run_id: int, now: datetime) -> bool:
    """Whether this run, and no other, may ask the host from now on; where it may not, it is the next to.

    A turn lasts until it is given up, or until its run holds its source's lease no more.
    """
    c.execute(insert_new(c, hosts), {"host": host})
    row = c.execute(select(hosts).where(hosts.c.host == host).with_for_update()).one()
    taken = row.turn_run_id not in (None, run_id) and _is_at_work(c, row.turn_run_id, now)
    waiting = _is_wanted_by_another(row, run_id, now)
    if taken or waiting or (row.next_at is not None and row.next_at > now):
        if not waiting:
            c.execute(_update(host).values(wanted_run_id=run_id, wanted_at=now))
        return False
    c.execute(_update(host).values(turn_run_id=run_id, wanted_run_id=None, wanted_at=None))
    return True


def give_turn_up(c: Connection, host: str, run_id: int, next_at: datetime) -> None:
    """Lets another run ask the host, from `next_at` on."""
    c.execute(_update(host).where(hosts.c.turn_run_id == run_id).values(turn_run_id=None, next_at=next_at))


def is_wanted(c: Connection, host: str, run_id: int, now: datetime) -> bool:
    """Whether another run waits for its turn."""
    row = c.execute(select(hosts).where(hosts.c.host == host)).one_or_none()
    return row is not None and _is_wanted_by_another(row, run_id, now)


def save_robots(c: Connection, host: str, text: str, now: datetime) -> None:
    """Keeps what the host's robots.txt says; an empty text forbids nothing."""
    c.execute(insert_new(c, hosts), {"host": host})
    c.execute(_update(host).values(robots=text, robots_at=now))


def find_robots(c: Connection, host: str, since: datetime) -> str | None:
    """The robots.txt of this host as it was read since then, None where it was not."""
    return c.execute(select(hosts.c.robots).where(hosts.c.host == host, hosts.c.robots_at >= since)).scalar()


def _update(host: str) -> Update:
    return update(hosts).where(hosts.c.host == host)


def _is_at_work(c: Connection, run_id: int, now: datetime) -> bool:
    alive = (sources.c.lease_run_id == run_id) & (sources.c.lease_expires_at > now)
    return c.execute(select(sources.c.source).where(alive)).first() is not None


def _is_wanted_by_another(row: AnyRow, run_id: int, now: datetime) -> bool:
    return row.wanted_run_id not in (None, run_id) and bool(row.wanted_at > now - WANTED)
