"""Portals that publish a feed: its items are the notices, or lead to a page for each."""

from crawler.listing.detail import read_row, to_reading
from crawler.readers.feed import read_feed
from crawler.readers.html import read_detail
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider


class RssSpider(SourceSpider):
    """A feed in RSS or ATOM; the page of an item is read by the selectors of `html: {detail: …}`."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """The items of a feed, or the page of one notice."""
        if fetched.step.kind == "detail":
            row = read_row(fetched.step)
            return Reading(notices=(read_detail(fetched.body, self.source, fetched.url, row),))
        return to_reading(fetched.step, read_feed(fetched.body, self.source, fetched.url))
