"""Stores what one page brought, the step that asked for it and the steps that follow, in one transaction."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from crawler.reading import Fetched, Reading
from domain.notices import Notice
from domain.sources import Issue, Lease, Step, StepState
from storage.issues import save_issues
from storage.notices import Outcome, Saved, save_notices
from storage.pages import save_page
from storage.releases import save_releases
from storage.runs import count_run
from storage.sources import check_lease
from storage.steps import add_steps, save_step
from storage.validators import save_validators
from storage.versions import save_versions
from storage.watched import save_watched


@dataclass(frozen=True, slots=True)
class Harvest:
    """A page's notices with what else is to be stored; `partial` are keys of which only the list's row was read, and
    `counted` those that this run has counted already: a row and the page of the same notice are one notice. `further`
    are steps that are only to be done where a notice is new or has changed."""

    fetched: Fetched
    reading: Reading
    notices: Sequence[Notice] = ()
    issues: Sequence[Issue] = ()
    steps: Sequence[Step] = ()
    partial: frozenset[str] = frozenset()
    counted: Container[str] = frozenset()
    further: Sequence[Step] = ()


def store(c: Connection, harvest: Harvest, lease: Lease, *, baseline: bool, now: datetime) -> Saved:
    """What was new, changed and the same. Raises LeaseLost, and then nothing of the page is stored."""
    check_lease(c, lease)
    step, page = harvest.fetched.step, harvest.fetched.page
    if page is not None:
        save_page(c, page, lease.run_id)
    if harvest.reading.releases:
        save_releases(c, lease.source, harvest.reading.releases, now)
    if harvest.reading.watched is not None:
        save_watched(c, lease.source, harvest.reading.watched)
    saved = save_notices(
        c,
        harvest.notices,
        run_id=lease.run_id,
        now=now,
        baseline=baseline,
        page=page.hash if page else None,
        partial=harvest.partial,
        awaiting=True,
    )
    save_versions(c, lease.source, harvest.reading.versions, harvest.reading.deleted)
    if harvest.issues:
        save_issues(c, lease.run_id, harvest.issues, now)
    steps = (*harvest.steps, *(harvest.further if saved.new or saved.changed else ()))
    if steps:
        add_steps(c, lease.source, lease.run_id, steps)
    counts = {**_to_counts(saved, harvest.counted), "issues": len(harvest.issues)}
    if not harvest.fetched.more:
        save_step(c, lease.source, step.token, StepState.DONE)
        _keep_validators(c, harvest.fetched, lease.source, now)
        counts |= {"pages": 1, "not_modified": int(harvest.fetched.not_modified)}
    count_run(c, lease.run_id, **counts)
    return saved


def _keep_validators(c: Connection, fetched: Fetched, source: str, now: datetime) -> None:
    """So that the next run need not have the document sent; an archive names its portions itself."""
    known = fetched.validators
    if known is not None:
        own = (fetched.page.hash,) if fetched.page else ()
        save_validators(c, source, replace(known, pages=known.pages or own), now)


def store_failure(
    c: Connection,
    fetched: Fetched,
    reason: str,
    issues: Sequence[Issue],
    partial: Sequence[Notice],
    lease: Lease,
    *,
    counted: Container[str] = frozenset(),
    baseline: bool,
    now: datetime,
    state: StepState = StepState.FAILED,
) -> Saved:
    """A step that failed: its page as far as there is one, why, and the list's row as a partial notice.

    With the state WAITING it does not count as tried: not the step failed, but the portal refused us.
    """
    check_lease(c, lease)
    page = fetched.page
    if page is not None:
        save_page(c, page, lease.run_id)
    saved = save_notices(
        c,
        partial,
        run_id=lease.run_id,
        now=now,
        baseline=baseline,
        page=page.hash if page else None,
        partial={notice.key for notice in partial},
        awaiting=True,
    )
    save_issues(c, lease.run_id, issues, now)
    save_step(c, lease.source, fetched.step.token, state, reason[:1000])
    count_run(c, lease.run_id, issues=len(issues), **_to_counts(saved, counted))
    return saved


def _to_counts(saved: Saved, counted: Container[str]) -> dict[str, int]:
    same = [key for key, outcome in saved.outcomes.items() if outcome is Outcome.SAME] if saved.same else ()
    met_first = sum(key not in counted for key in same)
    return {"new": saved.new, "changed": saved.changed, "same": met_first}
