"""The one base of all spiders: steps become requests, responses become items, and a protocol only reads."""

import asyncio
import importlib.metadata
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urldefrag

import scrapy
from scrapy import Request, signals
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.addresses import Endpoint, SourceKey
from crawler.canary import is_canary
from crawler.lease import RENEWAL
from crawler.listing.asking import FILE
from crawler.listing.count import NUMBER
from crawler.listing.totals import TOTAL, read_total
from crawler.middlewares.guard import GUARD
from crawler.middlewares.retry_after import NETWORK
from crawler.middlewares.unchanged import UNCHANGED, VALIDATORS
from crawler.options import Options
from crawler.reading import Fetched, FindReleases, Reading
from crawler.refusals import put_off, withdraw
from crawler.session import Session
from crawler.walls import find_wall
from domain.config import Settings, read_secret, read_settings
from domain.errors import BrowserMissing, HostPaused, SourceRefused, TenderwatchError, Unreadable
from domain.sources import IssueKind, Page, Source, Step

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.browser.render import Renderer

REFUSALS = {401, 402, 403, 407, 451}
MOST_DETAILS = 2_000  # steps that wait, some 5 KB each with their rows and requests
LOST_IN_A_ROW = 3  # steps lost to the network or a 5xx, each after its retries: then we stop asking


