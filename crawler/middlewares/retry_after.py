"""Waits as portals ask: `Retry-After` in both its forms pauses the whole host, and so does an answer of 5xx.

A pause that the portal asks for (429, 403) stands in the database: the next run and other sources of the host keep it
too. How often a request is sent again is limited; what stays unread is a step that the next run tries.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import structlog
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.addresses import redact
from crawler.refusals import pause_host
from domain.errors import HostPaused
from domain.sources import Pace

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.session import Session

PASSING = {408, 500, 502, 503, 504, 520, 521, 522, 523, 524}
NETWORK = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
MOST_RETRIES = 3  # after 5xx and network errors
MOST_WAITS = 5  # after "slower": the portal says when, so one is enough where it means it
LONGEST_WAIT = 900.0  # seconds; a portal that asks for more is left alone until the next run
FORBIDDEN_PAUSE = 900.0  # seconds after a 403 that does not say how long
log = structlog.get_logger()


def read_retry_after(printed: str | None, now: datetime) -> float | None:
    """Seconds to wait, from seconds or an HTTP date (RFC 9110, 10.2.3); None where it is neither."""
    text = (printed or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


@dataclass
class RetryAfterMiddleware:
    """Holds every request to a host until the host may be asked again. The crawl asks for no more at once than its
    pace (CONCURRENT_REQUESTS), so nothing passes by in Scrapy's own queue."""

    pace: Pace
    clock: Callable[[], datetime]
    backoff: float
    is_stopping: Callable[[], bool]
    pause: Callable[[str, float, str], None]
    resume: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """With the pace of the crawl's source; a back-off begins at its delay, and at least at one second."""
        pace: Pace = crawler.settings["TENDERWATCH_PACE"]
        session: Session = crawler.settings["TENDERWATCH_SESSION"]
        backoff = max(1.0, pace.delay)
        return cls(pace, session.clock, backoff, lambda: session.stopping, partial(pause_host, session))

    async def process_request(self, request: Request) -> None:
        """Wait until the host may be asked; the wait may be made longer meanwhile, and ends when the crawl stops."""
        host = urlsplit(request.url).netloc
        while (wait := self.resume[host] - time.monotonic()) > 0:
            if self.is_stopping():
                raise IgnoreRequest("the crawl stops")
            await asyncio.sleep(min(wait, 0.2))

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """The same request again where the portal only wants us to wait; raises HostPaused for too long a wait."""
        printed = response.headers.get("Retry-After")
        wait = read_retry_after(printed.decode("latin-1") if printed else None, self.clock())
        if response.status in self.pace.statuses or (wait is not None and response.status in {429, 503}):
            return self._slower(request, self.pace.retry_after if wait is None else wait, f"HTTP {response.status}")
        if response.status == 403:  # the spider stops the crawl
            self._pause(urlsplit(request.url).netloc, FORBIDDEN_PAUSE if wait is None else wait, "HTTP 403")
        if response.status in PASSING:
            return self._again(request, "retries", MOST_RETRIES, None, f"HTTP {response.status}") or response
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The same request again after an error of the network."""
        if not isinstance(exception, NETWORK):
            return None
        return self._again(request, "retries", MOST_RETRIES, None, str(exception))

    def _slower(self, request: Request, wait: float, why: str) -> Request:
        """The same request after the pause that the portal asks for, which holds for all crawls."""
        host = urlsplit(request.url).netloc
        self._pause(host, wait, why)
        if wait > LONGEST_WAIT:
            raise HostPaused(f"{why}: {host} asks to wait {wait / 60:.0f} minutes; the next run goes on")
        again = self._again(request, "waits", MOST_WAITS, wait, why)
        if again is None:
            raise HostPaused(f"{why}: {host} has asked {MOST_WAITS + 1} times to wait; the next run goes on")
        return again

    def _pause(self, host: str, wait: float, why: str) -> None:
        """For all crawls; and at once for this one, whose next request is sent before the pause is written."""
        self.resume[host] = max(self.resume[host], time.monotonic() + wait)
        self.pause(host, wait, why)

    def _again(self, request: Request, counter: str, most: int, wait: float | None, why: str) -> Request | None:
        tried = request.meta.get(counter, 0) + 1
        if tried > most:
            return None
        wait = self.backoff * 2 ** (tried - 1) if wait is None else wait
        host = urlsplit(request.url).netloc
        self.resume[host] = max(self.resume[host], time.monotonic() + wait)
        log.debug("host paused", host=host, seconds=round(wait, 1), why=why, url=redact(request.url), tried=tried)
        again = request.copy()
        again.meta[counter] = tried
        return again
