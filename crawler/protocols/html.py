"""Portals that are web pages only: a list by the selectors in the YAML, and a page for each of its rows."""

from crawler.listing.detail import read_row, to_detail
from crawler.readers.html import read_detail, read_list
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider


class HtmlSpider(SourceSpider):
    """A list and its details; where the YAML says `details: false`, the rows are the notices."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """A list page, or the page of one notice."""
        if fetched.step.kind == "detail":
            row = read_row(fetched.step)
            return Reading(notices=(read_detail(fetched.body, self.source, fetched.url, row),))
        page = read_list(fetched.body, self.source, fetched.url)
        details = page.details if self.source.html.get("details", True) else {}
        return Reading(
            notices=tuple(row for row in page.rows if row.key not in details),
            keys=tuple(row.key for row in page.rows),
            faults=tuple(page.faults),
            total=page.total,
            next_url=page.next_url,
            details=tuple(to_detail(fetched.step, row, details[row.key]) for row in page.rows if row.key in details),
        )
