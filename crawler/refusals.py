"""What a portal says beside its pages: that it wants to be left alone, or that it has taken a notice back."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from crawler.listing.detail import read_row
from domain.notices import Status
from domain.sources import Issue, IssueKind, Step
from storage.engine import writing
from storage.hosts import save_pause
from storage.issues import save_issues
from storage.notices import find_notice, save_notices
from storage.runs import count_run
from storage.sources import check_lease

if TYPE_CHECKING:
    from crawler.session import Session

log = structlog.get_logger()


def put_off(session: "Session", reason: str) -> None:
    """The host wants to be left alone: the steps wait as if nothing had been, and the run is blocked."""
    session.tally.refusal = session.stopped = reason = session.key.take_out_of(reason)
    issue = Issue(session.source.id, IssueKind.REFUSED, reason, "pause")
    with writing(session.engine) as c:
        save_issues(c, session.lease.run_id, [issue], session.clock())
        count_run(c, session.lease.run_id, issues=1)


def pause_host(session: "Session", host: str, seconds: float, why: str) -> None:
    """No crawl asks this host for so long: this one waits, others too or are put off. From any thread."""
    until, reason = session.clock() + timedelta(seconds=seconds), f"{why} to {session.source.id}"

    def save() -> None:
        with writing(session.engine) as c:
            save_pause(c, host, until, reason)

    session.own_pauses.add(host)
    log.info("host paused", source=session.source.id, host=host, seconds=round(seconds), why=why)
    session.later(save)


def withdraw(session: "Session", step: Step) -> None:
    """The portal has taken a notice back: it is stored as cancelled, also where only the list's row is known."""
    row = read_row(step) if step.kind == "detail" else None
    with writing(session.engine) as c:
        check_lease(c, session.lease)
        stored = find_notice(c, session.source.id, step.key) if step.key else None
        found = [stored.notice] if stored else session.normalise_row(row) if row else []
        saved = save_notices(
            c,
            [replace(notice, status=Status.CANCELLED) for notice in found],
            run_id=session.lease.run_id,
            now=session.clock(),
            baseline=session.baseline,
            page=stored.page if stored else None,
            partial={notice.key for notice in found if stored is None or stored.partial},
        )
        count_run(c, session.lease.run_id, new=saved.new, changed=saved.changed, same=saved.same)
    session.tally.keys.update(notice.key for notice in found)
