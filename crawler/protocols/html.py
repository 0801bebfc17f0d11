"""Portals that are web pages only: a list by the selectors in the YAML, and a page for each of its rows."""

from crawler.listing.detail import read_row, to_detail
from crawler.readers.html import read_detail, read_list
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider


class HtmlSpider(SourceSpider):
    """A list and its details; where the YAML has no `detail`, the rows are the notices."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """A list page, or the page of one notice."""
        if fetched.step.kind == "detail":
            row = read_row(fetched.step)
            return Reading(notices=(read_detail(fetched.body, self.source, fetched.url, row),))
        page = read_list(fetched.body, self.source, fetched.url)
        return Reading(
            notices=tuple(row for row in page.rows if row.key not in page.details),
            keys=tuple(row.key for row in page.rows),
            faults=tuple(page.faults),
            total=page.total,
            next_url=page.next_url,
            details=tuple(
                to_detail(fetched.step, row, page.details[row.key]) for row in page.rows if row.key in page.details
            ),
        )
