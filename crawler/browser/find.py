"""Which Chromium is used: the operator's choice, Playwright's own, or what stands on the path."""

import shutil
from pathlib import Path

from domain.config import read_chromium
from domain.errors import BrowserMissing

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
INSTALL = (
    "install Chromium (Debian, Ubuntu: `apt-get install chromium`; anywhere: `playwright install chromium`), or name "
    "one in TENDERWATCH_CHROMIUM"
)


def find_chromium(own: str | None) -> str:
    """The browser's file; `own` is where Playwright would keep its own. Raises BrowserMissing."""
    if named := read_chromium():
        if found := shutil.which(named):
            return found
        raise BrowserMissing(f"TENDERWATCH_CHROMIUM names {named}, which cannot be run; mend or unset it")
    if own and Path(own).is_file():
        return own
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise BrowserMissing(f"this source is read with a browser, and none was found: {INSTALL}")
    return found


async def check_browser() -> str:
    """The browser that would be used; raises BrowserMissing. For `tenderwatch doctor`: nothing is started but
    Playwright's driver."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        return find_chromium(playwright.chromium.executable_path)
