"""What a long crawl costs at its end and at its beginning: CPU a notice and memory, by tenths of the crawl.

    python -m benchmarks.long_crawl [--notices 200000] [--walk next|pages|windows]

A server of its own gives pages of 100 OCDS releases of about 3 KB, each with an ocid of its own, made as they are
asked for, by next links, as counted pages or in windows of an hour; the crawl runs in a process of its own, as it
always runs. See README.md.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOME = Path(__file__).parent.parent
PER_PAGE, POOL, BUYERS, PARTS = 100, 200, 5_000, 10
MOST_MIB, MOST_DRIFT = 300, 0.10
WORDS = [
    *("supply", "delivery", "pumps", "valves", "cable", "reagents", "laboratory", "school", "software", "steel", "of"),
    *("поставка", "насосов", "ремонт", "дорог", "设备", "采购", "travaux", "fournitures", "Lieferung", "von"),
]
SOURCE = """
title: a long crawl
publisher: {{name: none, country: GB}}
url: {url}
licence: none stated
zone: UTC
protocol: ocds
endpoint: {url}/ocds{query}
listing: {listing}
pace: {{delay: 0, at_once: 1, reason: a benchmark on this machine}}
robots: {{obey: false, reason: a benchmark}}
every: 1h
expect: {{notices: [1, 10000000], filled: {{title: 1, buyer: 1, deadline: 1, value: 1, codes: 1}}, silence: 3d}}
"""


WALKS = {
    "next": ("?page=1", "{next: {ceiling: 1000000}}"),
    "pages": ("", "{pages: {param: page, size: 100, ceiling: 1000000}}"),
    "windows": ("", '{window: {from: from, to: to, size: 1h, overlap: 1h, first: 1d, format: "%Y-%m-%dT%H:%M:%SZ"}}'),
}
"""The query of the first request and the listing of each way of walking."""
END = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def main() -> None:
    """Crawl once and print the tenths; exit code 1 where the crawl grew too large or dearer than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notices", type=int, default=200_000, help="how many, in pages of 100")
    parser.add_argument("--walk", choices=WALKS, default="next", help="how the list is walked")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    pages = options.notices // PER_PAGE
    if options.url:
        print(json.dumps(_crawl(options.url, pages, options.walk)))
        return
    with _serving(pages) as url:
        command = [sys.executable, "-m", "benchmarks.long_crawl", "--url", url, "--walk", options.walk]
        command += ["--notices", str(options.notices)]
        done = subprocess.run(command, cwd=HOME, stdout=subprocess.PIPE, text=True, check=True)
    sys.exit(_print(json.loads(done.stdout.splitlines()[-1])))


