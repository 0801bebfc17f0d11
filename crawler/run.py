"""The door of this package: a source is crawled in this process (one reactor, one life), or in a child of its own."""

import gc
from collections.abc import Callable
from datetime import datetime
from threading import Event

from crawler.addresses import Endpoint
from crawler.child import crawl_in_child
from crawler.options import Options, Progress
from crawler.session import Session
from domain.config import Settings
from domain.errors import TenderwatchError
from domain.sources import Lease, RunState, Source

__all__ = ["Progress", "crawl", "crawl_in_child"]


def crawl(
    source: Source,
    settings: Settings,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    endpoint: str | None = None,
    after: int | None = None,
    stop: Event | None = None,
    on_start: Callable[[Lease], None] = lambda lease: None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> RunState:
    """Crawl in this process, which can do it only once: a reactor does not start again. Works from any folder.

    `endpoint` stands in for the portal. Where it is this machine, the source's delay is not kept, but `Retry-After`
    is. `after` as in Options; `stop` ends it early. Raises SourceBusy and SchemaTooOld, and whatever keeps the crawl
    from beginning.
    """
    stand_in = Endpoint.read(endpoint) if endpoint else None
    chosen = Options(since, until, stand_in, after, on_progress, on_start, stop or Event())
    return _run(source, settings, chosen)


def _run(source: Source, settings: Settings, options: Options) -> RunState:
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings as ScrapySettings

    from crawler.loader import to_spider

    # Pages are large trees without cycles: searching them for some took a tenth of a crawl's time.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    values = ScrapySettings()
    values.setmodule("crawler.settings", priority="project")
    values.set("TENDERWATCH", settings, priority="cmdline")
    process = AsyncCrawlerProcess(values)
    crawler = process.create_crawler(to_spider(source))
    crawling = process.crawl(crawler, options=options)
    process.start(install_signal_handlers=False)
    if not crawling.cancelled() and (error := crawling.exception()) is not None:
        raise error
    session: Session = crawler.settings["TENDERWATCH_SESSION"]
    if session.verdict is None:
        raise TenderwatchError(f"the crawl of {source.id} ended without a verdict")
    return session.verdict.state
