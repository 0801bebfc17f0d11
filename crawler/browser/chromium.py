"""The browser's process, its contexts and pages: started when needed, renewed so that its memory stays bounded."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from playwright.async_api import Browser, BrowserContext, Error, Page, Playwright, async_playwright

from crawler.browser.find import INSTALL, find_chromium
from crawler.browser.proxy import GuardedProxy
from domain.errors import BrowserMissing

PAGES_A_CONTEXT = 25  # requests; a context holds its pages' scripts, cache and storage until it is closed
PAGES_A_PROCESS = 200  # what a process keeps beyond its contexts grows slowly
PATIENCE = 5.0  # seconds for its end: a stopping crawl has ten
DRIVER_GONE = "Connection closed while reading from the driver"  # playwright/_impl/transport.py
FLAGS = (
    "--proxy-bypass-list=<-loopback>",  # by default what is on this machine goes past the proxy
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # no name is resolved but by the proxy
    "--disable-quic",  # UDP knows no proxy
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-site-isolation-trials",  # one process a page, in which frames too are intercepted; there are no secrets
    "--js-flags=--max-old-space-size=512",  # MB that a page's scripts may hold
    "--disable-gpu",
    "--disable-remote-fonts",
    "--no-pings",
)
# Beside what the flags forbid: a page has no business with other machines but by http.
INIT = """for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport"])
  Object.defineProperty(window, name, {value: undefined});"""
log = structlog.get_logger()


@dataclass(slots=True)
class Room:
    """A context with its idle pages, how many requests it has served, and how many are being served."""

    context: BrowserContext
    idle: list[Page] = field(default_factory=list)
    served: int = 0
    in_use: int = 0


@dataclass(slots=True)
class Chromium:
    """One browser at a time. Requests share a room, and its idle pages, until it has served PAGES_A_CONTEXT."""

    proxy: GuardedProxy
    user_agent: str
    _playwright: Playwright | None = None
    _browser: Browser | None = None
    _port: int = 0
    _room: Room | None = None
    _rooms: list[Room] = field(default_factory=list)
    _served: int = 0

    async def open(self) -> None:
        """Start the proxy and the browser. Raises BrowserMissing with what to install or to mend."""
        if self._playwright is None:
            asyncio.get_running_loop().set_exception_handler(_pass_over)
            self._port = await self.proxy.open()
            self._playwright = await async_playwright().start()
        if self._browser is None or not self._browser.is_connected():
            self._rooms, self._room, self._served = [], None, 0
            self._browser = await self._launch(self._playwright)

    async def close(self) -> None:
        """End the browser, its driver and the proxy; one that does not answer ends with this process."""
        try:
            async with asyncio.timeout(PATIENCE):
                if self._browser is not None and self._browser.is_connected():
                    await _close(self._browser)
                if self._playwright is not None:
                    await self._playwright.stop()
        except TimeoutError:
            log.warning("browser does not end", seconds=PATIENCE)
        await self.proxy.close()
        self._playwright = self._browser = None

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """A page for one request; used again for the next one, unless this one fails."""
        await self._renew()
        if self._room is None or self._room.served >= PAGES_A_CONTEXT:
            old, self._room = self._room, await self._open_room()
            await self._leave(old)
        room = self._room
        page, is_well = await self._enter(room), False
        try:
            yield page
            is_well = await _clear(page)
        finally:
            if is_well:
                room.idle.append(page)
            else:
                await _close(page)
            room.in_use -= 1
            await self._leave(room)

    async def keep_page(self) -> Page:
        """A page in a room of its own, open until `drop_page`."""
        await self._renew()
        return await self._enter(await self._open_room())

    async def drop_page(self, page: Page) -> None:
        """Close a kept page and its room."""
        self._rooms = [room for room in self._rooms if room.context is not page.context]
        await _close(page.context)

    async def _renew(self) -> None:
        """A new process where the old one is gone, or has had its pages and none is open."""
        idle = not any(room.in_use for room in self._rooms)
        if self._browser is not None and self._served >= PAGES_A_PROCESS and idle:
            await _close(self._browser)
        await self.open()

    async def _launch(self, playwright: Playwright) -> Browser:
        file = find_chromium(playwright.chromium.executable_path)
        is_root = os.geteuid() == 0
        try:
            return await playwright.chromium.launch(
                executable_path=file,
                args=[f"--proxy-server=http://127.0.0.1:{self._port}", *FLAGS],
                chromium_sandbox=not is_root,  # as root Chromium has none
                handle_sigint=False,  # what was under way is stored before the browser ends
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Error as error:
            first = str(error).strip().partition("\n")[0]
            raise BrowserMissing(f"{file} does not start ({first}); mend it, or {INSTALL}") from error

    async def _open_room(self) -> Room:
        assert self._browser is not None
        context = await self._browser.new_context(
            user_agent=self.user_agent,
            accept_downloads=False,
            service_workers="block",  # they would ask behind a page's back
            viewport={"width": 1280, "height": 1600},
        )
        await context.add_init_script(INIT)
        room = Room(context)
        self._rooms.append(room)
        return room

    async def _enter(self, room: Room) -> Page:
        room.served += 1
        room.in_use += 1
        self._served += 1
        if room.idle:
            return room.idle.pop()
        page = await room.context.new_page()
        page.on("popup", _close)
        return page

    async def _leave(self, room: Room | None) -> None:
        """Close a room that gets no further page once nobody is in it."""
        if room is not None and room is not self._room and not room.in_use:
            self._rooms = [each for each in self._rooms if each is not room]
            await _close(room.context)


def _pass_over(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What Playwright leaves unheard when its processes are killed (a service manager's SIGTERM goes to all of them):
    the step under way has failed by it, or the crawl is stopping, and says so."""
    error = context.get("exception")
    if isinstance(error, Error) or str(error) == DRIVER_GONE:
        log.debug("browser is gone", error=str(error).partition("\n")[0])
    else:
        loop.default_exception_handler(context)


async def _clear(page: Page) -> bool:
    """Its scripts end, so that it can be used again; not where it is just going elsewhere, or does not answer."""
    try:
        await page.goto("about:blank", timeout=PATIENCE * 1000)
    except Error:
        return False
    return True


async def _close(what: Page | BrowserContext | Browser) -> None:
    """Close it, unless it is gone with its process."""
    try:
        await what.close()
    except Error as error:
        log.debug("already closed", error=str(error).partition("\n")[0])
