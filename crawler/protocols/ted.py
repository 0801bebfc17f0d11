"""TED: the Search API for recent days, a notice's XML for each of its rows, and packages for older days and months.

A row alone is a notice already, a partial one; its XML completes it under the same key. TED never changes a notice
once it is published, so each XML is asked once.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scrapy import Request
from scrapy.http import Response

from crawler.addresses import with_parameters
from crawler.listing.detail import to_detail
from crawler.listing.packages import PACKAGE
from crawler.protocols.archive import ArchiveSpider
from crawler.readers.ted import read_xml
from crawler.readers.ted_search import FIELDS, read_search
from crawler.reading import Fetched, FindReleases, Reading
from domain.errors import Unreadable
from domain.notices import RawNotice
from domain.sources import Step

LIMIT = 250  # rows of a page; more are refused
TOKEN, RESTART = "token", "restart"  # parameters of a step's address, which is never asked as it stands
MOST_RESTARTS = 3
MOST_TIMEOUTS = 2
GONE = {400, 404, 410}  # MED: how a token is refused that is too old


class TedSpider(ArchiveSpider):
    """A step of the search is told by its address: `…/search?from=20261101&to=20261101&token=…`; asked is a POST."""

    format = "ted"
    may_be_empty = False

    def is_archive(self, step: Step) -> bool:
        """Only packages are."""
        return step.kind == PACKAGE

    def to_request(self, step: Step) -> Request:
        """A search is a POST of its query."""
        request = super().to_request(step)
        if step.kind in (PACKAGE, "detail"):
            return request
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        url = step.url.partition("?")[0]
        return request.replace(url=url, method="POST", body=json.dumps(to_query(step)), headers=headers)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Fetched]:
        """A package that is not there and a token that is too old are read as such; a time-out is asked again."""
        step: Step = response.meta["step"]
        absent = step.kind == PACKAGE and response.status == 404
        expired = response.status in GONE and TOKEN in _parameters(step)
        if absent or expired:
            yield Fetched(step, response.url, b"", response.meta.get("page"), status=response.status)
            return
        times = response.meta.get("timeouts", 0)
        if response.status == 200 and times < MOST_TIMEOUTS and _timed_out(step, response.body):
            again = self.to_request(step)
            again.meta["timeouts"] = times + 1
            self.crawler.engine.crawl(again)
            return
        yield from super().parse(response, **kwargs)

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:
        """A page of rows, the XML of one notice, or a portion of a package."""
        step = fetched.step
        if step.kind == PACKAGE:
            return self._read_package(fetched, find_releases)
        if step.kind == "detail":
            return Reading(notices=(_read_notice(fetched.body, step.key),))
        if fetched.status in GONE:
            return Reading(keys=(), next_url=_restart(step))
        page = read_search(fetched.body)
        if page.rows and page.token is not None and page.token == _parameters(step).get(TOKEN):
            raise Unreadable(
                "the page leads back to itself, so that the ones after it are missing", "iterationNextToken"
            )
        return Reading(
            notices=page.rows,
            keys=(*(row.key for row in page.rows), *(f"fault {number}" for number in range(len(page.faults)))),
            faults=page.faults,
            total=page.total,
            next_url=with_parameters(step.url, {TOKEN: page.token}) if page.token and page.rows else None,
            details=tuple(to_detail(step, row, self._xml_address(row.key)) for row in page.rows),
            once=True,
        )

    def _read_package(self, fetched: Fetched, find_releases: FindReleases) -> Reading:
        packages = self.session.walk.packages
        assert packages is not None
        if fetched.status == 404:
            if not fetched.step.body:
                raise Unreadable("HTTP 404: there is no package of this month", PACKAGE)
            found = Reading()
        else:
            found = super().read(fetched, find_releases)
        neighbour = None if fetched.more else packages.correct(fetched.step, _published_on(found.notices))
        return replace(found, details=(neighbour,) if neighbour else ())

    def _xml_address(self, key: str) -> str:
        return self.source.endpoints["xml"].replace("{key}", key)


def to_query(step: Step) -> dict[str, Any]:
    """The body of a search: all notices published from a day to a day, page after page."""
    asked = _parameters(step)
    query: dict[str, Any] = {
        "query": f"publication-date>={asked['from']} AND publication-date<={asked['to']}",
        "fields": list(FIELDS),
        "limit": LIMIT,
        "scope": "ALL",
        "checkQuerySyntax": False,
        "paginationMode": "ITERATION",
    }
    return {**query, "iterationNextToken": asked[TOKEN]} if TOKEN in asked else query


def _parameters(step: Step) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(step.url).query))


def _restart(step: Step) -> str:
    """The search of this window from its first page, as a page of its own: the first page was read already."""
    asked = _parameters(step)
    times = int(asked.get(RESTART, 0)) + 1
    if times > MOST_RESTARTS:
        raise Unreadable(f"its token was too old {times} times", "iterationNextToken")
    bounds = {name: asked[name] for name in ("from", "to")}
    return with_parameters(step.url.partition("?")[0], {**bounds, RESTART: str(times)})


def _timed_out(step: Step, body: bytes) -> bool:
    return step.kind not in (PACKAGE, "detail") and bool(re.search(rb'"timedOut"\s*:\s*true', body))


def _read_notice(body: bytes, key: str | None) -> RawNotice:
    (notice,) = read_xml(body)
    if notice.key != key:
        raise Unreadable(f"notice {notice.key} came where {key} was asked for", "key")
    return notice


def _published_on(notices: tuple[RawNotice, ...]) -> date | None:
    """The day that most of these notices print."""
    printed = (re.match(r"(\d{4})-?(\d\d)-?(\d\d)", notice.published or "") for notice in notices)
    days = Counter(date(*map(int, found.groups())) for found in printed if found)
    return days.most_common(1)[0][0] if days else None
