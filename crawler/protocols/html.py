"""Portals that are web pages only: a list by the selectors in the YAML, and a page for each of its rows."""

from crawler.browser.marks import after_click, read_mark
from crawler.listing.count import NUMBER
from crawler.listing.detail import read_row, to_reading
from crawler.readers.html import read_detail, read_list, reads_once
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider
from domain.errors import SourceChanged


class HtmlSpider(SourceSpider):
    """A list and its details; where the YAML has no `detail`, the rows are the notices."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """A list page, or the page of one notice."""
        if fetched.step.kind in ("detail", NUMBER):
            row = read_row(fetched.step)
            return Reading(notices=(read_detail(fetched.body, self.source, fetched.url, row),))
        page = read_list(fetched.body, self.source, fetched.url)
        following = self._next_click(fetched, len(page.rows))
        return to_reading(fetched.step, page, following, once=reads_once(self.source))

    def _next_click(self, fetched: Fetched, rows: int) -> str | None:
        """The step that clicks on, where the page's button can be clicked. Raises SourceChanged where it is missing
        though the YAML promises that it only gets disabled."""
        browser = self.source.browser
        if browser is None or browser.click_next is None:
            return None
        state = read_mark(fetched.body)
        if rows and browser.until == "disabled" and state in ("gone", None):
            raise SourceChanged("not found, and the last page is told by a disabled one", browser.click_next)
        return after_click(fetched.step.url) if state == "more" else None
