"""What became of sources, as events for the operators: a source's first bad run, each day it stays bad, its mending.

Each run that has ended is looked at once, in the transaction that writes its event and remembers the run: a process
that is killed repeats nothing and loses nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from alerts.source_facts import mended_facts, overdue_facts, trouble_facts
from domain.alerts import EventKind
from domain.sources import Run, RunState, Source
from domain.trouble import OVERDUE, WEIGHT, is_overdue, is_stopped_by_us
from storage.engine import writing
from storage.events import append_event
from storage.health import Told, find_ended_runs, lock_told, save_told
from storage.runs import find_runs

AGAIN = timedelta(hours=23)  # each day, also where a daily `run` begins a little earlier than the day before
OLD = timedelta(days=2)  # runs that ended longer ago, and were followed by others, are no news


def report_sources(engine: Engine, sources: Iterable[Source], now: datetime) -> int:
    """Writes the events that are due about these sources; how many. Routing and sending them is done as ever."""
    written = 0
    for source in sources:
        with writing(engine) as c:
            written += _report(c, source, now)
    return written


def _report(c: Connection, source: Source, now: datetime) -> int:
    before = told = lock_told(c, source.id)
    written = 0
    runs = find_ended_runs(c, source.id, told.reported_run_id)
    for run in runs:
        told = replace(told, reported_run_id=run.id)
        if _is_news(run, runs[-1], now):
            told, more = _report_run(c, source, run, told, now)
            written += more
    if told.trouble is None and is_overdue(source, next(iter(find_runs(c, source.id, limit=1)), None), now):
        facts = overdue_facts(c, source, now, now)
        append_event(c, EventKind.SOURCE_TROUBLE, None, facts, now)
        told, written = Told(told.reported_run_id, OVERDUE, now, now), written + 1
    elif told.trouble is not None and told.at is not None and now - told.at >= AGAIN:
        append_event(c, EventKind.SOURCE_TROUBLE, None, _facts_again(c, source, told, now), now)
        told, written = replace(told, at=now), written + 1
    if told != before:
        save_told(c, source.id, told)
    return written


def _is_news(run: Run, newest: Run, now: datetime) -> bool:
    assert run.finished_at is not None
    return run.id == newest.id or now - run.finished_at < OLD


def _report_run(c: Connection, source: Source, run: Run, told: Told, now: datetime) -> tuple[Told, int]:
    """What the operators know after this run, and how many events told them."""
    if is_stopped_by_us(run):  # neither a trouble nor a mending: its steps are the next run's
        return told, 0
    if run.state is RunState.OK:
        if told.trouble is None:
            return told, 0
        append_event(c, EventKind.SOURCE_MENDED, None, mended_facts(c, source, run, told), now)
        return Told(run.id), 1
    if told.trouble is not None and WEIGHT[run.state] <= WEIGHT[told.trouble]:
        return told, 0
    since = told.since or run.started_at
    append_event(c, EventKind.SOURCE_TROUBLE, None, trouble_facts(c, source, run, since, now), now)
    return Told(run.id, run.state, since, now), 1


def _facts_again(c: Connection, source: Source, told: Told, now: datetime) -> dict[str, object]:
    """The newest run that was not well; where none ran since the trouble began, that none did."""
    since = told.since or now
    bad = find_last_bad(c, source.id, since)
    return trouble_facts(c, source, bad, since, now) if bad else overdue_facts(c, source, since, now)


def find_last_bad(c: Connection, source: str, since: datetime) -> Run | None:
    """The newest run that began since then, ended, and was not well."""
    runs = (run for run in find_runs(c, source, limit=100) if run.started_at >= since)
    return next((run for run in runs if run.state in WEIGHT and not is_stopped_by_us(run)), None)
