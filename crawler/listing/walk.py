"""One walk over a source's list: the steps that begin it, and what follows from each page that was read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urljoin

from crawler.listing.count import CountUp
from crawler.listing.feed import Feed
from crawler.listing.mark import Mark
from crawler.listing.packages import Packages
from crawler.listing.pages import CEILING, CountedPages, to_page
from crawler.listing.windows import Windows
from domain.sources import Issue, IssueKind, Source, Step, StepState


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that a run adds to those left by earlier ones, and the mark once they stand in the database (None:
    the source is not walked by time). `replaced` are failed pages of earlier runs, whose lists are read anew."""

    steps: tuple[Step, ...]
    mark: Mark | None = None
    replaced: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a list page told: its rows and how many of them this run had not seen, the portal's own total, its next
    link, and the page's own address."""

    rows: int
    fresh: int
    total: int | None
    next_url: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Followed:
    """The steps that a page leads to, and what cannot be reached from it."""

    steps: tuple[Step, ...] = ()
    issues: tuple[Issue, ...] = ()


@dataclass(slots=True)
class Walk:
    """A source's listing, composed as its YAML says. `depths` holds each list page of this run with its distance
    from the beginning of its chain, and `parents` with the page that led to it, so that a next link that loops is
    seen; `left` are the steps of earlier runs, which may be read before the pages that lead to them."""

    source: Source
    windows: Windows | None = None
    pages: CountedPages | None = None
    ceiling: int | None = None
    packages: Packages | None = None
    feed: Feed | None = None
    count: CountUp | None = None
    depths: dict[str, int] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, source: Source) -> "Walk":
        """The walk that the source's `listing` declares."""
        listing = source.listing
        return cls(
            source,
            windows=Windows.read(source) if "window" in listing else None,
            pages=CountedPages.read(listing["pages"]) if "pages" in listing else None,
            ceiling=listing["next"].get("ceiling", CEILING) if "next" in listing else None,
            packages=Packages.read(source) if "package" in listing else None,
            feed=Feed.read(source) if "feed" in listing else None,
            count=CountUp.read(source) if "count_up" in listing else None,
        )

    @property
    def has_cursor(self) -> bool:
        """Where a run goes on stands in the source's cursor, moved with each page."""
        return bool(self.windows or self.feed or self.count)

    def plan(
        self,
        mark: Mark | None,
        left: Sequence[Step],
        *,
        since: datetime | None,
        until: datetime | None,
        now: datetime,
        cursor: str | None = None,
    ) -> Plan:
        """What to ask in this run besides the steps `left` by earlier ones; `now` is rounded down to the minute.

        By windows: from the mark, less the overlap, to now (the first time: from now, less `first`). Otherwise the
        list from its beginning, but where a walk was interrupted it is finished first, and the next run begins anew.
        A feed is read on from its `cursor`, and so are numbers.
        """
        end = min(now, until or now).astimezone(UTC).replace(second=0, microsecond=0)
        if self.windows is not None:
            plan = self._plan_windows(self.windows, mark, since, until, end)
        elif self.feed is not None:
            plan = Plan(tuple(self.feed.plan(cursor, left, since, end)))
        elif self.count is not None:
            plan = Plan(tuple(self.count.plan(cursor, left, anew=since is not None)))
        elif since is None and any(step.state is StepState.TODO for step in left):
            plan = Plan(())
        else:
            kind = "file" if "file" in self.source.listing else "page"
            addresses = (self.source.endpoint, *self.source.watch.get("also", ()))
            plan = Plan(tuple(self._begin(Step(address, kind, address)) for address in addresses))
        plan = self._read_anew(plan, left)
        self.left = {step.token for step in left} - {step.token for step in plan.replaced}
        return plan

    def _read_anew(self, plan: Plan, left: Sequence[Step]) -> Plan:
        """A page behind a next link that failed may never come again: its token may be too old. So its window, or the
        whole list, is read from its beginning, and the page itself is asked no more."""
        if self.ceiling is None or self.pages is not None or self.feed is not None:
            return plan
        planned = {step.token for step in plan.steps}
        broken = [step for step in left if step.kind == "page" and step.state is StepState.FAILED]
        broken = [step for step in broken if step.token not in planned]
        if self.windows is None:
            return replace(plan, replaced=tuple(broken)) if plan.steps else plan
        known = planned | {step.token for step in left}
        again = {
            each.token: replace(each, baseline=step.baseline) for step in broken for each in self.windows.around(step)
        }
        fresh = (each for token, each in again.items() if token not in known)
        return replace(plan, steps=(*fresh, *plan.steps), replaced=tuple(broken))

    def find_lists_of(self, pages: Sequence[Step]) -> set[str]:
        """The tokens of the first pages of the lists that these pages belong to."""
        if self.windows is None:
            return {self.source.endpoint} if pages else set()
        return {each.token for page in pages for each in self.windows.around(page)}

    def count_on(self, step: Step, *, found: bool) -> Followed:
        """The numbers that come after one that was read."""
        if self.count is None:
            return Followed()
        steps = self.count.after(step, found=found)
        reason = f"there are more numbers than the ceiling of {self.count.ceiling}; the next run goes on"
        return Followed(tuple(steps), (self._cut(step, reason),) if self.count.is_cut else ())

    def follow(self, step: Step, seen: Seen) -> Followed:
        """What comes after a list page; a full window gives its halves, or an issue where it cannot be divided."""
        self.depths.setdefault(step.token, 0)
        if self.windows is not None and self.windows.is_full(step, seen.rows):
            halves = self.windows.halves(step)
            if halves:
                return Followed(tuple(self._begin(half) for half in halves))
            followed = self._chain(step, seen)
            told = self._cut(step, f"{seen.rows} rows in the smallest window: there may be more than the portal gives")
            return Followed(followed.steps, (told, *followed.issues))
        if self.pages is not None:
            return self._count_on(self.pages, step, seen)
        return self._chain(step, seen) if self.ceiling is not None else Followed()

    def _plan_windows(
        self, windows: Windows, mark: Mark | None, since: datetime | None, until: datetime | None, end: datetime
    ) -> Plan:
        end -= windows.behind
        low = since or (mark.high - windows.overlap if mark else end - windows.first)
        border = min(self.packages.border(low, end), end) if self.packages else low
        packed = self.packages.between(low, border) if self.packages else ()
        steps = (*packed, *(self._begin(step) for step in windows.between(border, end)))
        if mark is None and since is not None and until is not None:
            return Plan(steps)  # a period of the past: where to go on from now is still unknown
        if mark is None:
            return Plan(steps, Mark(min(low, end), end))
        # Where `since` leaves a gap above what is known, the chain down to the mark stays incomplete.
        return Plan(steps, Mark(mark.low, max(mark.high, end)) if low <= mark.high else mark)

    def _begin(self, step: Step) -> Step:
        return self.pages.begin(step) if self.pages else step

    def _count_on(self, pages: CountedPages, step: Step, seen: Seen) -> Followed:
        if seen.rows and not seen.fresh and seen.total is None:
            return Followed(issues=(self._cut(step, "the page has only rows that were on pages before it"),))
        cut = pages.is_cut(step, seen.rows, seen.total)
        issues = (self._cut(step, f"there are more pages than the ceiling of {pages.ceiling}"),) if cut else ()
        return Followed(tuple(pages.after(step, seen.rows, seen.total)), issues)

    def _chain(self, step: Step, seen: Seen) -> Followed:
        if seen.next_url is None:
            return Followed()
        url = urljoin(seen.url, seen.next_url)
        depth, ceiling = self.depths[step.token] + 1, self.ceiling or CEILING
        if url in self.left and url not in self.parents and url != step.token:  # read before what leads to it
            self.parents[url] = step.token
            return Followed((to_page(step, url),))
        if url in self.depths:
            return Followed(issues=(self._cut(step, f"the next link leads back to {url}, which was read before"),))
        if depth >= ceiling:
            return Followed(issues=(self._cut(step, f"there are more pages than the ceiling of {ceiling}"),))
        self.depths[url] = depth
        self.parents[url] = step.token
        return Followed((to_page(step, url),))

    def _cut(self, step: Step, reason: str) -> Issue:
        return Issue(self.source.id, IssueKind.NOT_REACHED, reason, element="listing", url=step.url)
