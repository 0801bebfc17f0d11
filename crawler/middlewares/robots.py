"""robots.txt as RFC 9309 reads it: none (4xx) is an open door, one that cannot be had (5xx, no answer) a closed one."""

from typing import NoReturn

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from domain.errors import SourceRefused


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, but what it forbids is a refusal by the portal, and a robots.txt that fails forbids everything."""

    _closed: str | None = None

    def find_parser(self, netloc: str) -> RobotParser | None:
        """What the robots.txt of this host said, None where it was not read yet."""
        parser = self._parsers.get(netloc)
        return parser if isinstance(parser, RobotParser) else None

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises SourceRefused where the portal forbids the address."""
        if self._closed is not None:
            raise SourceRefused(self._closed)
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            self._refuse(request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._closed = f"robots.txt answers {response.status}, which forbids everything until it can be read"
        elif response.status >= 400:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._closed = f"robots.txt could not be had ({exc}), which forbids everything until it can"
        super()._robots_error(exc, netloc)

    def _refuse(self, request: Request) -> NoReturn:
        raise SourceRefused(f"robots.txt forbids {request.url}")
