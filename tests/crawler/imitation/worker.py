"""Crawls one source after another in one process: the spiders, middlewares and settings of every crawl, one reactor.

A real crawl is a process of its own, which takes a second to begin. Each line of stdin asks for a crawl, each line of
stdout tells how it ended; the clock begins at the moment that the line names.
"""

import asyncio
import json
import logging
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings as ScrapySettings
from scrapy.utils.reactor import install_reactor

import crawler.registry
from crawler.addresses import Endpoint
from crawler.loader import to_spider
from crawler.options import Options
from crawler.registry import load_source
from crawler.session import Session
from domain.config import Settings


async def crawl(asked: dict[str, Any]) -> dict[str, Any]:
    """One crawl to its end."""
    settings = Settings(data_dir=Path(asked["data"]), sources_dir=Path(asked["sources"]))
    begun, now = time.monotonic(), datetime.fromisoformat(asked["now"])

    class Timed(Session):
        @classmethod
        def open(cls, *arguments: Any) -> Any:
            return super().open(*arguments, clock=lambda: now + timedelta(seconds=time.monotonic() - begun))

    crawler.registry.SHIPPED = settings.data_dir / "shipped"  # to check all shipped sources each time takes seconds
    spider = to_spider(load_source(asked["source"], settings.sources_dir))
    spider.session_class = Timed
    values = ScrapySettings()
    values.setmodule("crawler.settings", priority="project")
    values.set("TENDERWATCH", settings, priority="cmdline")
    runner = AsyncCrawlerRunner(values)
    crawling = runner.create_crawler(spider)
    since, until = (datetime.fromisoformat(asked[name]) if asked[name] else None for name in ("since", "until"))
    await runner.crawl(crawling, options=Options(since, until, Endpoint.read(asked["endpoint"])))
    verdict = crawling.settings["TENDERWATCH_SESSION"].verdict
    return {"state": verdict.state.value, "reason": verdict.reason, "seconds": time.monotonic() - begun}


async def serve() -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            told = await crawl(json.loads(line))
        except Exception as error:  # noqa: BLE001 (whatever keeps a crawl from its end is told to the test)
            told = {"state": "error", "reason": repr(error), "seconds": 0}
        print(json.dumps(told), flush=True)  # noqa: T201 (the answer)


if __name__ == "__main__":
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    silent = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=silent, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop  # type: ignore[attr-defined]
    task = loop.create_task(serve())
    task.add_done_callback(lambda done: reactor.stop())  # type: ignore[attr-defined]
    reactor.run(installSignalHandlers=False)  # type: ignore[attr-defined]
