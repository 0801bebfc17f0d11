"""Portals with an API of their own in JSON: a list by the paths in the YAML, and a document for each of its rows."""

from crawler.listing.count import NUMBER
from crawler.listing.detail import read_row, to_reading
from crawler.readers.json_notices import read_detail, read_list, reads_once
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider


class JsonSpider(SourceSpider):
    """A list and its details; where the YAML has no `detail`, the rows are the notices."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """A page of the list, or the document of one notice."""
        if fetched.step.kind in ("detail", NUMBER):
            return Reading(notices=(read_detail(fetched.body, self.source, read_row(fetched.step)),))
        page = read_list(fetched.body, self.source, fetched.url)
        return to_reading(fetched.step, page, once=reads_once(self.source))
