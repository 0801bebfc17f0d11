"""A crawl in this process, without Scrapy's engine and a network: the spider's own requests, answered by a function."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.addresses import SourceKey, redact
from crawler.health import Verdict
from crawler.loader import to_spider
from crawler.middlewares.files import INTO
from crawler.options import Options
from crawler.session import Session
from domain.sources import Page, Step
from tests.crawler.portals import Answer, Place


class SpiderDrive:
    """`answer` is given each request; `asked` holds their addresses."""

    def __init__(
        self, place: Place, answer: Callable[[Request], Answer], now: datetime, name: str = "xx_test", **options: Any
    ) -> None:
        self.answer, self.now = answer, now.astimezone(UTC)
        source, self.key = place.source(name), SourceKey(options.pop("key", None))
        self.session = Session.open(place.settings, source, Options(**options), self.key, clock=lambda: self.now)
        self.spider = to_spider(source)()
        self.spider.session = self.session
        self.session.read = self.spider.read_step
        self.asked: list[str] = []

    def run(self, steps: int = 10_000) -> Verdict | None:
        """To the end, or killed after so many steps: then there is no verdict, and the lease must expire."""
        queue = self.session.begin()
        while queue and len(self.asked) < steps:
            queue += self._step(queue.pop(0))
        if queue:
            self.session.engine.dispose()
            return None
        return self.session.close("finished")

    def _step(self, step: Step) -> list[Step]:
        request = self.spider.to_request(step)
        answer = self.answer(request)
        self.asked.append(request.url)
        self.now += timedelta(seconds=1)
        response = Response(
            request.url, status=answer.status, body=answer.body, headers=answer.headers, request=request
        )
        if INTO in request.meta and answer.status == 200:
            items = self.spider._portions(step, request.url, io.BytesIO(answer.body))  # type: ignore[attr-defined]
        else:
            if answer.body:
                digest = self.session.files.save(answer.body)
                url = redact(self.key.take_out_of(request.url))
                request.meta["page"] = Page(digest, url, self.now, None, len(answer.body))
            items = self.spider.parse(response)
        following = [each for item in items for each in self.session.work(item)]
        self.session.writer.submit(lambda: None).result()  # what nobody waits for
        return following
