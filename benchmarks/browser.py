"""Memory of a crawl in the browser: the whole process tree (ours, Playwright's driver, Chromium) page after page.

    python -m benchmarks.browser [--pages 500]

Each page draws 3,000 paragraphs and leaks some megabytes in its scripts, as single-page applications do. Two figures
in MB, summed over the processes: RSS, and RSS without mapped files (the browser's own code, counted in each process).
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import psutil

from crawler.browser.chromium import Chromium
from crawler.browser.proxy import GuardedProxy
from crawler.browser.render import Renderer
from crawler.middlewares.guard import Guard
from crawler.registry import load_sources

PAGE = """<!doctype html><html><body><div id="app"></div><script>
window.leak = []; const keep = () => window.leak.push(new Array(50000).fill(Math.random()));
setInterval(keep, 20); addEventListener("scroll", keep);
fetch("/data").then(answer => answer.json()).then(data => {
  document.querySelector("#app").innerHTML = `<section class="tender-page">${data.text}</section>`; keep(); });
</script></body></html>"""
DATA = json.dumps({"text": "".join(f"<p>{number} supply of pumps and valves</p>" for number in range(3000))}).encode()


class Handler(BaseHTTPRequestHandler):
    """One page, and its data."""

    def do_GET(self) -> None:
        """The data, or the page for every other path."""
        body = DATA if self.path == "/data" else PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if self.path == "/data" else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the base class's)
        """Say nothing."""


def measure() -> tuple[float, float]:
    """MB of this process and all below it: RSS, and that without mapped files."""
    rss = own = 0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        try:
            memory = process.memory_info()
        except psutil.NoSuchProcess:
            continue
        rss += memory.rss
        own += memory.rss - memory.shared
    return rss / 1e6, own / 1e6


async def read_pages(count: int) -> list[tuple[float, float]]:
    """What `measure` says after each page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    renderer = Renderer(load_sources()["demo_js"], Chromium(GuardedProxy(Guard([host])), "Tenderwatch"), 0.0)
    found = []
    try:
        for number in range(count):
            await renderer.render(f"http://{host}/tenders/{number}", "detail", _yes, _keep)
            found.append(measure())
    finally:
        await renderer.close()
        server.shutdown()
    return found


async def _yes(url: str) -> bool:
    return bool(url)


async def _keep(html: bytes, picture: bytes | None) -> str | None:
    raise AssertionError(f"a page was not read: {html[:200]!r}, {bool(picture)}")


def main() -> None:
    """Read the pages and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    count = parser.parse_args().pages
    began = time.monotonic()
    found = asyncio.run(read_pages(count))
    seconds = time.monotonic() - began
    for number in sorted({*range(50, count + 1, 50), count}):
        rss, own = middle(found, number)
        print(f"page {number:4}: RSS {rss:6.0f} MB, without mapped files {own:6.0f} MB")
    growth = [end / at_fifty - 1 for at_fifty, end in zip(middle(found, 50), middle(found, count), strict=True)]
    print(f"{count} pages in {seconds:.0f} s; from page 50 to the end {growth[0]:+.1%} and {growth[1]:+.1%}")


def middle(found: Sequence[tuple[float, float]], end: int) -> tuple[float, float]:
    """The medians over the 25 pages up to this one, as memory goes up and down with each context."""
    window = found[max(end - 25, 0) : end]
    return statistics.median(each[0] for each in window), statistics.median(each[1] for each in window)


if __name__ == "__main__":
    main()
