"""Scrapy's download handler for sources with `browser:`: steps are rendered, everything else is asked as ever.

So pace, Retry-After, robots.txt, `--endpoint` and saved pages stay Scrapy's and our middlewares', as for any source.
"""

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import HtmlResponse, Response
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

from crawler.addresses import Endpoint, redact
from crawler.browser.chromium import Chromium
from crawler.browser.proxy import GuardedProxy
from crawler.browser.render import Renderer
from crawler.browser.watch import is_same_site
from crawler.middlewares.guard import GUARD, GuardedHandler
from crawler.middlewares.retry_after import NETWORK
from crawler.middlewares.robots import RobotsMiddleware
from domain.errors import AddressRefused
from domain.sources import Page, Source

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.session import Session

SCRAPY = {"http": "crawler.browser.handler.BrowserHandler", "https": "crawler.browser.handler.BrowserHandler"}
CLOSED = b"User-agent: *\nDisallow: /"


def to_renderer(source: Source, session: "Session", user_agent: str, endpoint: Endpoint | None) -> Renderer:
    """The browser of one crawl, not started yet; with a stand-in it asks nothing else."""
    proxy = GuardedProxy(GUARD, endpoint.host_and_port if endpoint else None)
    delay = 0.0 if endpoint and endpoint.is_loopback else source.pace.delay
    return Renderer(source, Chromium(proxy, user_agent), delay, lambda: session.stopping)


class BrowserHandler(GuardedHandler):
    """Renders what a step asks for; robots.txt and the like come without a browser."""

    def __init__(self, crawler: "Crawler") -> None:
        super().__init__(crawler)
        self._crawler = crawler
        self._renderer: Renderer = crawler.settings["TENDERWATCH_BROWSER"]
        self._session: Session = crawler.settings["TENDERWATCH_SESSION"]
        self._parsers: dict[str, RobotParser] = {}
        self._asking = asyncio.Lock()

    async def download_request(self, request: Request) -> Response:
        """The page as it shows itself. Raises SourceChanged where it does not, and what the guard raises."""
        if "step" not in request.meta:
            return await super().download_request(request)
        GUARD.check_url(request.url)

        async def allows(url: str) -> bool:
            return await self._allows(url, request.url)

        async def keep(html: bytes, picture: bytes | None) -> str | None:
            session = self._session
            digest, name = await session.in_writer(session.files.save_with_picture, html, picture)
            url = redact(session.key.take_out_of(request.url))
            request.meta["page"] = Page(digest, url, session.clock(), "text/html; charset=utf-8", len(html))
            return name

        found = await self._renderer.render(request.url, request.meta["step"].kind, allows, keep)
        headers = {name: value for name, value in found.headers.items() if name.lower() == "retry-after"}
        headers["Content-Type"] = "text/html; charset=utf-8"
        return HtmlResponse(found.url, found.status, headers, found.body, request=request, encoding="utf-8")

    async def _allows(self, url: str, asked: str) -> bool:
        """robots.txt's word on what a page asks for; other sites' hosts are not asked for theirs."""
        robots = self._crawler.get_downloader_middleware(RobotsMiddleware)
        parts = urlsplit(url)
        if robots is None or parts.scheme not in ("http", "https") or not is_same_site(url, asked):
            return True
        async with self._asking:
            parser = self._parsers.get(parts.netloc) or robots.find_parser(parts.netloc)
            if parser is None:
                parser = await self._ask_robots(f"{parts.scheme}://{parts.netloc}/robots.txt")
                self._parsers[parts.netloc] = parser
        return parser.allowed(url, self._renderer.chromium.user_agent)

    async def _ask_robots(self, url: str) -> RobotParser:
        """Another host of the portal's: past Scrapy's queue, in which the page that wants it stands."""
        try:
            response = await super().download_request(Request(url))
        except AddressRefused:  # the page's own request will be refused for what it is
            return ProtegoRobotParser(b"", None)
        except NETWORK:
            return ProtegoRobotParser(CLOSED, None)
        body = response.body if response.status < 400 else b""
        return ProtegoRobotParser(CLOSED if response.status >= 500 else body, None)
