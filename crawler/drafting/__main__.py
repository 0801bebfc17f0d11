"""`python -m crawler.drafting`: one page or one sample, in a process of its own (one reactor, one life).

A task comes as one JSON line on stdin (crawler/drafting/asking.py); what was found goes to stdout as one JSON line.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.addresses import Endpoint
from crawler.drafting.sample import PageSession, PageSpider, SampleSession, to_sampling
from crawler.listing.asking import FILE, to_body
from crawler.listing.walk import Walk
from crawler.loader import to_spider
from crawler.options import Options
from crawler.parse import ANY_OCDS
from crawler.registry import load_source
from crawler.spider import SourceSpider
from domain.config import Settings
from domain.errors import TenderwatchError
from domain.notice_json import to_json
from domain.sources import Browser, Source
from storage.engine import open_engine, reading
from storage.issues import find_issues
from storage.migrate import upgrade
from storage.notices import iterate_notices

MOST_NOTICES = 500
STRANGER = replace(ANY_OCDS, id="page", title="A page of a portal that is no source yet", protocol=None)


def main() -> int:
    """0 with what was found, 1 with `{"error": …}`."""
    task = json.loads(sys.stdin.buffer.readline())
    _start_logging()
    try:
        told = _work(task)
    except TenderwatchError as error:
        told = {"error": str(error), "kind": type(error).__name__}
    sys.stdout.write(json.dumps(told) + "\n")
    return 1 if "error" in told else 0


def _work(task: dict[str, Any]) -> dict[str, Any]:
    settings = Settings.model_validate(task["settings"])
    scratch = settings.model_copy(update={"data_dir": Path(task["scratch"]), "database_url": None})
    upgrade(scratch.database, None)
    source = load_source(task["source"], settings.sources_dir) if task["source"] else None
    if task["page"]:
        source = _for_page(source, task["page"], task["wait_for"])
        of_page = {"name": source.id, "source": source, "kind": task["kind"]}
        spider: type[SourceSpider] = type(source.id, (PageSpider,), of_page)
    else:
        assert source is not None
        spider = to_sampling(to_spider(source))
    session = _crawl(spider, scratch, task["endpoint"])
    told = {"pages": session.told, "unable": session.tally.unable, "refusal": session.tally.refusal}
    return told if isinstance(session, PageSession) else told | _read_stored(scratch, spider.source)


def _for_page(source: Source | None, url: str, wait_for: str | None) -> Source:
    """The source with its own politeness, or one with the politeness of a stranger, that has this page alone."""
    known = source or STRANGER
    browser = known.browser
    if browser or wait_for:
        browser = replace(browser or Browser(), click_next=None)
        browser = replace(browser, wait_for=wait_for or browser.wait_for)
    request = _with_values(known)
    return replace(known, endpoint=url, listing={"file": {}}, browser=browser, request=request)


def _with_values(source: Source) -> Mapping[str, Any]:
    """How the list's newest beginning is asked: a POST's body with its page and its window filled in."""
    steps = Walk.read(source).plan(None, [], since=None, until=None, now=datetime.now(UTC)).steps
    body = next((step.body for step in reversed(steps) if step.body and step.kind in ("page", "window", FILE)), None)
    if body is None or to_body(source.request) is None:
        return source.request
    return {**source.request, "form" if "form" in source.request else "json": json.loads(body)}


def _crawl(spider: type[SourceSpider], settings: Settings, endpoint: str | None) -> SampleSession:
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings as ScrapySettings

    values = ScrapySettings()
    values.setmodule("crawler.settings", priority="project")
    values.set("TENDERWATCH", settings, priority="cmdline")
    process = AsyncCrawlerProcess(values)
    crawler = process.create_crawler(spider)
    crawling = process.crawl(crawler, options=Options(endpoint=Endpoint.read(endpoint) if endpoint else None))
    process.start(install_signal_handlers=False)
    if not crawling.cancelled() and (error := crawling.exception()) is not None:
        raise error
    session = crawler.settings["TENDERWATCH_SESSION"]
    assert isinstance(session, SampleSession)
    return session


def _read_stored(settings: Settings, source: Source) -> dict[str, Any]:
    """What the sample stored, before it is thrown away."""
    engine = open_engine(settings.database)
    with reading(engine) as c:
        notices = [to_json(stored.notice) for stored, _ in zip(iterate_notices(c), range(MOST_NOTICES), strict=False)]
        issues = [each.issue for each in find_issues(c, source.id, limit=50)]
    engine.dispose()
    told = [{"what": each.kind.value, "why": each.reason, "element": each.element} for each in issues]
    return {"notices": notices, "issues": told}


def _start_logging() -> None:
    """Only what is lost goes to stderr: what happened to a page is told on stdout."""
    import logging

    import structlog

    from domain.masking import mask_event, mask_logging

    mask_logging()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            mask_event,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
