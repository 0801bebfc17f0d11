"""Saves the body of every page that a step asked for, before anybody reads it."""

import asyncio
from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.http import Response

from crawler.addresses import redact
from domain.sources import Page

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.session import Session


class PagesMiddleware:
    """Puts the saved `Page` into the request's meta; in the writer thread, so that no disk stalls the reactor."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """With the crawl's own session."""
        return cls(crawler.settings["TENDERWATCH_SESSION"])

    async def process_response(self, request: Request, response: Response) -> Response:
        """The response as it is."""
        if "step" in request.meta and response.body and response.status not in range(300, 400):
            loop, session = asyncio.get_running_loop(), self._session
            digest = await loop.run_in_executor(session.writer, session.files.save, response.body)
            kind = response.headers.get("Content-Type")
            url = redact(session.key.take_out_of(response.url))
            media_type = kind.decode("latin-1") if kind else None
            request.meta["page"] = Page(digest, url, session.clock(), media_type, len(response.body))
        return response
