"""The one Scrapy pipeline: a page goes through the writer thread, and what follows from it is asked next."""

from typing import TYPE_CHECKING, Self

import structlog

from crawler.reading import Fetched
from domain.errors import LeaseLost

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import SourceSpider

log = structlog.get_logger()


class PagePipeline:
    """Hands each page to the session's writer thread; its follow-up steps are asked once they are committed."""

    def __init__(self, crawler: "Crawler") -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """With the crawl that it belongs to."""
        return cls(crawler)

    async def process_item(self, item: Fetched) -> Fetched:
        """The item as it came. This is the border at which a mistake of ours costs a page and not the run."""
        spider: SourceSpider = self._crawler.spider  # type: ignore[assignment]
        session = spider.session
        try:
            steps = await session.in_writer(session.work, item)
        except LeaseLost:
            session.tally.lease_lost = True
            spider.stop("lease lost")
            return item
        except Exception as error:
            log.error("page crashed", source=session.source.id, step=item.step.token, exc_info=True)
            session.later(session.fail, item.step, f"our mistake: {error!r}", item.page)
            return item
        if session.tally.refusal is not None:
            spider.stop("refused")
        for step in [] if session.stopping else steps:
            self._crawler.engine.crawl(spider.to_request(step))
        return item
