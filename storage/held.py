"""Changes that nobody is told of yet: the run that read them has not ended, or is not to be believed.

A broken page shows other values, which are no change of the buyer's. So a changed notice awaits the verdict on its
run; it is matched meanwhile, but what it was when it was matched last is kept to compare with. A notice that is new
awaits nothing.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from domain.sources import Run
from storage.ids import insert_new
from storage.runs import to_run
from storage.schema import notices, runs, sources

HELD = and_(notices.c.awaits_run.is_not(None), notices.c.matched_revision > 0)


def settle_changes(c: Connection, source: str, run_id: int) -> int:
    """The run may be believed: what it changed, or read again as it stands, is told; how many notices.

    So is what runs of the source changed that were killed before there was a verdict on them.
    """
    killed = select(runs.c.id).where(runs.c.source == source, runs.c.id < run_id, runs.c.facts.is_(None))
    return _release(c, source, or_(notices.c.awaits_run == run_id, notices.c.awaits_run.in_(killed)))


def accept_source(c: Connection, source: str, now: datetime) -> int:
    """A person has looked at the portal: what is held back is told, and what was usual before is so no more.

    How many notices are told again. A run that is at work keeps its own until it ends.
    """
    c.execute(insert_new(c, sources), {"source": source})
    c.execute(update(sources).where(sources.c.source == source).values(accepted_at=now))
    ended = select(runs.c.id).where(runs.c.source == source, runs.c.finished_at.is_not(None))
    return _release(c, source, notices.c.awaits_run.in_(ended))


def count_held(c: Connection, source: str) -> int:
    """How many known notices have changes that nobody is told of, by runs that have ended."""
    query = select(func.count()).select_from(notices).join(runs, runs.c.id == notices.c.awaits_run)
    return c.execute(query.where(HELD, notices.c.source == source, runs.c.finished_at.is_not(None))).scalar_one()


def find_doubted_run(c: Connection, notice_id: int) -> Run | None:
    """The run whose changes of this notice nobody is told of; None where none are held."""
    query = select(runs).join(notices, notices.c.awaits_run == runs.c.id).where(HELD, notices.c.id == notice_id)
    row = c.execute(query).one_or_none()
    return to_run(row) if row else None


def _release(c: Connection, source: str, which: ColumnElement[bool]) -> int:
    own = and_(notices.c.source == source, notices.c.awaits_run.is_not(None), which)
    told = c.execute(select(func.count()).select_from(notices).where(own, HELD)).scalar_one()
    c.execute(update(notices).where(own, HELD).values(matched_epoch=0))
    c.execute(update(notices).where(own).values(awaits_run=None))
    return told
