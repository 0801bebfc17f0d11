"""A little of a crawl: the first list page that has rows and a detail or two, in a database that is thrown away."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from scrapy import Request

from crawler.canary import is_canary
from crawler.listing.asking import FILE
from crawler.listing.packages import PACKAGE
from crawler.reading import Fetched, FindReleases, Reading
from crawler.session import Session
from crawler.spider import SourceSpider
from domain.sources import IssueKind, Page, Step

MOST_LISTS = 3  # windows may be empty: a source is asked for so many list pages until one has rows
MOST_DETAILS = 2
NOTICES = ("detail", FILE)
Told = dict[str, Any]


@dataclass(slots=True)
class SampleSession(Session):
    """The session of a sample. `told` holds a line for each page: its address, what it gave, or why it did not."""

    waiting: list[Step] = field(default_factory=list)
    lists: int = 0
    details: int = 0
    told: list[Told] = field(default_factory=list)

    def begin(self) -> list[Step]:
        """The newest list page alone; archives, which are large, after all others. Not the known notice's page."""
        steps = [step for step in Session.begin(self) if not is_canary(step)]
        self.waiting = sorted(steps, key=lambda step: (step.kind == PACKAGE, _age(step)))
        return self._next_list()

    def work(self, fetched: Fetched) -> list[Step]:
        """The first details of a page; another list page where nothing was found yet."""
        steps = Session.work(self, fetched)
        details = [step for step in steps if step.kind in NOTICES][: MOST_DETAILS - self.details]
        self.details += len(details)
        if fetched.more:
            self.options.stop.set()  # the first portion of an archive is enough
        if details or self.details or len(self.tally.keys) or self._failed(fetched.step):
            return details
        self.waiting = [step for step in steps if step.kind not in NOTICES] or self.waiting
        return self._next_list()

    def saw(self, fetched: Fetched, found: Reading) -> None:
        """Note what a page gave."""
        rows = len(found.keys) if found.keys is not None else len(found.notices)
        page = {"rows": rows, "notices": len(found.notices), "faults": [str(fault) for fault in found.faults]}
        self.told.append(_about(fetched.step, fetched.page) | page)

    def fail(
        self,
        step: Step,
        reason: str,
        page: Page | None,
        kind: IssueKind = IssueKind.NOT_REACHED,
        element: str | None = None,
    ) -> None:
        """Note why a page gave nothing."""
        Session.fail(self, step, reason, page, kind, element)
        self.told = [line for line in self.told if line["token"] != step.token]
        self.told.append(_about(step, page) | {"why": self.key.take_out_of(reason), "what": kind.value})

    def _failed(self, step: Step) -> bool:
        return step.token in self.tally.failed

    def _next_list(self) -> list[Step]:
        if not self.waiting or self.lists >= MOST_LISTS:
            return []
        self.lists += 1
        return [self.waiting.pop(0)]


@dataclass(slots=True)
class PageSession(SampleSession):
    """The session that fetches one page and makes nothing of it."""

    def begin(self) -> list[Step]:
        """The page alone."""
        return Session.begin(self)

    def work(self, fetched: Fetched) -> list[Step]:
        """Note where it came from and under which hash it is saved."""
        self.told.append(_about(fetched.step, fetched.page) | {"final_url": fetched.url})
        return []


def to_sampling(spider: type[SourceSpider]) -> type[SourceSpider]:
    """The same spider, which reads a sample only and tells what each page gave."""

    def read_step(self: SourceSpider, fetched: Fetched, find_releases: FindReleases) -> Reading:
        found = spider.read_step(self, fetched, find_releases)
        assert isinstance(self.session, SampleSession)
        self.session.saw(fetched, found)
        return found

    members = {"session_class": SampleSession, "read_step": read_step, "__module__": __name__}
    return type(spider.__name__, (spider,), members)


class PageSpider(SourceSpider):
    """Fetches one page, with the whole politeness of a crawl."""

    session_class = PageSession
    kind: ClassVar[str]

    def to_request(self, step: Step) -> Request:
        """The page, as a list's or as a notice's own."""
        return super().to_request(replace(step, kind=self.kind))

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (Scrapy's signature)
        """Nothing: the page is for other readers."""
        return Reading()


def _age(step: Step) -> str:
    """Sorts the newest window first; those without a window stay as they were planned."""
    return "".join(chr(0x10FFFF - ord(mark)) for mark in step.high or "")


def _about(step: Step, page: Page | None) -> Told:
    seen = {"hash": page.hash, "size": page.size, "media_type": page.media_type, "url": page.url} if page else {}
    return {"url": step.url, "token": step.token, "kind": step.kind} | seen
