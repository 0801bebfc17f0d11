"""robots.txt as RFC 9309 reads it: none (4xx) is an open door, one that cannot be had (5xx, no answer) a closed one.

What it says is kept for a day, over runs and for all sources of the host; that it could not be had is not kept.
"""

from datetime import timedelta
from typing import NoReturn
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser, RobotParser

from crawler.session import Session
from domain.errors import HostPaused, SourceRefused
from storage.engine import reading, writing
from storage.hosts import find_robots, save_robots

KEPT = timedelta(days=1)
MOST_BYTES = 512 * 1024  # RFC 9309, 2.5: at least 500 KiB are read


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, but what it forbids is a refusal by the portal, and a robots.txt that fails forbids everything."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._session: Session = crawler.settings["TENDERWATCH_SESSION"]
        self._closed: dict[str, SourceRefused] = {}

    def find_parser(self, netloc: str) -> RobotParser | None:
        """What the robots.txt of this host said, None where it was not read yet."""
        parser = self._parsers.get(netloc)
        return parser if isinstance(parser, RobotParser) else None

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The parser of the request's host, from the database where it was asked within a day."""
        host = urlsplit(request.url).netloc
        if host not in self._parsers:
            kept = await self._session.in_writer(self._find, host)
            if kept is not None:
                self._parsers.setdefault(host, ProtegoRobotParser(kept.encode(), None))
        return await super().robot_parser(request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises SourceRefused where the portal forbids the address."""
        closed = self._closed.get(urlsplit(request.url).netloc)
        if closed is not None:
            raise closed
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            self._refuse(request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            reason = f"robots.txt answers {response.status}, which forbids everything until it can be read"
            self._closed[netloc] = SourceRefused(reason)
        else:
            response = response.replace(body=b"" if response.status >= 400 else response.body[:MOST_BYTES])
            self._session.later(self._keep, netloc, response.body.decode("utf-8", "ignore"))
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        reason = f"robots.txt could not be had ({exc}), which forbids everything until it can"
        self._closed[netloc] = exc if isinstance(exc, HostPaused) else SourceRefused(reason)
        super()._robots_error(exc, netloc)

    def _find(self, host: str) -> str | None:
        with reading(self._session.engine) as c:
            return find_robots(c, host, self._session.clock() - KEPT)

    def _keep(self, host: str, text: str) -> None:
        with writing(self._session.engine) as c:
            save_robots(c, host, text.replace("\x00", ""), self._session.clock())

    def _refuse(self, request: Request) -> NoReturn:
        raise SourceRefused(f"robots.txt forbids {request.url}")
