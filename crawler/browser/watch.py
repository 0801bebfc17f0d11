"""What a page asks for while it is open: which of it is let through, what is under way, and who told us to wait."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import structlog
from playwright.async_api import CDPSession, Error, Page, Request, Response

from crawler.addresses import redact

BLOCKED = ("Image", "Font", "Media", "Ping", "CSPViolationReport")
JUDGED = ("Document", "XHR", "Fetch", "EventSource")
DATA = ("xhr", "fetch")
Allows = Callable[[str], Awaitable[bool]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Told:
    """An answer to a page's own request that is meant for us: wait, and ask again."""

    url: str
    status: int
    headers: dict[str, str]


@dataclass  # with no slots: Playwright leaves its wrappers on the object whose methods listen
class Watch:
    """Looks over one page's requests, anew for each address. `allows` is robots.txt's word for the portal's hosts.

    `told` is done when the portal answers a request of the page with one of `slower`; `forbidden` are addresses that
    robots.txt kept from it, `failed` the answers of 400 and more to its requests for data.
    """

    page: Page
    slower: Sequence[int]
    allows: Allows
    told: "asyncio.Future[Told]" = field(init=False)
    forbidden: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    _under_way: set[Request] = field(default_factory=set)
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)

    def begin_address(self, allows: Allows) -> None:
        """What was seen at the address before counts no more."""
        self.allows, self.told = allows, asyncio.get_running_loop().create_future()
        self.forbidden, self.failed, self._under_way = [], [], set()
        self._quiet.set()

    async def begin(self) -> None:
        """Look from now on. By the protocol itself: Playwright's routes would switch the browser's cache off."""
        session = await self.page.context.new_cdp_session(self.page)
        session.on("Fetch.requestPaused", lambda event: asyncio.ensure_future(self._judge(session, event)))
        patterns = [{"urlPattern": "*", "resourceType": kind} for kind in (*BLOCKED, *JUDGED)]
        await session.send("Fetch.enable", {"patterns": patterns})
        self.page.on("request", self._begin_request)
        for event in ("requestfinished", "requestfailed"):
            self.page.on(event, self._end_request)
        self.page.on("response", self._hear)

    async def quiet(self, most: float) -> None:
        """Wait until no request for data is under way, or so many seconds: a page may poll for ever."""
        try:
            await asyncio.wait_for(self._quiet.wait(), most)
        except TimeoutError:
            log.debug("page does not come to rest", url=redact(self.page.url))

    def trouble(self) -> str:
        """What may be why the page does not show what it should."""
        reasons = [f"robots.txt forbids {url}" for url in dict.fromkeys(self.forbidden)]
        return "; ".join([*reasons, *dict.fromkeys(self.failed)][:3])

    async def _judge(self, session: CDPSession, event: dict[str, Any]) -> None:
        url, kind = str(event["request"]["url"]), event["resourceType"]
        reason = None
        if kind in BLOCKED:
            reason = "BlockedByClient"
        elif not await self.allows(url):
            self.forbidden.append(redact(url))
            reason = "AccessDenied"
        try:
            if reason:
                await session.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": reason})
            else:
                await session.send("Fetch.continueRequest", {"requestId": event["requestId"]})
        except Error as error:  # the page, or the request, is gone meanwhile
            log.debug("request is gone", url=redact(url), error=str(error).partition("\n")[0])

    def _begin_request(self, request: Request) -> None:
        if request.resource_type in DATA:
            self._under_way.add(request)
            self._quiet.clear()

    def _end_request(self, request: Request) -> None:
        self._under_way.discard(request)
        if not self._under_way:
            self._quiet.set()

    def _hear(self, response: Response) -> None:
        if response.request.resource_type not in DATA or not is_same_site(response.url, self.page.url):
            return
        status, headers = response.status, response.headers
        if status >= 400:
            self.failed.append(f"HTTP {status} for {redact(response.url)}")
        asks_to_wait = status in self.slower or (status in (429, 503) and "retry-after" in headers)
        if asks_to_wait and not self.told.done():
            self.told.set_result(Told(response.url, status, headers))


def is_same_site(url: str, other: str) -> bool:
    """Two addresses of one operator, as far as their names say: the same host, or the same last two labels."""
    one, two = (urlsplit(each).hostname or "" for each in (url, other))
    return one == two or (one.split(".")[-2:] == two.split(".")[-2:] and not one.replace(".", "").isdigit())
