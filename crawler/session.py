"""One crawl of one source: its lease, its steps, the one thread that reads and writes, and what it has seen.

Everything but `in_writer`, `later` and `open` runs in the writer thread, so that neither a long page nor a lock of the
database stalls the reactor. Nothing here asks anything of a portal.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ParamSpec, Self, TypeVar

import structlog
from sqlalchemy import Engine

from crawler.addresses import SourceKey, redact
from crawler.canary import EVERY as CANARY_EVERY
from crawler.canary import is_canary, look, note, to_steps, watch
from crawler.closing import Span, find_span, finish, judge_run
from crawler.following import follow, look_for_gaps, to_backfill
from crawler.health import Verdict
from crawler.lease import LEASE, wait_for_lease
from crawler.listing.asking import Asking
from crawler.listing.detail import read_row
from crawler.listing.mark import Mark, read_mark, settle, write_mark
from crawler.listing.nothing import Nothings
from crawler.listing.totals import TOTAL
from crawler.listing.walk import Walk
from crawler.options import Options, Progress
from crawler.pipelines.normalise import to_notice
from crawler.pipelines.store import Harvest, store, store_failure
from crawler.pipelines.validate import validate
from crawler.reading import Fetched, FindReleases, Reading
from crawler.tally import Tally
from crawler.versions import find_withdrawn, keep_newest
from crawler.walls import Wall, find_wall
from domain.config import Settings
from domain.errors import LeaseLost, SourceChanged, Unreadable
from domain.notices import Notice, RawNotice
from domain.sources import Issue, IssueKind, Lease, Page, RunState, Source, Step, StepState
from storage.engine import check_schema, open_engine, reading, writing
from storage.health import find_canary_runs
from storage.issues import save_issues
from storage.notices import Outcome
from storage.pages import PageFiles
from storage.releases import find_releases
from storage.runs import count_run, find_run, save_claimed, save_period
from storage.sources import find_cursor, renew_lease, save_cursor
from storage.steps import add_steps, find_unfinished_steps, save_step

WALLS_IN_A_ROW = 3

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger()


@dataclass(slots=True)
class Session:
    """A run at work. `unfinished` are all steps that the database holds as such, by token."""

    source: Source
    options: Options
    key: SourceKey
    engine: Engine
    files: PageFiles
    lease: Lease
    clock: Callable[[], datetime]
    baseline: bool
    walk: Walk
    asking: Asking
    nothings: Nothings
    tally: Tally = field(default_factory=Tally)
    mark: Mark | None = None
    unfinished: dict[str, Step] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    own_pauses: set[str] = field(default_factory=set)
    whole: bool = True
    span: Span | None = None
    walls: int = 0
    stopped: str | None = None
    stopping: bool = False
    verdict: Verdict | None = None
    writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "writer"))
    read: Callable[[Fetched, FindReleases], Reading] = lambda fetched, find: Reading()

    @classmethod
    def open(
        cls,
        settings: Settings,
        source: Source,
        options: Options,
        key: SourceKey,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """Take the source's lease, which starts a run; raises SourceBusy, or SchemaTooOld for another database.

        The lease of a crawl that was killed is waited for until it expires.
        """
        engine = open_engine(settings.database)
        check_schema(engine)
        lease = wait_for_lease(engine, source.id, clock, options.after)
        with writing(engine) as c:
            save_period(c, lease.run_id, options.since, options.until)
            baseline = find_run(c, lease.run_id).baseline
        options.on_start(lease)
        files = PageFiles(settings.pages_dir)
        how = (Walk.read(source), Asking.read(source, options.endpoint), Nothings.read(source))
        return cls(source, options, key, engine, files, lease, clock, baseline, *how)

    def in_writer(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """The result of work in the writer thread."""
        return asyncio.get_running_loop().run_in_executor(self.writer, lambda: work(*args, **kwargs))

    def later(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> None:
        """Work in the writer thread, in order, that nobody waits for; where it fails, the run does."""
        self.writer.submit(work, *args, **kwargs).add_done_callback(self._note)

    def begin(self) -> list[Step]:
        """The steps to ask: those that earlier runs left, then those of this one. They stand in the database first."""
        with writing(self.engine) as c:
            left = find_unfinished_steps(c, self.source.id)
            cursor, asked = find_cursor(c, self.source.id), self.options
            mark = read_mark(cursor) if self.walk.by_time else None
            plan = self.walk.plan(mark, left, since=asked.since, until=asked.until, now=self.clock(), cursor=cursor)
            for step in plan.replaced:
                save_step(c, self.source.id, step.token, StepState.DONE, "its list is read from the beginning again")
            left = [step for step in left if step not in plan.replaced]
            if asked.since is not None:
                plan = replace(plan, steps=to_backfill(self, c, plan, mark))
            look_for_gaps(self, c, cursor, left, plan)
            add_steps(c, self.source.id, self.lease.run_id, plan.steps)
            earlier = find_canary_runs(c, self.source.id, self.clock() - CANARY_EVERY)
            if plan.mark is not None:
                save_cursor(c, self.source.id, write_mark(plan.mark))
        self.mark = plan.mark
        self.whole = not any(step.state is StepState.WAITING for step in left)
        self.span = find_span([*left, *plan.steps], self.clock())
        self.tally.begin([*(step for step in left if step.kind in ("window", TOTAL)), *plan.steps])
        log.info("crawl begins", source=self.source.id, run=self.lease.run_id, left=len(left), new=len(plan.steps))
        return self._to_ask([*left, *plan.steps]) + to_steps(self.source, asked.endpoint, earlier)

    def work(self, fetched: Fetched) -> list[Step]:
        """Read, normalise, validate and store one page; the steps that follow and were not asked yet.

        A page that is not understood is kept as it is, and its step fails. Raises LeaseLost.
        """
        if is_canary(fetched.step):
            look(self, fetched)
            return []
        try:
            found = keep_newest(self, self.read(fetched, self._find_releases))
            notices, issues = self.normalise(found.notices, fetched.page)
            validate(found, notices, self.source)
            notices += find_withdrawn(self, found)
        except Unreadable as error:
            if wall := find_wall(fetched.body, fetched.url, fetched.step.url):
                self._meet(fetched.step, wall, fetched.page)
                return []
            kind = IssueKind.SOURCE_CHANGED if isinstance(error, SourceChanged) else IssueKind.UNREADABLE
            self.fail(fetched.step, str(error), fetched.page, kind, error.element)
            return []
        on = follow(self, fetched, found)
        issues += [*self._to_issues(found.faults, fetched.page), *on.issues]
        partial = frozenset(raw.key for raw in found.notices if raw.partial)
        steps = on.details if on.may_end else (*on.pages, *on.details)
        harvest = Harvest(fetched, found, notices, issues, (*steps, *on.later), partial, self.tally.keys)
        is_known = not self._store(replace(harvest, further=on.pages if on.may_end else ())) and not on.details
        rows = len(found.keys or ())
        self.walk.note_known(fetched.step, on.pages, rows, is_known=is_known and bool(rows))
        if on.may_end and is_known:
            self.tally.end_chain(fetched.step)
        elif on.may_end:
            steps = on.pages
        self.tally.lost += len(found.faults)
        self.tally.cut += on.issues
        self.tally.count(notices, partial, once=found.once)
        if found.watched is not None:  # of a page that is followed, what was seen counts and not only what is told
            self.tally.keys.update(found.keys or ())
        self.tally.details += fetched.step.kind == "detail"
        self.walls = 0
        watch(self, notices)
        self._tell()
        return self._to_ask(steps)

    def fail(
        self,
        step: Step,
        reason: str,
        page: Page | None,
        kind: IssueKind = IssueKind.NOT_REACHED,
        element: str | None = None,
    ) -> None:
        """A step that could not be read: kept for the next run, with its page; a detail leaves the list's row."""
        reason = self.key.take_out_of(reason)
        if is_canary(step):
            note(self, f"the known notice cannot be had: {reason}")
            return
        log.info("page refused", source=self.source.id, step=step.kind, url=redact(step.url), reason=reason)
        self.tally.failed[step.token] = reason
        issue = Issue(
            self.source.id, kind, reason, element or step.kind, step.key, redact(step.url), page.hash if page else None
        )
        self.tally.refused[step.token] = issue
        row = read_row(step) if step.kind == "detail" else None
        notices, issues = self.normalise([replace(row, partial=True)] if row else [], page)
        with writing(self.engine) as c:
            saved = store_failure(
                c,
                Fetched(step, step.url, b"", page),
                reason,
                [issue, *issues],
                notices,
                self.lease,
                counted=self.tally.keys,
                baseline=self.baseline or step.baseline,
                now=self.clock(),
                state=StepState.WAITING if self.tally.refusal else StepState.FAILED,
            )
        self.tally.new += saved.new
        self.tally.changed += saved.changed
        self.tally.keys.update(notice.key for notice in notices)

    def refuse(self, step: Step, reason: str, page: Page | None = None, kind: IssueKind = IssueKind.REFUSED) -> None:
        """The portal said no: the step is left as if it had not been tried, and the run is blocked."""
        reason = self.key.take_out_of(reason)
        if not is_canary(step):
            self.tally.refusal = reason
        self.fail(step, reason, page, kind)

    def _meet(self, step: Step, wall: Wall, page: Page | None) -> None:
        """A wall in place of a list, or of one notice after the other, is a refusal; one page alone is a gap."""
        self.walls += 1
        if step.kind != "detail" or self.walls >= WALLS_IN_A_ROW:
            self.refuse(step, wall.reason, page, wall.kind)
        else:
            self.fail(step, wall.reason, page, wall.kind)

    def normalise_row(self, row: RawNotice) -> list[Notice]:
        """The notice that a list's row tells of, without its page."""
        return self.normalise([row], None)[0]

    def give_up(self, reason: str) -> None:
        """What the crawl needs is missing on this machine: nothing is asked, and the run fails with the reason."""
        self.tally.unable = reason
        issue = Issue(self.source.id, IssueKind.NOT_REACHED, reason, element="browser")
        with writing(self.engine) as c:
            save_issues(c, self.lease.run_id, [issue], self.clock())
            count_run(c, self.lease.run_id, issues=1)

    def renew(self) -> None:
        """Hold the lease for another while, and tell that the crawl is alive; raises LeaseLost."""
        with writing(self.engine) as c:
            self.lease = renew_lease(c, self.lease, self.clock(), LEASE)
            save_claimed(c, self.lease.run_id, self.tally.claimed())
        self._tell()

    def close(self, reason: str) -> Verdict:
        """Judge the run, write the verdict, and give the source free. A second call gives the first verdict."""
        if self.verdict is not None:
            return self.verdict
        if reason not in ("finished", "refused"):
            self.stopped = self.stopped or f"stopped before its end ({reason})"
        if self.tally.lease_lost:
            self.verdict = Verdict(RunState.FAILED, "another crawl has taken the source over")
        else:
            self.verdict = judge_run(self)
            finish(self, self.verdict, LEASE)
        log.info("crawl ends", source=self.source.id, run=self.lease.run_id, state=self.verdict.state.value)
        self.engine.dispose()
        return self.verdict

    def _store(self, harvest: Harvest) -> bool:
        """Commit a page; whether any of its notices is new or has changed."""
        token, more, mark = harvest.fetched.step.token, harvest.fetched.more, self.mark
        with writing(self.engine) as c:
            baseline = self.baseline or harvest.fetched.step.baseline
            saved = store(c, harvest, self.lease, baseline=baseline, now=self.clock())
            if mark is not None:
                left = (step for name, step in self.unfinished.items() if more or name != token)
                fresh = (step for step in (*harvest.steps, *harvest.further) if step.token not in self.asked)
                mark = settle(mark, itertools.chain(left, fresh))
            if mark is not None and mark != self.mark:
                save_cursor(c, self.source.id, write_mark(mark))
            if harvest.reading.cursor is not None:
                save_cursor(c, self.source.id, harvest.reading.cursor)
        self.mark = mark
        if not more:
            del self.unfinished[token]
            self.tally.pages += 1
        self.tally.new += saved.new
        self.tally.changed += saved.changed
        new = [key for key, outcome in saved.outcomes.items() if outcome is Outcome.NEW]
        if harvest.reading.keys is not None and len(new) < len(saved.outcomes):
            old = (key for key, outcome in saved.outcomes.items() if outcome is not Outcome.NEW)
            self.walk.met_known |= any(key not in self.tally.keys for key in old)
        self.tally.fresh.update(new)
        return bool(saved.new or saved.changed)

    def _find_releases(self, ocids: Sequence[str]) -> Mapping[str, list[dict[str, Any]]]:
        with reading(self.engine) as c:
            return find_releases(c, self.source.id, ocids)

    def normalise(self, raws: Sequence[RawNotice], page: Page | None) -> tuple[list[Notice], list[Issue]]:
        """Notices as they are stored, and what was odd in them."""
        notices, issues = [], []
        for raw in raws:
            notice, odd = to_notice(raw, self.source, self.tally.words)
            notices.append(notice)
            for issue in odd:
                if issue.kind is IssueKind.UNKNOWN_WORD:  # told once a run, however many notices print the word
                    if issue.element in self.tally.words:
                        continue
                    self.tally.words.add(issue.element)
                issues.append(replace(issue, page=page.hash if page else None))
        return notices, issues

    def _to_issues(self, faults: Sequence[Unreadable], page: Page | None) -> list[Issue]:
        digest, url = (page.hash, page.url) if page else (None, None)
        return [
            Issue(self.source.id, IssueKind.UNREADABLE, fault.reason, fault.element, url=url, page=digest)
            for fault in faults
        ]

    def _to_ask(self, steps: Sequence[Step]) -> list[Step]:
        """Those that this run has not asked for; they count as unfinished from now on."""
        fresh = [step for step in {step.token: step for step in steps}.values() if step.token not in self.asked]
        self.asked.update(step.token for step in fresh)
        self.unfinished.update((step.token, step) for step in fresh)
        return fresh

    def _note(self, done: "Future[Any]") -> None:
        error = done.exception()
        if isinstance(error, LeaseLost):
            self.tally.lease_lost = True
        elif error is not None:
            self.tally.failed[f"later {len(self.tally.failed)}"] = f"our mistake: {error!r}"
            log.error("crawl work failed", source=self.source.id, run=self.lease.run_id, error=repr(error))

    def _tell(self) -> None:
        self.options.on_progress(Progress(self.tally.pages, len(self.tally.keys), self.tally.claimed()))