class SourceSpider(scrapy.Spider):
    """A source's crawl. A protocol, or a portal's own module, gives `read`; everything else is the same for all."""

    source: ClassVar[Source]
    session_class: ClassVar[type[Session]] = Session
    session: Session
    reads_rows: ClassVar[bool] = False
    """A list's rows are read by `read` even where they link to documents: they say something of the notices."""
    renderer: "Renderer | None" = None
    lost_in_a_row = 0
    handle_httpstatus_list = range(400, 600)  # every refusal is recorded with its step

    @abstractmethod
    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:
        """What the page says: bytes in, notices as printed out. Runs in the writer thread; asks nothing.

        Raises SourceChanged where the page is not what the source promised.
        """

    def read_step(self, fetched: Fetched, find_releases: FindReleases) -> Reading:
        """`read`, but for what is no page of its protocol: a number that is missing, a notice that is gone, an answer
        that means `nothing here`."""
        count = self.session.walk.count
        if fetched.step.kind == NUMBER and count is not None:
            seen = self.session.tally.keys
            return count.read_number(fetched, lambda page: self.read(page, find_releases), seen)
        if is_gone(fetched.step, fetched.status):
            return Reading()
        if self.session.nothings.of(fetched.step).is_said(fetched.body, fetched.status):
            return Reading(keys=None if fetched.step.kind == "detail" else ())
        if fetched.step.kind == TOTAL:
            return read_total(fetched.body, self.source)
        links = self.session.walk.links
        if links and fetched.step.kind not in (FILE, "detail") and not self.reads_rows and not is_canary(fetched.step):
            return links.read_list(fetched)
        return self.read(fetched, find_releases)

    @classmethod
    def from_crawler(cls, crawler: "Crawler", *args: Any, **kwargs: Any) -> Self:
        """The spider with its session; the source's pace and politeness become this crawl's settings.

        `-a since=…`, `until=…` (ISO 8601 with an offset) and `endpoint=…` work with `scrapy crawl` as well.
        """
        settings: Settings = crawler.settings.get("TENDERWATCH") or read_settings()
        options: Options = kwargs.pop("options", None) or _read_options(kwargs)
        session = cls.session_class.open(settings, cls.source, options, SourceKey(_read_key(cls.source)))
        for name, value in _to_scrapy(cls.source, settings, options.endpoint).items():
            crawler.settings.set(name, value, priority="spider")
        crawler.settings.set("TENDERWATCH_SESSION", session, priority="spider")
        if cls.source.browser is not None:
            _use_browser(crawler, cls.source, session, options.endpoint)
        GUARD.allowed = [*settings.allowed_addresses, *([options.endpoint.host_and_port] if options.endpoint else [])]
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.session = session
        spider.renderer = crawler.settings.get("TENDERWATCH_BROWSER")
        session.read = spider.read_step
        crawler.signals.connect(spider.on_opened, signals.spider_opened)
        crawler.signals.connect(spider.on_closed, signals.spider_closed)
        return spider

    def stop(self, reason: str) -> None:
        """End the crawl soon: nothing more is asked, what is under way is stored, the rest is left as steps."""
        if not self.session.stopping:
            self.session.stopping = True
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    async def on_opened(self) -> None:
        """Hold the lease, and watch for a stop, as long as the crawl lasts."""
        self._keeping = asyncio.ensure_future(self._keep())

    async def on_closed(self, reason: str) -> None:
        """Judge the run once everything that was under way is stored."""
        self._keeping.cancel()
        if self.renderer is not None:
            await self.renderer.close()
        await self.session.in_writer(self.session.close, reason)

    async def _keep(self) -> None:
        session, renewed = self.session, time.monotonic()
        while not session.stopping:
            await asyncio.sleep(0.2)
            if session.options.stop.is_set():
                self.stop("told to stop")
            if time.monotonic() - renewed > RENEWAL:
                renewed = time.monotonic()
                session.later(session.renew)
            if session.tally.lease_lost:
                self.stop("lease lost")

    async def start(self) -> AsyncIterator[Request]:
        """The steps that earlier runs left, then those of this one; none where the source's browser is missing."""
        if self.renderer is not None:
            try:
                await self.renderer.chromium.open()
            except BrowserMissing as error:
                await self.session.in_writer(self.session.give_up, str(error))
                return
        for step in await self.session.in_writer(self.session.begin):
            yield self.to_request(step)

    def to_request(self, step: Step) -> Request:
        """The request of a step; list pages go before details, so that a run soon knows what there is, until so many
        details wait that they would fill the memory."""
        session = self.session
        url = session.key.put_into(step.url if self.renderer else urldefrag(step.url).url)
        meta = {"step": step}
        priority = 1 if step.kind != "detail" else 2 if len(session.unfinished) > MOST_DETAILS else 0
        how = session.asking.to_arguments(step, session.key)
        return Request(url, self.parse, meta=meta, errback=self.on_error, priority=priority, dont_filter=True, **how)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Fetched]:  # noqa: ARG002 (Scrapy's signature)
        """One item for each page. A status that says no is judged here, everything else by the reader."""
        step: Step = response.meta["step"]
        self.lost_in_a_row = self.lost_in_a_row + 1 if response.status >= 500 else 0
        wall = find_wall(response.body, response.url, step.url, response.status) if response.status >= 400 else None
        if response.status in REFUSALS or wall:
            told = f"the portal answers HTTP {response.status}" + (f": {wall.reason}" if wall else "")
            kind = wall.kind if wall else IssueKind.REFUSED
            self._refuse(step, told, response.meta.get("page"), kind)
            return
        missing = response.status in self.session.nothings.of(step).statuses and not is_canary(step)
        if is_gone(step, response.status) or (response.status == 404 and step.kind == NUMBER) or missing:
            if response.status == 410:
                self.session.later(withdraw, self.session, step)
            yield replace(to_fetched(response), body=b"", status=response.status)
            return
        fetched = to_fetched(response)
        if response.status >= 400:
            self.session.later(self.session.fail, step, f"HTTP {response.status}", fetched.page)
            self._stop_where_lost()
            return
        yield fetched

    def on_error(self, failure: Failure) -> None:
        """A step without a response: the network, a body beyond the limits, robots.txt, the guard of addresses."""
        step: Step = failure.request.meta["step"]  # type: ignore[attr-defined]
        if isinstance(failure.value, HostPaused):
            self.session.later(put_off, self.session, str(failure.value))
            self.stop("refused")
        elif isinstance(failure.value, SourceRefused):
            self._refuse(step, str(failure.value))
        elif isinstance(failure.value, Unreadable):  # a page in the browser, kept as far as it came
            page, element = failure.request.meta.get("page"), failure.value.element  # type: ignore[attr-defined]
            reason, kind = str(failure.value), IssueKind.SOURCE_CHANGED
            self.session.later(self.session.fail, step, reason, page, kind, element)
        elif not self.session.stopping:  # else it was not tried to its end, and is left as it is
            reason = f"{type(failure.value).__name__}: {failure.value}"
            self.session.later(self.session.fail, step, reason, None)
            self.lost_in_a_row += isinstance(failure.value, NETWORK)
            self._stop_where_lost()

    def _stop_where_lost(self) -> None:
        if self.lost_in_a_row >= LOST_IN_A_ROW:
            self.stop("the portal cannot be reached")

    def _refuse(self, step: Step, reason: str, page: Page | None = None, kind: IssueKind = IssueKind.REFUSED) -> None:
        """A refusal stops the source, but not that of the known notice; what was not asked is left for the next run."""
        self.session.later(self.session.refuse, step, reason, page, kind)
        if not is_canary(step):
            self.stop("refused")


