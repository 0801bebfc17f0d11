"""The end of a crawl: its run is judged by what is known of the source, written down, and the source given free."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawler.canary import miss
from crawler.following import note_gap
from crawler.health import MENDABLE, Circumstances, Verdict, judge, silent_since
from crawler.listing.mark import Mark, write_mark
from domain.errors import LeaseLost
from domain.sources import RunState, Step
from storage.engine import reading, writing
from storage.health import find_accepted, find_history, find_last_ended, find_last_news, find_published
from storage.held import settle_changes
from storage.issues import close_mended, close_read, save_issues
from storage.runs import find_run, finish_run
from storage.sources import drop_cursor, release_lease, renew_lease, save_cursor
from storage.steps import ask_again

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crawler.session import Session

DAY = timedelta(days=1)
ENDED = (RunState.OK, RunState.PARTIAL, RunState.SUSPICIOUS)
Span = tuple[datetime, datetime]


def find_span(steps: Sequence[Step], now: datetime) -> Span | None:
    """From when until when the windows among these steps reach, but not past now; None for a list without windows."""
    lows = [datetime.fromisoformat(step.low) for step in steps if step.low and step.high]
    highs = [datetime.fromisoformat(step.high) for step in steps if step.low and step.high]
    return (min(lows), max(min(lows), min(max(highs), now))) if lows else None


def judge_run(session: "Session") -> Verdict:
    """The verdict on what this session has seen."""
    now, source, run_id = session.clock(), session.source, session.lease.run_id
    miss(session)
    note_gap(session)
    with reading(session.engine) as c:
        history = find_history(c, source.id, now, but=run_id)
        recent = find_history(c, source.id, now, but=run_id, states=ENDED)
        news = max(filter(None, (find_last_news(c, source.id, run_id), find_accepted(c, source.id))), default=None)
        before = find_last_ended(c, source.id)
        relisted = _relisted(session, c)
    asked_for = session.options.since or session.options.until
    goes_on = session.walk.goes_on
    last = before.started_at if before and goes_on else None
    low, high = session.span or (min(last or now, now), now)
    always_whole = session.span is None and not goes_on
    circumstances = Circumstances(
        steps_left=len(session.unfinished),
        whole=session.whole,
        usual=not session.baseline and asked_for is None,
        stopped=session.stopped,
        silent_since=silent_since(session.tally, news),
        now=now,
        low=low,
        high=high,
        spans_a_day=high - low >= DAY or not (session.span or last),
        comparable=asked_for is None and (always_whole or not session.baseline),
        history=history,
        recent=recent,
        relisted=relisted,
    )
    return judge(source, session.tally, circumstances)


def _relisted(session: "Session", c: "Connection") -> tuple[int, int]:
    """How many notices published in the span of time that this run read whole were known before it, and how many of
    them it met again; none known where it did not read all of it, or only a past period."""
    tally, span = session.tally, session.span
    cut_off = tally.failed or tally.lost or tally.cut or tally.refusal or session.stopped or session.unfinished
    if span is None or session.walk.windows is None or session.options.until or cut_off or not session.whole:
        return 0, 0
    keys = find_published(c, session.source.id, *span, before_run=session.lease.run_id)
    return len(keys), sum(key in tally.keys for key in keys)


def finish(session: "Session", verdict: Verdict, lease_time: timedelta) -> None:
    """Write the verdict, close what the run has mended, let its changes be told where they may be believed, and give
    the source free; nothing where the lease was lost."""
    now, lease, tally = session.clock(), session.lease, session.tally
    with writing(session.engine) as c:
        try:
            renew_lease(c, lease, now, lease_time)
        except LeaseLost:
            return
        save_issues(c, lease.run_id, verdict.issues, now)
        if not tally.cut:  # what the portal or the ceiling cuts off would be no longer the next time
            ask_again(
                c, session.source.id, tally.short(session.unfinished), "it held fewer rows than the portal counts"
            )
        if verdict.state is RunState.OK:
            started_at = find_run(c, lease.run_id).started_at
            close_mended(c, session.source.id, MENDABLE, started_at, now)
            close_read(c, session.source.id, tally.keys, started_at, now)
        if not (session.walk.has_cursor or session.unfinished or tally.unable):
            minute = now.replace(second=0, microsecond=0)
            save_cursor(c, session.source.id, write_mark(Mark(minute, minute)))
            if session.walk.has_gap:
                drop_cursor(c, session.source.id)
        put_off = session.stopped is not None and session.stopped == tally.refusal  # another source's host is paused
        interrupted = put_off or (session.options.stop.is_set() and verdict.state is RunState.PARTIAL)
        claimed = tally.claimed()
        finish_run(c, lease.run_id, verdict.state, now, verdict.reason, claimed, verdict.facts, interrupted=interrupted)
        if not verdict.doubtful:
            settle_changes(c, session.source.id, lease.run_id)
        release_lease(c, lease)
