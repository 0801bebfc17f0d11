"""One page in the browser, from its address to what it shows once it has come to rest."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from playwright.async_api import Error, Locator, Page
from playwright.async_api import TimeoutError as TooLong
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, IgnoreRequest

from crawler.browser.proxy import GuardedProxy
from crawler.browser.wanted import Wanted
from crawler.browser.watch import Told, Watch
from crawler.readers.limits import MAX_BODY
from domain.errors import AddressRefused, SourceChanged, SourceRefused, Unreadable

POLL = 0.1  # seconds between two looks at the rows: they are read once they stay the same
REST = 5.0  # seconds that a page's requests for data may go on after it shows what is waited for
LAST = 5.0  # seconds for the picture of a page that failed
T = TypeVar("T")


class Slower(Exception):
    """The portal told the page, or us, to wait: `told` is the answer that Scrapy's middlewares are to see."""

    def __init__(self, told: Told, body: bytes = b"") -> None:
        super().__init__(f"HTTP {told.status}")
        self.told = told
        self.body = body


@dataclass(slots=True)
class Visit:
    """An open page, and what is to be seen on it. `keys` are those of the rows that were read last."""

    page: Page
    watch: Watch
    wanted: Wanted
    proxy: GuardedProxy
    is_stopping: Callable[[], bool]
    keys: Sequence[str] = ()

    async def go(self, url: str) -> str:
        """What the page shows. Raises Slower for an answer of 400 and more, Scrapy's errors for none, SourceChanged
        where what is waited for does not appear, AddressRefused and SourceRefused."""
        try:
            response = await self._race(self.page.goto(url, wait_until="commit"))
        except Error as error:
            raise self._explain(error) from error
        if response is None:
            raise DownloadFailedError(f"{url}: no page")
        if response.status >= 400:
            headers = await response.all_headers()
            raise Slower(Told(response.url, response.status, headers), await self._race(response.body()))
        return await self.settle()

    async def click(self, button: Locator) -> str:
        """What the page shows once the click has brought other rows."""
        try:
            await self._race(button.click(timeout=3000))
        except TooLong:  # something lies over it: a cookie banner, a chat
            await self._race(button.dispatch_event("click"))
        return await self.settle(before=self.keys)

    async def settle(self, before: Sequence[str] = ()) -> str:
        """The page as HTML, once what is wanted is there, nothing is under way and the rows stay as they are."""
        await self._race(self.wanted.find(self.page).wait_for(state="visible"))
        last: Sequence[str] | None = None
        while True:
            await self._race(self.watch.quiet(REST))
            html = await self._race(self.page.content())
            if len(html) > MAX_BODY:
                raise Unreadable(f"the rendered page has {len(html):,} characters, more than {MAX_BODY:,}")
            if not self.wanted.is_list:
                return html
            keys = await self._race(self.wanted.find_keys(self.page, html))
            if keys == last and (not before or (keys and keys != before)):
                self.keys = keys
                return html
            last = keys
            await self._race(asyncio.sleep(POLL))

    async def picture(self) -> tuple[str | None, bytes | None]:
        """What can still be had of a page that failed: its HTML and a picture."""
        html = await _within(LAST, self.page.content())
        return html, await _within(LAST, self.page.screenshot(type="png", timeout=LAST * 1000))

    def explain_wait(self, seconds: float) -> SourceChanged:
        """Why the page is refused, with what may have kept it from showing what it should."""
        more = "; ".join(filter(None, [self.watch.trouble(), *self.proxy.trouble.values(), *self._refused()]))
        return SourceChanged(f"did not appear within {seconds:g} s{f' ({more})' if more else ''}", self.wanted.text)

    async def _race(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of work, unless the portal tells us to wait, or the crawl stops, before it is done."""
        task = asyncio.ensure_future(work)
        either: set[asyncio.Future[Any]] = {task, self.watch.told}
        try:
            while not task.done():
                await asyncio.wait(either, timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
                if self.watch.told.done():
                    raise Slower(self.watch.told.result())
                if self.is_stopping():
                    raise IgnoreRequest("the crawl stops")
            return task.result()
        finally:
            if not task.done():
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)  # what it raises now interests nobody

    def _explain(self, error: Error) -> Exception:
        first = error.message.partition("\n")[0]
        if self.watch.forbidden:
            return SourceRefused(self.watch.trouble())
        if refused := self._refused():
            return AddressRefused("; ".join(refused))
        if isinstance(error, TooLong):
            return DownloadTimeoutError(first)
        return DownloadFailedError("; ".join(self.proxy.trouble.values()) or first)

    def _refused(self) -> list[str]:
        return list(dict.fromkeys(self.proxy.guard.refused.values()))


async def _within(seconds: float, work: Coroutine[Any, Any, T]) -> T | None:
    try:
        return await asyncio.wait_for(work, seconds)
    except (Error, TimeoutError):
        return None
