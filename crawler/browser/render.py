"""A step in the browser: a page of its own, or the next page of a list behind a button."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NoReturn

from playwright.async_api import Error, Locator, Page
from playwright.async_api import TimeoutError as TooLong
from scrapy.exceptions import DownloadFailedError

from crawler.browser.chromium import Chromium
from crawler.browser.marks import split_clicks, write_mark
from crawler.browser.visit import Slower, Visit
from crawler.browser.wanted import Wanted
from crawler.browser.watch import Allows, Watch
from domain.errors import SourceChanged
from domain.sources import Source

MOST_CHAINS = 3  # lists that stay open for their next click: the run's own, and those that a killed one left
Keep = Callable[[bytes, bytes | None], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the portal answers, or what its page shows: the parts of a response."""

    url: str
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass  # with no slots: Playwright leaves its wrappers on the object whose methods listen
class Renderer:
    """Renders the pages of one source. `delay` in seconds lies between two clicks where a list is begun anew."""

    source: Source
    chromium: Chromium
    delay: float
    is_stopping: Callable[[], bool] = lambda: False
    _chains: dict[tuple[str, int], Visit] = field(default_factory=dict)
    _watches: dict[Page, Watch] = field(default_factory=dict)

    async def render(self, url: str, kind: str, allows: Allows, keep: Keep) -> Rendered:
        """The page at an address, `#click=N` for what N clicks show.

        `keep` saves the HTML and the picture of a page that did not show what it should, and gives the picture's
        name. Raises what Visit.go does.
        """
        assert self.source.browser is not None
        base, clicks = split_clicks(url)
        self.chromium.proxy.begin_page()
        try:
            if kind != "detail" and self.source.browser.click_next:
                return await self._turn(base, clicks, self.source.browser.click_next, allows, keep)
            async with self.chromium.page() as page:
                visit = await self._visit(page, kind, allows)
                html = await self._guarded(visit, visit.go(base), keep)
                return Rendered(page.url, html.encode(errors="replace"))
        except Slower as slower:
            told = slower.told
            return Rendered(base, slower.body, told.status, told.headers)
        except Error as error:  # the page or its process has crashed: as if the network had
            raise DownloadFailedError(error.message.partition("\n")[0]) from error

    async def close(self) -> None:
        """End the browser."""
        self._chains.clear()
        await self.chromium.close()

    async def _visit(self, page: Page, kind: str, allows: Allows) -> Visit:
        assert self.source.browser is not None
        if page not in self._watches:
            page.set_default_timeout(self.source.browser.timeout * 1000)
            page.once("close", self._forget)
            self._watches[page] = Watch(page, self.source.pace.statuses, allows)
            await self._watches[page].begin()
        watch = self._watches[page]
        watch.begin_address(allows)
        return Visit(page, watch, Wanted.on(self.source, kind), self.chromium.proxy, self.is_stopping)

    def _forget(self, page: Page) -> None:
        self._watches.pop(page, None)

    async def _turn(self, base: str, clicks: int, button: str, allows: Allows, keep: Keep) -> Rendered:
        """The list after so many clicks: one more on the page that is open, or from its first page on."""
        visit = self._chains.pop((base, clicks - 1), None)
        page, state = visit.page if visit else await self._open(), ""
        try:
            if visit is None:
                visit = await self._visit(page, "page", allows)
                html = await self._guarded(visit, visit.go(base), keep)
                for _ in range(clicks):
                    await asyncio.sleep(self.delay)
                    if await _state(_button(page, button)) != "more":
                        break  # the list has become shorter since: its last page
                    html = await self._guarded(visit, visit.click(_button(page, button)), keep)
            else:
                html = await self._guarded(visit, visit.click(_button(page, button)), keep)
            state = await _state(_button(page, button))
            if state == "more":
                self._chains[base, clicks] = visit
        finally:
            if state != "more":
                await self.chromium.drop_page(page)
        return Rendered(base, (html + write_mark(state)).encode(errors="replace"))

    async def _open(self) -> Page:
        while len(self._chains) >= MOST_CHAINS:
            await self.chromium.drop_page(self._chains.pop(next(iter(self._chains))).page)
        return await self.chromium.keep_page()

    async def _guarded(self, visit: Visit, work: Awaitable[str], keep: Keep) -> str:
        """What the page shows, within the source's time; a page that does not show it is kept with its picture."""
        assert self.source.browser is not None
        seconds = self.source.browser.timeout
        try:
            async with asyncio.timeout(seconds):
                return await work
        except (TooLong, TimeoutError):
            await self._refuse(visit, visit.explain_wait(seconds), keep)

    async def _refuse(self, visit: Visit, error: SourceChanged, keep: Keep) -> NoReturn:
        html, picture = await visit.picture()
        name = await keep((html or "<!-- the page gave no answer -->").encode(errors="replace"), picture)
        if name is None:
            raise error
        raise SourceChanged(f"{error.reason}; a picture of it is {name}", error.element)


def _button(page: Page, selector: str) -> Locator:
    return page.locator(f"css={selector}").filter(visible=True).first


async def _state(button: Locator) -> str:
    """more, disabled (by attribute or by a class, as many frameworks do) or gone."""
    if not await button.count():
        return "gone"
    classes = (await button.get_attribute("class") or "").split()
    return "more" if await button.is_enabled() and "disabled" not in classes else "disabled"
