"""One walk over a source's list: the steps that begin it, and what follows from each page that was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from crawler.listing.asking import FILE, to_template
from crawler.listing.count import CountUp
from crawler.listing.feed import Feed
from crawler.listing.links import Links
from crawler.listing.mark import Mark
from crawler.listing.newest import NewestFirst
from crawler.listing.packages import Packages
from crawler.listing.pages import CEILING, CountedPages, to_page
from crawler.listing.plans import Plan, Reach, is_broken
from crawler.listing.templates import SINCE, Values, ask_for, read_state, with_state
from crawler.listing.totals import TOTAL
from crawler.listing.windows import Windows
from domain.sources import Issue, IssueKind, Source, Step, StepState

ENDLESS = 10**9


@dataclass(frozen=True, slots=True)
class Seen:
    """What a list page told: its rows and how many of them this run had not seen, the portal's own total, its next
    link, the page's own address, the portal's own count of pages, whether it says that more of them come, and when
    the portal made the page, where it says so."""

    rows: int
    fresh: int
    total: int | None
    next_url: str | None
    url: str
    pages: int | None = None
    more: bool | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """The steps that a page leads to, what cannot be reached from it, and the steps that are left for the next run."""

    steps: tuple[Step, ...] = ()
    issues: tuple[Issue, ...] = ()
    later: tuple[Step, ...] = ()


@dataclass(slots=True)
class Walk:
    """A source's listing, composed as its YAML says. `depths` holds each list page of this run with its distance
    from the beginning of its chain, and `parents` with the page that led to it, so that a next link that loops is
    seen; `left` are the steps of earlier runs, which may be read before the pages that lead to them.

    `stop_after` pages in a row that held only what was known (`known`, by the token of the page after them), a run
    ends at the next such page, if it `may_stop`: the newest stands first, and no page was lost since the list was read
    down to what was known. It has then read as many known rows as earlier runs had news (`must_see`): a row that
    slipped between two pages of theirs stands among those. `met_known`: it has come to what earlier runs had read,
    `has_gap`: it ended without that.
    """

    source: Source
    windows: Windows | None = None
    pages: CountedPages | None = None
    ceiling: int | None = None
    packages: Packages | None = None
    feed: Feed | None = None
    count: CountUp | None = None
    newest: NewestFirst | None = None
    links: Links | None = None
    stop_after: int | None = None
    may_stop: bool = False
    must_see: int = 0
    known_rows: int = 0
    met_known: bool = False
    has_gap: bool = False
    known: dict[str, int] = field(default_factory=dict)
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
            pages=CountedPages.read(listing["pages"], to_template(source)) if "pages" in listing else None,
            ceiling=listing["next"].get("ceiling", CEILING) if "next" in listing else None,
            packages=Packages.read(source) if "package" in listing else None,
            feed=Feed.read(source) if "feed" in listing else None,
            count=CountUp.read(source) if "count_up" in listing else None,
            newest=NewestFirst.read(source) if "newest_first" in listing else None,
            links=Links.read(source) if "links" in listing else None,
            stop_after=_stop_after({**listing.get("pages", {}), **listing.get("next", {})}),
        )

    @property
    def has_cursor(self) -> bool:
        """Where a run goes on stands in the source's cursor, moved with each page."""
        return bool(self.by_time or self.feed or self.count)

    @property
    def goes_on(self) -> bool:
        """A run brings what is new since the last one, and neither the whole list nor a period of it."""
        once = self.links is not None and not self.by_time
        return bool(self.feed or self.count or once or self.stop_after is not None)

    @property
    def by_time(self) -> bool:
        """The cursor is a low-water mark: of windows, of files newest first, or of a list whose entries are dated."""
        dated = self.links is not None and self.links.dating is not None
        return dated or self.windows is not None or self.newest is not None

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

        By windows, or by files newest first: from the mark, less the overlap, to now (the first time: from now, less
        `first`). Otherwise the list from its beginning, but where a walk was interrupted it is finished first, and the
        next run begins anew.
        A feed is read on from its `cursor`, and so are numbers.
        """
        reach = Reach(mark, since, until, min(now, until or now).astimezone(UTC).replace(second=0, microsecond=0))
        if self.windows is not None:
            plan = self._plan_windows(self.windows, reach)
        elif self.newest is not None:
            plan = _plan_newest(self.newest, left, reach)
        elif self.links is not None and self.links.dating is not None:
            plan = self._plan_dated(self.links, left, reach)
        elif self.feed is not None:
            plan = Plan(tuple(self.feed.plan(cursor, left, since, reach.end)))
        elif self.count is not None:
            plan = Plan(tuple(self.count.plan(cursor, left, anew=since is not None)))
        elif since is None and any(step.state is StepState.WAITING for step in left):
            plan = Plan(())
        else:
            plan = Plan((self._begin(self._whole()), *self._further()))
        plan = self._read_anew(plan, left)
        self.left = {step.token for step in left} - {step.token for step in plan.replaced}
        return plan

    def _read_anew(self, plan: Plan, left: Sequence[Step]) -> Plan:
        """A page behind a next link that failed may never come again: its token may be too old. So its window, or the
        whole list, is read from its beginning, and the page itself is asked no more."""
        if self.ceiling is None or self.pages is not None or self.feed is not None or self.newest is not None:
            return plan
        planned = {step.token for step in plan.steps}
        broken = [step for step in left if is_broken(step) and step.token not in planned]
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
            return {self._begin(self._without_page(page)).token for page in pages}
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
        if step.kind == TOTAL:
            return Followed()
        size = seen.rows if self.pages is None or seen.total is None else seen.total
        if self.windows is not None and self.windows.is_full(step, size):
            halves = self.windows.halves(step)
            if halves:
                return Followed(tuple(self._begin(half) for half in halves))
            followed = self._go_on(step, seen) if self.pages else self._chain(step, seen)
            told = self._cut(step, f"{size} rows in the smallest window: there may be more than the portal gives")
            return Followed(followed.steps, (told, *followed.issues))
        return self._go_on(step, seen)

    def _go_on(self, step: Step, seen: Seen) -> Followed:
        """The pages after this one of the same list."""
        if self.links is not None and step.kind in (FILE, "detail"):
            return self._chain(step, seen) if self.ceiling is not None and step.kind == FILE else Followed()
        if seen.more is False:
            return Followed()
        if self.pages is not None:
            return self._count_on(self.pages, step, seen)
        return self._chain(step, seen) if self.ceiling is not None else Followed()

    def may_end_at(self, step: Step) -> bool:
        """So many pages before this one held only what was known that, if it does too, the run need not read on."""
        if not self.may_stop or self.stop_after is None or self.known_rows < self.must_see:
            return False
        return self.known.get(step.token, 0) >= self.stop_after

    def note_known(self, step: Step, pages: Sequence[Step], rows: int, *, is_known: bool) -> None:
        """How many pages in a row held only what was known, for the pages that come after."""
        self.known_rows += rows if is_known else 0
        for page in pages:
            self.known[page.token] = self.known.get(step.token, 0) + 1 if is_known else 0

    @property
    def lost_touch(self) -> bool:
        """The list ended, or went round, above what earlier runs have read: what lies between was not read."""
        return self.may_stop and bool(self.depths) and not self.met_known

    def _plan_windows(self, windows: Windows, reach: Reach) -> Plan:
        end = reach.end - windows.behind
        low = reach.since or (reach.mark.high - windows.overlap if reach.mark else end - windows.first)
        border = min(self.packages.border(low, end), end) if self.packages else low
        packed = self.packages.between(low, border) if self.packages else ()
        beyond = end + windows.ahead if reach.until is None else end
        steps = (*packed, *(self._begin(step) for step in windows.between(border, beyond)))
        return reach.to_plan(steps, low, end)

    def _plan_dated(self, links: Links, left: Sequence[Step], reach: Reach) -> Plan:
        """The whole list, for the entries of a period; from the mark's lower end where a page of it failed."""
        known = reach.mark and (reach.mark.low if any(is_broken(step) for step in left) else reach.mark.high)
        low = reach.since or min((known or reach.end) - (links.overlap if known else links.first), reach.end)
        return reach.to_plan((self._begin(self._whole(low, reach.end)),), low)

    def _whole(self, low: datetime | None = None, high: datetime | None = None) -> Step:
        """The list itself, where it is not walked by windows; for the entries of a period where they are dated, so
        that what an earlier run left of it is another step."""
        kind = FILE if "file" in self.source.listing and self.links is None else "page"
        step = to_template(self.source).to_step(kind, Values(), {})
        if low is None or high is None:
            return step
        step = replace(step, low=low.isoformat(), high=high.isoformat())
        return ask_for(step, with_state(step.url, {SINCE: low.isoformat()}), step.body)

    def _further(self) -> tuple[Step, ...]:
        """The other files of a list that stands in several."""
        urls = self.source.listing.get("file", {}).get("more", ())
        return tuple(Step(url, FILE, url) for url in urls)

    def _without_page(self, step: Step) -> Step:
        """The list that a page is part of, before a page is put into it."""
        if self.windows is not None:
            return self.windows.again(step)
        low, high = (datetime.fromisoformat(each) if each else None for each in (step.low, step.high))
        return self._whole(low, high)

    def _begin(self, step: Step) -> Step:
        return self.pages.begin(step) if self.pages and step.kind != TOTAL else step

    def _count_on(self, pages: CountedPages, step: Step, seen: Seen) -> Followed:
        told = pages.count(seen.total) if seen.pages is None else seen.pages
        told = None if self.stop_after is not None and seen.rows else told  # one after the other, until all is known
        if seen.rows and not seen.fresh and told is None:
            return Followed(issues=(self._cut(step, "the page has only rows that were on pages before it"),))
        if self.may_stop and told is None and seen.rows:
            following = next(
                iter(replace(pages, ceiling=ENDLESS).after(step, self._base(pages, step), seen.rows, None))
            )
            return self._bound(step, following, pages.ceiling)
        cut = pages.is_cut(step, seen.rows, told)
        issues = (self._cut(step, f"there are more pages than the ceiling of {pages.ceiling}"),) if cut else ()
        return Followed(tuple(pages.after(step, self._base(pages, step), seen.rows, told)), issues)

    def _base(self, pages: CountedPages, step: Step) -> Step:
        return self._without_page(step) if pages.in_place else step

    def _bound(self, step: Step, following: Step, ceiling: int) -> Followed:
        """The page after this one, for the next run where this one has read as many as it may."""
        depth = self.depths[step.token] + 1
        if depth < ceiling:
            self.depths[following.token] = depth
            self.parents[following.token] = step.token
            return Followed((following,))
        told = self._cut(step, f"there are more pages than the ceiling of {ceiling}")
        if not self.may_stop:
            return Followed(issues=(told,))
        return Followed(issues=(replace(told, reason=f"{told.reason}; the next run goes on"),), later=(following,))

    def _chain(self, step: Step, seen: Seen) -> Followed:
        if self.newest is not None and self.newest.is_enough(step, seen.made_at):
            return Followed()
        if seen.next_url is None:
            broken = self.newest is not None and self.newest.is_broken(seen.made_at)
            told = "no link to older files, though there were some: the chain is broken"
            return Followed(issues=(self._cut(step, told),) if broken else ())
        url = urljoin(seen.url, seen.next_url)
        since = read_state(step.url).get(SINCE)
        following = to_page(step, with_state(url, {SINCE: since}) if since else url, step.body)
        token = following.token
        if token in self.left and token not in self.parents and token != step.token:  # read before what leads to it
            self.parents[token] = step.token
            return Followed((following,))
        if token in self.depths:
            told = f"the next link leads back to {following.url}, which was read before"
            return Followed(issues=(self._cut(step, told),))
        return self._bound(step, following, self.ceiling or CEILING)

    def _cut(self, step: Step, reason: str) -> Issue:
        return Issue(self.source.id, IssueKind.NOT_REACHED, reason, element="listing", url=step.url)


def _plan_newest(newest: NewestFirst, left: Sequence[Step], reach: Reach) -> Plan:
    newest.known = reach.mark.high - newest.overlap if reach.mark else None
    low = reach.since or newest.known or reach.end - newest.first
    return reach.to_plan((newest.begin(left, low, reach.end),), low)


def _stop_after(options: Mapping[str, Any]) -> int | None:
    """After how many known pages the next known one is the last; None where the list is always read to its end."""
    return int(options.get("overlap", 2)) if options.get("stop_when_known") else None
