"""`--endpoint SOURCE=URL`: every request of the source goes there, next links, details and robots.txt too."""

from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.exceptions import NotConfigured

from crawler.addresses import Endpoint

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class EndpointMiddleware:
    """Sends a request that would go elsewhere again, to the same path at the stand-in."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Only where the crawl has a stand-in."""
        endpoint: Endpoint | None = crawler.settings.get("TENDERWATCH_ENDPOINT")
        if endpoint is None:
            raise NotConfigured
        return cls(endpoint)

    def process_request(self, request: Request) -> Request | None:
        """None where the address is at the stand-in already."""
        moved = self._endpoint.move(request.url)
        return None if moved == request.url else request.replace(url=moved)
