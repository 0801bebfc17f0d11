"""What follows from a list page, and how far a run reads on: between a list's walk and the session of a crawl."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from crawler.listing.asking import FILE
from crawler.listing.count import NUMBER
from crawler.listing.detail import not_done
from crawler.listing.mark import Mark
from crawler.listing.plans import Plan
from crawler.listing.walk import Followed, Seen
from crawler.reading import Fetched, Reading
from domain.sources import LOST, Issue, IssueKind, Step, StepState
from storage.engine import reading, writing
from storage.issues import save_issues
from storage.runs import count_run, find_attempts, find_run, find_runs
from storage.sources import drop_cursor
from storage.steps import find_done_before

if TYPE_CHECKING:
    from crawler.session import Session


@dataclass(frozen=True, slots=True)
class Onward:
    """The list pages that a page leads to, the documents of its rows that are still to be read, and what cannot be
    reached from it. `may_end`: where nothing on the page is new, the pages need not be read; `later` are left for the
    next run."""

    pages: tuple[Step, ...]
    details: tuple[Step, ...]
    issues: tuple[Issue, ...]
    may_end: bool
    later: tuple[Step, ...] = ()


def follow(session: "Session", fetched: Fetched, found: Reading) -> Onward:
    """What a list page leads to; the page of a notice leads to nothing. In the writer thread."""
    step, walk = fetched.step, session.walk
    followed = _follow_list(session, fetched, found)
    pages, later = followed.steps, followed.later
    details: tuple[Step, ...] = ()
    if found.details:
        with reading(session.engine) as c:
            details = not_done(c, session.source.id, found)
    if step.baseline:
        every = (pages, details, later)
        pages, details, later = (tuple(replace(each, baseline=True) for each in steps) for steps in every)
    walk.met_known |= len(details) < len(found.details)
    may_end = bool(pages) and not details and walk.may_end_at(step)
    return Onward(pages, details, followed.issues, may_end, later)


def _follow_list(session: "Session", fetched: Fetched, found: Reading) -> Followed:
    step, tally, walk = fetched.step, session.tally, session.walk
    if found.keys is None:
        return walk.count_on(step, found=bool(found.notices)) if step.kind == NUMBER else Followed()
    if step.kind == FILE and step.token not in tally.roots:
        tally.begin_chain(step)
    fresh = tally.follow_chain(step, found.keys, found.total, ())
    next_url = session.key.take_out_of(found.next_url) if found.next_url else None
    url = session.key.take_out_of(fetched.url)
    seen = Seen(len(found.keys), fresh, found.total, next_url, url, found.pages, found.more, found.made_at)
    followed = walk.follow(step, seen)
    if any(each.kind == "window" for each in followed.steps):
        tally.split_chain(step, followed.steps)
    else:
        tally.follow_chain(step, (), None, followed.steps)
    return followed


def look_for_gaps(session: "Session", c: Connection, cursor: str | None, left: list[Step], plan: Plan) -> None:
    """Whether this run may end where all is known: only where some run has read down to what was known before, and no
    page since was lost. A lost one is remembered (the cursor is dropped), until a run has read the whole list."""
    if session.walk.stop_after is None:
        return
    lost = bool(plan.replaced) or any(step.kind == "page" and step.state is StepState.FAILED for step in left)
    session.walk.may_stop = cursor is not None and session.options.since is None and not lost
    session.walk.must_see = _count_news(session, c)
    if lost:
        drop_cursor(c, session.source.id)


def _count_news(session: "Session", c: Connection) -> int:
    """What the last run that came to its end brought, with those after it; nothing of a first run, which read all."""
    count = 0
    for run in find_runs(c, session.source.id):
        if run.baseline:
            break
        count += run.new + run.changed
        if run.id != session.lease.run_id and run.state not in LOST and not run.interrupted:
            break
    return count


def note_gap(session: "Session") -> None:
    """A list that ended above what earlier runs have read is told, and read to its end by the next run."""
    tally, walk = session.tally, session.walk
    ended = not (session.stopped or tally.refusal or tally.unable or session.unfinished or tally.cut)
    if not (ended and walk.lost_touch):
        return
    reason = "the list ended before it came to what earlier runs have read; the next run reads it to its end"
    issue = Issue(session.source.id, IssueKind.NOT_REACHED, reason, element="listing")
    tally.cut.append(issue)
    walk.has_gap = True
    with writing(session.engine) as c:
        save_issues(c, session.lease.run_id, [issue], session.clock())
        count_run(c, session.lease.run_id, issues=1)


def to_backfill(session: "Session", c: Connection, plan: Plan, mark: Mark | None) -> tuple[Step, ...]:
    """A period that a person asked for: what lies below the mark is baseline, and what an interrupted run of the same
    period has read to its end is not asked again, but where its list is read from the beginning again."""
    done = find_done_before(c, session.source.id, find_attempts(c, find_run(c, session.lease.run_id)))
    done -= session.walk.find_lists_of(plan.replaced)
    known = mark.high if mark else datetime.max.replace(tzinfo=UTC)
    rest = (step for step in plan.steps if step.token not in done)
    return tuple(replace(step, baseline=step.low is None or datetime.fromisoformat(step.low) < known) for step in rest)
