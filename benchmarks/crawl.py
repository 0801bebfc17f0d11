"""Notices stored for each CPU-second, beside a bare Scrapy spider and one that inserts into one table.

    python -m benchmarks.crawl [--pages 200] [--server ../shared/bench/ocds_server.py] [--repeat 1]

Every case runs in a process of its own against the same server, one after another. CPU seconds are user + system of
that process alone; the steady part begins with the second page. See README.md for what is compared and why.
"""

import argparse
import contextlib
import importlib
import importlib.metadata
import json
import platform
import resource
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

HOME = Path(__file__).parent.parent
SERVER = HOME.parent / "shared" / "bench" / "ocds_server.py"
CASES = ("bare: parse only", "bare: parse + insert", "tenderwatch")
SOURCE = """
title: benchmark
publisher: {{name: none, country: GB}}
url: {url}
licence: none stated
zone: UTC
protocol: ocds
endpoint: {url}/ocds/{pages}/100/3000?page=1
listing: {{next: {{}}}}
pace: {{delay: 0, at_once: 16, reason: a benchmark on this machine}}
robots: {{obey: false, reason: a benchmark}}
every: 1h
expect:
  notices: [1, 10000000]
  filled: {{title: 1, description: 1, buyer: 1, deadline: 1, published: 1, value: 1, codes: 1, documents: 1}}
  silence: 3d
"""
STAGES = (
    ("parse", "crawler.protocols.ocds", "read_page"),
    ("find + merge", "crawler.protocols.ocds", "_merge"),
    ("read", "crawler.protocols.ocds", "read_release"),
    ("normalise", "crawler.session", "to_notice"),
    ("store pages", "storage.pages", "PageFiles.save"),
    ("store rows", "crawler.session", "store"),
)