@contextmanager
def _serving(pages: int) -> Iterator[str]:
    releases = _Releases(pages)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            begin = datetime.fromisoformat(asked["from"][0]) if "from" in asked else None
            number = pages - (END - begin) // HOUR + 1 if begin else int(asked["page"][0])
            body = releases.page(number, f"http://{self.headers['Host']}", alone=begin is not None)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """The table is what is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


class _Releases:
    """Some releases are made once; each that is given has an ocid, a tender id and one of 5,000 buyers of its own."""

    def __init__(self, pages: int) -> None:
        self._pages, chance = pages, random.Random(7)
        self._pool = [json.dumps(_release(chance), ensure_ascii=False) for _ in range(POOL)]

    def page(self, number: int, base: str, *, alone: bool) -> bytes:
        """A page with its next link, or `alone` as all of a window."""
        numbers = range((number - 1) * PER_PAGE, number * PER_PAGE)
        releases = ", ".join(
            self._pool[each % POOL].replace("@NUMBER@", f"{each:08d}").replace("@BUYER@", f"{each * 7 % BUYERS}")
            for each in numbers
        )
        follows = number < self._pages and not alone
        links = f', "links": {{"next": "{base}/ocds?page={number + 1}"}}' if follows else ""
        total = PER_PAGE if alone else self._pages * PER_PAGE
        return f'{{"uri": "x", "version": "1.1", "total": {total}{links}, "releases": [{releases}]}}'.encode()


def _text(chance: random.Random, length: int) -> str:
    words = ""
    while len(words) < length:
        words += f"{chance.choice(WORDS)} "
    return words.strip()


def _release(chance: random.Random) -> dict[str, Any]:
    items = [
        {
            "id": str(position),
            "description": _text(chance, 60),
            "quantity": position + 1,
            "unit": {"name": "each", "value": {"amount": 10.25, "currency": "EUR"}},
            "classification": {"scheme": "CPV", "id": f"{chance.randrange(30, 99)}000000", "description": "x"},
        }
        for position in range(3)
    ]
    documents = [
        {"id": f"@NUMBER@-{position}", "title": _text(chance, 30), "url": f"https://example.org/@NUMBER@/{position}"}
        for position in range(2)
    ]
    buyer = {"id": "XX-@BUYER@", "name": "Buyer @BUYER@"}
    return {
        "ocid": "ocds-long00-@NUMBER@",
        "id": "ocds-long00-@NUMBER@-01",
        "date": "2026-06-01T08:00:00Z",
        "tag": ["tender"],
        "initiationType": "tender",
        "language": "en",
        "parties": [{**buyer, "roles": ["buyer"], "identifier": {"scheme": "XX-REG", "id": "@BUYER@"}}],
        "buyer": buyer,
        "tender": {
            "id": "T-@NUMBER@",
            "title": f"{_text(chance, 80)} @NUMBER@",
            "description": _text(chance, 900),
            "status": "active",
            "procurementMethodDetails": "Open procedure",
            "value": {"amount": 1000.5, "currency": "EUR"},
            "tenderPeriod": {"startDate": "2026-01-01T00:00:00Z", "endDate": "2026-12-01T12:00:00Z"},
            "items": items,
            "documents": documents,
        },
    }


def _crawl(url: str, pages: int, walk: str) -> dict[str, Any]:
    """In this process: CPU seconds and resident MiB when each tenth of the pages was stored."""
    from crawler.registry import load_sources
    from crawler.run import Progress, crawl
    from domain.config import Settings
    from storage.migrate import upgrade

    tenths: list[tuple[int, float, float]] = []

    def on_progress(now: Progress) -> None:
        told = bool(tenths) and tenths[-1][0] == now.notices  # a renewed lease tells the same again
        if not told and now.pages in (1, *(pages * part // PARTS for part in range(1, PARTS + 1))):
            used = resource.getrusage(resource.RUSAGE_SELF)
            tenths.append((now.notices, used.ru_utime + used.ru_stime, _memory("VmRSS")))

    query, listing = WALKS[walk]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "sources").mkdir()
        (place / "sources" / "xx_long.yml").write_text(SOURCE.format(url=url, query=query, listing=listing))
        host = url.removeprefix("http://")
        settings = Settings(data_dir=place, sources_dir=place / "sources", allowed_addresses=(host,))
        upgrade(settings.database, None)
        since, until = (END - pages * HOUR, END) if walk == "windows" else (None, None)
        source = load_sources(settings.sources_dir)["xx_long"]
        state = crawl(source, settings, since=since, until=until, on_progress=on_progress)
        size = (place / "tenderwatch.db").stat().st_size / 2**20
    assert (state.value, tenths[-1][0]) == ("ok", pages * PER_PAGE), (state, tenths)
    return {"tenths": tenths, "peak": _memory("VmHWM"), "database": size}


def _memory(name: str) -> float:
    """MiB of this process, as Linux counts it from its own start."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def _print(result: dict[str, Any]) -> int:
    costs: list[float] = []
    print(f"{'notices':>9}{'µs each':>9}{'RSS MiB':>9}")
    for before, after in pairwise(result["tenths"]):
        costs.append((after[1] - before[1]) / (after[0] - before[0]) * 1e6)
        print(f"{after[0]:9,}{costs[-1]:9.0f}{after[2]:9.0f}")
    drift = costs[-1] / costs[0] - 1
    print(f"peak {result['peak']:.0f} MiB, database {result['database']:,.0f} MiB")
    print(f"a notice of the last tenth costs {drift:+.1%} against the first")
    return int(result["peak"] > MOST_MIB or drift > MOST_DRIFT)


if __name__ == "__main__":
    main()
