"""Cookies, for sources that need those of a page of their own (`request: {cookie_from: …}`), and for no others.

In place of Scrapy's, which fetches a list of domains from a third party, past the guard of addresses. Python's own
policy keeps a cookie to its host or domain; here it is also sent to the source's own hosts only.
"""

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.cookies import CookieJar

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.session import Session


class CookiesMiddleware:
    """Keeps what is set, also on a redirect, as long as the crawl lasts."""

    def __init__(self, session: "Session") -> None:
        self._session, self._jar = session, CookieJar()

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Only for a source that needs them."""
        session: Session = crawler.settings["TENDERWATCH_SESSION"]
        if "cookie_from" not in session.source.request:
            raise NotConfigured
        return cls(session)

    def process_request(self, request: Request) -> None:
        """The request with the cookies of its host."""
        request.headers.pop("Cookie", None)
        if self._is_own(request):
            self._jar.add_cookie_header(request)

    def process_response(self, request: Request, response: Response) -> Response:
        """The response as it is."""
        if self._is_own(request):
            self._jar.extract_cookies(response, request)
        return response

    def find(self, name: str) -> str | None:
        """The value of a cookie, None where it was not set."""
        return next((each.value for each in self._jar if each.name == name), None)

    def _is_own(self, request: Request) -> bool:
        start = urlsplit(self._session.source.request["cookie_from"]).netloc
        return urlsplit(request.url).netloc in {*self._session.asking.hosts, start}