def is_gone(step: Step, status: int) -> bool:
    """The portal says in so many words (410) that it has taken a notice back."""
    return status == 410 and step.kind in ("detail", NUMBER)


def to_fetched(response: Response) -> Fetched:
    """A response as the item that travels on, with what our middlewares have found out of it."""
    meta = response.meta
    known, unchanged = meta.get(VALIDATORS), meta.get(UNCHANGED, False)
    return Fetched(
        meta["step"],
        response.url,
        response.body,
        meta.get("page"),
        response.status,
        validators=known,
        not_modified=unchanged,
    )


def _read_options(arguments: dict[str, Any]) -> Options:
    """What `scrapy crawl -a name=value` says; unknown names stay, and Scrapy makes attributes of them."""
    moments = {name: arguments.pop(name, None) for name in ("since", "until")}
    since, until = (datetime.fromisoformat(text) if text else None for text in moments.values())
    if any(moment is not None and moment.tzinfo is None for moment in (since, until)):
        raise TenderwatchError("since and until need an offset, such as 2026-01-31T00:00:00+00:00")
    endpoint = arguments.pop("endpoint", None)
    return Options(since, until, Endpoint.read(endpoint) if endpoint else None)


def _read_key(source: Source) -> str | None:
    return read_secret(source.key_env) if source.key_env else None


def _to_scrapy(source: Source, settings: Settings, endpoint: Endpoint | None) -> dict[str, Any]:
    """A source's pace and politeness as Scrapy's settings; a stand-in on this machine needs no delay."""
    pace = source.pace
    return {
        "DOWNLOAD_DELAY": 0 if endpoint and endpoint.is_loopback else pace.delay,
        "DOWNLOAD_TIMEOUT": pace.timeout,
        "CONCURRENT_REQUESTS": pace.at_once,
        "CONCURRENT_REQUESTS_PER_DOMAIN": pace.at_once,
        "ROBOTSTXT_OBEY": source.obey_robots,
        "USER_AGENT": source.user_agent or _user_agent(settings),
        "TENDERWATCH_PACE": pace,
        "TENDERWATCH_ENDPOINT": endpoint,
    }


def _use_browser(crawler: "Crawler", source: Source, session: Session, endpoint: Endpoint | None) -> None:
    """Steps go through a browser; it is loaded only here, as most sources need none."""
    from crawler.browser.handler import SCRAPY, to_renderer

    handlers = {**crawler.settings.getdict("DOWNLOAD_HANDLERS"), **SCRAPY}
    crawler.settings.set("DOWNLOAD_HANDLERS", handlers, priority="spider")
    renderer = to_renderer(source, session, crawler.settings["USER_AGENT"], endpoint)
    crawler.settings.set("TENDERWATCH_BROWSER", renderer, priority="spider")


def _user_agent(settings: Settings) -> str:
    """Who asks, and whom the portal's operator can write to."""
    try:
        version = importlib.metadata.version("tenderwatch")
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    return f"Tenderwatch/{version} ({settings.contact or 'the operator has set no contact'})"
