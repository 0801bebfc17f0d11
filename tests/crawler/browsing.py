"""A browser for tests: found as the product finds it, and a skip where there is none (a failure under CI)."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from crawler.browser.chromium import Chromium
from crawler.browser.find import check_browser
from crawler.browser.proxy import GuardedProxy, Resolve, resolve
from crawler.middlewares.guard import Guard
from domain.errors import BrowserMissing
from tests.crawler.portals import HTML_SOURCE, Answer, Portal, a_detail

T = TypeVar("T")
CLICKS = {"click_next": "button.next", "until": "gone", "timeout": "20s"}
APP_SOURCE: dict[str, Any] = HTML_SOURCE | {"browser": CLICKS, "listing": {"next": {"ceiling": 50}}}


def need_browser() -> None:
    """Skip the test where no browser is installed."""
    try:
        asyncio.run(check_browser())
    except BrowserMissing as error:
        pytest.skip(str(error))


def with_chromium(
    work: Callable[[Chromium], Awaitable[T]],
    allowed: Sequence[str] = (),
    only: str | None = None,
    names: Resolve = resolve,
) -> T:
    """The result of work with a browser behind a guard of its own."""

    async def run() -> T:
        chromium = Chromium(GuardedProxy(Guard(allowed), only, names), "Tenderwatch/test (test@example.org)")
        try:
            await chromium.open()
            return await work(chromium)
        finally:
            await chromium.close()

    return asyncio.run(run())


def pictures(data_dir: Path) -> list[Path]:
    """The screenshots kept by a crawl."""
    return sorted((data_dir / "pages").glob("*/*.png"))


APP = """<!doctype html><html><head><meta charset="utf-8"></head><body><main></main><script>
const main = document.querySelector("main");
async function show(page) {{
  const answer = await fetch("{api}?page=" + page);
  if (!answer.ok) {{ main.textContent = "error " + answer.status; return; }}
  const list = await answer.json();
  const row = n => `<li class="row"><a class="key" href="/notice/${{n}}">N-${{n}}</a>
    <b class="title">Pump ${{n}}</b></li>`;
  const button = page < list.pages ? '<button class="next">Next</button>' : "";
  main.innerHTML = `<p class="total">${{list.total}} found</p><ul>${{list.rows.map(row).join("")}}</ul>${{button}}`;
  const next = main.querySelector(".next");
  if (next) next.onclick = () => show(page + 1);
}}
show(1);
</script>{more}</body></html>"""


def an_app(api: str = "/api", more: str = "") -> bytes:
    """The page of an application that draws the list of tests.crawler.portals from JSON, a page for each click."""
    return APP.format(api=api, more=more).encode()


def rows(path: str, total: int = 25, size: int = 10) -> dict[str, Any]:
    """What its API says."""
    page = int(path.rpartition("page=")[2])
    numbers = list(range(1, total + 1))[(page - 1) * size : page * size]
    return {"total": total, "pages": -(-total // size), "rows": numbers}


def a_portal(api: Callable[[str], Answer] | None = None, more: str = "", **options: Any) -> Portal:
    """The application, its API, and a page of plain HTML for each notice."""

    def answer(path: str) -> Answer:
        if path.startswith("/api"):
            return api(path) if api else Answer(json.dumps(rows(path)).encode())
        if path.startswith("/notice/"):
            return Answer(a_detail(int(path.rpartition("/")[2])), headers={"Content-Type": "text/html"})
        is_page = path == "/list"
        return Answer(an_app(more=more) if is_page else b"", 200 if is_page else 404, {"Content-Type": "text/html"})

    return Portal(answer, **options)