def main() -> None:
    """Run every case, print one table and the stages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200, help="pages of 100 releases of about 3 KB")
    parser.add_argument("--server", type=Path, default=SERVER)
    parser.add_argument("--repeat", type=int, default=1, help="rounds over all cases; the median is shown")
    parser.add_argument("--case", choices=(*CASES, "stages"), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        _run_case(options.case, options.url, options.pages)
        return
    if not options.server.is_file():
        parser.error(f"{options.server} is no file; name the server with --server")
    with _serving(options.server, options.pages) as url:
        rounds = [{case: _measure(case, url, options.pages) for case in CASES} for _ in range(options.repeat)]
        stages = _measure("stages", url, options.pages)["stages"]
    _print(rounds, stages)


@contextlib.contextmanager
def _serving(server: Path, pages: int) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, server, str(port)]) as process:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    urlopen(f"{url}/ocds/{pages}/100/3000?page=1").read()  # bodies are made once, at the first request
                    break
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()


def _measure(case: str, url: str, pages: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.crawl", "--case", case, "--url", url, "--pages", str(pages)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{case} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Clock:
    """CPU seconds at each page, so that start-up and the steady part can be told apart; `stages` are counted alike."""

    def __init__(self, stages: dict[str, float]) -> None:
        self.pages: list[tuple[float, int]] = []
        self.stages = stages
        self.before: dict[str, float] = {}

    def page(self, releases: int) -> None:
        """A page of so many releases is done."""
        if not self.pages:
            self.before = dict(self.stages)
        self.pages.append((_cpu(), releases))

    def reach(self, notices: int) -> None:
        """So many notices are stored; told after each page, and in between."""
        known = sum(count for _, count in self.pages)
        if notices > known:
            self.page(notices - known)

    def result(self, **more: Any) -> dict[str, Any]:
        """What the parent prints."""
        start, total = self.pages[0][0], _cpu()
        steady = sum(count for _, count in self.pages[1:])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {
            "notices": sum(count for _, count in self.pages),
            "start": start,
            "total": total,
            "steady": steady / (self.pages[-1][0] - start),
            "peak": peak,
            "stages": {name: (spent - self.before[name]) / steady for name, spent in self.stages.items()},
            **more,
        }


def _run_case(case: str, url: str, pages: int) -> None:
    clock = Clock(_watch_stages() if case == "stages" else {})
    with tempfile.TemporaryDirectory() as folder:
        if case.startswith("bare"):
            _run_bare(clock, url, pages, Path(folder) if "insert" in case else None)
            more: dict[str, Any] = {}
        else:
            more = _run_tenderwatch(clock, url, pages, Path(folder))
    print(json.dumps(clock.result(**more)))


def _run_bare(clock: Clock, url: str, pages: int, folder: Path | None) -> None:
    """All pages are asked at once, 16 at a time, as facts/performance.md has it."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    save = _one_table(folder) if folder else None

    class Bare(scrapy.Spider):
        name = "bare"
        start_urls = [f"{url}/ocds/{pages}/100/3000?page={number}" for number in range(1, pages + 1)]  # noqa: RUF012

        def parse(self, response: Any, **kwargs: Any) -> None:  # noqa: ARG002
            releases = json.loads(response.body)["releases"]
            if save:
                save(releases)
            clock.page(len(releases))

    settings = {"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 16}
    process = CrawlerProcess({**settings, "REMOTE_CONTROL_ENABLED": False})
    process.crawl(Bare)
    process.start()
    if save:
        save([])


def _one_table(folder: Path) -> Callable[[list[dict[str, Any]]], None]:
    """SQLAlchemy Core, 500 rows an insert, one table of the columns that every tutorial has."""
    import sqlalchemy as sa

    engine = sa.create_engine(f"sqlite:///{folder / 'bare.db'}")
    names = ("ocid", "id", "date", "title", "description", "buyer", "amount", "currency", "deadline", "body")
    table = sa.Table("releases", sa.MetaData(), *(sa.Column(name, sa.Text) for name in names))
    table.metadata.create_all(engine)
    rows: list[dict[str, Any]] = []

    def save(releases: list[dict[str, Any]]) -> None:
        for release in releases:
            tender = release["tender"]
            rows.append(
                {
                    "ocid": release["ocid"],
                    "id": release["id"],
                    "date": release["date"],
                    "title": tender["title"],
                    "description": tender["description"],
                    "buyer": release["buyer"]["name"],
                    "amount": str(tender["value"]["amount"]),
                    "currency": tender["value"]["currency"],
                    "deadline": tender["tenderPeriod"]["endDate"],
                    "body": json.dumps(release),
                }
            )
        if rows and (len(rows) >= 500 or not releases):
            with engine.begin() as connection:
                connection.execute(table.insert(), rows)
            rows.clear()

    return save


def _run_tenderwatch(clock: Clock, url: str, pages: int, folder: Path) -> dict[str, Any]:
    """The crawl as it always runs, database and saved pages on the disk; what is stored is checked."""
    from crawler.registry import load_sources
    from crawler.run import crawl
    from domain.config import Settings
    from storage.engine import open_engine, reading
    from storage.migrate import upgrade
    from storage.notices import count_notices
    from storage.pages import find_pages

    (folder / "sources").mkdir()
    (folder / "sources" / "xx_bench.yml").write_text(SOURCE.format(url=url, pages=pages))
    host = url.removeprefix("http://")
    settings = Settings(data_dir=folder, sources_dir=folder / "sources", allowed_addresses=(host,))
    upgrade(settings.database, None)
    source = load_sources(settings.sources_dir)["xx_bench"]
    state = crawl(source, settings, on_progress=lambda progress: clock.reach(progress.notices))
    with reading(open_engine(settings.database)) as connection:
        stored, saved = count_notices(connection), len(find_pages(connection))
    assert (state.value, stored, saved) == ("ok", pages * 100, pages), (state, stored, saved)
    return {"state": state.value}


def _watch_stages() -> dict[str, float]:
    """Wrap each stage, and count the CPU time of its thread; measured in a run of its own, as it costs time itself."""
    spent = {name: 0.0 for name, _, _ in STAGES}
    for name, module, path in STAGES:
        owner: Any = importlib.import_module(module)
        *outer, last = path.split(".")
        for part in outer:
            owner = getattr(owner, part)
        setattr(owner, last, _timed(getattr(owner, last), spent, name))
    return spent


def _timed(work: Callable[..., Any], spent: dict[str, float], name: str) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        begin = time.thread_time()
        result = work(*args, **kwargs)
        if isinstance(result, Iterator):
            result = list(result)
        spent[name] += time.thread_time() - begin
        return result

    return timed


def _print(rounds: list[dict[str, dict[str, Any]]], stages: dict[str, float]) -> None:
    names = ("Scrapy", "Twisted", "SQLAlchemy")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    print(f"Python {platform.python_version()}, {versions}, SQLite {sqlite3.sqlite_version}")
    print(f"{'case':24}{'notices':>9}{'start s':>9}{'CPU s':>8}{'steady/CPU s':>14}{'µs each':>9}{'peak MiB':>10}")
    for case in CASES:
        shown = {
            key: statistics.median(each[case][key] for each in rounds)
            for key in ("notices", "start", "total", "steady", "peak")
        }
        print(
            f"{case:24}{shown['notices']:9.0f}{shown['start']:9.2f}{shown['total']:8.2f}{shown['steady']:14.0f}"
            f"{1e6 / shown['steady']:9.0f}{shown['peak']:10.0f}"
        )
    print("\nµs a notice by stage in the steady part (thread CPU, with the watch's own cost):")
    for name, seconds in stages.items():
        print(f"{name:24}{seconds * 1e6:9.1f}")


if __name__ == "__main__":
    main()
